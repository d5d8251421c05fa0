#include "controller/state_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace regent::controller {
namespace {

/// FNV-1a: a file name for a key with slashes in it. A collision would only make two environments wait for each other.
std::uint64_t digest(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3U;
    return hash;
}

}  // namespace

StateLock& StateLock::operator=(StateLock&& other) noexcept {
    if (this != &other) {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
}

StateLock::~StateLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

tl::expected<StateLock, LockError> lock_environment(const std::filesystem::path& folder,
                                                    const std::string& environment_key) {
    const auto path = folder / fmt::format("apply-{:016x}.lock", digest(environment_key));
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return tl::unexpected(
            LockError{fmt::format("the lock file {} cannot be opened: {}", path.string(), std::strerror(errno)),
                      "--state-dir names the folder; it must be writable", false});
    StateLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return tl::unexpected(LockError{"another apply to this environment is running on this machine",
                                        "wait for it, or look with `ps`; two writers would overwrite each other",
                                        true});
    return lock;
}

}  // namespace regent::controller
