#include "provider/graph/application_reader.hpp"

#include "provider/graph/application_json.hpp"
#include "provider/graph/application_properties.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"
#include "provider/graph/principal_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

namespace regent::provider::graph {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr const char* credentials_member = "federatedIdentityCredentials";
constexpr const char* expand_credentials = "$expand=federatedIdentityCredentials";
/// Up to so many batches nobody saves anything by listing a tenant of unknown size.
constexpr std::size_t few_batches = 2;
/// Above this many service principals a list is tried first.
constexpr std::size_t few_principals = 200;
/// An application that was just listed is on some replica; others learn of it within seconds.
constexpr int reading_attempts = 4;

// What a person reads behind "reading ".
constexpr std::string_view the_applications = "applications";
constexpr std::string_view the_tenants_applications = "the names of all applications";
constexpr std::string_view applications_by_key = "applications by key";
constexpr std::string_view federated_credentials = "federated credentials by application";
constexpr std::string_view settings_by_application = "settings of applications";
constexpr std::string_view deleted_applications = "deleted applications";
constexpr std::string_view deleted_principals = "deleted service principals";
constexpr std::string_view principals = "service principals";
constexpr const char* read_principals = "read service principals";
constexpr std::string_view api_permissions = "the permissions of APIs";

std::size_t batches_for(std::size_t count) {
    return (count + GraphClient::max_batch - 1) / GraphClient::max_batch;
}

bool has_all_credentials(const json& application) {
    const auto* list = member(application, credentials_member);
    // An expanded list is cut at 20, which is all that an application can have; a link would say otherwise.
    return list != nullptr && list->is_array() &&
           member_text(application, "federatedIdentityCredentials@odata.nextLink").empty();
}

void add_members(const json& answer, json& application) {
    if (!answer.is_object()) return;
    for (const auto& [name, value] : answer.items())
        if (!name.starts_with('@')) application[name] = value;
}

}  // namespace

ReadPart ApplicationReader::part_of_a_list(std::string_view what, std::size_t remembered) {
    PartRead part{"Graph", what, 0, memory_.counts.of(what), true};
    if (!part.total && remembered > 0) part.total = remembered;
    return {progress_, part};
}

ReadPart ApplicationReader::part_of(std::string_view what, std::size_t total) {
    return {progress_, {"Graph", what, 0, total, false}};
}

