#pragma once

#include "controller/tenant.hpp"
#include "model/daemon_configuration.hpp"
#include "net/credentials.hpp"
#include "source/source_watch.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>

namespace regent::service {

/// The folders that systemd gives a service (systemd.exec(5): StateDirectory= and its kin), or what stands in for them
/// when it is started by hand.
struct Surroundings {
    std::filesystem::path state;        ///< $STATE_DIRECTORY, else $XDG_STATE_HOME/regent, else ~/.local/state/regent
    std::filesystem::path cache;        ///< $CACHE_DIRECTORY, else a folder in `state`
    std::filesystem::path runtime;      ///< $RUNTIME_DIRECTORY, else `state`
    std::filesystem::path credentials;  ///< $CREDENTIALS_DIRECTORY; empty: none
};
[[nodiscard]] Surroundings surroundings_from_environment();

/// Who signs in to the tenant of `environment`: the credentials `<environment>.client-id` and so on, else `client-id`
/// and so on, else, outside of systemd, the variables of the Azure SDKs.
[[nodiscard]] tl::expected<net::SignIn, net::TokenError> sign_in_for(const std::string& environment,
                                                                     const Surroundings& surroundings);

/// Where sign-ins of persons are kept: `sign-ins` in the state folder. They are encrypted with the credential
/// `<environment>.token-cache-key` or `token-cache-key` below `credentials`, else the file that
/// $REGENT_TOKEN_CACHE_KEY_FILE names, else, outside of systemd, one that regent makes in the user's configuration
/// folder.
[[nodiscard]] controller::PersonFiles person_files(const std::string& environment, const std::filesystem::path& state,
                                                   const std::filesystem::path& credentials);

/// The source that `configuration` names, with the credentials `git-token`, `git-ssh-key` and `git-known-hosts`.
[[nodiscard]] std::unique_ptr<source::ChangingSource> source_of(const model::DaemonConfiguration& configuration,
                                                                const Surroundings& surroundings,
                                                                const std::string& last_commit);
/// What tells at once that it changed; a null pointer for a remote repository, and where nothing can be watched.
[[nodiscard]] std::unique_ptr<source::FolderWatch> watch_of(const model::DaemonConfiguration& configuration,
                                                            std::function<void()> on_change);

}  // namespace regent::service
