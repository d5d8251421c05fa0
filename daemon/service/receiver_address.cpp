#include "service/receiver_address.hpp"

#include "net/origin.hpp"
#include "net/redact.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace regent::service {

namespace {

/// Logic Apps' addresses have some 300 characters.
constexpr std::size_t max_line_bytes = 4096;

tl::unexpected<std::string> refuse(std::string why) {
    return tl::unexpected(std::move(why));
}

class Descriptor {
public:
    explicit Descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char character) { return character > 0x20 && character < 0x7F; });
}

}  // namespace

tl::expected<ReceiverAddress, std::string> parse_receiver_address(const net::Secret& url) {
    const std::string_view text = url.reveal();
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return refuse("it is no address of the form https://host/path");
    const auto host_end = std::min(text.find_first_of("/?#", scheme_end + 3), text.size());
    auto target = std::string(text.substr(host_end));
    if (target.empty() || target.front() != '/') target.insert(target.begin(), '/');
    auto origin = std::string(text.substr(0, host_end));
    const auto parsed = net::parse_origin(origin);
    if (!parsed) return refuse("it is no address of the form https://host/path");
    if (!is_visible_ascii(target) || target.find('#') != std::string::npos) {
        return refuse("its path has characters that no address has");
    }
    if (parsed->scheme != "https" && !net::is_loopback(parsed->host)) {
        return refuse("it must begin with https: whoever reads it on the way can write to the channel");
    }
    return ReceiverAddress{net::Secret(std::move(origin)), net::Secret(std::move(target))};
}

tl::expected<net::Secret, std::string> read_credential_line(const std::string& path) {
    const Descriptor file(path);
    const auto unreadable = [&](int error) {
        return refuse(fmt::format("cannot read {}: {}", path, std::generic_category().message(error)));
    };
    if (file.number() < 0) return unreadable(errno);
    // Asked of the open file, so that nobody can swap it in between. Group may read: systemd lets the service's user in
    // by an access list, whose mask shows as the group's permission.
    struct stat about {};
    if (::fstat(file.number(), &about) != 0) return unreadable(errno);
    if (!S_ISREG(about.st_mode)) return refuse(fmt::format("{} is not a regular file", path));
    if ((about.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        return refuse(fmt::format("{} can be read or changed by others on this machine (mode {:04o}): chmod 600", path,
                                  about.st_mode & 07777U));
    }
    std::string bytes(max_line_bytes + 1, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto got = ::read(file.number(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(errno);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r' || bytes.back() == ' ')) bytes.pop_back();
    net::Secret line(std::move(bytes));
    if (line.empty()) return refuse(fmt::format("{} is empty", path));
    if (have > max_line_bytes) return refuse(fmt::format("{} is too long to be an address or a key", path));
    if (line.reveal().find('\n') != std::string::npos) return refuse(fmt::format("{} has more than one line", path));
    return line;
}

std::string without_address(std::string error, const ReceiverAddress& address) {
    const auto& origin = address.origin.reveal();
    const auto& target = address.target.reveal();
    const auto host = net::parse_origin(origin).value_or(net::Origin{}).host;
    const auto path = target.substr(0, target.find('?'));
    const auto loggable = net::loggable_address(origin, target);
    const std::array pieces{net::redact(loggable), loggable, origin + target, origin, target, path, host};
    for (const auto& piece : pieces) {
        if (piece.size() < 2) continue;
        for (auto at = error.find(piece); at != std::string::npos; at = error.find(piece, at)) {
            error.replace(at, piece.size(), "***");
            at += 3;
        }
    }
    // What a transport's error begins with; its colon may have gone with the last value of the query.
    for (const std::string_view beginning : {"POST ***: ", "POST *** "}) {
        if (error.starts_with(beginning)) return error.substr(beginning.size());
    }
    return error;
}

}  // namespace regent::service
