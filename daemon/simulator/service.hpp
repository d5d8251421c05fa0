#pragma once

#include "simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace regent::simulator {

/// The simulator's own clock: wall time plus whatever `/_simulator/clock` has moved it by, so that an hour can pass in
/// a test.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
};

/// Who a bearer token was issued to, after its signature and times were checked.
struct Caller {
    std::string tenant_id;
    std::string app_id;
    std::string object_id;  ///< `oid`: of the calling service principal, or of the user
    std::string user;       ///< `upn`: a person has signed in; empty: an application
    std::string audience;   ///< `aud`: "https://graph.microsoft.com", "https://service.powerapps.com/", …
    std::vector<std::string> roles;
};

/// One pretend service behind the street door. All calls come from one strand: a service needs no lock.
class Service {
public:
    virtual ~Service() = default;

    /// True when this service answers `request` (by path and host). Services are asked in order of registration.
    [[nodiscard]] virtual bool serves(const Request& request) const = 0;

    /// `caller` is empty when there was no Authorization header; a service that needs one answers 401 in its own words.
    /// `token_error` says why a header that was there could not be accepted ("expired", "malformed", …).
    [[nodiscard]] virtual Response handle(const Request& request, const std::optional<Caller>& caller,
                                          const std::string& token_error) = 0;

    /// The member of `--seed`, `--dump` and `/_simulator/state` that this service owns: "graph", "powerApps".
    [[nodiscard]] virtual std::string state_key() const = 0;
    /// The service's state in the service's own JSON shape.
    [[nodiscard]] virtual nlohmann::json dump() const = 0;
    /// Adds what `state` holds (the shape of dump()); throws std::invalid_argument with a sentence for a person.
    virtual void seed(const nlohmann::json& state) = 0;

    /// Knobs for what nobody knows and for late replicas: `/_simulator/switches` hands each service the object below
    /// its key. Throws std::invalid_argument for an unknown name.
    virtual void set_switches(const nlohmann::json& switches) = 0;
    [[nodiscard]] virtual nlohmann::json switches() const = 0;

    /// Changes something behind everybody's back, without the service's rules: `/_simulator/change`. `body` holds
    /// "patch" (merged), "put" (added) or "delete": true. False when `path` is not this service's, or names nothing.
    virtual bool change(const std::string& path, const nlohmann::json& body) = 0;

    /// Asked before each request inside a batch: the fault that is to happen to it, if any. Set by the simulator.
    std::function<std::optional<Response>(const Request&)> intercept = [](const Request&) {
        return std::optional<Response>{};
    };
};

}  // namespace regent::simulator
