#include "simulator/dataverse_state.hpp"

#include "simulator/dataverse_row.hpp"
#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_oauth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// https://learn.microsoft.com/power-apps/developer/data-platform/api-limits
constexpr auto window = std::chrono::seconds(300);

Caller a_maker() {
    return {.tenant_id = {},
            .app_id = {},
            .object_id = "99999999-9999-9999-9999-999999999999",
            .user = {},
            .audience = {},
            .roles = {}};
}

/// Lays what Power Apps has no door for over a record: its script, and that it is a solution's.
void finish_record(json& record, const json& row) {
    auto& properties = record["properties"];
    properties["displayName"] = text_of(row, "displayname");
    properties["xrmConnectorId"] = row.at("connectorid");
    properties["almMode"] = "Solution";
    record.erase("_script");
    properties.erase("scriptOperations");
    const auto script = text_of(row, "customcodeblobcontent");
    if (script.empty()) return;
    record["_script"] = {{"contentType", "text/plain"}, {"base64", base64(script)}};
    const auto operations = json::parse(text_of(row, "scriptoperations"), nullptr, false);
    if (operations.is_array()) properties["scriptOperations"] = operations;
}

}  // namespace

std::string system_user_of(const std::string& environment, const std::string& object_id) {
    const auto hex = sha256_hex(fmt::format("systemuser {} {}", lower(environment), lower(object_id)));
    return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 3), hex.substr(15, 3),
                       hex.substr(18, 12));
}

DataverseState::DataverseState(PowerAppsState& state) : power_apps(state) {
    for (const auto& environment : state.environments.ids()) {
        if (state.environments.organization_of(environment).empty()) continue;
        const auto add = [&](const char* name, const char* publisher, const char* prefix, bool managed) {
            solutions_.push_back({ids_.guid(), environment, name, publisher, prefix, managed});
        };
        add("Default", "DefaultPublisher", "new", false);
        add("ContosoConnectors", "Contoso", "contoso", false);
        add("FabrikamApps", "Fabrikam", "fab", true);
    }
}

std::string DataverseState::key(const std::string& environment, const std::string& id) {
    return lower(environment) + "/" + lower(id);
}

const json* DataverseState::find(const std::string& environment, const std::string& id) const {
    const auto it = rows_.find(key(environment, id));
    return it == rows_.end() ? nullptr : &it->second;
}

std::vector<json> DataverseState::rows(const std::string& environment) const {
    std::vector<json> found;
    for (const auto& [key, row] : rows_) {
        if (same_text(text_of(row, "_environment"), environment)) found.push_back(row);
    }
    return found;
}

const DataverseSolution* DataverseState::solution(const std::string& environment, const std::string& name) const {
    const auto it = std::find_if(solutions_.begin(), solutions_.end(), [&](const auto& s) {
        return same_text(s.environment, environment) && same_text(s.unique_name, name);
    });
    return it == solutions_.end() ? nullptr : &*it;
}

std::optional<PowerAppsError> DataverseState::refused_by_power_apps(const json& row, const Caller& caller) {
    if (text_of(row, "customcodeblobcontent").empty()) {
        const auto operations = json::parse(text_of(row, "scriptoperations"), nullptr, false);
        if (operations.is_array() && !operations.empty())
            return PowerAppsError{400, "InvalidScriptDefinitionUrlWithNonNullOperations",
                                  "The script definition URL must not be null or empty when script operations are "
                                  "given."};
    }
    json scratch{{"name", dataverse_row::internal_id_of(row)}, {"environment", text_of(row, "_environment")}};
    auto properties = dataverse_row::properties_of(row);
    properties["environment"] = {{"name", text_of(row, "_environment")}};
    if (const auto unknown = put_variables_in(properties, text_of(row, "_environment"), variables_); !unknown.empty())
        return PowerAppsError{400, "InvalidEnvironmentVariable",
                              fmt::format("The environment variable '{}' was not found.", unknown)};
    // That a secret is missing is no reason to refuse a row: people enter it later.
    for (const auto& block : oauth_blocks(properties)) {
        if (!uses_managed_identity(*block.settings)) (*block.settings)["clientSecret"] = "any";
    }
    return power_apps.rules().create(scratch, properties, caller);
}

