#include "service/listen.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace regent::service {
namespace {

constexpr int backlog = 1024;

tl::unexpected<ListenError> failed(std::string what, int error, std::string help) {
    return tl::unexpected(ListenError{fmt::format("{}: {}", what, std::strerror(error)), std::move(help)});
}

std::optional<gid_t> group_id(const std::string& name) {
    std::vector<char> buffer(std::size_t{16} * 1024);
    group entry{};
    group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return found->gr_gid;
}

/// Removes what a killed process left at `address`. An error when somebody answers there, or it is no socket.
tl::expected<void, ListenError> make_room(const std::string& path, const sockaddr_un& address) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return {};
    if (!S_ISSOCK(info.st_mode))
        return tl::unexpected(ListenError{fmt::format("{} is in the way: it is not a socket", path),
                                          "move it away, or choose another path for the socket"});
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return failed("cannot make a socket", errno, "");
    const bool answered = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int why = errno;
    ::close(probe);
    if (answered || (why != ECONNREFUSED && why != ENOENT))
        return tl::unexpected(ListenError{fmt::format("somebody listens at {} already", path),
                                          "another regent runs with this socket: `systemctl status regent`"});
    ::unlink(path.c_str());
    return {};
}

/// Gives the socket to its group, so that members may connect; otherwise it stays with its owner.
void open_to_group(const UnixListener& listener, std::vector<std::string>& warnings) {
    const auto path = listener.path.string();
    if (listener.group.empty()) return;
    const auto gid = group_id(listener.group);
    if (!gid) {
        warnings.push_back(
            fmt::format("there is no group `{}`: only root and this service's user can use {}", listener.group, path));
        return;
    }
    // Nothing to ask for when the service runs with that group: under systemd the call is refused.
    struct stat info {};
    const bool given = ::lstat(path.c_str(), &info) == 0 && info.st_gid == *gid;
    if (!given && ::chown(path.c_str(), static_cast<uid_t>(-1), *gid) != 0) {
        warnings.push_back(
            fmt::format("cannot give {} to the group `{}` ({}): only root and this service's user can use it", path,
                        listener.group, std::strerror(errno)));
        return;
    }
    if (::chmod(path.c_str(), 0660) != 0)
        warnings.push_back(fmt::format("cannot open {} to its group: {}", path, std::strerror(errno)));
}

struct Descriptor {
    int value = -1;
    ~Descriptor() {
        if (value >= 0) ::close(value);
    }
    int release() noexcept { return std::exchange(value, -1); }
};

}  // namespace

ListeningSocket::~ListeningSocket() {
    if (descriptor >= 0) ::close(descriptor);
    struct stat info {};
    // Not when another process has put its own socket there since.
    if (!path_.empty() && ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_)
        ::unlink(path_.c_str());
}

void ListeningSocket::swap(ListeningSocket& other) noexcept {
    std::swap(descriptor, other.descriptor);
    std::swap(family, other.family);
    std::swap(port, other.port);
    std::swap(warnings, other.warnings);
    std::swap(path_, other.path_);
    std::swap(device_, other.device_);
    std::swap(inode_, other.inode_);
}

tl::expected<ListeningSocket, ListenError> open_listener(const UnixListener& listener) {
    const auto path = listener.path.string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return tl::unexpected(ListenError{
            fmt::format("the path of a socket must have 1 to {} bytes: `{}`", sizeof address.sun_path - 1, path),
            "choose a shorter path"});
    path.copy(address.sun_path, path.size());
    if (auto room = make_room(path, address); !room) return tl::unexpected(std::move(room.error()));

    Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (socket.value < 0) return failed("cannot make a socket", errno, "");
    // Linux gives a bound socket the mode its descriptor has: nobody else can connect before the group is set.
    ::fchmod(socket.value, 0600);
    if (::bind(socket.value, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failed(fmt::format("cannot listen at {}", path), errno,
                      "the folder must exist and belong to the service; systemd makes it with RuntimeDirectory=regent");
    ListeningSocket listening;
    listening.family = AF_UNIX;
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0) {
        listening.path_ = listener.path;
        listening.device_ = info.st_dev;
        listening.inode_ = info.st_ino;
    }
    if (::listen(socket.value, backlog) != 0) return failed(fmt::format("cannot listen at {}", path), errno, "");
    open_to_group(listener, listening.warnings);
    listening.descriptor = socket.release();
    return listening;
}

tl::expected<ListeningSocket, ListenError> open_listener(const TcpListener& listener) {
    const auto where = listener.address == "localhost" ? std::string("127.0.0.1") : listener.address;
    sockaddr_in four{};
    sockaddr_in6 six{};
    const bool is_four = ::inet_pton(AF_INET, where.c_str(), &four.sin_addr) == 1;
    const bool is_six = !is_four && ::inet_pton(AF_INET6, where.c_str(), &six.sin6_addr) == 1;
    const bool loopback =
        is_four ? (ntohl(four.sin_addr.s_addr) >> 24U) == 127 : is_six && IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
    if (!loopback)
        return tl::unexpected(
            ListenError{fmt::format("`{}` is not a loopback address", listener.address),
                        "use 127.0.0.1 or ::1; to show the page to others, put a server with sign-in in front"});
    four.sin_family = AF_INET;
    six.sin6_family = AF_INET6;
    four.sin_port = six.sin6_port = htons(listener.port);
    const auto* address = is_four ? reinterpret_cast<const sockaddr*>(&four) : reinterpret_cast<const sockaddr*>(&six);
    socklen_t size = is_four ? sizeof four : sizeof six;

    ListeningSocket listening;
    listening.family = is_four ? AF_INET : AF_INET6;
    Descriptor socket{::socket(listening.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (socket.value < 0) return failed("cannot make a socket", errno, "");
    const int yes = 1;
    ::setsockopt(socket.value, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(socket.value, address, size) != 0 || ::listen(socket.value, backlog) != 0)
        return failed(fmt::format("cannot listen at {}:{}", where, listener.port), errno,
                      "another program may use this port: `ss -ltnp` shows which");
    sockaddr_storage bound{};
    size = sizeof bound;
    ::getsockname(socket.value, reinterpret_cast<sockaddr*>(&bound), &size);
    listening.port = ntohs(is_four ? reinterpret_cast<const sockaddr_in&>(bound).sin_port
                                   : reinterpret_cast<const sockaddr_in6&>(bound).sin6_port);
    listening.descriptor = socket.release();
    return listening;
}

std::optional<Peer> peer_of(int descriptor) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
    Peer peer{credentials.uid, credentials.gid, credentials.pid, {}};
    peer.groups.resize(64);
    size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
    int result = ::getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size);
    if (result != 0 && errno == ERANGE) {
        peer.groups.resize(size / sizeof(gid_t));
        result = ::getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size);
    }
    peer.groups.resize(result == 0 ? size / sizeof(gid_t) : 0);
    return peer;
}

}  // namespace regent::service
