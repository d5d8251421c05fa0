#pragma once

#include "controller/event.hpp"

#include <string>
#include <string_view>

namespace regent::service {

/// What happened, as a verb for its subject: "drifted", "is not ready".
[[nodiscard]] std::string_view words_for(controller::EventType type) noexcept;

/// The same, of an event that is told again when it is over.
[[nodiscard]] std::string_view words_of(const controller::Event& event) noexcept;

/// What it happened to: "Application/orders-api"; "regent" for the service itself. As shown() makes it.
[[nodiscard]] std::string subject_of(const controller::Event& event);

/// One line for a person: "prod: Application/orders-api drifted: federatedCredentials has …". Says nothing twice: a
/// message that names its object already is left as it is. As shown() makes it.
[[nodiscard]] std::string sentence_of(const controller::Event& event);

/// UTC, to the second: "2026-09-14T03:44:11Z" (RFC 3339).
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace regent::service
