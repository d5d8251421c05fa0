#include "cli/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace regent::cli {

std::string write_new_file(const std::filesystem::path& path, std::string_view text) {
    std::error_code failure;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) return failure.message();
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0) return std::error_code(errno, std::generic_category()).message();
    int error = 0;
    while (error == 0 && !text.empty()) {
        const auto count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) error = count < 0 ? errno : EIO;
        if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::close(file) != 0 && error == 0) error = errno;
    if (error == 0) return {};
    ::unlink(path.c_str());  // half a manifest would be read as a whole one
    return std::error_code(error, std::generic_category()).message();
}

}  // namespace regent::cli
