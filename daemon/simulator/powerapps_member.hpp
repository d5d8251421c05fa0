#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace regent::simulator {

/// Member `name` of an object, compared without case, as the resource provider reads what it is sent: `oAuthSettings`
/// and `oauthSettings` both occur. Null pointer when `object` is no object or has none.
[[nodiscard]] const nlohmann::json* member_of(const nlohmann::json& object, std::string_view name);
[[nodiscard]] nlohmann::json* member_of(nlohmann::json& object, std::string_view name);

/// The text of a member; empty when there is none or it is no string.
[[nodiscard]] std::string text_of(const nlohmann::json& object, std::string_view name);

/// The text of `{"name": {"value": "…"}}`, the shape of customParameters.
[[nodiscard]] std::string parameter_of(const nlohmann::json& parameters, std::string_view name);

/// Takes a member away, whatever its spelling.
void erase_member(nlohmann::json& object, std::string_view name);

}  // namespace regent::simulator
