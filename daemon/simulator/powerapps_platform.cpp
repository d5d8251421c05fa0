#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_routes.hpp"
#include "simulator/swagger.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {

using nlohmann::json;

bool RoutedRequest::is(std::initializer_list<std::string_view> pattern) const {
    return std::equal(segments.begin(), segments.end(), pattern.begin(), pattern.end(),
                      [](const auto& segment, auto word) { return word == "*" || same_text(segment, word); });
}

PowerAppsError no_such_route(const Request& request) {
    return {404, "RouteNotFound", fmt::format("No route matches {} {}.", request.method, request.path)};
}

PowerAppsError not_permitted(const RoutedRequest& routed) {
    return {403, "Forbidden",
            fmt::format("The service principal with id '{}' for application {} does not have permission to access the "
                        "path '{}' in tenant {}.",
                        routed.caller.object_id, routed.caller.app_id, routed.request.path, routed.caller.tenant_id)};
}

std::variant<std::string, PowerAppsError> known_environment(PowerAppsState& state, const std::string& id) {
    if (auto known = state.environments.find(id)) return *known;
    if (state.switches.accept_any_environment && !id.empty()) {
        state.environments.add(id, {});
        return id;
    }
    return PowerAppsError{
        static_cast<int>(state.switches.environment_denied_status), "EnvironmentAccessDenied",
        fmt::format("The environment '{}' could not be found in the tenant '{}'.", id, state.tenant_id)};
}

std::variant<json, PowerAppsError> json_body(const Request& request) {
    if (lower(request.header("Content-Type").value_or("")).find("json") == std::string::npos) {
        return PowerAppsError{415, "UnsupportedMediaType",
                              "The request's media type is not supported: application/json is expected."};
    }
    auto body = json::parse(request.body, nullptr, false);
    if (body.is_discarded()) return invalid_content("Unexpected character encountered while parsing value. Path ''");
    return body;
}

Outcome PlatformRoutes::handle_object_ids(const RoutedRequest& routed) {
    if (routed.request.method != "POST" || routed.segments.size() != 3) return no_such_route(routed.request);
    if (routed.caller.user.empty() && !state_.switches.service_principal_object_ids) return not_permitted(routed);
    if (!same_text(routed.segments[1], routed.caller.object_id)) {
        return PowerAppsError{403, "Forbidden",
                              fmt::format("The object id '{}' is not the caller's.", routed.segments[1])};
    }
    if (routed.is({"objectIds", "*", "validateApiSwagger"})) return validate(routed);
    if (!routed.is({"objectIds", "*", "generateResourceStorage"})) return no_such_route(routed.request);
    auto body = json_body(routed.request);
    if (auto* error = std::get_if<PowerAppsError>(&body)) return *error;
    const auto* environment = member_of(std::get<json>(body), "environment");
    if (environment == nullptr) return invalid_content("Required property 'environment' not found in JSON. Path ''");
    return storage(routed, text_of(*environment, "name"));
}

Outcome PlatformRoutes::validate(const RoutedRequest& routed) const {
    auto body = json_body(routed.request);
    if (auto* error = std::get_if<PowerAppsError>(&body)) return *error;
    const auto& document = std::get<json>(body);
    const bool certification =
        same_text(routed.request.query_value("enableConnectorCertificationRules").value_or(""), "true");
    auto rules = state_.switches.swagger();
    rules.documented = rules.documented || certification;
    const auto errors = swagger_errors(document, rules);
    const auto report = swagger_report(errors, "Error");
    if (errors.empty())
        return power_apps_answer(200, json(certification ? swagger_report(swagger_warnings(document), "Warning") : ""));
    if (certification || state_.switches.validate_failure_status < 300) return power_apps_answer(200, json(report));
    return PowerAppsError{
        static_cast<int>(state_.switches.validate_failure_status), "InvalidApiSwagger",
        fmt::format("Specified swagger has the following errors: 'Definition is not valid. Error: '{} '.", report)};
}

Outcome PlatformRoutes::storage(const RoutedRequest& routed, const std::string& environment) {
    const auto known = known_environment(state_, environment);
    if (const auto* error = std::get_if<PowerAppsError>(&known)) return *error;
    auto container = state_.ids.guid();
    std::erase(container, '-');
    return power_apps_answer(
        200,
        {{"sharedAccessSignature", state_.blobs.writable_container(state_.storage_origin(routed.request), container)}});
}

Outcome PlatformRoutes::applications(const RoutedRequest& routed) {
    if (state_.switches.require_admin_registration && !state_.environments.is_registered(routed.caller.app_id))
        return not_permitted(routed);
    const auto& method = routed.request.method;
    if (routed.segments.size() == 1 && method == "GET") {
        auto value = json::array();
        for (const auto& id : state_.environments.applications()) value.push_back({{"applicationId", id}});
        return power_apps_answer(200, {{"value", std::move(value)}});
    }
    if (routed.segments.size() != 2) return no_such_route(routed.request);
    const auto& id = routed.segments[1];
    if (!is_guid(id))
        return PowerAppsError{400, "InvalidApplicationId", fmt::format("The application id '{}' is not valid.", id)};
    if (method == "PUT") {
        state_.environments.register_application(id);
        return power_apps_answer(200, {{"applicationId", lower(id)}});
    }
    if (method == "GET") {
        if (state_.environments.is_registered(id)) return power_apps_answer(200, {{"applicationId", lower(id)}});
        return PowerAppsError{404, "AdminApplicationNotFound",
                              fmt::format("The application '{}' is not registered.", id)};
    }
    if (method == "DELETE") return power_apps_empty_answer(state_.environments.unregister_application(id) ? 200 : 204);
    return no_such_route(routed.request);
}

Outcome PlatformRoutes::handle_platform(const RoutedRequest& routed) {
    if (!routed.segments.empty() && same_text(routed.segments[0], "adminApplications")) return applications(routed);
    auto at = routed.segments;
    const bool admin = at.size() > 2 && same_text(at[0], "scopes") && same_text(at[1], "admin");
    if (admin) at.erase(at.begin(), at.begin() + 2);
    if (at.empty() || !same_text(at[0], "environments")) return no_such_route(routed.request);
    if (at.size() == 3 && same_text(at[2], "generateResourceStorage") && routed.request.method == "POST")
        return storage(routed, at[1]);
    if (at.size() > 2 || routed.request.method != "GET") return no_such_route(routed.request);
    if (state_.switches.require_admin_registration && !state_.environments.is_registered(routed.caller.app_id))
        return not_permitted(routed);
    if (at.size() == 2) {
        const auto known = known_environment(state_, at[1]);
        if (const auto* error = std::get_if<PowerAppsError>(&known)) return *error;
        return power_apps_answer(200, state_.environments.shown(std::get<std::string>(known), routed.request.base_url));
    }
    auto value = json::array();
    for (const auto& id : state_.environments.ids())
        value.push_back(state_.environments.shown(id, routed.request.base_url));
    return power_apps_answer(200, {{"value", std::move(value)}});
}

}  // namespace regent::simulator
