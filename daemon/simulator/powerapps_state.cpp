#include "simulator/powerapps_state.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_names.hpp"
#include "simulator/powerapps_oauth.hpp"
#include "simulator/powerapps_view.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// Ids differ between the services of one simulator and are the same in every run.
constexpr std::uint64_t id_seed = 0x505041;

/// A patch may be shaped like a record ({"properties": …, "openApiDefinition": …}) or hold properties only.
json as_record_patch(json patch) {
    if (!patch.is_object()) throw std::invalid_argument("`patch` is a JSON object");
    const bool is_record = patch.contains("properties") || patch.contains("openApiDefinition") ||
                           patch.contains("permissions") || patch.contains("connections") ||
                           patch.contains("_clientSecretSha256");
    if (!is_record) patch = {{"properties", std::move(patch)}};
    if (auto* properties = member_of(patch, "properties");
        properties != nullptr && properties->contains("openApiDefinition")) {
        patch["openApiDefinition"] = (*properties)["openApiDefinition"];
        properties->erase("openApiDefinition");
    }
    return patch;
}

}  // namespace

PowerAppsState::PowerAppsState(const Clock& clock, std::string tenant)
    : tenant_id(std::move(tenant)),
      ids(id_seed),
      environments(tenant_id),
      blobs(clock, "storage key of " + tenant_id),
      clock_(clock) {}

const json* PowerAppsState::find(const std::string& name) const {
    return connectors_.find(lower(name), now());
}

const json* PowerAppsState::find_as_read(const std::string& name) const {
    return connectors_.find(lower(name), now(), lag());
}

void PowerAppsState::put(const json& record) {
    connectors_.put(lower(text_of(record, "name")), record, now());
}

void PowerAppsState::erase(const std::string& name) {
    connectors_.erase(lower(name), now());
}

BlobStore::Source PowerAppsState::blob_source() const {
    return [this](const std::string& container, const std::string& name) -> std::optional<Blob> {
        const auto dot = name.rfind('.');
        if (dot == std::string::npos) return std::nullopt;
        const auto* record = find_as_read("shared_" + name.substr(0, dot));
        if (record == nullptr) record = find_as_read(name.substr(0, dot));
        return record == nullptr ? std::nullopt : blob_of(*record, container, name.substr(dot), switches);
    };
}

ConnectorRules PowerAppsState::rules() {
    return {switches, tenant_id, ids, now(),
            [this](const std::string& url) { return blobs.at_address(url, blob_source()); }};
}

json PowerAppsState::dump() const {
    auto connectors = json::array();
    for (const auto* record : connectors_.all(now())) {
        auto shown = *record;
        const auto secrets = shown.value("_clientSecrets", json::object());
        if (!secrets.empty()) shown["_clientSecretSha256"] = secrets.begin().value();
        connectors.push_back(std::move(shown));
    }
    return {{"environments", environments.dump()},
            {"adminApplications", environments.applications()},
            {"connectors", std::move(connectors)}};
}

void PowerAppsState::seed(const json& state) {
    if (!state.is_object())
        throw std::invalid_argument("powerApps: a JSON object with `environments` and `connectors` is expected");
    for (const auto& member : state.items()) {
        if (member.key() == "environments" || member.key() == "connectors" || member.key() == "adminApplications" ||
            member.key() == "rows" || member.key() == "solutions" || member.key() == "environmentVariables")
            continue;
        throw std::invalid_argument(fmt::format(
            "powerApps: nothing is called `{}`: environments, connectors, rows, solutions, adminApplications",
            member.key()));
    }
    for (const auto& environment : state.value("environments", json::array())) {
        const auto id = text_of(environment, "name");
        if (id.empty()) throw std::invalid_argument("powerApps: an environment has no `name`");
        environments.add(id, text_of(environment, "displayName"), text_of(environment, "organization"));
    }
    for (const auto& application : state.value("adminApplications", json::array()))
        environments.register_application(application.get<std::string>());
    for (const auto& connector : state.value("connectors", json::array())) seed_connector(connector, Time{});
}

void PowerAppsState::seed_connector(json record, Time since) {
    if (!record.is_object()) throw std::invalid_argument("powerApps: a connector is a JSON object");
    auto environment = text_of(record, "environment");
    if (environment.empty() && record.contains("properties")) {
        if (const auto* inner = member_of(record["properties"], "environment")) environment = text_of(*inner, "name");
    }
    const auto title = record.contains("properties") ? text_of(record["properties"], "displayName") : std::string{};
    if (environment.empty())
        throw std::invalid_argument(fmt::format("powerApps: the connector '{}' has no `environment`", title));
    const auto known = environments.find(environment);
    if (!known) environments.add(environment, {});
    record["environment"] = known.value_or(environment);
    if (text_of(record, "name").empty()) {
        if (title.empty())
            throw std::invalid_argument("powerApps: a connector has neither `name` nor `properties.displayName`");
        record["name"] = connector_name(title, tenant_id, record["environment"].get<std::string>());
    }
    const auto name = text_of(record, "name");
    if (const auto* same = find(name); same != nullptr && text_of(*same, "environment") != record["environment"]) {
        throw std::invalid_argument(
            fmt::format("powerApps: two environments have a connector named `{}`; names are unique in a tenant", name));
    }
    rules().complete(record);
    connectors_.put(lower(name), std::move(record), since);
}

bool PowerAppsState::change_connector(const std::string& name, const std::string& environment, const json& body) {
    if (body.contains("put")) {
        auto record = body["put"];
        if (!name.empty()) record["name"] = name;
        if (text_of(record, "environment").empty() && !environment.empty()) record["environment"] = environment;
        seed_connector(std::move(record), now());
        return true;
    }
    const auto* stored = find(name);
    if (stored == nullptr) return false;
    if (body.value("delete", false)) return erase(name), true;
    const bool renewed = body.value("newManagedIdentity", false);
    if (!body.contains("patch") && !renewed) return false;
    auto record = *stored;
    if (body.contains("patch")) {
        const auto patch = as_record_patch(body["patch"]);
        if (patch.contains("_clientSecretSha256")) record["_clientSecrets"] = json::object();
        record.merge_patch(patch);
        rules().complete(record);
    }
    if (renewed) rules().renew_identity(record);
    rules().touch(record);
    put(record);
    return true;
}

bool PowerAppsState::change_environment(const std::string& id, const json& body) {
    if (body.value("delete", false)) return environments.remove(id);
    if (!body.contains("put")) return false;
    environments.add(id, text_of(body["put"], "displayName"), text_of(body["put"], "organization"));
    return true;
}

}  // namespace regent::simulator
