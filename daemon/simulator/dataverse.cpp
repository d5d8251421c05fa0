#include "simulator/dataverse.hpp"

#include "simulator/dataverse_row.hpp"
#include "simulator/powerapps_member.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::string_view dataverse_path = "/dataverse/";
/// Component type of a connector, as solutions list it.
constexpr int connector_component = 372;

struct RowPlace {
    std::string organization, version, set, key;
};

/// "/dataverse/sales/api/data/v9.2/connectors(3f…)".
std::optional<RowPlace> row_place(std::string_view path) {
    if (!starts_with(path, dataverse_path)) return std::nullopt;
    path.remove_prefix(dataverse_path.size());
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    RowPlace place{std::string(path.substr(0, slash)), {}, {}, {}};
    path.remove_prefix(slash);
    constexpr std::string_view api = "/api/data/";
    if (!starts_with(path, api)) return std::nullopt;
    path.remove_prefix(api.size());
    const auto version = path.find('/');
    place.version = path.substr(0, version);
    if (version == std::string_view::npos) return place;
    path.remove_prefix(version + 1);
    const auto open = path.find('(');
    place.set = path.substr(0, open);
    if (open != std::string_view::npos && path.ends_with(')'))
        place.key = path.substr(open + 1, path.size() - open - 2);
    return place;
}

DataverseError no_segment(const std::string& name) {
    return {404, "0x80060888", fmt::format("Resource not found for the segment '{}'.", name)};
}

DataverseError no_such_row(const std::string& id) {
    return {404, "0x80040217", fmt::format("Entity 'connector' With Id = {} Does Not Exist", id)};
}

DataverseError duplicate(const std::string& what) {
    return {412, "0x80040237", fmt::format("Cannot insert duplicate key: {}.", what)};
}

std::variant<json, DataverseError> body_of(const Request& request) {
    if (lower(request.header("Content-Type").value_or("")).find("json") == std::string::npos)
        return DataverseError{415, "0x80060888", "Unsupported media type: application/json is expected."};
    auto body = json::parse(request.body, nullptr, false);
    if (body.is_discarded() || !body.is_object())
        return invalid_payload("---->  InnerException : Newtonsoft.Json.JsonReaderException: no JSON object.");
    return body;
}

json selected_columns(json row, const DataverseQuery& query) {
    if (query.select.empty()) return row;
    json answer{{"@odata.etag", row["@odata.etag"]}};
    for (const auto& name : query.select) answer[name] = row.value(name, json());
    answer["connectorid"] = row["connectorid"];
    return answer;
}

}  // namespace

bool Dataverse::serves(std::string_view path) {
    return starts_with(lower(std::string(path)), dataverse_path);
}

bool Dataverse::is_resource(std::string_view resource) {
    return resource.find(dataverse_path) != std::string_view::npos;
}

Response Dataverse::handle(const Request& request, const std::optional<Caller>& caller,
                           const std::string& token_error) {
    auto outcome = answer(request, caller, token_error);
    if (const auto* error = std::get_if<DataverseError>(&outcome)) {
        auto response = dataverse_refusal(*error);
        if (error->status == 401)
            response.set_header("WWW-Authenticate", fmt::format("Bearer authorization_uri={}/{}/oauth2/authorize",
                                                                request.base_url, state_.power_apps.tenant_id));
        return response;
    }
    return std::get<Response>(std::move(outcome));
}

