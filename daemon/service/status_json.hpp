#pragma once

#include "controller/control.hpp"
#include "controller/event.hpp"
#include "controller/status.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace regent::service {

// What the API says, as docs/reference/api.md describes it. Names are camelCase, times RFC 3339 in UTC, durations
// seconds. A field without a value is left out; lists and numbers are always there. Every text passes redact(): no
// status should hold a secret, and none leaves through here.

[[nodiscard]] nlohmann::json to_json(const controller::ServiceStatus& status);
/// With counts and what needs a person; the objects themselves are asked for one by one.
[[nodiscard]] nlohmann::json to_json(const controller::EnvironmentStatus& environment);
[[nodiscard]] nlohmann::json to_json(const controller::ObjectStatus& object, const std::string& environment);
[[nodiscard]] nlohmann::json to_json(const controller::CredentialStatus& credential);
[[nodiscard]] nlohmann::json to_json(const controller::PendingPlan& plan, bool with_text);
[[nodiscard]] nlohmann::json to_json(const controller::RunStatus& run);
[[nodiscard]] nlohmann::json to_json(const controller::HistoryEntry& entry);
[[nodiscard]] nlohmann::json to_json(const controller::ChangeEntry& change);
[[nodiscard]] nlohmann::json to_json(const controller::Event& event);
[[nodiscard]] nlohmann::json to_json(const controller::Pause& pause);

/// "2026-09-14T03:44:11Z"; empty for the beginning of time, which means never.
[[nodiscard]] std::string rfc3339(controller::Time time);
/// Reads that, also with an offset; nothing when it is something else.
[[nodiscard]] std::optional<controller::Time> parse_rfc3339(std::string_view text);

/// Where manifests come from, without anything that could sign somebody in: user information, queries and tokens in the
/// path of a URL become "***".
[[nodiscard]] std::string masked_location(std::string_view location);

/// As JSON text; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string dump(const nlohmann::json& json);

}  // namespace regent::service
