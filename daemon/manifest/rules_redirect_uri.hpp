#pragma once

#include "manifest/document.hpp"
#include "manifest/load_findings.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace regent::manifest {

enum class Platform { web, spa, native };

/// `spelling` as manifests have it: "web", "spa", "native".
[[nodiscard]] Platform platform_of(std::string_view spelling) noexcept;

/// Whether personal Microsoft accounts may sign in; several of Entra's limits are tighter then. `audience` in Graph's
/// spelling. https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
[[nodiscard]] bool admits_personal_accounts(std::string_view audience) noexcept;

/// Redirect URIs one application can hold, all platforms together. Same source.
[[nodiscard]] std::size_t max_redirect_uris(std::string_view audience) noexcept;

/// Checks one redirect URI against the rules of its platform and of the application's audience; at most one error, the
/// first. https://learn.microsoft.com/entra/identity-platform/reply-url
void check_redirect_uri(const Node& uri, Platform platform, std::string_view audience, Findings& findings);

/// Tells about members of a set that are written twice: regent would send one, and the reader would wonder which.
enum class Capitals { tell_apart, are_equal };
void check_repetition(const std::vector<const Node*>& items, std::string_view what, Findings& findings,
                      Capitals capitals = Capitals::tell_apart);

}  // namespace regent::manifest
