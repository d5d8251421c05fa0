#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::net {

/// Scheme, host and port of an address (RFC 6454). Hosts are lower case; the port is always given.
struct Origin {
    std::string scheme;  ///< "https" or "http"
    std::string host;    ///< without brackets: "::1"
    int port = 0;

    friend bool operator==(const Origin&, const Origin&) = default;
};

/// Reads "https://host[:port]" or "http://…". Nothing for anything else: a path, user information, other schemes, an
/// empty host.
[[nodiscard]] std::optional<Origin> parse_origin(std::string_view text);

/// "localhost", 127.0.0.0/8 and ::1. Other spellings of loopback ("127.1", "0x7f000001") do not count: they are
/// refused, not guessed.
[[nodiscard]] bool is_loopback(std::string_view host);

/// Loopback, and 169.254.0.0/16: what answers at a link-local address is the host itself, since no router forwards
/// those (RFC 3927, section 2.7). Azure serves tokens of managed identities there, over plain http. Never by a proxy.
[[nodiscard]] bool is_this_machine(std::string_view host);

/// The hosts a transport may talk to. Plain http is good for this machine only, whatever the list says.
class OriginAllowList {
public:
    /// Throws std::invalid_argument, quoting the entry, when one is neither an origin nor "https://*.domain".
    explicit OriginAllowList(const std::vector<std::string>& entries);

    /// Nothing when `origin` may be contacted; else the reason, as a sentence for a person.
    [[nodiscard]] std::optional<std::string> why_refused(std::string_view origin) const;

private:
    struct Entry {
        Origin origin;  ///< of a wildcard: its host is ".domain"
        bool wildcard = false;
    };
    std::vector<Entry> entries_;
};

}  // namespace regent::net
