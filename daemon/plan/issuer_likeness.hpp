#pragma once

#include <string>
#include <string_view>

namespace regent::plan {

/// How an issuer of a token is like the one that a credential trusts: what people confuse, and Entra does not.
enum class IssuerLikeness {
    same,
    slash,  ///< one ends with a slash
    capitals,
    blanks,  ///< around one of them
    scheme,  ///< http, or none
    port,    ///< the usual one is written out
    form,    ///< several of these
    path,    ///< the same host, and something else behind it
    host,    ///< a few characters differ: one of them may be misspelt
    other
};
[[nodiscard]] IssuerLikeness likeness_of(std::string_view trusted, std::string_view given);

/// The same but for how it is written: whoever compares by eye takes it for the same.
[[nodiscard]] constexpr bool differs_in_form_only(IssuerLikeness likeness) noexcept {
    return likeness > IssuerLikeness::same && likeness < IssuerLikeness::path;
}

}  // namespace regent::plan
