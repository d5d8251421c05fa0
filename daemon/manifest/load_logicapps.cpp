#include "manifest/load_logicapps.hpp"

#include "manifest/azure_regions.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_connector.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {
namespace {

constexpr std::array<std::string_view, 3> azure_fields = {"resourceGroup", "location", "tags"};

/// What the REST specification of Microsoft.Web/customApis has no property for.
constexpr std::array<std::string_view, 8> power_apps_fields = {
    "powerPlatformEnvironment", "icon",     "script",    "scriptOperations",
    "connectionParameterSets",  "policies", "publisher", "shares"};

// https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
constexpr std::size_t most_tags = 50, regents_tags = 6, longest_name = 512, longest_value = 256;
constexpr std::string_view reserved_characters = "<>%&\\?/", own_prefix = "regent-";

void explain_group_id(model::Diagnostic& d) {
    d.help =
        "copy its Resource ID from Properties in the portal: `/subscriptions/<subscription id>/resourceGroups/<name>`";
}

void load_group(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("resourceGroup");
    if (!entry) return;
    const auto& aliases = job.context.environment.resource_groups;
    const auto& text = entry->value.text;
    if (const auto it = aliases.find(text); it != aliases.end())
        return declare(declaration, model::path::resource_group, entry, it->second);
    if (auto id = resource_group_id(text))
        return declare(declaration, model::path::resource_group, entry, std::move(*id));
    auto& d = job.findings.bad_value("RG0651", entry->value,
                                     fmt::format("no resource group is known as {}", in_quotes(text)));
    if (text.find('/') != std::string::npos) return explain_group_id(d);
    d.label = fmt::format("not in environment `{}`", job.context.environment.name);
    std::vector<std::string_view> names;
    names.reserve(aliases.size());
    for (const auto& alias : aliases) names.push_back(alias.first);
    d.notes.push_back(names.empty() ? fmt::format("`{}` has no `resourceGroups`", job.context.environment.name)
                                    : fmt::format("aliases in `{}`: {}", job.context.environment.name, listing(names)));
    d.help = near_name_help(text, names);
    if (d.help.empty()) d.help = "add the alias to the Environment's `resourceGroups`, with the group's resource id";
}

/// A slip in the region of a connector that is there would have it deleted before Azure refuses to make the new one.
void warn_of_unknown_region(const Entry& entry, const std::string& region, Findings& findings) {
    const auto known = azure_regions();
    if (std::find(known.begin(), known.end(), region) != known.end()) return;
    auto& d = findings.warning("RG0657", entry.value.span, fmt::format("no region called `{}` is known here", region));
    d.notes.emplace_back(
        "another region is another connector: the one that is there is deleted first, when "
        "`management.allowReplacement` allows it");
    d.help = near_name_help(region, {known.begin(), known.end()});
    if (d.help.empty()) d.help = "compare with `az account list-locations`; a new region may be missing here";
}

void load_location(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("location");
    if (!entry) {
        if (const auto* group = job.spec.entry("resourceGroup"))
            job.findings.error("RG0650", group->key_span, "a connector of Logic Apps needs a `location`").help =
                "write the region of Azure that it is to live in: `location: westeurope`";
        return;
    }
    // "West Europe" is how the portal shows westeurope.
    auto region = lower_case(entry->value.text);
    std::erase(region, ' ');
    const bool plain = std::all_of(region.begin(), region.end(),
                                   [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
    if (region.empty() || !plain) {
        job.findings.bad_value("RG0652", entry->value, "this is not the name of a region of Azure").help =
            "write its name as `az account list-locations` shows it: `westeurope`";
        return;
    }
    warn_of_unknown_region(*entry, region, job.findings);
    declare(declaration, model::path::location, entry, region);
}

const char* wrong_with_tag(const Entry& tag) {
    if (lower_case(tag.key).rfind(own_prefix, 0) == 0) return "tags that begin with `regent-` are regent's own";
    if (tag.key.empty() || tag.key.size() > longest_name) return "a tag's name has 1 to 512 characters";
    if (tag.key.find_first_of(reserved_characters) != std::string::npos)
        return "a tag's name holds none of `< > % & \\ ? /`";
    if (tag.key.find('=') != std::string::npos) return "a tag's name holds no `=` here";
    return tag.value.text.size() > longest_value ? "a tag's value has at most 256 characters" : nullptr;
}

void load_azure_tags(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("tags");
    if (!entry) return;
    auto& attribute = declaration.attributes[std::string(model::path::tags)];
    attribute.span = entry->key_span;
    if (entry->value.entries.size() > most_tags - regents_tags)
        job.findings.error("RG0653", entry->key_span, fmt::format("{} tags are too many", entry->value.entries.size()))
            .notes.push_back(
                fmt::format("a resource has at most {}, and regent needs up to {} of them", most_tags, regents_tags));
    for (const auto& tag : entry->value.entries) {
        if (!tag.value.is_scalar()) continue;
        if (const auto* why = wrong_with_tag(tag)) {
            job.findings.error("RG0653", tag.key_span, fmt::format("{} cannot be a tag here", in_quotes(tag.key)))
                .notes.emplace_back(why);
            continue;
        }
        attribute.elements.push_back(
            {.name = {}, .value = tag.key + "=" + tag.value.text, .span = tag.key_span, .contributor = {}});
    }
}

void refuse_fields(const LoadJob& job) {
    for (const auto name : power_apps_fields) {
        const auto* entry = job.spec.entry(name);
        if (!entry) continue;
        auto& d = job.findings.error("RG0654", entry->key_span, fmt::format("Logic Apps have no `{}`", name));
        d.secondary.push_back({job.spec.entry("backend")->key_span, "Logic Apps asked for here"});
        d.notes.push_back("the REST specification of Microsoft.Web/customApis has no property for it");
        d.help = name == "powerPlatformEnvironment" ? "remove it: where the connector lives say `resourceGroup` and "
                                                      "`location`"
                                                    : "remove it, or write `backend: environment`";
    }
    const auto credential = job.spec.mapping("auth").mapping("credential");
    if (const auto* identity = credential.entry("managedIdentity")) {
        auto& d = job.findings.error("RG0655", identity->key_span,
                                     "a connector of Logic Apps has no managed identity of its own");
        d.secondary.push_back({job.spec.entry("backend")->key_span, "Logic Apps asked for here"});
        d.help = "sign in with a secret: `credential: {clientSecretRef: {name: …}}`";
    }
}

/// What apiProperties.json holds for Power Apps alone: without it the connector would do something else.
struct OfPowerApps {
    std::string_view path, field, words;
};
constexpr std::array properties_of_power_apps = {
    OfPowerApps{model::path::policies, "policies", "policies (`policyTemplateInstances`)"},
    OfPowerApps{model::path::connection_parameter_sets, "connectionParameterSets",
                "several ways to sign in (`connectionParameterSets`)"},
};

/// "[]", "{}", "null", and sets without a set.
bool is_only_blank(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded() || json.empty()) return true;
    const auto values = json.find("values");
    return json.is_object() && values != json.end() && values->empty();
}

model::Diagnostic& refuse_content(const LoadJob& job, const model::Span& span, std::string_view words) {
    auto& d = job.findings.error("RG0654", span, fmt::format("Logic Apps have no {}", words));
    d.secondary.push_back({job.spec.entry("backend")->key_span, "Logic Apps asked for here"});
    d.notes.emplace_back("the REST specification of Microsoft.Web/customApis has no property for it");
    return d;
}

void refuse_properties(const LoadJob& job, model::Declaration& declaration) {
    for (const auto& [path, field, words] : properties_of_power_apps) {
        const auto it = declaration.attributes.find(path);
        if (it == declaration.attributes.end()) continue;
        const bool is_told = job.spec.entry(std::string(field)) != nullptr;
        if (!is_told && !it->second.implied && !is_only_blank(it->second.value.text_or({})))
            refuse_content(job, it->second.span, words).help =
                "take them out of the file, or write `backend: environment`";
        declaration.attributes.erase(it);
    }
}

void leave_publisher_out(const LoadJob& job, model::Declaration& declaration) {
    const auto it = declaration.attributes.find(model::path::publisher);
    if (it == declaration.attributes.end()) return;
    if (!job.spec.entry("publisher")) {
        auto& d = job.findings.warning("RG0654", it->second.span, "`publisher` is not sent: Logic Apps have none");
        d.help = "take it out of the file to be rid of this warning";
    }
    declaration.attributes.erase(it);
}

void leave_files(const LoadJob& job, const ConnectorFiles& files) {
    if (files.script && !files.script->path.empty() && !job.spec.entry("script"))
        refuse_content(job, files.script->entry->value.span,
                       fmt::format("scripts, and `{}` is one", files.script->path))
            .help = "take it out of the folder, or write `backend: environment`";
    if (files.icon && !files.icon->path.empty() && !job.spec.entry("icon")) {
        auto& d = job.findings.warning(
            "RG0654", files.icon->entry->value.span,
            fmt::format("`{}` is not sent: a connector of Logic Apps has the address of a picture, not one of its own",
                        files.icon->path));
        d.help = "an address that is there already is left alone";
    }
}

/// A PUT replaces, and nobody can read a secret back: what is not said is lost.
void demand_secret(const LoadJob& job, const model::Declaration& declaration) {
    const auto it = declaration.attributes.find(model::path::connection_parameters);
    if (it == declaration.attributes.end() || job.spec.entry("clientSecretFrom")) return;
    // What is only watched is never saved.
    if (declaration.management.policy == model::ManagementPolicy::observe) return;
    if (lower_case(it->second.value.text_or({})).find("oauthsetting") == std::string::npos) return;
    auto& d = job.findings.error("RG0656", it->second.span, "an OAuth client stands here, and no secret for it");
    d.notes.push_back("each save of a connector of Logic Apps replaces it whole, its client's secret included");
    d.help = "write `clientSecretFrom` in the Connector's `spec`";
}

}  // namespace

// https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure,
// https://learn.microsoft.com/azure/china/resources-developer-guide
void set_resource_manager(std::string_view cloud, model::Endpoints& endpoints) {
    const auto* origin = cloud == "usgov" || cloud == "usgov-dod" ? "https://management.usgovcloudapi.net"
                         : cloud == "china"                       ? "https://management.chinacloudapi.cn"
                                                                  : "https://management.azure.com";
    endpoints.resource_manager = origin;
    endpoints.resource_manager_scope = fmt::format("{}/.default", origin);
}

void load_resource_groups(const Values& spec, model::Environment& environment, Findings& findings) {
    const auto* groups = spec.node("resourceGroups");
    if (!groups) return;
    for (const auto& alias : groups->entries) {
        if (!alias.value.is_scalar()) continue;
        if (auto id = resource_group_id(alias.value.text)) {
            environment.resource_groups[alias.key] = std::move(*id);
        } else {
            explain_group_id(findings.bad_value(
                "RG0651", alias.value, fmt::format("{} is no resource group's id", in_quotes(alias.value.text))));
        }
    }
}

bool is_for_logicapps(const LoadJob& job) {
    const auto* backend = job.spec.node("backend");
    return backend && backend->text == model::backend::logicapps;
}

void leave_to_logicapps(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration) {
    leave_files(job, files);
    refuse_properties(job, declaration);
    leave_publisher_out(job, declaration);
    // Without a script there is nothing for operations to go through, which was told with the settings.
    declaration.attributes.erase(std::string(model::path::script_operations));
}

void load_logicapps(const LoadJob& job, model::Declaration& declaration) {
    if (!is_for_logicapps(job)) {
        for (const auto name : azure_fields) {
            const auto* entry = job.spec.entry(name);
            if (!entry) continue;
            job.findings.error("RG0650", entry->key_span, fmt::format("`{}` is for connectors of Logic Apps", name))
                .help = "write `backend: logicapps` beside it, or remove it";
        }
        return;
    }
    if (!job.spec.entry("resourceGroup")) {
        job.findings
            .error("RG0650", job.spec.entry("backend")->key_span,
                   job.spec.entry("location") ? "a connector of Logic Apps needs a `resourceGroup`"
                                              : "a connector of Logic Apps needs a `resourceGroup` and a `location`")
            .help = job.spec.entry("location")
                        ? "write an alias from the Environment's `resourceGroups`: `resourceGroup: integration`"
                        : "write an alias from the Environment's `resourceGroups`, and a region: `resourceGroup: "
                          "integration`, `location: westeurope`";
    }
    refuse_fields(job);
    load_group(job, declaration);
    load_location(job, declaration);
    load_azure_tags(job, declaration);
    demand_secret(job, declaration);
}

}  // namespace regent::manifest
