#pragma once

#include "model/value.hpp"

#include <string>
#include <utility>
#include <vector>

namespace regent::controller {

/// A key that the policies of an imported connector set, and that its manifest names instead of holding it.
struct ImportedKey {
    std::string header;  ///< as it is spelled there: "x-api-key"
    std::string name;    ///< `{credential: NAME}`
};

/// Policies as a manifest called `manifest` can hold them: each key in them by a name. One key has one name, however
/// many policies set it.
[[nodiscard]] std::pair<model::Value, std::vector<ImportedKey>> named_policies(const model::Value& policies,
                                                                               const std::string& manifest);

}  // namespace regent::controller
