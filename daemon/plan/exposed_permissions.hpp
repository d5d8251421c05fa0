#pragma once

#include "model/environment.hpp"
#include "plan/resolution.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// The id that what `item` exposes under `name` in attribute `path` is to have: the pinned one, else that of the one of
/// its name that is there (also of a scope for a role of the same name, which then are one permission), else the
/// derived one.
[[nodiscard]] std::string id_of_exposed(const Item& item, const model::Environment& environment, std::string_view path,
                                        const std::string& name);

/// Gives every scope and role of `item` its id.
void identify_exposed(Item& item, const model::Environment& environment);

/// The id of what `api` exposes under `name`, or is about to; nothing when it does not. `type`: "delegated" is a scope,
/// "application" a role, whoever may have it.
[[nodiscard]] std::optional<std::string> exposed_permission_id(const Item& api, std::string_view type,
                                                               const std::string& name);

/// For attribute permission_ids: the ids behind the permissions at applications of `items` that `item` has in attribute
/// `path`: asks for, or is given (they go along with the request that gives them).
[[nodiscard]] model::List permission_ids(const Item& item, const Items& items,
                                         std::string_view path = model::path::permissions);
/// The same of the roles of `item` itself that elements of `assigned` name, as a list of {name, id}.
[[nodiscard]] model::List own_role_ids(const Item& item, const ResolvedAttribute& assigned);

/// How scopes and roles are changed that are enabled: the service refuses that, so a first request disables them, and
/// the next one brings the rest. https://learn.microsoft.com/graph/api/application-update
struct DisableFirst {
    std::map<std::string, model::Map, std::less<>> first;  ///< by attribute path: what the first request sends
    std::vector<std::string> disabled;                     ///< for people: `scope "Orders.Read"`
    std::vector<std::string> then;                         ///< for people: `removes scope "Orders.Read"`
    /// What can be as it is wanted, and enabled, before anything goes, where that is more than `first`: by attribute
    /// path, with what goes as it was disabled. And the same for people, with what is left then.
    std::map<std::string, model::Map, std::less<>> meanwhile;
    std::vector<std::string> then_meanwhile, then_last;
};

/// One attribute of scopes or roles: what is there, and the whole of what is wanted.
struct ExposedAttribute {
    std::string path;
    const model::Map* observed = nullptr;
    const model::Map* wanted = nullptr;
};

/// What has to be disabled before `attributes`, all of one application, can be as wanted; empty when nothing has.
/// What is new comes with the first request, unless it would have the name or the id of something that still is there.
[[nodiscard]] DisableFirst disable_first(const std::vector<ExposedAttribute>& attributes);

/// Those of the pre-authorized `clients` that name one of `scopes`; the others have to wait for theirs.
[[nodiscard]] model::List clients_of(const model::List& clients, const model::Map& scopes);

/// A scope that goes takes with it what is pre-authorized for it, whether or not a manifest manages that: "2
/// pre-authorized clients lose it". Empty when there is nothing to lose.
[[nodiscard]] std::string lost_clients(const Item& item, const std::string& scope);

}  // namespace regent::plan
