#pragma once

#include <string>

namespace regent::simulator {

/// Why the sign-in service gives nothing.
/// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
struct LoginRefusal {
    int status = 400;
    std::string error;  ///< of OAuth: "invalid_grant"
    int code = 0;       ///< of AADSTS
    std::string message;
};

}  // namespace regent::simulator
