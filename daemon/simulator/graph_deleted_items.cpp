#include "simulator/application_rules.hpp"
#include "simulator/application_shape.hpp"
#include "simulator/graph_applications.hpp"
#include "simulator/graph_owners.hpp"
#include "simulator/members.hpp"
#include "simulator/principal_conflict.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

bool is_application(const json& deleted) {
    return deleted.contains("identifierUris");
}

json shown_deleted(const json& object, const std::string& select, bool is_single) {
    return is_application(object) ? selected_application(object, select, is_single, Order::turned)
                                  : without_internal_members(object);
}

}  // namespace

/// Its service principal goes with it.
Response GraphApplications::remove(const json& application) {
    const auto bury = [&](Versioned& living, const json& object) {
        auto gone = object;
        gone["deletedDateTime"] = format_time(directory_.now());
        const auto id = text(gone, "id");
        directory_.deleted.put(id, std::move(gone), directory_.now());
        living.erase(id, directory_.now());
    };
    if (const auto* principal = directory_.principal_by_app(text(application, "appId")))
        bury(directory_.service_principals, *principal);
    bury(directory_.applications, application);
    return graph_no_content();
}

/// A service principal is its owner's whose application is, wherever that lies. An unknown one is nobody's: 404.
bool GraphApplications::is_owned_in_bin(const GraphRequest& request) const {
    const auto* object = directory_.deleted.find(lower(request.segment(2)), directory_.now());
    if (object == nullptr) return is_guid(request.segment(2));
    if (is_application(*object)) return is_owner(request.caller.object_id, *object);
    const auto app_id = text(*object, "appId");
    if (const auto* living = directory_.application_by("appId", app_id))
        return is_owner(request.caller.object_id, *living);
    const auto deleted = directory_.deleted.all(directory_.now());
    return std::any_of(deleted.begin(), deleted.end(), [&](const auto* other) {
        return is_application(*other) && text(*other, "appId") == app_id && is_owner(request.caller.object_id, *other);
    });
}

Response GraphApplications::list_deleted(const GraphRequest& request, bool wants_applications) const {
    Listing deleted;
    deleted.context = "directoryObjects";
    deleted.objects = [this, wants_applications] {
        auto objects = directory_.deleted.all(directory_.now(), directory_.replica_lag);
        std::erase_if(objects, [&](const auto* object) { return is_application(*object) != wants_applications; });
        return objects;
    };
    deleted.holders = [this, wants_applications](const std::string& member, const std::string& value) {
        auto objects = directory_.deleted.holders(member, value, directory_.now(), directory_.replica_lag);
        std::erase_if(objects, [&](const auto* object) { return is_application(*object) != wants_applications; });
        return objects;
    };
    deleted.project = shown_deleted;
    deleted.page_tokens_expire = switches_.page_tokens_expire;
    deleted.order_is_advanced = true;
    return list_objects(request, deleted);
}

Response GraphApplications::deleted_items(const GraphRequest& request) {
    const auto& method = request.http.method;
    const auto what = request.segment(2);
    if (what == "microsoft.graph.application" || what == "microsoft.graph.servicePrincipal") {
        if (request.path.size() > 3) return graph_no_segment(request.segment(3));
        return method == "GET" ? list_deleted(request, what == "microsoft.graph.application") : graph_not_allowed();
    }
    if (what.empty())
        return graph_error({400, "Request_UnsupportedQuery", "The cast to a derived type is required.", {}});
    if (!is_guid(what)) return graph_error(malformed_id(switches_.malformed_id_status, what));
    const auto lag = method == "GET" ? directory_.replica_lag : std::chrono::seconds{};
    const auto* object = directory_.deleted.find(lower(what), directory_.now(), lag);
    if (object == nullptr) return graph_error(not_found(what));
    if (request.segment(3) == "restore") return method == "POST" ? restore(request, *object) : graph_not_allowed();
    if (request.path.size() > 3) return graph_no_segment(request.segment(3));
    if (method == "GET") {
        Listing one;
        one.context = "directoryObjects";
        one.project = shown_deleted;
        return show_object(request, one, *object);
    }
    if (method != "DELETE") return graph_not_allowed();
    directory_.deleted.erase(lower(what), directory_.now());
    return graph_no_content();
}

Response GraphApplications::restore(const GraphRequest& request, const json& object) {
    auto back = object;
    back["deletedDateTime"] = nullptr;
    const auto id = text(back, "id");
    const bool application = is_application(back);
    if (application) {
        if (const auto wrong = check_conflicts(directory_, back, nullptr)) {
            return graph_error(
                {409, "Request_MultipleObjectsWithSameKeyValue", wrong->message, wrong->conflicting_property});
        }
        directory_.put_application(back);
    } else {
        if (directory_.application_by("appId", text(back, "appId")) == nullptr) {
            return graph_error(bad_request("The backing application of the service principal does not exist."));
        }
        if (directory_.principal_by_app(text(back, "appId")) != nullptr)
            return graph_error(principal_name_in_use(text(back, "appId")));
        directory_.service_principals.put(id, back, directory_.now());
    }
    directory_.deleted.erase(id, directory_.now());
    json answer{{"@odata.context", request.http.base_url + "/v1.0/$metadata#directoryObjects/$entity"},
                {"@odata.type", application ? "#microsoft.graph.application" : "#microsoft.graph.servicePrincipal"}};
    answer.update(application ? shown_application(back, Order::turned) : without_internal_members(back));
    return graph_answer(200, answer);
}

}  // namespace regent::simulator
