#pragma once

#include <string>
#include <string_view>

namespace regent::manifest {

/// Standard alphabet, padded.
[[nodiscard]] std::string base64_of(std::string_view bytes);
/// SHA-1 in capital hex digits: what Entra calls a certificate's thumbprint.
[[nodiscard]] std::string thumbprint_of(std::string_view bytes);
/// The first 16 hex digits of SHA-256: enough to tell one picture of an application from the next.
[[nodiscard]] std::string short_sha256(std::string_view bytes);

}  // namespace regent::manifest
