#include "service/receiver_address.hpp"

#include "net/origin.hpp"
#include "net/private_file.hpp"
#include "net/redact.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace regent::service {

namespace {

/// Logic Apps' addresses have some 300 characters.
constexpr std::size_t max_line_bytes = 4096;

tl::unexpected<std::string> refuse(std::string why) {
    return tl::unexpected(std::move(why));
}

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
    const auto file = net::read_file(path);
    if (!file) return refuse(file.error().message);
    if (!*file) return refuse(fmt::format("cannot read {}: No such file or directory", path));
    // Group may read: systemd lets the service's user in by an access list, whose mask shows as the group's permission.
    const auto mode = (*file)->mode;
    if ((mode & (S_IRWXO | S_IWGRP)) != 0) {
        return refuse(fmt::format("{} can be read or changed by others on this machine (mode {:04o}): chmod 600", path,
                                  mode & 07777U));
    }
    std::string_view line = (*file)->bytes.reveal();
    if (line.size() > max_line_bytes) return refuse(fmt::format("{} is too long to be an address or a key", path));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) return refuse(fmt::format("{} is empty", path));
    if (line.find('\n') != std::string_view::npos) return refuse(fmt::format("{} has more than one line", path));
    return net::Secret(std::string(line));
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
