#include "simulator/graph_applications.hpp"
#include "simulator/members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

// https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
constexpr std::size_t max_owners = 100;

}  // namespace

Response GraphApplications::owners(const GraphRequest& request, const json& application, std::size_t at) {
    const auto& method = request.http.method;
    const auto next = request.segment(at + 1);
    if (next.empty()) return method == "GET" ? list_owners(request, application) : graph_not_allowed();
    if (next == "$ref") return method == "POST" ? add_owner(request, application) : graph_not_allowed();
    if (request.segment(at + 2) != "$ref") return graph_no_segment(next);
    return method == "DELETE" ? remove_owner(next, application) : graph_not_allowed();
}

Response GraphApplications::list_owners(const GraphRequest& request, const json& application) const {
    auto owners = json::array();
    for (const auto& id : list(application, "owners")) {
        const auto* principal = directory_.service_principals.find(id.get<std::string>(), directory_.now());
        owners.push_back({{"@odata.type", "#microsoft.graph.servicePrincipal"},
                          {"id", id},
                          {"displayName", principal != nullptr ? principal->at("displayName") : json()}});
    }
    Listing shown;
    shown.context = "directoryObjects";
    shown.objects = [&owners] {
        Listing::Objects objects;
        for (const auto& owner : owners) objects.push_back(&owner);
        return objects;
    };
    return list_objects(request, shown);
}

Response GraphApplications::add_owner(const GraphRequest& request, const json& application) {
    const auto link = text(request.body, "@odata.id");
    const auto id = lower(link.substr(link.rfind('/') + 1));
    if (!is_guid(id)) return graph_error(bad_request("Invalid object identifier in '@odata.id'."));
    const auto& owners = list(application, "owners");
    if (std::find(owners.begin(), owners.end(), json(id)) != owners.end()) {
        return graph_error(bad_request(
            "One or more added object references already exist for the following modified properties: 'owners'."));
    }
    if (owners.size() >= max_owners) {
        return graph_error({403,
                            "Directory_QuotaExceeded",
                            fmt::format("Unable to perform operation as '{}' would exceed the maximum quota count '{}' "
                                        "for forward-link 'owners'.",
                                        owners.size() + 1, max_owners),
                            {}});
    }
    auto changed = application;
    changed["owners"].push_back(id);
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

Response GraphApplications::remove_owner(const std::string& owner, const json& application) {
    const auto& owners = list(application, "owners");
    const auto it = std::find(owners.begin(), owners.end(), json(lower(owner)));
    if (it == owners.end()) return graph_error(not_found(owner));
    auto changed = application;
    changed["owners"].erase(static_cast<std::size_t>(it - owners.begin()));
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

}  // namespace regent::simulator
