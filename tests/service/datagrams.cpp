#include "service/datagrams.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

namespace regent::service::testing {

namespace {

int next_number() {
    static int number = 0;
    return ++number;
}

}  // namespace

Listener::Listener(std::string address) : address_(std::move(address)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address_.data(), address_.size());
    if (address_.front() == '@') name.sun_path[0] = '\0';
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    if (fd_ < 0 || ::bind(fd_, reinterpret_cast<const sockaddr*>(&name), length) != 0) {
        throw std::runtime_error("cannot bind " + address_ + ": " + std::strerror(errno));
    }
}

Listener::~Listener() {
    ::close(fd_);
    if (address_.front() == '/') ::unlink(address_.c_str());
}

std::optional<std::string> Listener::next(std::chrono::milliseconds patience) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) != 1) return std::nullopt;
    std::vector<char> buffer(1u << 18);
    const auto size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0) return std::nullopt;
    return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::string fresh_path() {
    return (std::filesystem::temp_directory_path() / fmt::format("regent-test-{}-{}", ::getpid(), next_number()))
        .string();
}

std::string fresh_abstract_name() {
    return fmt::format("@regent-test-{}-{}", ::getpid(), next_number());
}

}  // namespace regent::service::testing