DataverseOutcome Dataverse::answer(const Request& request, const std::optional<Caller>& caller,
                                   const std::string& token_error) {
    const auto place = row_place(request.path);
    if (!place) return no_segment(request.path);
    const auto environment = state_.power_apps.environments.with_organization(place->organization);
    if (!environment) return DataverseError{404, "0x80072560", "No organization answers here."};
    if (!caller)
        return DataverseError{401, "0x80040204",
                              token_error.empty() ? "HTTP Error 401 - Unauthorized: Access is denied."
                                                  : "The token is not valid: " + token_error};
    auto audience = std::string_view(caller->audience);
    while (!audience.empty() && audience.back() == '/') audience.remove_suffix(1);
    if (!same_text(audience, fmt::format("{}{}{}", request.base_url, dataverse_path, place->organization)) ||
        !same_text(caller->tenant_id, state_.power_apps.tenant_id))
        return DataverseError{401, "0x80040204", "The token is for another audience or tenant."};
    if (caller->user.empty() && state_.power_apps.switches.require_application_user &&
        !state_.power_apps.environments.is_registered(caller->app_id))
        return DataverseError{403, "0x80072560", "The user is not a member of the organization."};
    if (const auto seconds = state_.throttled(caller->app_id); seconds > 0)
        return DataverseError{429, "0x80072322",
                              fmt::format("Number of requests exceeded the limit of {}, measured over time window of "
                                          "300 seconds.",
                                          state_.power_apps.switches.dataverse_requests),
                              seconds};
    if (place->version != "v9.2" && place->version != "v9.1" && place->version != "v9.0")
        return no_segment(place->version);
    return route({request, *caller, *environment, place->set, lower(place->key)});
}

DataverseOutcome Dataverse::route(const Routed& routed) {
    const auto& method = routed.request.method;
    if (routed.set == "WhoAmI" && method == "GET")
        return dataverse_answer(200, {{"UserId", system_user_of(routed.environment, routed.caller.object_id)},
                                      {"OrganizationId", routed.environment}});
    if (routed.set == "solutions" && method == "GET") return list_solutions(routed);
    if (routed.set == "solutioncomponents" && method == "GET") return list_components(routed);
    if (routed.set == "AddSolutionComponent" && method == "POST") return add_component(routed);
    if (routed.set != "connectors") return no_segment(routed.set);
    if (routed.key.empty()) {
        if (method == "GET") return list_connectors(routed);
        if (method == "POST") return create_connector(routed);
    } else {
        if (!is_guid(routed.key)) return DataverseError{400, "0x80060888", "The key is no GUID."};
        if (method == "GET") return get_connector(routed);
        if (method == "PATCH") return update_connector(routed);
        if (method == "DELETE") return remove_connector(routed);
    }
    return DataverseError{405, "0x80060888", fmt::format("The HTTP method '{}' is not supported here.", method)};
}

std::optional<DataverseError> Dataverse::check_rights(const Routed& routed, std::string_view what) const {
    const auto& rights = state_.power_apps.switches.dataverse_rights;
    if (rights == "all" || (rights == "read" && what == "prvReadconnector")) return std::nullopt;
    return DataverseError{403, "0x80040220",
                          fmt::format("Principal user (Id={}, type=8, roleCount=1) is missing {} privilege.",
                                      system_user_of(routed.environment, routed.caller.object_id), what)};
}

std::optional<DataverseError> Dataverse::check_version(const Request& request, const json& row) const {
    const auto wanted = request.header("If-Match");
    const auto& mode = state_.power_apps.switches.dataverse_etags;
    if (!wanted || *wanted == "*" || mode == "ignored") return std::nullopt;
    if (mode == "refused")
        return DataverseError{400, "0x80060893",
                              "Optimistic concurrency isn't enabled for entity type connector. The IfVersionMatches "
                              "value of ConcurrencyBehavior can only be used if optimistic concurrency is enabled."};
    if (*wanted == fmt::format("W/\"{}\"", row.value("versionnumber", 0LL))) return std::nullopt;
    return DataverseError{412, "0x80060882",
                          "The version of the existing record doesn't match the RowVersion property provided."};
}

DataverseOutcome Dataverse::list_connectors(const Routed& routed) const {
    if (auto error = check_rights(routed, "prvReadconnector")) return *error;
    auto query = read_dataverse_query(routed.request, "connector",
                                      [](const std::string& name) { return dataverse_row::is_column(name); });
    if (auto* error = std::get_if<DataverseError>(&query)) return *error;
    const auto& read = std::get<DataverseQuery>(query);
    std::vector<json> shown;
    const auto& power_apps = state_.power_apps;
    const auto as_of = power_apps.now() - std::chrono::seconds(power_apps.switches.list_lag_seconds);
    for (const auto& row : state_.rows(routed.environment)) {
        const auto made = parse_time(text_of(row, "createdon"));
        if (!made || *made <= as_of) shown.push_back(state_.shown(row));
    }
    auto page = dataverse_page(routed.request, "connectors", read, shown);
    for (auto& row : page["value"]) row = selected_columns(std::move(row), read);
    return dataverse_answer(200, page);
}

