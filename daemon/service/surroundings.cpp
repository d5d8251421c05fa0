#include "service/surroundings.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

namespace regent::service {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : value;
}

/// systemd may give several folders; the first is ours.
fs::path folder(const char* name) {
    const auto value = variable(name);
    return value.substr(0, value.find(':'));
}

fs::path credential(const Surroundings& surroundings, const char* name) {
    std::error_code error;
    const auto path = surroundings.credentials / name;
    return !surroundings.credentials.empty() && fs::exists(path, error) ? path : fs::path{};
}

source::GitLocation location_of(const model::DaemonConfiguration& configuration, const Surroundings& surroundings) {
    const auto& git = *configuration.git;
    source::GitLocation location;
    location.url = git.url;
    location.branch = git.branch;
    location.tag = git.tag;
    location.path = git.path;
    location.repository = surroundings.cache / "source.git";
    location.verification.mode = git.verify_head ? source::Verification::Mode::head : source::Verification::Mode::none;
    location.verification.openpgp_keyring = git.openpgp_keyring;
    location.verification.ssh_allowed_signers = git.ssh_allowed_signers;
    location.allow_rewind = git.allow_rewind;
    location.user = git.user;
    location.token_file = credential(surroundings, "git-token");
    location.ssh_key_file = credential(surroundings, "git-ssh-key");
    location.ssh_known_hosts_file = credential(surroundings, "git-known-hosts");
    location.ca_file = configuration.ca_file;
    location.proxy = configuration.proxy;
    return location;
}

}  // namespace

Surroundings surroundings_from_environment() {
    Surroundings found;
    found.state = folder("STATE_DIRECTORY");
    if (found.state.empty()) {
        const auto state_home = variable("XDG_STATE_HOME");
        const auto home = variable("HOME");
        found.state = state_home.empty() ? fs::path(home.empty() ? "/var/lib" : home) / ".local" / "state" / "regent"
                                         : fs::path(state_home) / "regent";
    }
    found.cache = folder("CACHE_DIRECTORY");
    if (found.cache.empty()) found.cache = found.state / "cache";
    found.runtime = folder("RUNTIME_DIRECTORY");
    if (found.runtime.empty()) found.runtime = found.state;
    found.credentials = folder("CREDENTIALS_DIRECTORY");
    return found;
}

tl::expected<net::SignIn, net::TokenError> sign_in_for(const std::string& environment,
                                                       const Surroundings& surroundings) {
    const bool in_variables = !variable("AZURE_CLIENT_ID").empty() || !variable("AZURE_TOKEN_CREDENTIALS").empty();
    if (surroundings.credentials.empty() || in_variables)
        return net::credential_from_environment([](const char* name) -> const char* { return std::getenv(name); });
    const auto prefix = environment + ".";
    std::error_code error;
    const bool own = fs::exists(surroundings.credentials / (prefix + "client-id"), error);
    return net::credential_from_directory(surroundings.credentials, own ? prefix : std::string{});
}

controller::PersonFiles person_files(const std::string& environment, const fs::path& state,
                                     const fs::path& credentials) {
    const auto folder = state / "sign-ins";
    const std::string name = "token-cache-key";
    std::error_code error;
    for (const auto& credential : {fmt::format("{}.{}", environment, name), name}) {
        if (!credentials.empty() && fs::exists(credentials / credential, error))
            return {.folder = folder, .key = credentials / credential};
    }
    if (const auto named = variable("REGENT_TOKEN_CACHE_KEY_FILE"); !named.empty())
        return {.folder = folder, .key = named};
    // A unit of systemd is given its secrets; it makes none that nobody knows of.
    if (!credentials.empty()) return {.folder = folder, .key = credentials / name};
    const auto configuration = variable("XDG_CONFIG_HOME"), home = variable("HOME");
    const auto base =
        !configuration.empty() ? fs::path(configuration) : fs::path(home.empty() ? state.string() : home) / ".config";
    return {.folder = folder, .key = base / "regent" / name, .may_make_key = true};
}

std::unique_ptr<source::ChangingSource> source_of(const model::DaemonConfiguration& configuration,
                                                  const Surroundings& surroundings, const std::string& last_commit) {
    if (configuration.git) return source::watch_git(location_of(configuration, surroundings), last_commit);
    return source::watch_directory(configuration.directory);
}

std::unique_ptr<source::FolderWatch> watch_of(const model::DaemonConfiguration& configuration,
                                              std::function<void()> on_change) {
    auto watch = configuration.git
                     ? source::watch_repository(configuration.git->url, configuration.settle, std::move(on_change))
                     : source::watch_folder(configuration.directory, configuration.settle, std::move(on_change));
    return watch ? std::move(*watch) : nullptr;  // then the interval has to do
}

}  // namespace regent::service