void DataverseState::save(json row, const Caller& caller) {
    const auto now = power_apps.now();
    const auto& switches = power_apps.switches;
    const bool is_new = find(text_of(row, "_environment"), text_of(row, "connectorid")) == nullptr;
    row["versionnumber"] = ++version_;
    row["modifiedon"] = format_time(now);
    const auto user = system_user_of(text_of(row, "_environment"), caller.object_id);
    row["_modifiedby_value"] = user;
    // A seed may say who made it.
    if (text_of(row, "_createdby_value").empty()) row["_createdby_value"] = user;
    if (is_new) {
        row["createdon"] = row["modifiedon"];
        row["_ownerid_value"] = user;
        row["_internalIdAt"] = format_time(now + std::chrono::seconds(switches.internal_id_delay_seconds), 3);
    }
    if (switches.dataverse_sync == "on")
        row["_syncAt"] = format_time(now + std::chrono::seconds(switches.sync_delay_seconds), 3);
    put(std::move(row));
    sync();
}

void DataverseState::put(json row) {
    auto at = key(text_of(row, "_environment"), text_of(row, "connectorid"));
    rows_.insert_or_assign(std::move(at), std::move(row));
}

void DataverseState::sync() {
    const auto now = power_apps.now();
    const auto due = [&](const json& row, const char* member) {
        const auto at = parse_time(text_of(row, member));
        return at && *at <= now;
    };
    for (auto& [key, row] : rows_) {
        if (due(row, "_syncAt")) {
            carry_over(row);
            row.erase("_syncAt");
        }
        if (row["connectorinternalid"].is_null() && due(row, "_internalIdAt"))
            row["connectorinternalid"] = dataverse_row::internal_id_of(row);
    }
}

void DataverseState::carry_over(json& row) {
    const auto name = dataverse_row::internal_id_of(row);
    auto properties = dataverse_row::properties_of(row);
    if (!put_variables_in(properties, text_of(row, "_environment"), variables_).empty()) return;
    const auto* stored = power_apps.find(name);
    json record = stored != nullptr ? *stored : json{{"name", name}, {"environment", text_of(row, "_environment")}};
    record["_clientSecrets"] = row.at("_secrets");
    std::optional<PowerAppsError> error;
    // Whether a secret arrived is in `_secrets`; a block is never refused for want of one.
    auto lenient = power_apps.switches;
    lenient.patch_without_secret = "drop";
    ConnectorRules rules(lenient, power_apps.tenant_id, power_apps.ids, power_apps.now(),
                         [](const auto&) { return std::optional<Blob>{}; });
    if (stored == nullptr) {
        auto open = properties;
        open["environment"] = {{"name", text_of(row, "_environment")}};
        open["connectionParameters"] = json::object();
        open.erase("connectionParameterSets");
        error = rules.create(record, open, a_maker());
        record["permissions"] = json::array();  // a solution's connector begins without role assignments
    }
    properties.erase("displayName");
    if (!error) error = rules.update(record, properties, a_maker());
    if (error) return;  // saved, and never seen: what a silent non-sync looks like
    record["_clientSecrets"] = row.at("_secrets");
    finish_record(record, row);
    power_apps.put(record);
}

void DataverseState::erase(const std::string& environment, const std::string& id) {
    const auto it = rows_.find(key(environment, id));
    if (it == rows_.end()) return;
    power_apps.erase(dataverse_row::internal_id_of(it->second));
    rows_.erase(it);
}

json DataverseState::shown(const json& row) const {
    json answer{{"@odata.etag", fmt::format("W/\"{}\"", row.value("versionnumber", 0LL))}};
    for (const auto& [name, value] : row.items()) {
        if (dataverse_row::is_column(name)) answer[name] = value;
    }
    return answer;
}

