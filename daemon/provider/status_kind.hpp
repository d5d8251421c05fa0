#pragma once

#include "provider/provider_error.hpp"

namespace regent::provider {

/// What a status of 400 or more says by itself, before the words of a service make it more precise. Transient: an
/// overload, a lock or something on the way that another try may find gone; 501 is no such thing, the service does not
/// have what was asked for. (RFC 9110, section 15; 423 and 424: RFC 4918; 425: RFC 8470.)
[[nodiscard]] ErrorKind kind_of_status(int status) noexcept;

}  // namespace regent::provider
