#pragma once

#include "source/manifest_source.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace regent::source {

/// One branch or tag, to be brought into a bare repository of the service's own. Secrets only by the names of files.
struct FetchRequest {
    std::filesystem::path repository;  ///< made when it is not there
    std::string url;
    std::string branch, tag;  ///< exactly one
    std::string user;
    std::filesystem::path token_file, ssh_key_file, ssh_known_hosts_file, ca_file;
    std::string proxy;  ///< for https; without a user
    std::chrono::seconds timeout{60};
};

/// The program that fetches, called as `<executable> <arguments…> --repository …`.
struct FetchProgram {
    std::filesystem::path executable = "/proc/self/exe";
    std::vector<std::string> arguments{"internal-fetch"};
};

struct FetchError {
    SourceError error;
    /// The fault may lie in the repository of our own: a fetch into a new one would tell.
    bool own_copy_in_doubt = false;
};

/// The commit that the branch or tag names now; all that belongs to it is in the repository. Runs in a child process:
/// libgit2 1.5 has no timeouts of its own, and a server that stops talking would hold the caller for ever.
[[nodiscard]] tl::expected<std::string, FetchError> fetch(const FetchRequest& request, const FetchProgram& program,
                                                          const std::atomic<bool>& stop);

/// Puts everything that is in use into one pack and removes the rest: each fetch leaves a pack of its own, and after a
/// year there would be thousands. In a child process, too. Nobody may read the repository meanwhile.
void pack_repository(const std::filesystem::path& repository, const FetchProgram& program,
                     const std::atomic<bool>& stop);

/// The child's side: `arguments` are those behind the program's own. The answer goes to standard output.
int run_fetch(const std::vector<std::string>& arguments);

/// A file of this name at its top says that a bare repository is regent's, and may be moved aside.
inline constexpr const char* repository_mark = "regent-source";
/// Which commits the repository keeps.
inline constexpr const char* fetched_reference = "refs/regent/fetched";
inline constexpr const char* accepted_reference = "refs/regent/accepted";

}  // namespace regent::source
