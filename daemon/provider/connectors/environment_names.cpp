#include "provider/connectors/environment_names.hpp"

#include <fmt/format.h>

namespace regent::provider::connectors {

EnvironmentNames::EnvironmentNames(const std::map<std::string, std::string>& aliases) {
    for (const auto& [alias, id] : aliases) by_id_.emplace(id, alias);
}

std::string EnvironmentNames::text(const std::string& id) const {
    const auto name = by_id_.find(id);
    return name == by_id_.end() ? id : fmt::format("`{}` ({})", name->second, id);
}

}  // namespace regent::provider::connectors
