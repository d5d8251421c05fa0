#pragma once

#include "controller/event.hpp"

namespace regent::service::testing {

/// 2026-09-14T03:44:11Z
inline constexpr std::chrono::system_clock::time_point monday_morning{std::chrono::seconds(1'789'357'451)};

/// Somebody added a federated credential to Application/orders-api in prod; it is going to be removed.
[[nodiscard]] inline controller::Event drift() {
    controller::Event event;
    event.id = "1147-2";
    event.time = monday_morning;
    event.type = controller::EventType::drift;
    event.severity = controller::EventSeverity::warning;
    event.environment = "prod";
    event.address = model::Address{"Application", "orders-api"};
    event.reason = "Drifted";
    event.path = "federatedCredentials/manual-test";
    event.action = "revert";
    event.revision = "9b1e77d0c0ffee";
    event.run = 1147;
    event.message = "federatedCredentials has \"manual-test\", which no file declares; it will be removed";
    event.request_id = "a7a3f0b2";
    return event;
}

/// An event of `type` about Application/`name` in prod; about the environment when `name` is empty.
[[nodiscard]] inline controller::Event event_of(controller::EventType type, controller::EventSeverity severity,
                                                std::string name = "orders-api", std::string reason = "") {
    controller::Event event;
    event.id = "1147-3";
    event.time = monday_morning;
    event.type = type;
    event.severity = severity;
    event.environment = "prod";
    if (!name.empty()) event.address = model::Address{"Application", std::move(name)};
    event.reason = std::move(reason);
    event.run = 1147;
    return event;
}

}  // namespace regent::service::testing
