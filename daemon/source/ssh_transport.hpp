#pragma once

#include "source/git_address.hpp"
#include "source/manifest_source.hpp"

#include <git2.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace regent::source {

/// The ssh way to a git server, by ssh(1).
///
/// libgit2 has one of its own over libssh2; Debian 12's libssh2 1.10 knows RSA keys with SHA-1 only, which OpenSSH
/// servers since 8.8 and the large forges refuse (https://www.openssh.com/txt/release-8.8). ssh(1) also checks
/// known_hosts by its own, well-tried rules.
struct SshCall {
    GitAddress address;
    std::filesystem::path key_file;
    std::filesystem::path known_hosts_file;
    std::chrono::seconds timeout{60};
    /// What ssh(1) said on its standard error; filled in when the call ends.
    std::string complaints;
};

/// For git_remote_callbacks::transport; the callbacks' payload must be given as `call`, which outlives the remote.
int make_ssh_transport(git_transport** out, git_remote* owner, SshCall& call);

/// What a failed call means, from ssh's own words.
[[nodiscard]] SourceError explain_ssh(const SshCall& call);

}  // namespace regent::source
