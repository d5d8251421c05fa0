#include "provider/graph/grant_reader.hpp"

#include "model/attributes.hpp"
#include "provider/graph/application_json.hpp"
#include "provider/graph/application_marks.hpp"
#include "provider/graph/grant_json.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace regent::provider::graph {
namespace {

using model::List;
using model::Map;
using nlohmann::json;
using namespace std::chrono_literals;
namespace path = model::path;

/// A service principal that was just listed is on some replica; others learn of it within seconds.
constexpr int attempts = 4;
constexpr std::string_view the_grants = "what applications were granted";

/// What an application of ours exposes is read from itself, which does not know its service principal.
std::map<std::string, std::string> app_ids_by_principal(const model::Snapshot& found) {
    std::map<std::string, std::string> by_principal;
    for (const auto& [app_id, api] : found.apis) {
        if (!api.service_principal_id.empty()) by_principal.emplace(api.service_principal_id, app_id);
    }
    for (const auto& [address, resource] : found.resources) {
        const auto principal = resource.outputs.find(model::output::service_principal_id);
        const auto app_id = resource.outputs.find(model::output::app_id);
        if (principal != resource.outputs.end() && app_id != resource.outputs.end())
            by_principal.emplace(lower_case(principal->second), lower_case(app_id->second));
    }
    return by_principal;
}

/// By application id; by its own where nothing is known of it any more.
std::string api_of(const json& grant, const std::map<std::string, std::string>& app_ids) {
    auto id = lower_case(member_text(grant, "resourceId"));
    const auto it = app_ids.find(id);
    return it == app_ids.end() ? id : it->second;
}

std::string role_name(const model::ApiPermissions* api, const std::string& id) {
    if (id == default_access) return {};
    if (api == nullptr) return id;
    for (const auto* roles : {&api->people, &api->application}) {
        for (const auto& [name, role] : *roles) {
            if (role == id) return name;
        }
    }
    return id;
}

void renew_marks(model::ObservedResource& resource) {
    const auto tags = resource.provider_data.find(provider_data::tags);
    if (tags == resource.provider_data.end()) return;
    const auto facts = read_tags({{"tags", json::parse(tags->second, nullptr, false)}});
    auto marks = marks_of(facts, resource.attributes);
    auto& held = resource.attributes[std::string(path::marks)];
    // What the match found out about the tags themselves stays.
    if (const auto* before = held.as_list()) {
        for (const auto& mark : *before) {
            if (mark == model::Value(std::string(unmarked)) || mark == model::Value(std::string(unnamed)))
                marks.push_back(mark);
        }
    }
    held = std::move(marks);
}

}  // namespace

GrantReader::Result<void> GrantReader::read(const model::Scope& scope, model::Snapshot& found) {
    std::map<std::string_view, std::vector<Target>> targets;
    for (const auto& wanted : scope.wanted) {
        const auto it = found.resources.find(wanted.address);
        if (it == found.resources.end() || it->second.deleted) continue;
        auto& resource = it->second;
        const auto principal = resource.outputs.find(model::output::service_principal_id);
        if (principal == resource.outputs.end()) continue;
        const Target target{&resource, principal->second, resource.outputs.at(std::string(model::output::app_id))};
        const auto asked = [&](std::string_view path) {
            return wanted.grants.contains(path) || has_marks_of(resource, path);
        };
        if (asked(path::consented_scopes)) targets[path::consented_scopes].push_back(target);
        if (asked(path::consented_roles)) targets[path::consented_roles].push_back(target);
        if (asked(path::assigned_people) || asked(path::assigned_applications))
            targets[path::assigned_people].push_back(target);
    }
    if (auto read = read_scopes(targets[path::consented_scopes], found); !read) return read;
    if (auto read = read_roles(targets[path::consented_roles], found); !read) return read;
    if (auto read = read_assignments(targets[path::assigned_people], found); !read) return read;
    for (const auto& [attribute, some] : targets) {
        for (const auto& target : some) renew_marks(*target.resource);
    }
    return {};
}

/// Whole lists, in the order asked for.
GrantReader::Result<std::vector<GrantReader::Objects>> GrantReader::read_lists(const std::vector<std::string>& paths) {
    const std::string what = "read what applications were granted";
    std::vector<Objects> lists(paths.size());
    std::vector<std::size_t> open(paths.size());
    for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
    ReadPart part(progress_, {"Graph", the_grants, 0, paths.size(), false});
    for (int attempt = 1; !open.empty(); ++attempt) {
        std::vector<std::string> asked;
        asked.reserve(open.size());
        for (const auto i : open) asked.push_back(paths[i]);
        auto answers = client_.read_all(asked, what, attempt == 1 ? &part : nullptr);
        if (!answers) return tl::unexpected(std::move(answers.error()));
        std::vector<std::size_t> missing;
        for (std::size_t k = 0; k < open.size(); ++k) {
            auto& answer = (*answers)[k];
            const auto* list = member(answer, "value");
            if (answer.is_null()) {
                missing.push_back(open[k]);
            } else if (list == nullptr || !list->is_array()) {
                return tl::unexpected(client_.incomplete(what, "no list of them"));
            } else if (!member_text(answer, "@odata.nextLink").empty()) {
                auto whole = client_.list(paths[open[k]], what);
                if (!whole) return tl::unexpected(std::move(whole.error()));
                lists[open[k]] = std::move(*whole);
            } else {
                lists[open[k]] = list->get<Objects>();
            }
        }
        open = std::move(missing);
        if (open.empty()) break;
        if (attempt == attempts)
            return tl::unexpected(client_.incomplete(what, "a service principal was listed, and is not there"));
        part.waits("Graph does not show every service principal yet", 1s * (1 << attempt));
        if (!client_.wait(1s * (1 << attempt))) return tl::unexpected(client_.stopped(what));
    }
    return lists;
}