std::string ApplicationReader::selecting(std::string path, std::string_view more) const {
    const auto add = [&](const std::string& option) {
        if (!option.empty()) path += (path.find('?') == std::string::npos ? '?' : '&') + option;
    };
    if (members_ == Members::known) add(fmt::format("$select={}", application_members(on_demand_)));
    add(std::string(more));
    return path;
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::tagged(const std::string& tag,
                                                                                std::size_t remembered) {
    return list(fmt::format("tags/any(t:t eq '{}')", tag), remembered);
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::matching(const std::string& filter) {
    return list(filter, 0);
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::list(const std::string& filter,
                                                                              std::size_t remembered) {
    auto part = part_of_a_list(the_applications, remembered);
    const std::string what = "list the applications";
    const auto path = filter.empty() ? "/applications" : "/applications?$filter=" + percent_encoded(filter);
    if (memory_.expand_works) {
        std::size_t pages_read = 0;
        auto listed =
            client_.list(selecting(path, fmt::format("{}&$top=100", expand_credentials)), what, &part, &pages_read);
        if (!listed && (listed.error().kind != ErrorKind::rejected || pages_read > 0)) return listed;
        if (listed) {
            memory_.counts.remember(the_applications, listed->size());
            if (auto added = add_credentials(*listed); !added) return tl::unexpected(std::move(added.error()));
            return listed;
        }
    }
    auto listed = client_.list(selecting(path, "$top=999"), what, &part);
    if (!listed) return listed;
    memory_.expand_works = false;  // the same list without it was taken
    memory_.counts.remember(the_applications, listed->size());
    if (auto added = add_credentials(*listed); !added) return tl::unexpected(std::move(added.error()));
    return listed;
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::by_unique_names(
    const std::vector<std::string>& keys) {
    return by_keys("uniqueName", keys);
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::by_app_ids(
    const std::vector<std::string>& app_ids) {
    return by_keys("appId", app_ids);
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::by_ids(const std::vector<std::string>& ids) {
    std::vector<std::string> paths;
    paths.reserve(ids.size());
    for (const auto& id : ids) paths.push_back("/applications/" + id);
    auto read = read_each(paths);
    if (!read) return read;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!(*read)[i].is_null() && lower_case(member_text((*read)[i], "id")) != lower_case(ids[i]))
            return tl::unexpected(client_.incomplete("read applications by their ids", "another application came"));
    }
    return read;
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::by_keys(const char* key_name,
                                                                                 const std::vector<std::string>& keys) {
    auto held = held_keys(key_name, keys.size());
    if (!held) return tl::unexpected(std::move(held.error()));
    std::vector<std::string> paths;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (*held && !(*held)->contains(lower_case(keys[i]))) continue;
        paths.push_back(fmt::format("/applications({}={})", key_name, key_literal(keys[i])));
        indices.push_back(i);
    }
    auto read = read_each(paths);
    if (!read) return read;
    Objects found(keys.size());
    for (std::size_t k = 0; k < indices.size(); ++k) {
        auto& application = (*read)[k];
        if (application.is_null()) continue;
        if (lower_case(member_text(application, key_name)) != lower_case(keys[indices[k]]))
            return tl::unexpected(client_.incomplete("read applications by their keys", "another application came"));
        found[indices[k]] = std::move(application);
    }
    return found;
}

/// Reading n keys takes n/20 requests, listing the tenant one for every 999 applications it has, which nobody knows
/// beforehand: so pages are read for as long as they are the cheaper way.
ApplicationReader::Result<std::optional<std::set<std::string>>> ApplicationReader::held_keys(const char* key_name,
                                                                                             std::size_t count) {
    const auto batches = batches_for(count);
    if (batches <= few_batches) return std::optional<std::set<std::string>>{};
    if (all_keys_.empty()) {
        auto part = part_of_a_list(the_tenants_applications);
        auto listed = client_.list_at_most("/applications?$select=id,appId,uniqueName&$top=999",
                                           "list the applications", batches - 1, &part);
        if (!listed) return tl::unexpected(std::move(listed.error()));
        if (!*listed) return std::optional<std::set<std::string>>{};
        memory_.counts.remember(the_tenants_applications, (*listed)->size());
        for (const auto* name : {"appId", "uniqueName"}) {
            auto& held = all_keys_[name];
            for (const auto& application : **listed) held.insert(lower_case(member_text(application, name)));
        }
    }
    return std::optional(all_keys_.at(key_name));
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::read_each(
    const std::vector<std::string>& paths) {
    const std::string what = "read applications by their keys";
    auto part = part_of(applications_by_key, paths.size());
    std::optional<Objects> read;
    if (memory_.expand_works) {
        auto with_credentials = paths;
        for (auto& path : with_credentials) path += "?" + std::string(expand_credentials);
        auto answers = client_.read_all(with_credentials, what, &part);
        if (!answers && answers.error().kind != ErrorKind::rejected) return answers;
        if (answers) read = std::move(*answers);
    }
    if (!read) {
        part.begins_again();
        auto answers = client_.read_all(paths, what, &part);
        if (!answers) return answers;
        memory_.expand_works = false;
        read = std::move(*answers);
    }
    if (auto added = add_credentials(*read); !added) return tl::unexpected(std::move(added.error()));
    return std::move(*read);
}

/// Reads the credentials of those that came without.
ApplicationReader::Result<void> ApplicationReader::add_credentials(Objects& applications) {
    const std::string what = "read federated credentials";
    std::vector<json*> open;
    for (auto& application : applications) {
        if (application.is_object() && !has_all_credentials(application)) open.push_back(&application);
    }
    auto answers =
        read_of_each(open, fmt::format("/{}", credentials_member), what, part_of(federated_credentials, open.size()));
    if (!answers) return tl::unexpected(std::move(answers.error()));
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto* list = member((*answers)[i], "value");
        if (list == nullptr || !list->is_array() || !member_text((*answers)[i], "@odata.nextLink").empty())
            return tl::unexpected(client_.incomplete(what, "not a whole list of them"));
        (*open[i])[credentials_member] = *list;
    }
    return {};
}

ApplicationReader::Result<void> ApplicationReader::add_on_demand(const std::vector<json*>& applications) {
    const auto members = members_on_demand(on_demand_);
    if (members.empty() || applications.empty()) return {};
    auto answers = read_of_each(applications, fmt::format("?$select=id,{}", members), "read settings of applications",
                                part_of(settings_by_application, applications.size()));
    if (!answers) return tl::unexpected(std::move(answers.error()));
    for (std::size_t i = 0; i < applications.size(); ++i) add_members((*answers)[i], *applications[i]);
    return {};
}

ApplicationReader::Result<ApplicationReader::Objects> ApplicationReader::read_of_each(
    const std::vector<json*>& applications, const std::string& below, const std::string& what, ReadPart part) {
    Objects found(applications.size());
    std::vector<std::size_t> open(applications.size());
    std::iota(open.begin(), open.end(), std::size_t{0});
    for (int attempt = 1; !open.empty(); ++attempt) {
        std::vector<std::string> paths;
        paths.reserve(open.size());
        for (const auto i : open)
            paths.push_back(fmt::format("/applications/{}{}", member_text(*applications[i], "id"), below));
        auto answers = client_.read_all(paths, what, attempt == 1 ? &part : nullptr);
        if (!answers) return tl::unexpected(std::move(answers.error()));
        std::vector<std::size_t> missing;
        for (std::size_t k = 0; k < open.size(); ++k) {
            if ((*answers)[k].is_null()) missing.push_back(open[k]);
            found[open[k]] = std::move((*answers)[k]);
        }
        open = std::move(missing);
        if (open.empty()) break;
        if (attempt == reading_attempts) {
            return tl::unexpected(
                client_.incomplete(what, fmt::format("application {} was listed, and is not there",
                                                     member_text(*applications[open.front()], "id"))));
        }
        part.waits("Graph does not show every application yet", 1s * (1 << attempt));
        if (!client_.wait(1s * (1 << attempt))) return tl::unexpected(client_.stopped(what));
    }
    return found;
}

ApplicationReader::Result<std::optional<ApplicationReader::Objects>> ApplicationReader::deleted() {
    auto part = part_of_a_list(deleted_applications);
    auto listed = client_.list(selecting("/directory/deletedItems/microsoft.graph.application", "$top=999"),
                               "look into the recycle bin", &part);
    if (!listed) {
        if (listed.error().kind == ErrorKind::forbidden) return std::optional<Objects>{};
        return tl::unexpected(std::move(listed.error()));
    }
    memory_.counts.remember(deleted_applications, listed->size());
    // A credential of a deleted application cannot be read; it is written again after the restoration.
    for (auto& application : *listed) application[credentials_member] = json::array();
    return std::optional(std::move(*listed));
}

ApplicationReader::Result<std::optional<ApplicationReader::Objects>> ApplicationReader::deleted_ones(
    const std::vector<std::string>& ids) {
    std::vector<std::string> paths;
    paths.reserve(ids.size());
    for (const auto& id : ids) paths.push_back("/directory/deletedItems/" + percent_encoded(id));
    auto part = part_of(deleted_applications, paths.size());
    auto read = client_.read_all(paths, "look into the recycle bin", &part);
    if (!read) {
        if (read.error().kind == ErrorKind::forbidden) return std::optional<Objects>{};
        return tl::unexpected(std::move(read.error()));
    }
    std::erase_if(*read, [](const auto& application) { return !application.is_object(); });
    for (auto& application : *read) application[credentials_member] = json::array();
    if (auto added = add_on_demand_in_bin(*read); !added) return tl::unexpected(std::move(added.error()));
    return std::optional(std::move(*read));
}

/// The answer is of the type `directoryObject`, which has none of these members, so a tenant may refuse to select them.
ApplicationReader::Result<void> ApplicationReader::add_on_demand_in_bin(Objects& applications) {
    const auto members = members_on_demand(on_demand_);
    if (members.empty()) return {};
    std::vector<std::string> paths;
    for (const auto& application : applications)
        paths.push_back(
            fmt::format("/directory/deletedItems/{}?$select=id,{}", member_text(application, "id"), members));
    auto answers = client_.read_all(paths, "read settings of deleted applications");
    if (!answers && answers.error().kind == ErrorKind::rejected) return {};
    if (!answers) return tl::unexpected(std::move(answers.error()));
    for (std::size_t i = 0; i < applications.size(); ++i) add_members((*answers)[i], applications[i]);
    return {};
}

ApplicationReader::Result<std::optional<ApplicationReader::Objects>> ApplicationReader::deleted_service_principals() {
    auto part = part_of_a_list(deleted_principals);
    auto listed = client_.list(
        "/directory/deletedItems/microsoft.graph.servicePrincipal?$select=id,appId,deletedDateTime&$top=999",
        "look for service principals in the recycle bin", &part);
    if (!listed) {
        if (listed.error().kind == ErrorKind::forbidden) return std::optional<Objects>{};
        return tl::unexpected(std::move(listed.error()));
    }
    // A caller that may not read them may be shown that they are there, and no more.
    // https://learn.microsoft.com/graph/permissions-overview
    const bool is_whole = std::none_of(listed->begin(), listed->end(),
                                       [](const auto& principal) { return member_text(principal, "appId").empty(); });
    if (!is_whole) return std::optional<Objects>{};
    memory_.counts.remember(deleted_principals, listed->size());
    std::stable_sort(listed->begin(), listed->end(), [](const auto& a, const auto& b) {
        return member_text(a, "deletedDateTime") > member_text(b, "deletedDateTime");
    });
    return std::optional(std::move(*listed));
}

ApplicationReader::Result<std::optional<ApplicationReader::Principals>> ApplicationReader::all_service_principals(
    std::size_t applications) {
    if (applications <= few_principals) return std::optional<Principals>{};
    auto part = part_of_a_list(principals);
    auto listed = client_.list_at_most(fmt::format("/servicePrincipals?$select={}&$top=999", principal_members()),
                                       read_principals, batches_for(applications) - 1, &part);
    if (!listed) return tl::unexpected(std::move(listed.error()));
    if (!*listed) return std::optional<Principals>{};
    memory_.counts.remember(principals, (*listed)->size());
    Principals all;
    for (const auto& principal : **listed) {
        auto app_id = lower_case(member_text(principal, "appId"));
        if (app_id.empty() || member_text(principal, "id").empty())
            return tl::unexpected(client_.incomplete(read_principals, "one without `id` or `appId`"));
        all.emplace(std::move(app_id), read_principal(principal));
    }
    return std::optional(std::move(all));
}

ApplicationReader::Result<std::map<std::string, ServicePrincipal>> ApplicationReader::service_principals(
    const std::set<std::string>& app_ids, std::optional<Principals> all) {
    std::map<std::string, ServicePrincipal> found;
    std::vector<std::string> missing;
    for (const auto& app_id : app_ids) {
        auto known = all ? all->find(app_id) : Principals::iterator{};
        if (!all || known == all->end()) {
            missing.push_back(app_id);
        } else if (!known->second) {
            return tl::unexpected(client_.incomplete(read_principals, known->second.error()));
        } else {
            found.emplace(app_id, std::move(*known->second));
        }
    }
    if (all && missing.size() > GraphClient::max_batch) return found;
    std::vector<std::string> paths;
    paths.reserve(missing.size());
    // Without `$select`: reads of one that select `keyCredentials` are limited to 150 a minute for the whole tenant.
    // https://learn.microsoft.com/graph/api/serviceprincipal-list
    for (const auto& app_id : missing)
        paths.push_back(fmt::format("/servicePrincipals(appId={})", key_literal(app_id)));
    auto part = part_of(principals, paths.size());
    auto answers = client_.read_all(paths, read_principals, &part);
    if (!answers) return tl::unexpected(std::move(answers.error()));
    for (std::size_t i = 0; i < missing.size(); ++i) {
        const auto& principal = (*answers)[i];
        if (!principal.is_object()) continue;
        if (lower_case(member_text(principal, "appId")) != lower_case(missing[i]) ||
            member_text(principal, "id").empty())
            return tl::unexpected(client_.incomplete(read_principals, "another one than the one asked for"));
        auto read = read_principal(principal);
        if (!read) return tl::unexpected(client_.incomplete(read_principals, read.error()));
        found.emplace(missing[i], std::move(*read));
    }
    return found;
}

ApplicationReader::Result<std::map<std::string, model::ApiPermissions>> ApplicationReader::apis(
    const std::set<std::string>& app_ids) {
    const std::string what = "read what the APIs publish";
    std::map<std::string, model::ApiPermissions> found;
    std::vector<std::string> paths;
    paths.reserve(app_ids.size());
    for (const auto& app_id : app_ids) paths.push_back(path_of_api(app_id));
    auto part = part_of(api_permissions, paths.size());
    auto answers = client_.read_all(paths, what, &part);
    if (!answers) return tl::unexpected(std::move(answers.error()));
    auto app_id = app_ids.begin();
    for (const auto& principal : *answers) {
        const auto& asked = *app_id++;
        if (principal.is_null()) continue;
        auto api = read_api(principal);
        if (!api) return tl::unexpected(client_.incomplete(what, api.error()));
        if (api->app_id != lower_case(asked))
            return tl::unexpected(client_.incomplete(what, "another API than the one asked for"));
        found.emplace(asked, std::move(*api));
    }
    return found;
}

}  // namespace regent::provider::graph