DataverseOutcome Dataverse::get_connector(const Routed& routed) const {
    if (auto error = check_rights(routed, "prvReadconnector")) return *error;
    auto query = read_dataverse_query(routed.request, "connector",
                                      [](const std::string& name) { return dataverse_row::is_column(name); });
    if (auto* error = std::get_if<DataverseError>(&query)) return *error;
    const auto* row = state_.find(routed.environment, routed.key);
    if (row == nullptr) return no_such_row(routed.key);
    return dataverse_answer(200, selected_columns(state_.shown(*row), std::get<DataverseQuery>(query)));
}

DataverseOutcome Dataverse::stored(const Routed& routed, json row, const json& body, int status) {
    auto whole = row;
    for (const auto& [name, value] : body.items()) whole[name] = value;
    if (const auto refused = state_.refused_by_power_apps(whole, routed.caller))
        return DataverseError{400, "0x80040265", fmt::format("{}: {}", refused->code, refused->message)};
    dataverse_row::take(row, body, state_.power_apps.switches);
    const auto id = text_of(row, "connectorid");
    state_.save(std::move(row), routed.caller);
    const auto* saved = state_.find(routed.environment, id);
    const bool shows = routed.request.header("Prefer").value_or("").find("return=representation") != std::string::npos;
    auto response = shows ? dataverse_answer(status, state_.shown(*saved)) : dataverse_no_content();
    const auto at = routed.request.base_url + routed.request.path.substr(0, routed.request.path.rfind('/') + 1);
    response.set_header("OData-EntityId", fmt::format("{}connectors({})", at, id));
    return response;
}

DataverseOutcome Dataverse::create_connector(const Routed& routed) {
    if (auto error = check_rights(routed, "prvCreateconnector")) return *error;
    auto read = body_of(routed.request);
    if (auto* error = std::get_if<DataverseError>(&read)) return *error;
    const auto& body = std::get<json>(read);
    if (auto error = dataverse_row::check(body, nullptr)) return *error;
    const auto id = lower(text_of(body, "connectorid"));
    if (state_.find(routed.environment, id) != nullptr) return duplicate("connectorid " + id);
    for (const auto& row : state_.rows(routed.environment)) {
        if (same_text(text_of(row, "name"), text_of(body, "name"))) return duplicate("ndx_connector_name");
    }
    auto row = dataverse_row::fresh(id);
    row["_environment"] = routed.environment;
    const auto wanted = routed.request.header("MSCRM.SolutionUniqueName").value_or("Default");
    const auto* solution = state_.solution(routed.environment, wanted);
    if (solution == nullptr)
        return DataverseError{404, "0x80040217",
                              fmt::format("The solution with unique name '{}' does not exist.", wanted)};
    if (solution->managed)
        return DataverseError{400, "0x80048523",
                              fmt::format("Cannot add a component to the managed solution '{}'.", wanted)};
    row["_solutions"] = {solution->unique_name};
    return stored(routed, std::move(row), body, 201);
}

DataverseOutcome Dataverse::update_connector(const Routed& routed) {
    const auto* row = state_.find(routed.environment, routed.key);
    if (row == nullptr && routed.request.header("If-Match")) return no_such_row(routed.key);
    auto read = body_of(routed.request);
    if (auto* error = std::get_if<DataverseError>(&read)) return *error;
    auto body = std::get<json>(read);
    if (row == nullptr) {
        // Without If-Match a PATCH of what is not there makes it.
        body["connectorid"] = routed.key;
        auto again = routed.request;
        again.body = body.dump();
        again.path = again.path.substr(0, again.path.rfind('('));
        return create_connector({again, routed.caller, routed.environment, routed.set, {}});
    }
    if (auto error = check_rights(routed, "prvWriteconnector")) return *error;
    if (auto error = dataverse_row::check(body, row)) return *error;
    if (auto error = check_version(routed.request, *row)) return *error;
    if (row->value("ismanaged", false))
        return DataverseError{400, "0x80048523", "Managed components cannot be edited here."};
    return stored(routed, *row, body, 200);
}

