#include "simulator/powerapps_filter.hpp"
#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_names.hpp"
#include "simulator/powerapps_permissions.hpp"
#include "simulator/powerapps_routes.hpp"
#include "simulator/powerapps_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::simulator {
namespace {

using nlohmann::json;

PowerAppsError no_such_connector(const std::string& name) {
    return {404, "ApiResourceNotFound", fmt::format("Could not find api '{}'.", name)};
}

/// What a write says of a name that is no custom connector's: a built-in one's, or nobody's.
PowerAppsError no_custom_connector(const std::string& name) {
    return {400, "CustomApiNotFound", fmt::format("The custom api '{}' could not be found.", name)};
}

/// A connection is kept in its connector's record, below `connections`, and goes with it.
json shown_connection(const json& record, const json& connection) {
    const auto name = text_of(record, "name"), environment = text_of(record, "environment");
    const auto id = text_of(connection, "name");
    return {{"name", id},
            {"id", fmt::format("/providers/Microsoft.PowerApps/scopes/admin/environments/{}/apis/{}/connections/{}",
                               environment, name, id)},
            {"type", "Microsoft.PowerApps/scopes/apis/connections"},
            {"properties",
             {{"apiId", "/providers/Microsoft.PowerApps/apis/" + name},
              {"displayName", text_of(connection, "displayName")},
              {"statuses", json::array({{{"status", "Connected"}}})},
              {"environment",
               {{"id", "/providers/Microsoft.PowerApps/environments/" + environment}, {"name", environment}}}}}};
}

struct WrittenProperties {
    json properties;
    std::optional<PowerAppsError> error;
};

WrittenProperties written_properties(const Request& request) {
    auto body = json_body(request);
    if (auto* error = std::get_if<PowerAppsError>(&body)) return {{}, *error};
    const auto& document = std::get<json>(body);
    const auto* properties = member_of(document, "properties");
    if (properties == nullptr || !properties->is_object())
        return {{}, invalid_content("Required property 'properties' not found in JSON. Path ''")};
    return {*properties, std::nullopt};
}

}  // namespace

const json* ConnectorRoutes::visible(const json* record, const std::string& environment, const Caller& caller) const {
    if (record == nullptr || text_of(*record, "environment") != environment) return nullptr;
    return state_.switches.unshared_invisible && !is_shared_with(*record, caller) ? nullptr : record;
}

ConnectorView ConnectorRoutes::view(const Request& request) const {
    return {state_.switches, state_.blobs, state_.storage_origin(request), state_.now()};
}

Outcome ConnectorRoutes::handle(const RoutedRequest& routed) {
    const auto given = routed.request.query_value("$filter");
    const auto reading = read_connector_filter(given.value_or(""));
    if (!reading.problem.empty()) return PowerAppsError{400, "InvalidFilter", reading.problem};
    if (!reading.filter) return PowerAppsError{400, "MissingEnvironmentFilter", "The environment filter must be set."};
    const auto environment = known_environment(state_, reading.filter->environment);
    if (const auto* error = std::get_if<PowerAppsError>(&environment)) return *error;
    const auto segment = [&](std::size_t i) { return routed.segments.size() > i ? routed.segments[i] : std::string{}; };
    if (routed.segments.size() > 3) return no_such_route(routed.request);
    return route(routed, std::get<std::string>(environment), reading.filter->is_custom, segment(1), segment(2));
}

Outcome ConnectorRoutes::handle_as_admin(const RoutedRequest& routed) {
    if (state_.switches.require_admin_registration && !state_.environments.is_registered(routed.caller.app_id)) {
        return PowerAppsError{403, "Forbidden", "The caller does not have permission 'ManageAnyCustomApi'."};
    }
    const auto environment = known_environment(state_, routed.segments[3]);
    if (const auto* error = std::get_if<PowerAppsError>(&environment)) return *error;
    const auto& id = std::get<std::string>(environment);
    const auto& method = routed.request.method;
    if (same_text(routed.segments[4], "connections")) {
        const bool is_list = routed.segments.size() == 5 && method == "GET";
        return is_list ? list_connections(routed, id) : no_such_route(routed.request);
    }
    const auto name = routed.segments.size() > 5 ? routed.segments[5] : std::string{};
    const auto below = routed.segments.size() > 6 ? routed.segments[6] : std::string{};
    if (routed.segments.size() > 7) return no_such_route(routed.request);
    if (name.empty() && method == "GET") return list(routed, id, true);
    if (!name.empty() && below.empty() && method == "DELETE") return remove(routed, id, name);
    if (same_text(below, "permissions") && method == "GET") return route(routed, id, std::nullopt, name, below);
    return no_such_route(routed.request);
}

