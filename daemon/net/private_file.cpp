#include "net/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace regent::net {
namespace {

/// A key file is a few kilobytes; more is some other file.
constexpr std::size_t largest_file = std::size_t{256} * 1024;

class Descriptor {
public:
    explicit Descriptor(const std::filesystem::path& path)
        : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

}  // namespace

tl::expected<std::optional<PrivateFile>, TokenError> read_file(const std::filesystem::path& path) {
    const Descriptor file(path);
    if (file.number() < 0 && errno == ENOENT) return std::nullopt;
    const auto unreadable = [&](int error) {
        return refuse(fmt::format("cannot read {}: {}", path.string(), std::generic_category().message(error)),
                      "the file must be readable by the user that regent runs as");
    };
    if (file.number() < 0) return unreadable(errno);
    struct stat about {};
    if (::fstat(file.number(), &about) != 0) return unreadable(errno);
    if (!S_ISREG(about.st_mode)) return refuse(fmt::format("{} is not a regular file", path.string()), "name a file");
    std::string bytes(largest_file + 1, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto got = ::read(file.number(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(errno);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    if (have > largest_file)
        return refuse(fmt::format("{} is too large to be a credential", path.string()), "check the path");
    bytes.resize(have);
    return PrivateFile{Secret(std::move(bytes)), about.st_mode};
}

}  // namespace regent::net
