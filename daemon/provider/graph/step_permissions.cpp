#include "provider/graph/step_permissions.hpp"

#include "model/attributes.hpp"

#include <algorithm>

namespace regent::provider::graph {
namespace {

namespace path = model::path;

constexpr std::string_view write_all = "Application.ReadWrite.All", write_owned = "Application.ReadWrite.OwnedBy";

Requirement to_write_applications() {
    return {{write_owned, write_all}, true, "write applications and their service principals"};
}

/// Assigning a role is not covered by owning either side of it.
std::vector<Requirement> to_assign(bool gives) {
    std::vector<Requirement> needs{{{"AppRoleAssignment.ReadWrite.All"}, false, "give and take app roles"}};
    if (gives) needs.push_back({{"Application.Read.All", write_all, "Directory.Read.All"}, false, "give app roles"});
    return needs;
}

bool holds_any(const std::vector<std::string_view>& any_of, const Caller& caller, bool or_owned) {
    return std::any_of(any_of.begin(), any_of.end(),
                       [&](auto role) { return !(or_owned && role == write_owned) && caller.roles.contains(role); });
}

}  // namespace

std::vector<Requirement> permissions_for(const plan::Step& step) {
    if (step.address.kind != model::kind::application || step.work == plan::Work::await) return {};
    const auto collection = std::string_view(step.part).substr(0, step.part.find('/'));
    if (collection == path::secret_deliveries) return {};  // what is handed over, Graph has issued already
    if (collection == path::consented_scopes) {
        return {{{"DelegatedPermissionGrant.ReadWrite.All"}, false, "consent to delegated permissions"}};
    }
    if (collection == path::consented_roles || collection == path::assigned_people ||
        collection == path::assigned_applications)
        return to_assign(step.work != plan::Work::drop);
    // Who is added is an object of the directory. https://learn.microsoft.com/graph/api/application-post-owners
    if ((collection == path::owners || collection == path::principal_owners) && step.work != plan::Work::drop)
        return {to_write_applications(), {{"Directory.Read.All", "Directory.ReadWrite.All"}, false, "add owners"}};
    return {to_write_applications()};
}

std::vector<Requirement> permissions_to_read(bool consented_scopes) {
    std::vector<Requirement> needs{
        {{"Application.Read.All", write_owned, write_all, "Directory.Read.All"}, false, "read applications"}};
    if (consented_scopes) {
        needs.push_back(
            {{"DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All"},
             false,
             "read what was consented to"});
    }
    return needs;
}

bool is_held(const Requirement& requirement, const Caller& caller, const std::string& object_id) {
    if (holds_any(requirement.any_of, caller, requirement.or_owned)) return true;
    if (!requirement.or_owned || !caller.roles.contains(write_owned)) return false;
    return object_id.empty() || !caller.owned || caller.owned->contains(object_id);
}

std::vector<MissingPermission> missing_permissions(const plan::Plan& plan, const Caller& caller) {
    std::vector<MissingPermission> missing;
    for (const auto& step : plan.steps) {
        const auto object_id = step.observed ? step.observed->id : std::string{};
        for (auto& requirement : permissions_for(step)) {
            if (is_held(requirement, caller, object_id)) continue;
            const bool not_owner = requirement.or_owned && caller.roles.contains(write_owned);
            missing.push_back({&step, std::move(requirement), not_owner});
        }
    }
    return missing;
}

}  // namespace regent::provider::graph