GrantReader::Result<void> GrantReader::read_scopes(const std::vector<Target>& targets, model::Snapshot& found) {
    if (targets.empty()) return {};
    std::vector<std::string> paths;
    paths.reserve(targets.size());
    for (const auto& target : targets) paths.push_back(path_of_grants(target.principal_id));
    auto lists = read_lists(paths);
    if (!lists && lists.error().kind == ErrorKind::forbidden) {
        for (const auto& target : targets) {
            target.resource->unreadable.emplace(path::consented_scopes);
            target.resource->remarks.emplace_back(
                "what it was consented to cannot be read: that needs `DelegatedPermissionGrant.Read.All`, or "
                "`.ReadWrite.All` to consent");
        }
        return {};
    }
    if (!lists) return tl::unexpected(std::move(lists.error()));
    if (auto named = name_resources(*lists, found); !named) return named;
    const auto app_ids = app_ids_by_principal(found);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        List consented;
        for (const auto& grant : (*lists)[i]) {
            if (member_text(grant, "consentType") != "AllPrincipals") continue;
            for (const auto& name : scopes_of(grant))
                consented.emplace_back(Map{{"api", api_of(grant, app_ids)}, {"type", "delegated"}, {"name", name}});
        }
        targets[i].resource->attributes.insert_or_assign(std::string(path::consented_scopes), std::move(consented));
    }
    return {};
}

GrantReader::Result<void> GrantReader::read_roles(const std::vector<Target>& targets, model::Snapshot& found) {
    if (targets.empty()) return {};
    std::vector<std::string> paths;
    paths.reserve(targets.size());
    for (const auto& target : targets) paths.push_back(path_of_roles_held(target.principal_id));
    auto lists = read_lists(paths);
    if (!lists) return tl::unexpected(std::move(lists.error()));
    if (auto named = name_resources(*lists, found); !named) return named;
    const auto app_ids = app_ids_by_principal(found);
    const PermissionNames names(found.apis);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        List consented;
        for (const auto& assignment : (*lists)[i]) {
            const auto role = lower_case(member_text(assignment, "appRoleId"));
            // Default access is an assignment, and no permission of the API.
            if (role == default_access) continue;
            const auto api = api_of(assignment, app_ids);
            consented.emplace_back(
                Map{{"api", api}, {"type", "application"}, {"name", names.name_of(api, "application", role)}});
        }
        targets[i].resource->attributes.insert_or_assign(std::string(path::consented_roles), std::move(consented));
    }
    return {};
}

GrantReader::Result<void> GrantReader::read_assignments(const std::vector<Target>& targets, model::Snapshot& found) {
    if (targets.empty()) return {};
    std::vector<std::string> paths, apis;
    for (const auto& target : targets) {
        paths.push_back(path_of_role_holders(target.principal_id));
        if (!found.apis.contains(target.app_id)) apis.push_back(path_of_api(target.app_id));
    }
    auto lists = read_lists(paths);
    if (!lists) return tl::unexpected(std::move(lists.error()));
    if (auto named = name_apis(apis, found); !named) return named;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto api = found.apis.find(targets[i].app_id);
        List people, applications;
        for (const auto& assignment : (*lists)[i]) {
            const auto type = member_text(assignment, "principalType");
            const bool application = type == "ServicePrincipal";
            const auto role = lower_case(member_text(assignment, "appRoleId"));
            (application ? applications : people)
                .emplace_back(Map{{"principal", lower_case(member_text(assignment, "principalId"))},
                                  {"role", role_name(api == found.apis.end() ? nullptr : &api->second, role)},
                                  {"type", application       ? "application"
                                           : type == "Group" ? "group"
                                                             : "user"}});
        }
        auto& attributes = targets[i].resource->attributes;
        attributes.insert_or_assign(std::string(path::assigned_people), std::move(people));
        attributes.insert_or_assign(std::string(path::assigned_applications), std::move(applications));
    }
    return {};
}

/// Grants name an API by the id that its service principal has in this tenant.
GrantReader::Result<void> GrantReader::name_resources(const std::vector<Objects>& lists, model::Snapshot& found) {
    auto known = app_ids_by_principal(found);
    std::vector<std::string> paths;
    for (const auto& list : lists) {
        for (const auto& grant : list) {
            const auto id = lower_case(member_text(grant, "resourceId"));
            if (!known.emplace(id, "").second) continue;
            paths.push_back(path_of_principal_as_api(id));
        }
    }
    return name_apis(paths, found);
}

GrantReader::Result<void> GrantReader::name_apis(const std::vector<std::string>& paths, model::Snapshot& found) {
    if (paths.empty()) return {};
    const std::string what = "read what the APIs publish";
    auto answers = client_.read_all(paths, what);
    if (!answers) return tl::unexpected(std::move(answers.error()));
    for (const auto& principal : *answers) {
        if (principal.is_null()) continue;
        auto api = read_api(principal);
        if (!api) return tl::unexpected(client_.incomplete(what, api.error()));
        const auto [known, is_new] = found.apis.try_emplace(api->app_id, *api);
        if (!is_new) known->second.service_principal_id = api->service_principal_id;
    }
    return {};
}

}  // namespace regent::provider::graph
