#pragma once

#include "net/session.hpp"
#include "provider/provider_error.hpp"

namespace regent::provider::connectors {

/// What it means for a step that a request got no answer.
[[nodiscard]] ErrorKind kind_of(net::CallError::Kind kind) noexcept;

}  // namespace regent::provider::connectors
