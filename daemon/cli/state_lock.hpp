#pragma once

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace regent::cli {

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

/// One writer per environment on this machine: takes the lock or says at once that another run holds it.
[[nodiscard]] tl::expected<StateLock, std::string> lock_environment(const std::filesystem::path& folder,
                                                                    const std::string& environment_key);

}  // namespace regent::cli
