#pragma once

#include "model/named_keys.hpp"
#include "model/secret.hpp"
#include "plan/plan.hpp"
#include "provider/provider_error.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace regent::provider::connectors {

/// The secret that a manifest names by `clientSecretFrom`, or as the key of a policy: the file `connector.NAME` in
/// `$CREDENTIALS_DIRECTORY`, where systemd puts what a unit loads (https://systemd.io/CREDENTIALS). Nothing else can be
/// named: a manifest's author must not be able to send regent's own key, or any other file, to a server of the author's
/// choice. The error is a sentence.
[[nodiscard]] tl::expected<model::Secret, std::string> machine_secret(const std::string& name);

/// The names in the attribute `clientSecretFrom`, "name/version" and behind it, when sets of connection parameters have
/// secrets of their own, JSON of their names. By set; "" is for all others.
[[nodiscard]] std::map<std::string, std::string> machine_secret_names(std::string_view from);

/// Those that carrying out `step` takes from this machine, in the same form.
[[nodiscard]] std::map<std::string, std::string> machine_secrets_for(const plan::Step& step);

/// The names of the keys that carrying out `step` puts into its policies.
[[nodiscard]] std::set<std::string> machine_keys_for(const plan::Step& step);

using MachineSecretReader = std::function<tl::expected<model::Secret, std::string>(const std::string& name)>;

/// A step as its service is sent it: its policies hold the keys that they name.
struct KeyedStep {
    plan::Step step;
    model::KeysAtHand keys;
};
/// Keys come from `read`, or, where that is unset, from machine_secret(). RG0720 when there is none.
[[nodiscard]] tl::expected<KeyedStep, ProviderError> with_machine_keys(const plan::Step& step,
                                                                       const MachineSecretReader& read);

/// Words of a service, which quotes what it refuses, with `***` in the place of a secret that it was sent.
[[nodiscard]] std::string without_secret(std::string words, const model::Secret& secret);

/// RG0720: that `address` is to have the secret `name`, and `why` there is none.
[[nodiscard]] ProviderError missing_machine_secret(const model::Address& address, const std::string& name,
                                                   const std::string& why);

}  // namespace regent::provider::connectors
