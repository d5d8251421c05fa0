#pragma once

#include "model/secret.hpp"

#include <tl/expected.hpp>

#include <string>

namespace regent::provider::connectors {

/// The secret that a manifest names by `clientSecretFrom`: the file `connector.NAME` in `$CREDENTIALS_DIRECTORY`, where
/// systemd puts what a unit loads (https://systemd.io/CREDENTIALS). Nothing else can be named: a manifest's author must
/// not be able to send regent's own key, or any other file, to a server of the author's choice. The error is a
/// sentence.
[[nodiscard]] tl::expected<model::Secret, std::string> machine_secret(const std::string& name);

}  // namespace regent::provider::connectors
