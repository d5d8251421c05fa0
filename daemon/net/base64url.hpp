#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace regent::net {

/// RFC 4648, section 5, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);

/// The bytes; nothing when `text` has other characters or an impossible length. Padding is not expected.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace regent::net
