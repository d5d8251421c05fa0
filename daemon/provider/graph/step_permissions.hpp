#pragma once

#include "plan/plan.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace regent::provider::graph {

/// One permission that a step cannot do without: any of `any_of` will do.
struct Requirement {
    std::vector<std::string_view> any_of;  ///< the least first
    /// Application.ReadWrite.OwnedBy will do where the caller owns the application that the step is about.
    bool or_owned = false;
    std::string_view purpose;  ///< completes "to …": "write applications"
};

/// What carrying out `step` needs of the application permissions of Microsoft Graph; empty for steps of other services.
/// https://learn.microsoft.com/graph/permissions-reference
[[nodiscard]] std::vector<Requirement> permissions_for(const plan::Step& step);
/// What reading needs that the plan was made of: applications, and what was consented to where that is declared.
[[nodiscard]] std::vector<Requirement> permissions_to_read(bool consented_scopes);

/// Who would carry a plan out.
struct Caller {
    std::set<std::string, std::less<>> roles;  ///< of its token
    /// Object ids of applications that it owns; unset: not looked at, and ownership is taken for given.
    std::optional<std::set<std::string>> owned;
};

/// Whether the caller holds it for an application with this object id; one without is to be created, and who creates an
/// application owns it.
[[nodiscard]] bool is_held(const Requirement& requirement, const Caller& caller, const std::string& object_id);

/// A step that would be refused.
struct MissingPermission {
    const plan::Step* step = nullptr;
    Requirement requirement;
    bool not_owner = false;  ///< Application.ReadWrite.OwnedBy is held, and the application is somebody else's
};
/// In order of the plan's steps, which must outlive the result.
[[nodiscard]] std::vector<MissingPermission> missing_permissions(const plan::Plan& plan, const Caller& caller);

}  // namespace regent::provider::graph
