#pragma once

#include "net/session.hpp"

#include <string_view>

namespace regent::net {

/// What the token endpoint said, made into an error for a person: the first sentence of its own words with its trace
/// id, and what to do about the usual codes. `body` is its answer to a request that did not yield a token: the OAuth
/// error object of https://learn.microsoft.com/entra/identity-platform/reference-error-codes, or whatever a gateway put
/// in its place. Text that could sign somebody in is masked.
[[nodiscard]] TokenError explain_refusal(int status, std::string_view body);

/// The AADSTS number of a refusal: `error_codes[0]`; 0 when it has none. The words are not searched for it: they may
/// change.
[[nodiscard]] int refusal_code(std::string_view body);

}  // namespace regent::net
