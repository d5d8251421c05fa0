#pragma once

#include "service/http_server.hpp"

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace regent::service {

/// A socket that listens, and what has to be tidied away after it.
class ListeningSocket {
public:
    ListeningSocket() = default;
    ListeningSocket(ListeningSocket&& other) noexcept { swap(other); }
    ListeningSocket& operator=(ListeningSocket&& other) noexcept {
        swap(other);
        return *this;
    }
    ~ListeningSocket();

    int descriptor = -1;  ///< taken by release()
    int family = 0;
    std::uint16_t port = 0;
    std::vector<std::string> warnings;

    /// The descriptor, which is the caller's from now on. The file is still removed in the end.
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor, -1); }

private:
    friend tl::expected<ListeningSocket, ListenError> open_listener(const UnixListener& listener);
    void swap(ListeningSocket& other) noexcept;

    std::filesystem::path path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

[[nodiscard]] tl::expected<ListeningSocket, ListenError> open_listener(const UnixListener& listener);
[[nodiscard]] tl::expected<ListeningSocket, ListenError> open_listener(const TcpListener& listener);

/// Who connected to a unix socket; nothing when the kernel does not say.
[[nodiscard]] std::optional<Peer> peer_of(int descriptor);

}  // namespace regent::service
