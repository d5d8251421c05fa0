#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace regent::simulator {

/// One property of one Graph type, as the published metadata declares it.
struct Property {
    std::string_view type;  ///< "application", without the namespace
    std::string_view name;
    std::string_view value;  ///< "String", "Boolean", "Guid", …, or the name of a complex type
    bool collection;
    bool nullable;
};
[[nodiscard]] std::span<const Property> graph_properties();
[[nodiscard]] const Property* find_property(std::string_view type, std::string_view name);

/// What a request body may not be: a member the type does not have, or a value of another type. The sentence is
/// Graph's.
/// `@odata.…` annotations and bindings pass.
[[nodiscard]] std::optional<std::string> check_against_metadata(std::string_view type, const nlohmann::json& body);

}  // namespace regent::simulator
