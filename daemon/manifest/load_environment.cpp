#include "manifest/field_table.hpp"
#include "manifest/load_dataverse.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_findings.hpp"
#include "manifest/load_logicapps.hpp"
#include "manifest/load_path.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/load_sign_in.hpp"
#include "manifest/load_values.hpp"
#include "manifest/loader.hpp"
#include "manifest/rules_name.hpp"
#include "manifest/rules_uri.hpp"
#include "manifest/substitution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace regent::manifest {
namespace {

// https://learn.microsoft.com/graph/deployments for login and Graph; Power Apps hosts and audiences as Microsoft's
// paconn and PowerShell modules have them (microsoft/PowerPlatformConnectors, Microsoft.PowerApps.AuthModule).
// Microsoft's Terraform provider has other audiences for usgov and usgov-gcc, which is why every one of them can be set
// in `endpoints`.
model::Endpoints endpoints_of(std::string_view cloud) {
    if (cloud == "usgov-gcc") {  // a tenant of the worldwide Entra ID
        model::Endpoints gcc;
        gcc.power_apps = "https://gov.api.powerapps.us";
        gcc.power_apps_scope = "https://gov.service.powerapps.us/.default";
        gcc.power_platform = "https://gov.api.bap.microsoft.us";
        gcc.dataverse_origins = {"https://*.crm9.dynamics.com"};
        // In which of the two clouds its files are is written nowhere. No token goes there.
        gcc.blob_origins.emplace_back("https://*.blob.core.usgovcloudapi.net");
        return gcc;
    }
    if (cloud == "usgov")
        return {{},
                "https://login.microsoftonline.us",
                "https://graph.microsoft.us",
                "https://high.api.powerapps.us",
                "https://graph.microsoft.us/.default",
                "https://high.service.powerapps.us/.default",
                {"https://*.blob.core.usgovcloudapi.net"},
                "https://{vault}.vault.usgovcloudapi.net",
                "https://vault.usgovcloudapi.net/.default",
                "https://high.api.bap.microsoft.us",
                {"https://*.microsoftdynamics.us"}};
    if (cloud == "usgov-dod")
        return {{},
                "https://login.microsoftonline.us",
                "https://dod-graph.microsoft.us",
                "https://api.apps.appsplatform.us",
                "https://dod-graph.microsoft.us/.default",
                "https://service.apps.appsplatform.us/.default",
                {"https://*.blob.core.usgovcloudapi.net"},
                "https://{vault}.vault.usgovcloudapi.net",
                "https://vault.usgovcloudapi.net/.default",
                "https://api.bap.appsplatform.us",
                {"https://*.appsplatform.us"}};
    if (cloud == "china")
        return {{},
                "https://login.chinacloudapi.cn",
                "https://microsoftgraph.chinacloudapi.cn",
                "https://api.powerapps.cn",
                "https://microsoftgraph.chinacloudapi.cn/.default",
                "https://service.powerapps.cn/.default",
                {"https://*.blob.core.chinacloudapi.cn"},
                "https://{vault}.vault.azure.cn",
                "https://vault.azure.cn/.default",
                "https://api.bap.partner.microsoftonline.cn",
                {"https://*.dynamics.cn"}};
    return {};
}

/// The origin that `node` says, without a slash at its end; nothing when it is none, which is then reported.
std::optional<std::string> origin(const Node& node, bool wildcard, Findings& findings) {
    const auto uri = split_uri(node.text);
    const auto host = wildcard && uri.host.compare(0, 2, "*.") == 0 ? uri.host.substr(2) : uri.host;
    const bool is_origin =
        !host.empty() && host.find_first_of("*{}$ ") == std::string::npos && (uri.path.empty() || uri.path == "/") &&
        node.text.find_first_of("?#") == std::string::npos && !has_white_space(node.text) &&
        uri.authority.find('@') == std::string_view::npos && (uri.scheme == "https" || uri.scheme == "http");
    if (!is_origin) {
        auto& d =
            findings.bad_value("RG0460", node,
                               fmt::format("an endpoint is an origin such as \"https://graph.microsoft.com\", not {}",
                                           describe_node(node)));
        d.notes.push_back("an origin is scheme, host and port: no path, no query, no user name");
        if (!uri.scheme.empty() && !uri.authority.empty() && uri.path.size() > 1)
            d.help = fmt::format("write `{}://{}`", uri.scheme, uri.authority);
        if (uri.scheme.empty() && uri.path.find('.') != std::string_view::npos &&
            uri.path.find('/') == std::string_view::npos)
            d.help = fmt::format("write `https://{}`", node.text);
        return std::nullopt;
    }
    if (uri.scheme == "http" && !is_loopback(uri.host)) {
        auto& d = findings.bad_value("RG0461", node, "plain http is for this machine only");
        d.notes.push_back(
            "tokens and secrets would cross the network in the open; loopback is `localhost`, 127.0.0.0/8 and [::1]");
        d.help = fmt::format("write `https://{}`", uri.authority);
        return std::nullopt;
    }
    return fmt::format("{}://{}", uri.scheme, lower_case(uri.authority));
}

/// The address of a vault: `{vault}` in the host, or behind an origin of this machine.
void load_vaults(const Node& node, model::Endpoints& endpoints, Findings& findings) {
    constexpr std::string_view name = "{vault}";
    auto plain = node;
    const auto at = plain.text.find(name);
    if (at != std::string::npos) plain.text.replace(at, name.size(), "vault");
    const auto uri = split_uri(plain.text);
    const bool local = uri.scheme == "http" && is_loopback(uri.host);
    const bool plain_path = uri.path.find_first_of(" ?#") == std::string_view::npos;
    if (at != std::string::npos && (uri.scheme == "https" || local) && !uri.host.empty() && plain_path &&
        uri.authority.find('@') == std::string_view::npos) {
        endpoints.key_vault = node.text;
        while (endpoints.key_vault.ends_with('/')) endpoints.key_vault.pop_back();
        return;
    }
    findings.bad_value("RG0460", node, "this is not the address of a vault").help =
        "write `https://{vault}.vault.azure.net`; `{vault}` stands for the vault's name";
}

/// What a cloud says of itself. Power Apps and Dataverse are not among it.
void leave_to_metadata(model::Endpoints& endpoints) {
    for (auto* address : {&endpoints.login, &endpoints.graph, &endpoints.graph_scope, &endpoints.resource_manager,
                          &endpoints.resource_manager_scope, &endpoints.key_vault, &endpoints.key_vault_scope})
        address->clear();
    endpoints.blob_origins.clear();
}

void load_endpoints(const Values& values, model::Endpoints& endpoints, Findings& findings) {
    const auto take = [&](std::string_view key, std::string& target) {
        if (const auto* node = values.node(key))
            if (auto found = origin(*node, false, findings)) target = *found;
    };
    take("metadata", endpoints.metadata);
    if (!endpoints.metadata.empty()) leave_to_metadata(endpoints);
    take("login", endpoints.login);
    take("graph", endpoints.graph);
    take("powerApps", endpoints.power_apps);
    take("resourceManager", endpoints.resource_manager);
    if (const auto scope = values.text("resourceManagerScope")) endpoints.resource_manager_scope = *scope;
    if (const auto* vaults = values.node("keyVault")) load_vaults(*vaults, endpoints, findings);
    if (const auto scope = values.text("keyVaultScope")) endpoints.key_vault_scope = *scope;
    if (const auto scope = values.text("graphScope")) endpoints.graph_scope = *scope;
    if (const auto scope = values.text("powerAppsScope")) endpoints.power_apps_scope = *scope;
    take("powerPlatform", endpoints.power_platform);
    const auto take_all = [&](std::string_view key, std::vector<std::string>& targets) {
        if (!values.entry(key)) return;
        targets.clear();
        for (const auto* node : values.items(key))
            if (auto found = origin(*node, true, findings)) targets.push_back(*found);
    };
    take_all("blob", endpoints.blob_origins);
    take_all("dataverse", endpoints.dataverse_origins);
}

void load_aliases(const Values& spec, model::Environment& environment, Findings& findings) {
    const auto* aliases = spec.node("powerPlatformEnvironments");
    if (!aliases) return;
    for (const auto& alias : aliases->entries) {
        if (!alias.value.is_scalar()) continue;
        if (alias.value.text.empty() || has_white_space(alias.value.text) ||
            alias.value.text.find('/') != std::string::npos)
            findings
                .bad_value("RG0463", alias.value, fmt::format("{} is no environment id", in_quotes(alias.value.text)))
                .help =
                "an environment's id is in its address in the Power Platform admin center: a GUID, or `Default-` and "
                "the tenant's id";
        else
            environment.power_platform_environments[alias.key] = alias.value.text;
    }
}

void load_sources(const Values& spec, const Document& document, EnvironmentResult& result,
                  model::Environment& environment, Findings& findings) {
    const auto* entry = spec.entry("sources");
    if (!entry) {
        environment.sources = {"."};
        return;
    }
    if (entry->value.items.empty())
        findings.error("RG0464", entry->key_span, "`spec.sources` names no folder").help =
            "name a folder, or remove the key: then it is the whole repository";
    for (const auto* folder : spec.items("sources")) {
        if (const auto path = repository_path(document.file, folder->text)) {
            environment.sources.push_back(path->empty() ? "." : *path);
            result.sources.push_back(*folder);
        } else {
            auto& d = findings.bad_value("RG0218", *folder,
                                         fmt::format("the path {} {}", in_quotes(folder->text), path.error()));
            d.notes.push_back(
                "paths are relative to the file they are written in, use `/`, and stay inside the repository");
        }
    }
}

void load_variables(const Values& spec, const std::string& name, Variables& variables, Findings& findings) {
    variables.environment = name;
    const auto* vars = spec.node("vars");
    if (!vars) return;
    for (const auto& entry : vars->entries) {
        if (!entry.value.is_scalar()) continue;
        if (!is_variable_name(entry.key)) {
            auto& d =
                findings.error("RG0465", entry.key_span, fmt::format("`{}` cannot be a variable's name", entry.key));
            d.notes.push_back("a letter or `_`, then letters, digits and `_`");
            auto better = entry.key;
            for (auto& c : better)
                if (c == '-' || c == '.') c = '_';
            if (is_variable_name(better)) d.help = fmt::format("write `{}`", better);
            continue;
        }
        variables.by_name[entry.key] = {entry.value, entry.key_span.begin()};
    }
}

void load_policy(const Values& values, model::Policy& policy) {
    if (const auto mode = values.text("mode"))
        policy.mode = *mode == "plan" ? model::Policy::Mode::plan : model::Policy::Mode::apply;
    if (const auto removal = values.text("onRemoval"))
        policy.on_removal = *removal == "delete" ? model::OnRemoval::remove : model::OnRemoval::keep;
    if (const auto limit = values.integer("maxDeletes")) policy.max_deletes = static_cast<std::size_t>(*limit);
    if (const auto share = values.integer("maxDeletePercent"))
        policy.max_delete_percent = static_cast<std::size_t>(*share);
    policy.require_approved_plan = values.boolean("requireApprovedPlan").value_or(policy.require_approved_plan);
    if (const auto risk = values.text("maxRisk")) policy.max_risk = model::parse_risk(*risk).value_or(policy.max_risk);
    policy.allow_empty = values.boolean("allowEmpty").value_or(policy.allow_empty);
    if (const auto on_update = values.text("connectorSecretOnUpdate"))
        policy.connector_secret_on_update =
            *on_update == "reissue" ? model::Policy::SecretOnUpdate::reissue : model::Policy::SecretOnUpdate::keep;
    if (const auto saved = values.text("connectorSavedByOthers"))
        policy.connector_saved_by_others =
            *saved == "report" ? model::Policy::SavedByOthers::report : model::Policy::SavedByOthers::reissue;
}

/// Who leaves an address out beside a pretended sign-in means that service, too: the real one would be sent tokens that
/// it refuses, and nothing of it was meant.
void demand_whole_pretence(const Values& spec, const model::Environment& environment, Findings& findings) {
    const auto endpoints = spec.mapping("endpoints");
    const auto* login = endpoints.entry("login");
    if (!login || !environment.endpoints.metadata.empty()) return;  // the cloud says where the rest is
    if (!is_loopback(split_uri(environment.endpoints.login).host)) return;
    const bool asks_platform = std::any_of(environment.dataverses.begin(), environment.dataverses.end(),
                                           [](const auto& dataverse) { return dataverse.url.empty(); });
    const std::array<std::tuple<bool, const char*, const std::string*>, 4> used{{
        {true, "graph", &environment.endpoints.graph},
        {spec.entry("powerPlatformEnvironments") != nullptr, "powerApps", &environment.endpoints.power_apps},
        {asks_platform, "powerPlatform", &environment.endpoints.power_platform},
        {spec.entry("resourceGroups") != nullptr, "resourceManager", &environment.endpoints.resource_manager},
    }};
    for (const auto& [is_used, name, address] : used) {
        if (!is_used || endpoints.entry(name)) continue;
        auto& d = findings.error(
            "RG0466", login->key_span,
            fmt::format("the sign-in is at {}, and `{}` is left at {}", environment.endpoints.login, name, *address));
        d.label = "on this machine";
        d.help = fmt::format("add `{}: {}`, or leave `login` out", name, environment.endpoints.login);
    }
}

}  // namespace

