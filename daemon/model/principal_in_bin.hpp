#pragma once

#include "model/snapshot.hpp"

#include <string>
#include <string_view>

namespace regent::model {

namespace path {
/// Of an application without service principal: the object id of the one that lies in the directory's recycle bin. Only
/// read, where a manifest wants one; no table has it.
inline constexpr std::string_view principal_in_bin = "servicePrincipal.inRecycleBin";
}  // namespace path

/// Empty: there is none, or regent may not look there, as is_principal_in_bin_unknown() says.
[[nodiscard]] inline std::string principal_in_bin_of(const ObservedResource& application) {
    const auto it = application.attributes.find(path::principal_in_bin);
    return it == application.attributes.end() ? std::string{} : it->second.text_or({});
}

/// It has no service principal, and whether one lies in the recycle bin cannot be looked at.
[[nodiscard]] inline bool is_principal_in_bin_unknown(const ObservedResource& application) {
    return application.unreadable.contains(path::principal_in_bin);
}

}  // namespace regent::model
