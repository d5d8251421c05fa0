#pragma once

#include "plan/resolution.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// The key of the request that brings and takes what could not be changed before it was disabled: see DisableFirst.
[[nodiscard]] std::string key_after_disabling(const model::Address& application);

/// What becomes of one app role while its application is written.
struct RoleChange {
    enum class When { never, with_own_request, after_disabling };
    model::Address application;
    When goes = When::never;   ///< it is there, and afterwards nothing has its name and id together
    When comes = When::never;  ///< it is as wanted afterwards and not before

    /// The key of the request in question.
    [[nodiscard]] std::string key(When when) const;
};

/// Where the elements of attribute `path` name a role of an application: "role", "name"; empty when they name none.
[[nodiscard]] std::string_view role_member_of(std::string_view path);
/// The application that `api` refers to, or has the application id of; null pointer when none of `items` has.
[[nodiscard]] const Item* item_of_api(const model::Value& api, const Items& items);

/// `role` of `api` as assignments call it: by its name, or by the id of one that the tenant calls otherwise.
[[nodiscard]] RoleChange change_of_role(const Item& api, const std::string& role);
/// Whether something that hangs on a role of `api` is taken away by a request of its own before that role goes.
[[nodiscard]] bool is_taken_away_before(const Item& api, const Items& items);

/// Assignments name roles, permissions name roles and scopes, and the tenant keeps both by ids. Calls those in
/// `resolved` that were read what this plan will call their roles: what is given for a role that is renamed, or that
/// somebody renamed, stays given; what is given for a role whose name goes over to another id is not the same any more.
/// One that is not there, and is made again under its id, is still held by who held it.
void name_roles_as_wanted(ResolvedAttribute& resolved, const Item& item, const Items& items,
                          const model::Environment& environment);
/// For people: what goes on under another name, which is no change that the tenant is asked for.
[[nodiscard]] std::vector<std::string> renamed_assignments(const ResolvedAttribute& resolved);

}  // namespace regent::plan
