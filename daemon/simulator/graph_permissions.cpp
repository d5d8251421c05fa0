#include "simulator/graph_permissions.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace regent::simulator {
namespace {

bool has_any(const GraphRequest& request, std::initializer_list<std::string_view> roles) {
    const auto& held = request.caller.roles;
    return std::any_of(roles.begin(), roles.end(),
                       [&](auto role) { return std::find(held.begin(), held.end(), role) != held.end(); });
}

/// https://learn.microsoft.com/graph/api/directory-deleteditems-list
bool may_look_into_the_bin(const GraphSwitches& switches, const GraphRequest& request) {
    return has_any(request, {"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All",
                             "Directory.ReadWrite.All"}) ||
           (switches.owned_by_lists_deleted_items && has_any(request, {"Application.ReadWrite.OwnedBy"}));
}

bool is_about_deleted_items(const GraphRequest& request) {
    return request.segment(0) == "directory" && request.segment(1) == "deletedItems";
}

bool may_read(const GraphSwitches& switches, const GraphRequest& request) {
    if (is_about_deleted_items(request)) return may_look_into_the_bin(switches, request);
    if (request.segment(0) == "oauth2PermissionGrants") {
        return has_any(request, {"Directory.Read.All", "Directory.ReadWrite.All", "DelegatedPermissionGrant.Read.All",
                                 "DelegatedPermissionGrant.ReadWrite.All"});
    }
    if (request.segment(0) == "directoryObjects")
        return has_any(request, {"Directory.Read.All", "Directory.ReadWrite.All"});
    return has_any(request, {"Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All",
                             "Directory.Read.All", "Directory.ReadWrite.All"});
}

/// Making one needs the applications to be readable, too; Application.ReadWrite.OwnedBy is not said to do for that.
/// https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
bool may_assign(const GraphRequest& request) {
    if (!has_any(request, {"AppRoleAssignment.ReadWrite.All"})) return false;
    return request.http.method == "DELETE" ||
           has_any(request, {"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"});
}

/// To add an owner takes a look at whom; a service principal's are added under the same permissions.
/// https://learn.microsoft.com/graph/api/application-post-owners
bool adds_owner(const GraphRequest& request) {
    if (request.http.method != "POST") return false;
    return std::any_of(request.path.begin(), request.path.end(),
                       [](const auto& segment) { return segment.name == "owners"; });
}

bool is_about_assignments(const GraphRequest& request) {
    return request.segment(1).rfind("appRoleAssign", 0) == 0 || request.segment(2).rfind("appRoleAssign", 0) == 0;
}

}  // namespace

std::optional<GraphError> check_permission(const GraphSwitches& switches, const GraphRequest& request,
                                           const std::function<bool(const GraphRequest&)>& is_owned_or_new) {
    const GraphError denied{
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", {}};
    const auto answer = [&](bool allowed) { return allowed ? std::nullopt : std::optional(denied); };
    if (request.segment(0) == "policies") return answer(has_any(request, {"Policy.Read.All"}));
    if (request.http.method == "GET") {
        const bool reads_its_own = is_about_deleted_items(request) && switches.owned_by_reads_its_deleted_items &&
                                   has_any(request, {"Application.ReadWrite.OwnedBy"}) && is_owned_or_new(request);
        return answer(reads_its_own || may_read(switches, request));
    }
    if (request.segment(0) == "oauth2PermissionGrants")
        return answer(has_any(request, {"DelegatedPermissionGrant.ReadWrite.All"}));
    if (is_about_assignments(request)) return answer(may_assign(request));
    if (adds_owner(request) && !has_any(request, {"Directory.Read.All", "Directory.ReadWrite.All"})) return denied;
    if (has_any(request, {"Application.ReadWrite.All"})) return std::nullopt;
    return answer(has_any(request, {"Application.ReadWrite.OwnedBy"}) && is_owned_or_new(request));
}

}  // namespace regent::simulator
