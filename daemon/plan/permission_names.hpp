#pragma once

#include "model/diagnostic.hpp"
#include "plan/resolution.hpp"

namespace regent::plan {

struct PermissionCheck {
    model::Diagnostics problems;     ///< RG0709: a manifest asks for what there is not
    std::vector<Withheld> withheld;  ///< applications that ask for what there is not yet
    std::vector<Withheld> kept;      ///< entries that stay as they are, of applications that are planned all the same
};

/// Permission names can only be checked against the tenant: whether the API is there and publishes them. Objects that
/// ask for one that is not are blocked. It is no mistake of their manifest where it is left to people to have it: then
/// the object is withheld, and nothing else waits for it. What an application has already, and its API took back since,
/// stays as it is, and is all that is withheld.
[[nodiscard]] PermissionCheck check_permission_names(const DesiredGraph& desired, const model::Snapshot& observed,
                                                     Items& items);

/// Whether a permission is named by its id: nobody knows its name, or the manifest gives it so.
[[nodiscard]] bool is_guid_like(const std::string& name);

/// A permission that a manifest gives by its id, since nobody knew its name, is the one with that name as soon as the
/// API publishes it: what is observed has names then.
void name_permissions(const model::Snapshot& observed, Items& items);

/// Of roles for users and groups that an application newly asks for as if it could hold them. Entra takes that; those
/// at applications of ours are told when the manifests are read (RG0330).
void warn_of_roles_for_people(const model::Snapshot& observed, Plan& plan);

}  // namespace regent::plan
