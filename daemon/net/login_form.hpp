#pragma once

#include "net/secret.hpp"
#include "net/session.hpp"
#include "net/transport.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace regent::net {

/// Sends a form to an endpoint of Entra's authority, `{login_origin}/{tenant}/oauth2/v2.0/{endpoint}`, and wipes it.
/// The outcome has an answer of any status; that there was none, and a tenant that is no path segment, are errors.
/// Repeating one is harmless: two tokens instead of one harm nobody.
[[nodiscard]] tl::expected<Outcome, TokenError> post_login_form(Transport& transport, std::string login_origin,
                                                                const std::string& tenant, std::string_view endpoint,
                                                                std::string form);

/// Takes `secret` out of an error's text: a service that quotes the request back would put it there, and its form is
/// not one that redact() can know.
void hide_secret(std::string& message, const Secret& secret);

}  // namespace regent::net
