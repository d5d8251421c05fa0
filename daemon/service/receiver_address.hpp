#pragma once

#include "net/secret.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace regent::service {

/// Where a receiver is. Who knows the address can write there, so it is a secret as a whole: it is in no message, not
/// even of an error.
struct ReceiverAddress {
    net::Secret origin;  ///< "https://hooks.slack.com"
    net::Secret target;  ///< "/services/…?sig=…"
};

/// Reads "https://host[:port]/path?query"; plain http for loopback only. The error is a sentence without the address.
[[nodiscard]] tl::expected<ReceiverAddress, std::string> parse_receiver_address(const net::Secret& url);

/// The first line of a credential file: systemd's, below $CREDENTIALS_DIRECTORY, or an administrator's. Refused when
/// others on this machine can read or change it, or it is longer than any address or key. The error names the file and
/// what to do, and holds nothing of its content.
[[nodiscard]] tl::expected<net::Secret, std::string> read_credential_line(const std::string& path);

/// `error` of a transport without what it says of the address.
[[nodiscard]] std::string without_address(std::string error, const ReceiverAddress& address);

}  // namespace regent::service
