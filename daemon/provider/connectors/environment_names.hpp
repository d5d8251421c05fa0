#pragma once

#include <map>
#include <string>

namespace regent::provider::connectors {

/// What people call the Power Platform environments that requests name by id.
class EnvironmentNames {
public:
    EnvironmentNames() = default;
    /// As an Environment document has them: alias → id.
    explicit EnvironmentNames(const std::map<std::string, std::string>& aliases);

    /// "`sales` (0a0a0a0a-…)"; the id alone when nobody gave it a name.
    [[nodiscard]] std::string text(const std::string& id) const;

private:
    std::map<std::string, std::string> by_id_;
};

}  // namespace regent::provider::connectors
