#include "provider/delivery/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <system_error>

namespace regent::provider::delivery {
namespace {

constexpr std::size_t most_bytes = 64u << 10;

std::string real_path(const std::string& path) {
    char resolved[PATH_MAX];
    return ::realpath(path.c_str(), resolved) == nullptr ? std::string{} : std::string(resolved);
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

std::string words_of(int error) {
    return std::generic_category().message(error);
}

AllowedFolder::AllowedFolder(const std::string& path) : path_(path) {
    const auto slash = path.rfind('/');
    if (path.empty() || path.front() != '/' || slash + 1 == path.size()) {
        problem_ = "it is not the absolute path of a file";
        return;
    }
    name_ = path.substr(slash + 1);
    real_folder_ = real_path(slash == 0 ? "/" : path.substr(0, slash));
    if (real_folder_.empty()) problem_ = fmt::format("its folder: {}", words_of(errno));
}

AllowedFolder::~AllowedFolder() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool AllowedFolder::lies_in(const std::string& folder) const {
    const auto real = real_path(folder);
    return !real.empty() && real != "/" &&
           (real_folder_ == real || real_folder_.compare(0, real.size() + 1, real + "/") == 0);
}

void AllowedFolder::check(bool none, bool allowed) {
    if (!allowed) {
        problem_ = none ? "this machine's configuration allows no files"
                        : "it is in none of the folders that this machine's configuration allows";
        return;
    }
    descriptor_ = ::open(real_folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor_ < 0) problem_ = fmt::format("its folder: {}", words_of(errno));
}

std::optional<std::string> read_small_file(int folder, const std::string& name, std::string& problem) {
    const int file = ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        if (errno != ENOENT) problem = words_of(errno);
        return std::nullopt;
    }
    struct stat about {};
    if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > static_cast<off_t>(most_bytes)) {
        problem = "it is no small file";
        ::close(file);
        return std::nullopt;
    }
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t have = 0;
    while (have < text.size()) {
        const auto count = ::read(file, text.data() + have, text.size() - have);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        have += static_cast<std::size_t>(count);
    }
    ::close(file);
    text.resize(have);
    return text;
}

std::string write_new_file(int folder, const std::string& name, std::string_view text, const Ownership& ownership) {
    ::unlinkat(folder, name.c_str(), 0);  // what a run that died left behind
    const int file = ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return words_of(errno);
    // Owner and mode first: nobody may read what is not meant for them, not for a moment.
    const bool owned = (ownership.user < 0 && ownership.group < 0) ||
                       ::fchown(file, static_cast<uid_t>(ownership.user), static_cast<gid_t>(ownership.group)) == 0;
    std::string problem;
    if (!owned) {
        problem = fmt::format("its owner or group cannot be set: {}", words_of(errno));
    } else if (::fchmod(file, ownership.mode) != 0 || !write_all(file, text) || ::fsync(file) != 0) {
        problem = words_of(errno);
    }
    if (::close(file) != 0 && problem.empty()) problem = words_of(errno);
    if (!problem.empty()) ::unlinkat(folder, name.c_str(), 0);
    return problem;
}

std::string rename_file(int folder, const std::string& from, const std::string& to) {
    if (::renameat(folder, from.c_str(), folder, to.c_str()) == 0) return {};
    return words_of(errno);
}

std::string remove_file(int folder, const std::string& name) {
    if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return {};
    return words_of(errno);
}

}  // namespace regent::provider::delivery
