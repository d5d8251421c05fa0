#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace regent::manifest {

/// What is wrong with how a policy names a key: see model/named_keys.hpp.
struct NamedKeyMistake {
    std::string code;
    std::string pointer;  ///< JSON pointer below the list of policies
    std::string message, help;
};

/// Of `policyTemplateInstances`. No mistake quotes a name: people have pasted the key itself there.
[[nodiscard]] std::vector<NamedKeyMistake> named_key_mistakes(const nlohmann::json& policies);

}  // namespace regent::manifest
