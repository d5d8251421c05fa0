#include "simulator/graph_owners.hpp"

#include "simulator/graph_list.hpp"
#include "simulator/members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

// https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
constexpr std::size_t max_owners = 100;
constexpr std::size_t max_bound_owners = 20;

/// Whoever is not known as a user is taken for a service principal.
json shown_owner(const Directory& directory, const std::string& id) {
    const auto* user = directory.users.find(id, directory.now());
    const auto* owner = user != nullptr ? user : directory.service_principals.find(id, directory.now());
    return {{"@odata.type", user != nullptr ? "#microsoft.graph.user" : "#microsoft.graph.servicePrincipal"},
            {"id", id},
            {"displayName", owner != nullptr ? owner->value("displayName", json()) : json()}};
}

std::string id_in(const std::string& link) {
    return lower(link.substr(link.rfind('/') + 1));
}

/// Users and service principals own, groups do not.
std::optional<GraphError> not_an_owner(const Directory& directory, const GraphSwitches& switches,
                                       const std::string& id) {
    if (directory.users.find(id, directory.now()) != nullptr ||
        directory.service_principals.find(id, directory.now()) != nullptr)
        return std::nullopt;
    const bool is_group = directory.groups.find(id, directory.now()) != nullptr;
    if (is_group || directory.applications.find(id, directory.now()) != nullptr) {
        const auto* type = is_group ? "Group" : "Application";
        return bad_request(
            fmt::format("The reference target '{0}_{1}' of type '{0}' is invalid for the 'owners' "
                        "reference.",
                        type, id));
    }
    return switches.unknown_owner_status == 400 ? bad_request("Not a valid reference update.") : not_found(id);
}

Response list_owners(const Directory& directory, const GraphRequest& request, const json& object) {
    const auto owners = owners_of(directory, object);
    Listing shown;
    shown.context = "directoryObjects";
    shown.objects = [&owners] {
        Listing::Objects objects;
        for (const auto& owner : owners) objects.push_back(&owner);
        return objects;
    };
    return list_objects(request, shown);
}

Response add_owner(const Directory& directory, const GraphSwitches& switches, const GraphRequest& request,
                   const json& object, const PutOwned& put) {
    const auto id = id_in(text(request.body, "@odata.id"));
    if (!is_guid(id)) return graph_error(bad_request("Invalid object identifier in '@odata.id'."));
    const auto& owners = list(object, "owners");
    if (std::find(owners.begin(), owners.end(), json(id)) != owners.end()) {
        return graph_error(bad_request(
            "One or more added object references already exist for the following modified properties: 'owners'."));
    }
    if (const auto wrong = not_an_owner(directory, switches, id)) return graph_error(*wrong);
    if (owners.size() >= max_owners) {
        return graph_error({403,
                            "Directory_QuotaExceeded",
                            fmt::format("Unable to perform operation as '{}' would exceed the maximum quota count '{}' "
                                        "for forward-link 'owners'.",
                                        owners.size() + 1, max_owners),
                            {}});
    }
    auto changed = object;
    changed["owners"].push_back(id);
    put(std::move(changed));
    return graph_no_content();
}

Response remove_owner(const std::string& owner, const json& object, const PutOwned& put) {
    const auto& owners = list(object, "owners");
    const auto it = std::find(owners.begin(), owners.end(), json(lower(owner)));
    if (it == owners.end()) return graph_error(not_found(owner));
    auto changed = object;
    changed["owners"].erase(static_cast<std::size_t>(it - owners.begin()));
    put(std::move(changed));
    return graph_no_content();
}

}  // namespace

Response handle_owners(const Directory& directory, const GraphSwitches& switches, const GraphRequest& request,
                       const json& object, std::size_t at, const PutOwned& put) {
    const auto& method = request.http.method;
    const auto next = request.segment(at + 1);
    if (next.empty()) return method == "GET" ? list_owners(directory, request, object) : graph_not_allowed();
    if (next == "$ref")
        return method == "POST" ? add_owner(directory, switches, request, object, put) : graph_not_allowed();
    if (request.segment(at + 2) != "$ref") return graph_no_segment(next);
    return method == "DELETE" ? remove_owner(next, object, put) : graph_not_allowed();
}

bool is_owner(const std::string& principal, const json& object) {
    const auto& owners = list(object, "owners");
    return std::find(owners.begin(), owners.end(), json(principal)) != owners.end();
}

json owners_of(const Directory& directory, const json& object) {
    auto owners = json::array();
    for (const auto& id : list(object, "owners")) owners.push_back(shown_owner(directory, id.get<std::string>()));
    return owners;
}

std::optional<GraphError> first_owners(const Directory& directory, const GraphSwitches& switches,
                                       const GraphRequest& request, json& owners) {
    owners = json::array({request.caller.object_id});
    const auto links = request.body.value("owners@odata.bind", json::array());
    if (!links.is_array() || links.size() > max_bound_owners) return invalid_value("owners");
    for (const auto& link : links) {
        const auto id = id_in(link.is_string() ? link.get<std::string>() : std::string{});
        if (!is_guid(id)) return invalid_value("owners");
        if (auto wrong = not_an_owner(directory, switches, id)) return wrong;
        if (std::find(owners.begin(), owners.end(), json(id)) == owners.end()) owners.push_back(id);
    }
    return std::nullopt;
}

}  // namespace regent::simulator
