#pragma once

#include <string>
#include <string_view>

namespace regent::provider::dataverse {

/// The `connectorid` of a connector that we make: a UUID of version 5 (RFC 9562, section 5.5) of its key
/// "<owner>.<environment>.<name>". Whoever makes it twice makes the same row, so no creation has to be remembered.
[[nodiscard]] std::string connector_id_of(std::string_view key);

/// The column `name`, which never changes and of which Power Apps makes the connector's own name and its redirect URL:
/// `<publisher's prefix>_<title>`, everything but letters, digits and `_` as `-` and two hexadecimal digits.
[[nodiscard]] std::string connector_name_of(std::string_view prefix, std::string_view title);

}  // namespace regent::provider::dataverse
