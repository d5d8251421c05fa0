#pragma once

#include "model/secret.hpp"
#include "plan/plan.hpp"
#include "provider/provider_error.hpp"

#include <tl/expected.hpp>

#include <map>
#include <string>
#include <string_view>

namespace regent::provider::connectors {

/// The secret that a manifest names by `clientSecretFrom`: the file `connector.NAME` in `$CREDENTIALS_DIRECTORY`, where
/// systemd puts what a unit loads (https://systemd.io/CREDENTIALS). Nothing else can be named: a manifest's author must
/// not be able to send regent's own key, or any other file, to a server of the author's choice. The error is a
/// sentence.
[[nodiscard]] tl::expected<model::Secret, std::string> machine_secret(const std::string& name);

/// The names in the attribute `clientSecretFrom`, "name/version" and behind it, when sets of connection parameters have
/// secrets of their own, JSON of their names. By set; "" is for all others.
[[nodiscard]] std::map<std::string, std::string> machine_secret_names(std::string_view from);

/// Those that carrying out `step` takes from this machine, in the same form.
[[nodiscard]] std::map<std::string, std::string> machine_secrets_for(const plan::Step& step);

/// RG0720: that `address` is to have the secret `name`, and `why` there is none.
[[nodiscard]] ProviderError missing_machine_secret(const model::Address& address, const std::string& name,
                                                   const std::string& why);

}  // namespace regent::provider::connectors