int DataverseState::throttled(const std::string& caller) {
    auto& times = requests_[caller];
    const auto now = power_apps.now();
    while (!times.empty() && times.front() + window <= now) times.pop_front();
    if (static_cast<long>(times.size()) >= power_apps.switches.dataverse_requests)
        return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(times.front() + window - now).count() +
                                1);
    times.push_back(now);
    return 0;
}

json DataverseState::dump() const {
    json rows = json::array(), solutions = json::array();
    for (const auto& [key, row] : rows_) {
        auto kept = row;
        // Never a secret in a dump, whatever a read would show.
        auto hidden = power_apps.switches;
        hidden.dataverse_secrets = "elsewhere";
        dataverse_row::take(kept, json::object(), hidden);
        kept["_secrets"] = row.at("_secrets");
        rows.push_back(std::move(kept));
    }
    for (const auto& solution : solutions_) {
        solutions.push_back({{"environment", solution.environment},
                             {"uniqueName", solution.unique_name},
                             {"publisher", solution.publisher},
                             {"prefix", solution.prefix},
                             {"managed", solution.managed}});
    }
    json variables = json::array();
    for (const auto& variable : variables_) {
        variables.push_back({{"environment", variable.environment}, {"schemaName", variable.schema_name}});
        if (variable.is_secret)
            variables.back()["secret"] = true;
        else
            variables.back()["value"] = variable.value;
    }
    json dumped{{"rows", std::move(rows)}, {"solutions", std::move(solutions)}};
    if (!variables.empty()) dumped["environmentVariables"] = std::move(variables);
    return dumped;
}

void DataverseState::seed_variables(const json& state) {
    for (const auto& given : state.value("environmentVariables", json::array())) {
        SolutionVariable variable{text_of(given, "environment"), text_of(given, "schemaName"), text_of(given, "value"),
                                  given.value("secret", false)};
        if (variable.environment.empty() || variable.schema_name.empty())
            throw std::invalid_argument("powerApps: a variable has an `environment` and a `schemaName`");
        std::erase_if(variables_, [&](const auto& v) {
            return same_text(v.environment, variable.environment) && same_text(v.schema_name, variable.schema_name);
        });
        if (!given.value("deleted", false)) variables_.push_back(std::move(variable));
    }
}

void DataverseState::seed(const json& state) {
    seed_variables(state);
    for (const auto& solution : state.value("solutions", json::array())) {
        const auto environment = text_of(solution, "environment"), name = text_of(solution, "uniqueName");
        if (environment.empty() || name.empty())
            throw std::invalid_argument("powerApps: a solution has an `environment` and a `uniqueName`");
        std::erase_if(solutions_, [&](const auto& s) {
            return same_text(s.environment, environment) && same_text(s.unique_name, name);
        });
        if (solution.value("deleted", false)) continue;
        solutions_.push_back({ids_.guid(), environment, name, solution.value("publisher", name),
                              solution.value("prefix", "new"), solution.value("managed", false)});
    }
    for (const auto& row : state.value("rows", json::array())) {
        if (!row.is_object() || text_of(row, "connectorid").empty() || text_of(row, "_environment").empty())
            throw std::invalid_argument("powerApps: a row has a `connectorid` and an `_environment`");
        auto whole = dataverse_row::fresh(text_of(row, "connectorid"));
        for (const auto& [name, value] : row.items()) whole[name] = value;
        save(std::move(whole), a_maker());
    }
}

bool DataverseState::change(const std::string& environment, const std::string& id, const json& body) {
    if (body.contains("put")) {
        auto row = body["put"];
        row["connectorid"] = id;
        row["_environment"] = environment;
        seed({{"rows", {row}}});
        return true;
    }
    const auto* stored = find(environment, id);
    if (stored == nullptr) return false;
    if (body.value("delete", false)) return erase(environment, id), true;
    if (!body.contains("patch")) return false;
    auto row = *stored;
    for (const auto& [name, value] : body["patch"].items()) row[name] = value;
    save(std::move(row), a_maker());
    return true;
}

}  // namespace regent::simulator
