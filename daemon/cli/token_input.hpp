#pragma once

#include "plan/token_trust.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace regent::cli {

/// A token that somebody wants explained. It is a secret while it is valid: only what is here leaves this reader, and
/// its errors quote nothing of it.
struct TokenInput {
    plan::TokenClaims claims;
    std::vector<std::string> notes;  ///< what would stop Entra whatever matches
};
struct TokenInputError {
    std::string message, help;
};

/// Reads claims as a JSON object, a JWT, or what GitHub and Kubernetes answer with one inside, in UTF-8, or in UTF-16
/// with its mark. Does not verify it.
[[nodiscard]] tl::expected<TokenInput, TokenInputError> read_token(std::string_view bytes,
                                                                   std::chrono::system_clock::time_point now);

/// Looks like a JWT: a thing that must not be shown.
[[nodiscard]] bool is_like_token(std::string_view text) noexcept;

}  // namespace regent::cli
