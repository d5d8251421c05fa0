#pragma once

#include <optional>
#include <string>

namespace regent::simulator {

/// What a path below `/subscriptions/` names.
struct ArmPlace {
    std::string subscription, group, name;
    bool is_custom_apis = false;  ///< the list or one of it; else the subscription or the group itself
    bool is_tags = false;         ///< `Microsoft.Resources/tags/default` of a custom API

    /// Ids are compared without case.
    [[nodiscard]] std::string key() const;
    [[nodiscard]] std::string group_key() const;
};

/// Nothing for a path that names nothing that is simulated.
[[nodiscard]] std::optional<ArmPlace> arm_place(const std::string& path);

}  // namespace regent::simulator
