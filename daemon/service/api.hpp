#pragma once

#include "controller/control.hpp"
#include "service/http.hpp"
#include "service/person_sign_ins.hpp"

#include <string>

namespace regent::service {

struct ApiOptions {
    std::string group = "regent-admin";  ///< whose members may change something, besides root and the service's user
    PersonSignIns* sign_ins = nullptr;   ///< outlives the server; null: nobody can sign in through it
    std::string socket;                  ///< where that is possible, for the message to those who asked elsewhere
};

/// `/api/v1/…`: status and history as JSON, and on a unix socket what a person may ask of the service. The paths are in
/// docs/reference/api.md. `control` must outlive the server.
[[nodiscard]] Route api_routes(controller::Control& control, ApiOptions options = {});

}  // namespace regent::service
