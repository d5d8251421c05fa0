#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace regent::manifest {

/// Some bytes of a line.
struct Stretch {
    std::size_t first = 0;
    std::size_t bytes = 0;

    [[nodiscard]] std::size_t end() const noexcept { return first + bytes; }
};

/// How far a name tells that what stands behind it signs somebody in.
enum class SecretName {
    no,
    perhaps,  ///< a manifest has fields of that name which hold no secret: `secret` is the name of one in a key vault
    yes
};

/// Of a key in a file, whatever its spelling: `clientSecret`, `client_secret`, `CLIENT-SECRET`.
[[nodiscard]] SecretName secret_name(std::string_view key);

/// Whether a value looks drawn at random, and not chosen as a name by a person.
[[nodiscard]] bool looks_random(std::string_view value);

/// The secret that begins at `at` and is told by its form alone: client secrets of Entra's, JSON Web Tokens, tokens of
/// code hosts and chat services, user and password in an address, and what is secret in the address of a webhook.
[[nodiscard]] std::optional<Stretch> shape_at(std::string_view line, std::size_t at);

/// The part behind the host of an address that begins at `at`; nothing when there is no address.
[[nodiscard]] std::optional<Stretch> behind_host(std::string_view line, std::size_t at);

}  // namespace regent::manifest
