#pragma once

#include "simulator/powerapps.hpp"
#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace regent::simulator::test {

inline constexpr const char* tenant = "11111111-1111-1111-1111-111111111111";
inline constexpr const char* default_environment = "Default-11111111-1111-1111-1111-111111111111";
inline constexpr const char* sales = "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e";

class MovableClock final : public Clock {
public:
    [[nodiscard]] Time now() const override { return time; }
    Time time = *parse_time("2026-03-01T12:00:00Z");
};

struct Answer {
    int status = 0;
    nlohmann::json body;  ///< null when the body is no JSON
    std::string text;
    Response raw;

    [[nodiscard]] std::string error() const {
        return body.is_object() && body.contains("error") ? body["error"].value("code", "") : "";
    }
    [[nodiscard]] std::string message() const {
        return body.is_object() && body.contains("error") ? body["error"].value("message", "") : "";
    }
};

/// The Power Apps service alone, without HTTP, called by a client that is allowed to.
class PowerAppsStage {
public:
    PowerAppsStage();

    Answer call(const std::string& method, const std::string& target, const nlohmann::json& body = nullptr);
    Answer call(Request request);
    /// "apis/…" with api-version and environment filter.
    [[nodiscard]] static std::string apis(const std::string& below = {},
                                          const std::string& environment = default_environment);

    Answer create(const nlohmann::json& properties) { return call("POST", apis(), {{"properties", properties}}); }
    Answer update(const std::string& name, const nlohmann::json& properties) {
        return call("PATCH", apis("/" + name), {{"properties", properties}});
    }
    Answer get(const std::string& name) { return call("GET", apis("/" + name)); }
    /// What a signed address holds. No token goes there.
    Answer fetch(const std::string& url);
    /// The name of a connector that was created without complaint.
    std::string created(const nlohmann::json& properties);
    /// The one record of the dump that has this name.
    nlohmann::json record(const std::string& name);
    std::vector<std::string> custom_names(const std::string& environment = default_environment);
    void switch_to(const nlohmann::json& switches) { service->set_switches(switches); }

    MovableClock clock;
    std::unique_ptr<Service> service;
    std::optional<Caller> caller;
    std::string token_error;
};

/// A definition with one operation that nothing is wrong with.
[[nodiscard]] nlohmann::json definition();
/// Properties of a POST that nothing is wrong with: no sign-in.
[[nodiscard]] nlohmann::json plain_connector(const std::string& title = "Sample");
/// The same, signing in with a client secret or with a managed identity.
[[nodiscard]] nlohmann::json secret_connector(const std::string& title = "Sample");
[[nodiscard]] nlohmann::json identity_connector(const std::string& title = "Sample");
/// The OAuth block of properties, sent or answered.
[[nodiscard]] nlohmann::json& oauth(nlohmann::json& properties);

}  // namespace regent::simulator::test