DataverseOutcome Dataverse::remove_connector(const Routed& routed) {
    if (auto error = check_rights(routed, "prvDeleteconnector")) return *error;
    const auto* row = state_.find(routed.environment, routed.key);
    if (row == nullptr) return no_such_row(routed.key);
    if (auto error = check_version(routed.request, *row)) return *error;
    state_.erase(routed.environment, routed.key);
    return dataverse_no_content();
}

DataverseOutcome Dataverse::list_solutions(const Routed& routed) const {
    constexpr std::array names{"solutionid", "uniquename", "friendlyname", "ismanaged", "_publisherid_value"};
    auto query = read_dataverse_query(routed.request, "solution", [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    });
    if (auto* error = std::get_if<DataverseError>(&query)) return *error;
    const bool expands = routed.request.query_value("$expand").value_or("").starts_with("publisherid");
    std::vector<json> rows;
    for (const auto& solution : state_.solutions()) {
        if (!same_text(solution.environment, routed.environment)) continue;
        json row{{"solutionid", solution.id},
                 {"uniquename", solution.unique_name},
                 {"friendlyname", solution.unique_name},
                 {"ismanaged", solution.managed}};
        if (expands)
            row["publisherid"] = {{"uniquename", solution.publisher}, {"customizationprefix", solution.prefix}};
        rows.push_back(std::move(row));
    }
    return dataverse_answer(200, dataverse_page(routed.request, "solutions", std::get<DataverseQuery>(query), rows));
}

DataverseOutcome Dataverse::list_components(const Routed& routed) const {
    constexpr std::array names{"solutioncomponentid", "objectid", "componenttype", "_solutionid_value"};
    auto query = read_dataverse_query(routed.request, "solutioncomponent", [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    });
    if (auto* error = std::get_if<DataverseError>(&query)) return *error;
    std::vector<json> rows;
    for (const auto& row : state_.rows(routed.environment)) {
        for (const auto& name : row.value("_solutions", json::array())) {
            const auto* solution = state_.solution(routed.environment, name.get<std::string>());
            if (solution == nullptr) continue;  // deleted: its components stay, and are in it no more
            rows.push_back({{"objectid", row.at("connectorid")},
                            {"componenttype", connector_component},
                            {"_solutionid_value", solution->id}});
        }
    }
    return dataverse_answer(
        200, dataverse_page(routed.request, "solutioncomponents", std::get<DataverseQuery>(query), rows));
}

DataverseOutcome Dataverse::add_component(const Routed& routed) {
    auto read = body_of(routed.request);
    if (auto* error = std::get_if<DataverseError>(&read)) return *error;
    const auto& body = std::get<json>(read);
    const auto id = lower(text_of(body, "ComponentId")), name = text_of(body, "SolutionUniqueName");
    if (body.value("ComponentType", 0) != connector_component || !body.contains("AddRequiredComponents"))
        return invalid_payload("ComponentType and AddRequiredComponents are expected.");
    const auto* row = state_.find(routed.environment, id);
    if (row == nullptr) return no_such_row(id);
    const auto* solution = state_.solution(routed.environment, name);
    if (solution == nullptr || solution->managed)
        return DataverseError{404, "0x80040217",
                              fmt::format("The solution with unique name '{}' does not exist.", name)};
    auto changed = *row;
    auto& solutions = changed["_solutions"];
    if (!solutions.is_array()) solutions = json::array();
    if (std::find(solutions.begin(), solutions.end(), json(solution->unique_name)) == solutions.end())
        solutions.push_back(solution->unique_name);
    state_.save(std::move(changed), routed.caller);
    return dataverse_answer(200, {{"id", state_.power_apps.ids.guid()}});
}

bool Dataverse::change(const std::string& path, const json& body) {
    const auto place = row_place(path);
    if (!place || place->set != "connectors") return false;
    const auto environment = state_.power_apps.environments.with_organization(place->organization);
    return environment && state_.change(*environment, lower(place->key), body);
}

}  // namespace regent::simulator
