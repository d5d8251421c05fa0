#pragma once

#include "model/snapshot.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace regent::model {

namespace path {
/// Of an application without service principal: the object id of the one that lies in the directory's recycle bin. Only
/// read, where a manifest wants one; no table has it.
inline constexpr std::string_view principal_in_bin = "servicePrincipal.inRecycleBin";
/// Of an application that is remembered and not there: nobody could look whether it lies in the recycle bin.
inline constexpr std::string_view in_bin = "inRecycleBin";
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

/// It is known by nothing but its id, and may be gone for good: where it lies cannot be looked at.
[[nodiscard]] inline bool is_remembered_only(const ObservedResource& application) {
    return application.unreadable.contains(path::in_bin);
}

/// The directory's recycle bin, among the resources of a snapshot: there when regent was not allowed to look what lies
/// in it, and an application that was not found may.
[[nodiscard]] inline Address recycle_bin() {
    return {"RecycleBin", {}};
}
inline void note_unread_bin(Snapshot& observed) {
    ObservedResource bin;
    bin.address = recycle_bin();
    bin.ownership = Ownership::foreign;
    bin.deleted = true;
    bin.unreadable.emplace(path::in_bin);
    observed.resources.emplace(bin.address, std::move(bin));
}
[[nodiscard]] inline bool is_bin_unread(const Snapshot& observed) {
    return observed.resources.contains(recycle_bin());
}

}  // namespace regent::model
