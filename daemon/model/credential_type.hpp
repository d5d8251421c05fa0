#pragma once

#include <string_view>

namespace regent::model {

/// What an application, or its service principal, signs in with or has tokens signed or encrypted by.
enum class CredentialType { secret, certificate, principal_certificate };

/// As programs read it.
[[nodiscard]] constexpr std::string_view to_string(CredentialType type) noexcept {
    if (type == CredentialType::secret) return "secret";
    return type == CredentialType::certificate ? "certificate" : "servicePrincipalCertificate";
}

/// As people read it.
[[nodiscard]] constexpr std::string_view words_of(CredentialType type) noexcept {
    if (type == CredentialType::secret) return "secret";
    return type == CredentialType::certificate ? "certificate" : "service principal's certificate";
}

}  // namespace regent::model
