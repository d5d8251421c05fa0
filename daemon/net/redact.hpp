#pragma once

#include <string>
#include <string_view>

namespace regent::net {

/// `text` with everything that could sign somebody in replaced by "***": bearer and basic authorization, anything
/// shaped like a JWT or like a client secret of Entra's, the values of client_secret, client_assertion, secretText,
/// password, access_token and their like in forms and JSON, and the `sig` of shared access signatures. For any text
/// that may reach a person or a file. Costs one pass; never fails; applying it twice changes nothing more.
[[nodiscard]] std::string redact(std::string_view text);

/// An address as it may be written down: origin and path, and of the query the OData options ($select, $filter, $top …)
/// and `api-version` only; other values (signatures, skip tokens) become "***".
[[nodiscard]] std::string loggable_address(std::string_view origin, std::string_view target);

}  // namespace regent::net
