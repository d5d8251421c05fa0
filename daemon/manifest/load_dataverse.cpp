#include "manifest/load_dataverse.hpp"

#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_uri.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

/// The address of an organization: an origin, or behind one of this machine.
std::string instance_url(const Node& node, Findings& findings) {
    auto text = node.text;
    while (!text.empty() && text.back() == '/') text.pop_back();
    const auto uri = split_uri(text);
    const bool local = is_loopback(uri.host);
    const bool plain = !has_white_space(text) && text.find_first_of("?#*{}") == std::string::npos &&
                       uri.authority.find('@') == std::string_view::npos && !uri.host.empty();
    const bool is_secure = uri.scheme == "https" || (uri.scheme == "http" && local);
    if (plain && is_secure && (uri.path.empty() || local)) return text;
    auto& d = findings.bad_value("RG0644", node, fmt::format("{} is not the address of a Dataverse", in_quotes(text)));
    d.help =
        "write the organization's address, such as `https://contoso.crm4.dynamics.com`, or leave `url` out: then "
        "the Power Platform is asked";
    return {};
}

void load_dataverse(const Values& values, model::Environment& environment, Findings& findings) {
    const auto* name = values.node("environment");
    if (name == nullptr) return;
    const auto alias = environment.power_platform_environments.find(name->text);
    if (alias == environment.power_platform_environments.end()) {
        std::vector<std::string_view> names;
        for (const auto& known : environment.power_platform_environments) names.push_back(known.first);
        auto& d = findings.bad_value("RG0644", *name,
                                     fmt::format("`powerPlatformEnvironments` has no {}", in_quotes(name->text)));
        d.help = near_name_help(name->text, names);
        if (d.help.empty()) d.help = "name one of its aliases";
        return;
    }
    model::Dataverse dataverse{alias->second, {}, values.text("solution").value_or("")};
    if (const auto* url = values.node("url")) dataverse.url = instance_url(*url, findings);
    const bool again = std::any_of(environment.dataverses.begin(), environment.dataverses.end(),
                                   [&](const auto& other) { return other.environment == dataverse.environment; });
    if (again) {
        findings.bad_value("RG0644", *name, fmt::format("{} has a Dataverse already", in_quotes(name->text))).help =
            "an environment has one; remove one of the two";
        return;
    }
    environment.dataverses.push_back(std::move(dataverse));
}

}  // namespace

void load_dataverses(const Values& spec, model::Environment& environment, Findings& findings) {
    for (const auto* item : spec.items("dataverse")) load_dataverse(Values(item, findings), environment, findings);
}

}  // namespace regent::manifest
