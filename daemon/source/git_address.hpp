#pragma once

#include "source/manifest_source.hpp"

#include <filesystem>
#include <string>

namespace regent::source {

/// Where a repository is, taken apart.
struct GitAddress {
    enum class Kind { local, https, ssh };
    Kind kind = Kind::local;
    std::string url;             ///< for libgit2
    std::filesystem::path path;  ///< local only
    std::string user, host, port;
    std::string remote_path;  ///< https and ssh
    std::string shown;        ///< for people: without the user
};

/// Takes an absolute path, file:///, https://, ssh:// or `git@host:path`. Refused: addresses that hold a password or
/// token (they would be seen in process lists and logs), unencrypted ones, and anything that a program called with it
/// could take for an option.
[[nodiscard]] tl::expected<GitAddress, SourceError> parse_git_address(const std::string& url);

}  // namespace regent::source