Outcome ConnectorRoutes::route(const RoutedRequest& routed, const std::string& environment,
                               std::optional<bool> is_custom, const std::string& name, const std::string& below) {
    const auto& method = routed.request.method;
    const bool writes = method == "PATCH" || method == "DELETE" || (method == "POST" && name.empty());
    if (writes && routed.caller.user.empty() && !state_.switches.service_principal_writes) return not_permitted(routed);
    if (name.empty()) {
        if (method == "GET") return list(routed, environment, is_custom);
        if (method == "POST") return create(routed, environment);
    } else if (below.empty()) {
        if (method == "GET") return get(routed, environment, name);
        if (method == "PATCH") return update(routed, environment, name);
        if (method == "DELETE") return remove(routed, environment, name);
    } else if (same_text(below, "permissions") && method == "GET") {
        const auto* record = visible(state_.find_as_read(name), environment, routed.caller);
        if (record == nullptr) return no_such_connector(name);
        return power_apps_answer(200, {{"value", shown_permissions(*record)}});
    } else if (same_text(below, "modifyPermissions") && method == "POST") {
        return change_permissions(routed, environment, name);
    }
    return no_such_route(routed.request);
}

Outcome ConnectorRoutes::page(const Request& request, std::vector<std::pair<std::string, const json*>> names,
                              const std::function<json(const json&)>& show) const {
    std::sort(names.begin(), names.end());
    // The token names the last one shown, so that a connector made or removed between two pages shifts nothing.
    const auto token = request.query_value("$skiptoken");
    const auto after = token ? base64_decoded(*token) : std::nullopt;
    if (token && !after) return PowerAppsError{400, "InvalidSkipToken", "The skip token is not valid."};
    auto it =
        std::find_if(names.begin(), names.end(), [&](const auto& entry) { return !after || entry.first > *after; });
    auto value = json::array();
    std::string last;
    for (; it != names.end() && value.size() < static_cast<std::size_t>(state_.switches.page_size); ++it) {
        last = it->first;
        value.push_back(show(*it->second));
    }
    json body{{"value", std::move(value)}};
    if (it != names.end()) {
        std::string query;
        for (const auto& [key, text] : request.query) {
            if (!same_text(key, "$skiptoken"))
                query += fmt::format("{}={}&", percent_encoded(key), percent_encoded(text));
        }
        const auto& host = state_.switches.next_link_host.empty() ? request.base_url : state_.switches.next_link_host;
        body["nextLink"] = fmt::format("{}{}?{}%24skiptoken={}", host,
                                       request.target.substr(0, request.target.find('?')), query, base64url(last));
    }
    return power_apps_answer(200, body);
}

Outcome ConnectorRoutes::list(const RoutedRequest& routed, const std::string& environment,
                              std::optional<bool> is_custom) const {
    const auto& request = routed.request;
    std::vector<std::pair<std::string, const json*>> names;
    const auto built_in =
        is_custom.value_or(false) ? std::vector<json>{} : built_in_connectors(state_.switches.built_in_connectors);
    names.reserve(built_in.size());
    for (const auto& connector : built_in) names.emplace_back(text_of(connector, "name"), &connector);
    if (is_custom.value_or(true)) {
        for (const auto* record : state_.all_as_listed()) {
            if (visible(record, environment, routed.caller) != nullptr)
                names.emplace_back(text_of(*record, "name"), record);
        }
    }
    return page(request, std::move(names), [&](const json& connector) {
        return connector.contains("openApiDefinition") ? view(request).shown(connector, false) : connector;
    });
}

