#pragma once

#include "model/secret.hpp"
#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>

namespace regent::provider::connectors {

/// Signing in with Entra ID, as all services that keep connectors have it: the block `connectionParameters`, and the
/// attributes `auth.…` of the model.

/// The block that `values` ask for; an empty object without sign-in. Without `secret` it carries none.
[[nodiscard]] nlohmann::json entra_parameters(const model::Map& values, const model::Secret& secret,
                                              const std::string& login_origin);
/// Sets `auth.…` from a block that was read. Null pointer: there is none.
void read_sign_in(model::Map& attributes, const nlohmann::json* connection_parameters);
/// What of it is there to be referred to: "redirectUrl", "identity/issuer", "identity/subject". `sets` are
/// connectionParameterSets; either may be null.
void read_sign_in_outputs(std::map<std::string, std::string, std::less<>>& outputs,
                          const nlohmann::json* connection_parameters, const nlohmann::json* sets);
/// The client that connections sign in as, in lower case; empty without OAuth.
[[nodiscard]] std::string client_id_of(const nlohmann::json* connection_parameters);

/// Puts the secret into every OAuth block of `parameters`, spelled as the services look for it.
void put_secret(nlohmann::json& parameters, const model::Secret& secret);
/// schemes[0]://host + basePath of a definition, as Microsoft's own client builds it.
[[nodiscard]] std::string service_url(const nlohmann::json& definition);
/// The text of one attribute; empty when it is not there.
[[nodiscard]] std::string value_text(const model::Map& values, std::string_view path);

}  // namespace regent::provider::connectors
