#include "source/trusted_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace regent::source {

namespace fs = std::filesystem;

tl::expected<void, SourceError> check_trusted_file(const fs::path& path, const std::string& what) {
    const auto refuse = [&](std::string why, std::string help) {
        return tl::unexpected(SourceError{fmt::format("{} {} {}", what, path.string(), why), std::move(help)});
    };
    if (!path.is_absolute()) return refuse("is not named by an absolute path", "write it from the root: /etc/regent/…");
    std::error_code error;
    const auto real = fs::canonical(path, error);
    if (error) return refuse(fmt::format("cannot be found: {}", error.message()), "check the path and its folders");
    for (auto part = real;; part = part.parent_path()) {
        struct stat info {};
        if (::stat(part.c_str(), &info) != 0) return refuse("cannot be looked at", "check its permissions");
        const bool is_file = part == real;
        if (is_file && !S_ISREG(info.st_mode)) return refuse("is not a regular file", "name a file");
        if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
            return refuse(fmt::format("is not to be trusted: {} belongs to uid {}", part.string(), info.st_uid),
                          fmt::format("chown root {}", part.string()));
        }
        const bool sticky_folder = !is_file && (info.st_mode & S_ISVTX) != 0;
        if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky_folder) {
            return refuse(fmt::format("is not to be trusted: others may write to {}", part.string()),
                          fmt::format("chmod go-w {}", part.string()));
        }
        if (part == part.root_path()) return {};
    }
}

}  // namespace regent::source