Outcome ConnectorRoutes::list_connections(const RoutedRequest& routed, const std::string& environment) const {
    std::vector<json> shown;
    for (const auto* record : state_.all_as_read()) {
        if (text_of(*record, "environment") != environment) continue;
        for (const auto& connection : record->value("connections", json::array()))
            shown.push_back(shown_connection(*record, connection));
    }
    std::vector<std::pair<std::string, const json*>> names;
    names.reserve(shown.size());
    for (const auto& connection : shown) names.emplace_back(text_of(connection, "id"), &connection);
    return page(routed.request, std::move(names), [](const json& connection) { return connection; });
}

Outcome ConnectorRoutes::get(const RoutedRequest& routed, const std::string& environment,
                             const std::string& name) const {
    for (const auto& connector : built_in_connectors(state_.switches.built_in_connectors)) {
        if (same_text(text_of(connector, "name"), name)) return power_apps_answer(200, connector);
    }
    const auto* record = visible(state_.find_as_read(name), environment, routed.caller);
    if (record == nullptr) return no_such_connector(name);
    const auto expand = lower(routed.request.query_value("$expand").value_or(""));
    const bool whole = !state_.switches.swagger_only_when_expanded || expand.find("swagger") != std::string::npos;
    return power_apps_answer(200, view(routed.request).shown(*record, whole));
}

Outcome ConnectorRoutes::create(const RoutedRequest& routed, const std::string& environment) {
    auto written = written_properties(routed.request);
    if (written.error) return *written.error;
    const auto title = text_of(written.properties, "displayName");
    if (title.empty()) return invalid_content("Required property 'displayName' not found in JSON. Path 'properties'");
    json record{{"name", connector_name(title, state_.tenant_id, environment)}, {"environment", environment}};
    for (int attempt = 1; state_.find(text_of(record, "name")) != nullptr; ++attempt) {
        if (state_.switches.duplicate_title == "conflict") {
            return PowerAppsError{
                409, "ApiAlreadyExists",
                fmt::format("An api with the display name '{}' already exists in the environment '{}'.", title,
                            environment)};
        }
        record["name"] = varied_connector_name(title, state_.tenant_id, environment, attempt);
    }
    if (auto error = state_.rules().create(record, written.properties, routed.caller)) return *error;
    state_.put(record);
    return power_apps_answer(static_cast<int>(state_.switches.create_status), view(routed.request).shown(record, true));
}

Outcome ConnectorRoutes::update(const RoutedRequest& routed, const std::string& environment, const std::string& name) {
    const auto* stored = visible(state_.find(name), environment, routed.caller);
    if (stored == nullptr) return no_custom_connector(name);
    auto written = written_properties(routed.request);
    if (written.error) return *written.error;
    auto record = *stored;
    if (auto error = state_.rules().update(record, written.properties, routed.caller)) return *error;
    state_.put(record);
    return power_apps_answer(static_cast<int>(state_.switches.update_status), view(routed.request).shown(record, true));
}

Outcome ConnectorRoutes::remove(const RoutedRequest& routed, const std::string& environment, const std::string& name) {
    if (is_built_in_connector(name, state_.switches.built_in_connectors)) return no_custom_connector(name);
    const auto* stored = visible(state_.find(name), environment, routed.caller);
    if (stored == nullptr) {
        auto error = no_custom_connector(name);
        error.status = static_cast<int>(state_.switches.delete_absent_status);
        if (error.status < 300) return power_apps_empty_answer(error.status);
        return error;
    }
    state_.erase(name);
    return power_apps_empty_answer(static_cast<int>(state_.switches.delete_status));
}

Outcome ConnectorRoutes::change_permissions(const RoutedRequest& routed, const std::string& environment,
                                            const std::string& name) {
    const auto* stored = visible(state_.find(name), environment, routed.caller);
    if (stored == nullptr) return no_custom_connector(name);
    auto body = json_body(routed.request);
    if (auto* error = std::get_if<PowerAppsError>(&body)) return *error;
    auto record = *stored;
    if (auto error = modify_permissions(record, std::get<json>(body))) return *error;
    state_.put(record);
    return power_apps_answer(200, {{"value", shown_permissions(record)}});
}

}  // namespace regent::simulator
