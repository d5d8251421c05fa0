#include "model/ascii.hpp"
#include "plan/risk_rules.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace regent::plan {
namespace {

using nlohmann::json;

/// Entra ID's own, in all clouds. https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
constexpr std::array<std::string_view, 5> hosts_of_entra = {"login.microsoftonline.com", "login.windows.net",
                                                            "login.microsoftonline.us", "login.chinacloudapi.cn",
                                                            "login.partner.microsoftonline.cn"};

/// "login.example" of "https://login.example/token"; the whole of what is no address, such as an expression that the
/// service fills in.
std::string host_in(const std::string& address) {
    const auto scheme = address.find("://");
    if (scheme == std::string::npos) return address;
    const auto rest = address.substr(scheme + 3);
    return model::lower_case(rest.substr(0, rest.find_first_of("/?#")));
}

/// Whether an OAuth setting says where people sign in, or where a code and the client's secret are sent for tokens:
/// `loginUri`, `authorizationUrl`, `tokenUrlTemplate`. What is put behind such an address is not one.
bool is_address_of_sign_in(const std::string& name) {
    const auto lower = model::lower_case(name);
    if (lower.find("querystring") != std::string::npos) return false;
    return lower.starts_with("loginuri") || lower.starts_with("authorizationurl") || lower.starts_with("tokenurl") ||
           lower.starts_with("refreshurl");
}

void collect_sign_in_hosts(const json& settings, std::set<std::string>& hosts) {
    if (!settings.is_structured()) return;
    for (const auto& [name, value] : settings.items()) {
        if (settings.is_object() && is_address_of_sign_in(name)) {
            const auto& text = value.is_object() && value.contains("value") ? value["value"] : value;
            if (text.is_string()) hosts.insert(host_in(text.get<std::string>()));
        }
        collect_sign_in_hosts(value, hosts);
    }
}

/// But Entra ID.
std::set<std::string> sign_in_hosts_of(const model::Value& settings) {
    std::set<std::string> hosts;
    collect_sign_in_hosts(parsed(settings), hosts);
    for (const auto host : hosts_of_entra) hosts.erase(std::string(host));
    return hosts;
}

/// Where policies send requests instead of the definition's host, in the words of the policy.
std::set<std::string> hosts_of_policies(const model::Value& policies) {
    std::set<std::string> hosts;
    const auto list = parsed(policies);
    if (!list.is_array()) return hosts;
    for (const auto& policy : list) {
        const auto id = policy.is_object() ? policy.find("templateId") : policy.end();
        if (!policy.is_object() || id == policy.end() || !id->is_string()) continue;
        if (model::lower_case(id->get<std::string>()) != "dynamichosturl") continue;
        const auto parameters = policy.find("parameters");
        if (parameters == policy.end() || !parameters->is_object()) continue;
        for (const auto& [name, value] : parameters->items())
            if (model::lower_case(name).ends_with("urltemplate") && value.is_string())
                hosts.insert(host_in(value.get<std::string>()));
    }
    return hosts;
}

std::string first_new(const std::set<std::string>& before, const std::set<std::string>& after) {
    for (const auto& host : after)
        if (!before.contains(host)) return host;
    return {};
}

}  // namespace

Rating rate_policies(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    const auto host = first_new(hosts_of_policies(change.before), hosts_of_policies(change.after));
    if (!host.empty()) return high(fmt::format("requests of its connections, with their tokens, go to {}", host));
    return medium("requests of every connection pass through it, with what signs them in");
}

Rating rate_connection_parameters(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    const auto host = first_new(sign_in_hosts_of(change.before), sign_in_hosts_of(change.after));
    if (!host.empty())
        return high(
            fmt::format("people sign in at {} from then on, or their codes and the client's secret go there for "
                        "tokens",
                        host));
    return medium("connections that exist have to sign in again, and get tokens for something else");
}

}  // namespace regent::plan
