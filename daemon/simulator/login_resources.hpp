#pragma once

#include "simulator/directory.hpp"
#include "simulator/login_refusal.hpp"

#include <optional>
#include <string>

namespace regent::simulator {

/// The `aud` of a token for what was asked, or nothing when the tenant knows no such resource.
[[nodiscard]] std::optional<std::string> audience_of(const Directory& directory, const std::string& resource);

[[nodiscard]] LoginRefusal unknown_client(const std::string& client);
[[nodiscard]] LoginRefusal unknown_resource(const std::string& resource);

}  // namespace regent::simulator
