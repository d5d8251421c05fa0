#pragma once

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace regent::controller {

/// A held lock file; given back when it goes. The kernel gives it back too when the process is killed.
class StateLock {
public:
    StateLock() = default;
    explicit StateLock(int descriptor) : descriptor_(descriptor) {}
    StateLock(StateLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    StateLock& operator=(StateLock&& other) noexcept;
    ~StateLock();

private:
    int descriptor_ = -1;
};

struct LockError {
    std::string message;
    std::string help;
    bool busy = false;  ///< another run holds it; otherwise the file could not be opened
};

/// One writer per environment and state folder: takes the lock or says at once why not.
[[nodiscard]] tl::expected<StateLock, LockError> lock_environment(const std::filesystem::path& folder,
                                                                  const std::string& environment_key);

}  // namespace regent::controller
