#pragma once

#include "simulator/directory.hpp"
#include "simulator/jwt.hpp"
#include "simulator/service.hpp"

#include <memory>
#include <optional>
#include <string>

namespace regent::simulator {

/// Entra's token endpoints, its keys, and the discovery documents clients ask for first. Both outlive the service.
[[nodiscard]] std::unique_ptr<Service> make_login(Directory& directory, const SigningKey& key);

/// Who a bearer token was issued to. Without a caller, `error` says in Graph's words why.
struct TokenCheck {
    std::optional<Caller> caller;
    std::string error;
};
[[nodiscard]] TokenCheck check_token(const Request& request, const SigningKey& key, Time now);

}  // namespace regent::simulator
