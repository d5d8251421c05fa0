#include "provider/graph/grant_steps.hpp"

#include "model/attributes.hpp"
#include "net/retry.hpp"
#include "plan/set_parts.hpp"
#include "provider/graph/grant_json.hpp"
#include "provider/graph/graph_errors.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <utility>

namespace regent::provider::graph {
namespace {

using net::Method;
using nlohmann::json;
using namespace std::chrono_literals;
using Done = tl::expected<void, ProviderError>;
using Id = tl::expected<std::string, ProviderError>;

/// What a step has to give and to take.
struct Difference {
    model::List wanted, given, taken;
};

const model::List& list_in(const model::Map& map, std::string_view path) {
    static const model::List none;
    const auto it = map.find(path);
    const auto* list = it == map.end() ? nullptr : it->second.as_list();
    return list == nullptr ? none : *list;
}

bool holds(const model::List& list, const model::Value& element) {
    return std::find(list.begin(), list.end(), element) != list.end();
}

/// Between what was observed of the step's part and what it is to be.
Difference difference_of(const StepContext& context) {
    const auto& step = context.step;
    const auto& path = *step.changed.begin();
    const auto& attribute = *model::attributes_of(step.address.kind)->find(path);
    Difference difference;
    difference.wanted = list_in(step.values, path);
    model::List there;
    if (step.observed) there = plan::elements_of_part(attribute, step.part, list_in(step.observed->attributes, path));
    for (const auto& element : difference.wanted) {
        if (!holds(there, element)) difference.given.push_back(element);
    }
    for (const auto& element : there) {
        if (!holds(difference.wanted, element)) difference.taken.push_back(element);
    }
    return difference;
}

/// The id that the plan says a role is to have under `name`; nothing of roles at applications that it knows nothing of.
/// Looked up by its name, a role whose name goes over to another id may be the old one still, and be given for good.
std::optional<std::string> planned_id(const StepContext& context, const std::string& name,
                                      const std::string& api = {}) {
    for (const auto& entry : list_in(context.step.values, model::path::permission_ids))
        if (text_of(entry, "name") == name && lower_case(text_of(entry, "api")) == api)
            return lower_case(text_of(entry, "id"));
    return std::nullopt;
}

std::string api_of(const Difference& difference) {
    const auto& any = difference.wanted.empty() ? difference.taken : difference.wanted;
    return any.empty() ? std::string{} : lower_case(text_of(any.front(), "api"));
}

Id own_principal(const StepContext& context) {
    auto id = context.service_principal_id();
    if (id.empty()) return tl::unexpected(context.bug("its service principal is not known"));
    return id;
}

/// Tries again while the tenant does not know the API or its role yet: both may be as old as this run.
template <typename Look>
Id once_known(const StepContext& context, const std::string& what, const Look& look) {
    std::chrono::milliseconds waited{0};
    const auto grace = std::min<std::chrono::milliseconds>(context.options.replication_grace, 60s);
    for (std::chrono::milliseconds pause = 1s;; pause = std::min<std::chrono::milliseconds>(pause * 2, 15s)) {
        Id id = look();
        if (id || id.error().kind != ErrorKind::rejected || waited >= grace) return id;
        context.progress("waiting until Entra knows it everywhere");
        if (!context.client.wait(pause)) return tl::unexpected(context.client.stopped(what));
        waited += pause;
    }
}

ProviderError explained(ProviderError error, const char* permission, const char* otherwise) {
    if (error.kind != ErrorKind::forbidden) return error;
    error.help =
        fmt::format("the service principal needs `{}`, or {}; check with `regent doctor`", permission, otherwise);
    return error;
}

// ---- delegated permissions

constexpr const char* scope_permission = "DelegatedPermissionGrant.ReadWrite.All";
constexpr const char* role_permission = "AppRoleAssignment.ReadWrite.All";
constexpr const char* let_an_administrator = "set `adminConsent: false` and let an administrator consent";
constexpr const char* let_somebody_assign = "remove the assignment and let an administrator assign";

/// The grant for everybody; null JSON when there is none.
tl::expected<json, ProviderError> find_grant(const StepContext& context, const std::string& client,
                                             const std::string& resource, const std::string& what) {
    auto grants = context.client.list(path_of_grants(client), what);
    if (!grants) return tl::unexpected(std::move(grants.error()));
    for (auto& grant : *grants) {
        if (lower_case(member_text(grant, "resourceId")) == resource &&
            member_text(grant, "consentType") == "AllPrincipals")
            return std::move(grant);
    }
    return json();
}

Done change_grant(const StepContext& context, const json& grant, const std::set<std::string>& scopes,
                  const std::string& what) {
    const auto path = "/oauth2PermissionGrants/" + percent_encoded(member_text(grant, "id"));
    if (scopes_of(grant) == scopes) return {};
    if (scopes.empty()) {
        // A grant of nothing is refused: it goes.
        auto answer = context.client.send(Method::del, path, what);
        if (!answer) return tl::unexpected(std::move(answer.error()));
        if (!answer->ok() && answer->status != 404) return tl::unexpected(context.client.refused(what, *answer));
        return {};
    }
    const json body{{"scope", scope_text(scopes)}};
    auto answer = context.must(Method::patch, path, what, &body);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return {};
}

/// False when there is one already, which the replica that was read does not show yet.
tl::expected<bool, ProviderError> make_grant(const StepContext& context, const std::string& client,
                                             const std::string& resource, const std::set<std::string>& scopes,
                                             const std::string& what) {
    const json body{{"clientId", client},
                    {"consentType", "AllPrincipals"},
                    {"principalId", nullptr},
                    {"resourceId", resource},
                    {"scope", scope_text(scopes)}};
    const Patience patience{what, true, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        return context.client.send(Method::post, "/oauth2PermissionGrants", what, &body);
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok()) return true;
    if (answer->error_code() == "Request_MultipleObjectsWithSameKeyValue" || answer->says("entry already exists"))
        return false;
    return tl::unexpected(context.client.refused(what, *answer));
}

Done consent_to_scopes(const StepContext& context, const Difference& difference, const std::string& what) {
    auto client = own_principal(context);
    if (!client) return tl::unexpected(std::move(client.error()));
    const auto api = api_of(difference);
    auto resource = once_known(context, what, [&] { return context.catalogue.service_principal_of(api, what); });
    if (!resource) return tl::unexpected(std::move(resource.error()));
    std::chrono::milliseconds waited{0};
    for (std::chrono::milliseconds pause = 1s;; pause = std::min<std::chrono::milliseconds>(pause * 2, 15s)) {
        auto grant = find_grant(context, *client, *resource, what);
        if (!grant) return tl::unexpected(std::move(grant.error()));
        auto scopes = scopes_of(*grant);
        for (const auto& element : difference.taken) scopes.erase(text_of(element, "name"));
        for (const auto& element : difference.wanted) scopes.insert(text_of(element, "name"));
        if (grant->is_object()) return change_grant(context, *grant, scopes, what);
        if (scopes.empty()) return {};
        auto made = make_grant(context, *client, *resource, scopes, what);
        if (!made) return tl::unexpected(std::move(made.error()));
        if (*made) return {};
        if (waited >= context.options.replication_grace)
            return tl::unexpected(context.changed_since(what, "there is a grant already that cannot be seen yet"));
        if (!context.client.wait(pause)) return tl::unexpected(context.client.stopped(what));
        waited += pause;
    }
}

// ---- roles

bool is_assigned_already(const GraphAnswer& answer) {
    return answer.says("EntitlementGrant entry already exists") ||
           answer.says("Permission being assigned already exists on the object");
}

/// Of `principal` at `resource`. The answer tells what the principal is. `role` is asked again when the service does
/// not know its answer: a role may have got another id a moment ago. `worth` is asked once, when the directory does not
/// know one of them for the first time: how long is it worth waiting?
tl::expected<GraphAnswer, ProviderError> assign(const StepContext& context, const std::string& principal,
                                                const std::string& resource, const std::function<Id()>& role,
                                                const std::string& what,
                                                const std::function<std::chrono::milliseconds()>& worth = {}) {
    auto id = role();
    if (!id) return tl::unexpected(std::move(id.error()));
    json body{{"principalId", principal}, {"resourceId", resource}, {"appRoleId", *id}};
    const auto send = [&] { return context.client.send(Method::post, path_of_role_holders(resource), what, &body); };
    auto once = send();
    if (!once || once->ok() || is_assigned_already(*once)) return once;
    Patience patience{what, true, context.options.replication_grace, context.input.progress};
    if (worth && is_not_replicated_yet(*once)) patience.grace = worth();
    if (patience.grace.count() == 0) return tl::unexpected(context.client.refused(what, *once));
    // The answer that is there already is the first one of those that are waited for.
    auto first = std::optional(std::move(once));
    const auto next = [&] {
        if (!first) return send();
        auto answer = std::move(*first);
        first.reset();
        return answer;
    };
    std::chrono::milliseconds waited{0};
    for (std::chrono::milliseconds pause = 1s;; pause = std::min<std::chrono::milliseconds>(pause * 2, 15s)) {
        auto answer = until_accepted(context.client, patience, next);
        if (!answer || answer->ok() || is_assigned_already(*answer)) return answer;
        // A role as old as this run: the service principal copies it from its application with a delay.
        const bool not_yet = answer->says("Permission being assigned was not found") &&
                             waited < std::min<std::chrono::milliseconds>(patience.grace, 60s);
        if (!not_yet) return tl::unexpected(context.client.refused(what, *answer));
        context.progress("waiting until Entra knows it everywhere");
        if (!context.client.wait(pause)) return tl::unexpected(context.client.stopped(what));
        waited += pause;
        if (const auto again = role()) body["appRoleId"] = *again;
    }
}

/// Takes the assignments away that `is_meant` of those listed at `list_path`.
template <typename Meant>
Done unassign(const StepContext& context, const std::string& list_path, const std::string& what,
              const Meant& is_meant) {
    auto assignments = context.client.list(list_path, what);
    if (!assignments) return tl::unexpected(std::move(assignments.error()));
    for (const auto& assignment : *assignments) {
        if (!is_meant(assignment)) continue;
        auto answer =
            context.client.send(Method::del, list_path + "/" + percent_encoded(member_text(assignment, "id")), what);
        if (!answer) return tl::unexpected(std::move(answer.error()));
        if (!answer->ok() && answer->status != 404) return tl::unexpected(context.client.refused(what, *answer));
    }
    return {};
}

Done consent_to_roles(const StepContext& context, const Difference& difference, const std::string& what) {
    auto client = own_principal(context);
    if (!client) return tl::unexpected(std::move(client.error()));
    const auto api = api_of(difference);
    auto resource = once_known(context, what, [&] { return context.catalogue.service_principal_of(api, what); });
    if (!resource) return tl::unexpected(std::move(resource.error()));
    const auto id_of = [&](const model::Value& element) {
        return once_known(context, what,
                          [&] { return context.catalogue.id_of(api, "application", text_of(element, "name"), what); });
    };
    for (const auto& element : difference.given) {
        // What is known of the API may be as old as the plan; role_of() reads it again.
        const auto role = [&, asked = false]() mutable -> Id {
            if (auto planned = planned_id(context, text_of(element, "name"), api)) return std::move(*planned);
            return std::exchange(asked, true) ? context.catalogue.role_of(api, text_of(element, "name"), what)
                                              : id_of(element);
        };
        auto answer = assign(context, *client, *resource, role, what);
        if (!answer) return tl::unexpected(std::move(answer.error()));
    }
    std::set<std::string> taken;
    for (const auto& element : difference.taken) {
        auto role = id_of(element);
        if (!role) return tl::unexpected(std::move(role.error()));
        taken.insert(*role);
    }
    if (taken.empty()) return {};
    return unassign(context, path_of_roles_held(*client), what, [&](const json& assignment) {
        return lower_case(member_text(assignment, "resourceId")) == *resource &&
               taken.contains(lower_case(member_text(assignment, "appRoleId")));
    });
}

std::string type_shown(const std::string& service_type) {
    return service_type == "ServicePrincipal" ? "application" : service_type == "Group" ? "group" : "user";
}

/// A group's id under `user` would be assigned, and would never be found again under that name.
Done check_type(const StepContext& context, const model::Value& element, const GraphAnswer& answer,
                const std::string& what) {
    const auto declared = text_of(element, "type");
    const auto is = member_text(*answer.body, "principalType");
    if (!answer.ok() || is.empty() || type_shown(is) == declared) return {};
    auto error = context.changed_since(
        what, fmt::format("{} is declared as {}, and is {}", text_of(element, "principal"), declared, type_shown(is)));
    error.kind = ErrorKind::rejected;
    error.code = "RG0705";
    error.help = "it was assigned all the same: declare it as what it is, or remove it, and run again";
    return tl::unexpected(std::move(error));
}

/// How long a service principal is waited for that is none of ours, and that the directory says it does not have: a
/// managed identity may have been made moments before this run, on another replica.
constexpr std::chrono::milliseconds grace_of_strangers = 15s;

std::chrono::milliseconds worth_waiting_for_principal(const StepContext& context, const std::string& id,
                                                      const std::string& what) {
    const std::chrono::milliseconds whole = context.options.replication_grace;
    if (context.input.known_principals.contains(id)) return whole;
    const auto answer =
        context.client.send(Method::get, "/servicePrincipals/" + percent_encoded(id) + "?$select=id", what);
    return answer && answer->status == 404 ? std::min(whole, grace_of_strangers) : whole;
}

/// A user or group, which no run of ours makes: no longer at all when the directory says that it is not there; or it
/// would not say, and nothing else of the request is new.
std::chrono::milliseconds worth_waiting_for_person(const StepContext& context, const std::string& id,
                                                   const std::string& what) {
    const std::chrono::milliseconds whole = context.options.replication_grace;
    // https://learn.microsoft.com/graph/api/directoryobject-get demands Directory.Read.All, which nothing else needs.
    const auto answer =
        context.client.send(Method::get, "/directoryObjects/" + percent_encoded(id) + "?$select=id", what);
    if (!answer || answer->ok()) return whole;
    const bool is_nobody = answer->status == 404 || !context.is_principal_fresh();
    return is_nobody ? 0ms : whole;
}

ProviderError nobody_there(const model::Value& element, ProviderError error) {
    if (error.kind != ErrorKind::rejected && error.kind != ErrorKind::not_found) return error;
    const auto type = text_of(element, "type"), id = text_of(element, "principal");
    const auto* command = type == "application" ? "sp show --id"
                          : type == "group"     ? "group show --group"
                                                : "user show --id";
    error.help = fmt::format(
        "nobody in this tenant has this id, as far as can be seen: it must be an object id, of {}; `az ad {} {}` looks "
        "for it",
        type == "application" ? "a service principal, not the application's" : "a " + type, command, id);
    return error;
}

/// One that nobody knows is not waited for, or not long: a wrong id would be waited for in every run.
Done give_role(const StepContext& context, const model::Value& element, const std::string& resource,
               const std::function<Id()>& role) {
    const auto principal = text_of(element, "principal"), name = text_of(element, "role");
    const auto what = fmt::format("assign {} of {} to {} {}", name.empty() ? "default access" : "`" + name + "`",
                                  context.address(), text_of(element, "type"), principal);
    bool unknown = false;
    const auto worth = [&] {
        unknown = true;
        return text_of(element, "type") == "application" ? worth_waiting_for_principal(context, principal, what)
                                                         : worth_waiting_for_person(context, principal, what);
    };
    auto answer = assign(context, principal, resource, role, what, worth);
    if (!answer && unknown) return tl::unexpected(nobody_there(element, std::move(answer.error())));
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return check_type(context, element, *answer, what);
}

Done give_roles(const StepContext& context, const Difference& difference, const std::string& what) {
    auto resource = own_principal(context);
    if (!resource) return tl::unexpected(std::move(resource.error()));
    const auto role_of = [&](const model::Value& element) -> Id {
        const auto role = text_of(element, "role");
        if (role.empty()) return std::string(default_access);
        return once_known(context, what, [&] { return context.catalogue.role_of(context.app_id(), role, what); });
    };
    // One that is refused keeps nobody else from what is theirs, and whoever it is keeps what they have.
    Done refused;
    std::set<std::string> keepers;
    for (const auto& element : difference.given) {
        auto given = give_role(context, element, *resource, [&]() -> Id {
            if (auto planned = planned_id(context, text_of(element, "role"))) return std::move(*planned);
            return role_of(element);
        });
        if (given) continue;
        const auto kind = given.error().kind;
        if (kind != ErrorKind::rejected && kind != ErrorKind::not_found) return given;
        keepers.insert(text_of(element, "principal"));
        if (refused) {
            refused = std::move(given);
        } else {
            refused.error().help +=
                fmt::format("; {} {} was refused, too", text_of(element, "type"), text_of(element, "principal"));
        }
    }
    std::set<std::pair<std::string, std::string>> taken;
    for (const auto& element : difference.taken) {
        if (keepers.contains(text_of(element, "principal"))) continue;
        auto role = role_of(element);
        if (!role) return tl::unexpected(std::move(role.error()));
        taken.emplace(text_of(element, "principal"), *role);
    }
    if (taken.empty()) return refused;
    auto done = unassign(context, path_of_role_holders(*resource), what, [&](const json& assignment) {
        return taken.contains(
            {lower_case(member_text(assignment, "principalId")), lower_case(member_text(assignment, "appRoleId"))});
    });
    return refused ? done : refused;
}

std::string consent_words(const StepContext& context) {
    return fmt::format("{} admin consent for {}", context.step.work == plan::Work::drop ? "take away" : "grant",
                       context.address());
}

}  // namespace

StepOutcome write_consented_scopes(const StepContext& context) {
    auto done = consent_to_scopes(context, difference_of(context), consent_words(context));
    if (!done) return tl::unexpected(explained(std::move(done.error()), scope_permission, let_an_administrator));
    return StepResult{};
}

StepOutcome write_consented_roles(const StepContext& context) {
    auto done = consent_to_roles(context, difference_of(context), consent_words(context));
    if (!done) return tl::unexpected(explained(std::move(done.error()), role_permission, let_an_administrator));
    return StepResult{};
}

StepOutcome write_assignments(const StepContext& context) {
    auto done = give_roles(context, difference_of(context), "assign roles of " + context.address());
    if (!done) return tl::unexpected(explained(std::move(done.error()), role_permission, let_somebody_assign));
    return StepResult{};
}

}  // namespace regent::provider::graph