EnvironmentResult load_environment(const Document& document) {
    EnvironmentResult result;
    Findings findings(document);
    check_fields(*table_of("Environment"), document.root, findings);
    const Values root(&document.root, findings);
    const auto spec = root.mapping("spec");
    check_name(root.mapping("metadata").node("name"), "RG0211", "a document's name", findings);
    check_name(spec.node("owner"), "RG0462", "an owner's name", findings);
    model::Environment environment;
    environment.name = root.mapping("metadata").text("name").value_or("");
    environment.place = document.root.span.begin();
    const auto owner = spec.text("owner");
    environment.owner_declared = owner.has_value();
    environment.owner = owner.value_or(environment.owner);
    environment.tenant_id = lower_case(spec.text("tenantId").value_or(""));
    environment.cloud = spec.text("cloud").value_or(environment.cloud);
    environment.production = spec.boolean("production").value_or(false);
    environment.endpoints = endpoints_of(environment.cloud);
    set_resource_manager(environment.cloud, environment.endpoints);
    load_endpoints(spec.mapping("endpoints"), environment.endpoints, findings);
    environment.sign_in = load_sign_in(spec.mapping("signIn"), findings);
    demand_login(spec, environment, findings);
    load_aliases(spec, environment, findings);
    load_dataverses(spec, environment, findings);
    load_resource_groups(spec, environment, findings);
    demand_whole_pretence(spec, environment, findings);
    load_sources(spec, document, result, environment, findings);
    load_variables(spec, environment.name, result.variables, findings);
    load_policy(spec.mapping("policy"), environment.policy);
    for (const auto* entry : spec.items("overrides")) result.overrides.push_back(*entry);
    result.diagnostics = findings.take();
    model::sort(result.diagnostics);
    if (!model::has_errors(result.diagnostics)) result.environment = std::move(environment);
    return result;
}

}  // namespace regent::manifest
