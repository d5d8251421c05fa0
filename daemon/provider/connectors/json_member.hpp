#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace regent::provider::connectors {

// How answers about connectors are read: names and words without regard to case, since the services and their clients
// spell them in several ways (`oAuthSettings`, `oauthSettings`; `tenantId`, `TenantId`).

[[nodiscard]] bool same_word(std::string_view a, std::string_view b);
/// Member `name` compared without case; null pointer when `object` has none. Two spellings of one name never occur
/// together.
[[nodiscard]] const nlohmann::json* member(const nlohmann::json* object, std::string_view name);
[[nodiscard]] nlohmann::json* member(nlohmann::json& object, std::string_view name);
[[nodiscard]] std::string text(const nlohmann::json* value);
[[nodiscard]] std::string lower(std::string value);

}  // namespace regent::provider::connectors
