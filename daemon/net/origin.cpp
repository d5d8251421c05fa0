#include "net/origin.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace regent::net {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

bool is_host_name(std::string_view host) {
    return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

bool is_ipv6(const std::string& host) {
    std::array<unsigned char, 16> bytes{};
    return inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// The port behind the host: default_port for "", the number for ":443".
std::optional<int> read_port(std::string_view text, int default_port) {
    if (text.empty()) return default_port;
    if (text.front() != ':' || text.size() == 1) return std::nullopt;
    int port = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 1, end, port);
    if (error != std::errc() || stop != end || port < 1 || port > 65535) return std::nullopt;
    return port;
}

constexpr std::string_view wildcard_prefix = "https://*.";

}  // namespace

std::optional<Origin> parse_origin(std::string_view text) {
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return std::nullopt;
    Origin origin;
    origin.scheme = lower(text.substr(0, scheme_end));
    if (origin.scheme != "https" && origin.scheme != "http") return std::nullopt;
    auto rest = text.substr(scheme_end + 3);

    std::string_view behind_host;
    if (!rest.empty() && rest.front() == '[') {
        const auto close = rest.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        origin.host = lower(rest.substr(1, close - 1));
        if (!is_ipv6(origin.host)) return std::nullopt;
        behind_host = rest.substr(close + 1);
    } else {
        const auto colon = std::min(rest.find(':'), rest.size());
        origin.host = lower(rest.substr(0, colon));
        if (!is_host_name(origin.host)) return std::nullopt;
        behind_host = rest.substr(colon);
    }
    const auto port = read_port(behind_host, origin.scheme == "https" ? 443 : 80);
    if (!port) return std::nullopt;
    origin.port = *port;
    return origin;
}

bool is_loopback(std::string_view host) {
    const auto name = lower(host);
    if (name == "localhost") return true;
    in_addr address{};
    if (inet_pton(AF_INET, name.c_str(), &address) == 1) return (ntohl(address.s_addr) >> 24) == 127;
    in6_addr address6{};
    return inet_pton(AF_INET6, name.c_str(), &address6) == 1 && IN6_IS_ADDR_LOOPBACK(&address6);
}

bool is_this_machine(std::string_view host) {
    if (is_loopback(host)) return true;
    in_addr address{};
    constexpr std::uint32_t link_local = 0xA9FE;
    return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 && (ntohl(address.s_addr) >> 16) == link_local;
}

OriginAllowList::OriginAllowList(const std::vector<std::string>& entries) {
    for (const auto& text : entries) {
        const bool wildcard = text.starts_with(wildcard_prefix);
        auto origin = parse_origin(wildcard ? "https://" + text.substr(wildcard_prefix.size()) : text);
        if (!origin) {
            throw std::invalid_argument(
                fmt::format("\"{}\" is not an origin: expected https://host[:port], without a path", text));
        }
        if (wildcard) origin->host.insert(0, ".");
        entries_.push_back({std::move(*origin), wildcard});
    }
}

std::optional<std::string> OriginAllowList::why_refused(std::string_view origin) const {
    const auto asked = parse_origin(origin);
    // The text is not quoted: it may hold user information.
    if (!asked) return "the address is not of the form https://host[:port]";
    if (asked->scheme == "http" && !is_this_machine(asked->host)) {
        return fmt::format("plain http is spoken to this machine only, and {} is elsewhere", asked->host);
    }
    const bool allowed = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        if (!entry.wildcard) return entry.origin == *asked;
        return asked->scheme == entry.origin.scheme && asked->port == entry.origin.port &&
               asked->host.size() > entry.origin.host.size() && asked->host.ends_with(entry.origin.host);
    });
    if (allowed) return std::nullopt;
    return fmt::format("{}://{}:{} is not among the services that the environment names", asked->scheme, asked->host,
                       asked->port);
}

}  // namespace regent::net
