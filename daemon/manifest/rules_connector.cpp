#include "manifest/rules_connector.hpp"

#include "manifest/display_text.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_uri.hpp"
#include "manifest/solution_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

// Resources whose identifier ends in `/`: without it, Entra issues no token for them.
// https://learn.microsoft.com/connectors/custom-connectors/azure-active-directory-authentication
constexpr std::array<std::string_view, 9> resources_with_slash = {
    "https://management.core.windows.net/",
    "https://management.azure.com/",
    "https://management.core.usgovcloudapi.net/",
    "https://management.usgovcloudapi.net/",
    "https://management.core.chinacloudapi.cn/",
    "https://management.chinacloudapi.cn/",
    "https://service.powerapps.com/",
    "https://storage.azure.com/",
    "https://database.windows.net/",
};

// Resources whose identifier has none, so that it is not asked for.
constexpr std::array<std::string_view, 5> resources_without_slash = {
    "https://graph.microsoft.com", "https://graph.microsoft.us", "https://vault.azure.net",
    "https://api.powerplatform.com", "https://cognitiveservices.azure.com"};

bool has_suffix(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void check_resource(const Node& resource, bool in_solution, Findings& findings) {
    if (is_guid(resource.text) || check_variables(resource, in_solution, findings)) return;
    const auto uri = split_uri(resource.text);
    if (has_white_space(resource.text) || uri.scheme.empty() || uri.host.empty()) {
        auto& d = findings.bad_value(
            "RG0453", resource,
            fmt::format("a resource is an absolute URL or an application id, not {}", describe_node(resource)));
        d.notes.push_back(
            "it names the API that tokens are for: \"https://management.core.windows.net/\", \"api://contoso-orders\", "
            "a GUID");
        return;
    }
    const auto with_slash = lower_case(resource.text) + "/";
    if (std::find(resources_with_slash.begin(), resources_with_slash.end(), with_slash) != resources_with_slash.end()) {
        auto& d = findings.bad_value("RG0452", resource, "this resource's name ends with `/`");
        d.label = "the slash at the end is missing";
        d.notes.push_back("it is compared letter by letter; without the slash, no connection can sign in");
        d.help = fmt::format("write `{}/`", resource.text);
        return;
    }
    const bool known_without = std::find(resources_without_slash.begin(), resources_without_slash.end(),
                                         lower_case(resource.text)) != resources_without_slash.end() ||
                               has_suffix(uri.host, ".dynamics.com") || has_suffix(uri.host, ".sharepoint.com");
    if (uri.scheme == "https" && uri.path.empty() && !known_without) {
        auto& d = findings.odd_value("RG0504", resource, "this resource has no `/` at its end, and is taken as it is");
        d.notes.push_back("a resource is compared letter by letter; names of Microsoft's APIs often end with `/`");
        d.help = "look at the identifier URI of the API's application";
    }
}

void check_tenant(const Values& auth, Findings& findings) {
    const auto* tenant = auth.node("tenantId");
    if (!tenant || is_guid(tenant->text)) return;
    const auto text = lower_case(tenant->text);
    const bool shared = text == "common" || text == "organizations" || text == "consumers";
    const auto* identity = auth.mapping("credential").entry("managedIdentity");
    if (shared && !identity) return;
    if (shared) {
        auto& d = findings.bad_value(
            "RG0450", *tenant, fmt::format("a managed identity does not work with the tenant `{}`", tenant->text));
        d.secondary.push_back({identity->key_span, "managed identity asked for here"});
        d.notes.push_back(
            "the identity lives in one tenant; "
            "https://learn.microsoft.com/connectors/custom-connectors/azure-active-directory-authentication");
        d.help = "write the tenant's id, or remove `tenantId`: then it is the environment's";
        return;
    }
    auto& d = findings.bad_value("RG0451", *tenant, fmt::format("{} is no tenant id", in_quotes(tenant->text)));
    d.notes.push_back(
        "a tenant id is a GUID; where users of several tenants sign in, it is `common` or `organizations`");
    d.help = "remove `tenantId`: then it is the environment's";
}

void check_scopes(const Values& auth, Findings& findings) {
    for (const auto* scope : auth.items("scopes")) {
        if (scope->text.empty()) {
            findings.bad_value("RG0455", *scope, "a scope cannot be empty");
        } else if (has_white_space(scope->text)) {
            auto& d = findings.odd_value("RG0505", *scope, "this scope contains white space, and is sent as it is");
            d.help = "write each scope on its own: `[openid, profile]`";
        }
    }
}

/// Where the words for OAuth 2 may name environment variables.
void check_client_words(const Values& oauth2, bool in_solution, Findings& findings) {
    for (const auto* word : {"clientId", "authorizationUrl", "tokenUrl", "refreshUrl"})
        if (const auto* node = oauth2.node(word)) check_variables(*node, in_solution, findings);
    const auto* more = oauth2.mapping("parameters").mapping_node();
    if (more == nullptr) return;
    for (const auto& entry : more->entries) check_variables(entry.value, in_solution, findings);
}

void check_brand_color(const Node& color, Findings& findings) {
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    if (color.text.size() == 7 && color.text.front() == '#' &&
        std::all_of(color.text.begin() + 1, color.text.end(), hex))
        return;
    auto& d = findings.bad_value(
        "RG0454", color, fmt::format("a colour is `#` and six hexadecimal digits, not {}", describe_node(color)));
    d.help = "for example `\"#0078d4\"`, in quotes: without them, YAML reads `#` as the beginning of a comment";
}

void check_address(const Values& spec, bool in_solution, Findings& findings) {
    if (const auto* host = spec.node("host"); host && !check_variables(*host, in_solution, findings)) {
        const auto uri = split_uri(host->text);
        const auto has_port = [&] {
            const auto colon = host->text.find(':');
            if (colon == std::string::npos) return true;
            const auto digits = std::string_view(host->text).substr(colon + 1);
            return !digits.empty() &&
                   std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
        };
        if (host->text.empty() || host->text.find_first_of("{}/\\ ") != std::string::npos ||
            has_white_space(host->text) || !has_port()) {
            auto& d =
                findings.bad_value("RG0455", *host, "a host is a name with an optional port, without scheme or path");
            if (!uri.authority.empty()) d.help = fmt::format("write `{}`", uri.authority);
        }
    }
    const auto* base = spec.node("basePath");
    if (!base || check_variables(*base, in_solution, findings)) return;
    if ((!base->text.empty() && base->text.front() == '/' && base->text.find_first_of("?#") == std::string::npos &&
         !has_white_space(base->text)))
        return;
    auto& d = findings.bad_value("RG0455", *base, "a base path begins with `/` and has neither query nor fragment");
    if (!base->text.empty() && base->text.front() != '/' && base->text.find_first_of(":?# ") == std::string::npos)
        d.help = fmt::format("write `/{}`", base->text);
}

}  // namespace

std::optional<std::string> resource_group_id(std::string_view text) {
    const auto lower = lower_case(text);
    constexpr std::string_view first = "/subscriptions/", second = "/resourcegroups/";
    if (lower.rfind(first, 0) != 0) return std::nullopt;
    const auto slash = lower.find('/', first.size());
    if (slash == std::string::npos) return std::nullopt;
    const auto subscription = lower.substr(first.size(), slash - first.size());
    if (!is_guid(subscription) || lower.compare(slash, second.size(), second) != 0) return std::nullopt;
    const auto name = lower.substr(slash + second.size());
    const bool good = !name.empty() && name.size() <= 90 && name.find_first_of("/?#%") == std::string::npos &&
                      !has_white_space(name) && !name.ends_with('.');
    if (!good) return std::nullopt;
    return fmt::format("/subscriptions/{}/resourceGroups/{}", subscription, name);
}

bool looks_like_environment_id(std::string_view text) noexcept {
    constexpr std::size_t guid_letters = 36;
    return text.size() >= guid_letters && is_guid(text.substr(text.size() - guid_letters));
}

void check_connector(const Values& spec, const std::string& name, Findings& findings) {
    if (const auto* title = spec.node("displayName");
        title && title->text.find_first_not_of(" \t\r\n") == std::string::npos)
        findings.bad_value("RG0401", *title, "a display name cannot be empty").help =
            "write the name that people should see";
    if (const auto* color = spec.node("iconBrandColor")) check_brand_color(*color, findings);
    const bool in_solution = is_in_solution(spec);
    check_address(spec, in_solution, findings);
    const auto auth = spec.mapping("auth");
    check_tenant(auth, findings);
    if (const auto* resource = auth.node("resource")) check_resource(*resource, in_solution, findings);
    check_client_words(auth.mapping("oauth2"), in_solution, findings);
    check_scopes(auth, findings);
    const auto credential = auth.mapping("credential");
    if (const auto* secret = credential.reference("clientSecretRef"); secret && !is_name(secret->text)) {
        // Not quoted: people have pasted the secret itself here.
        auto& d = findings.bad_value("RG0408", *secret, "this cannot be the name of a secret");
        d.notes.push_back("if it is a secret itself, the repository has given it away: remove it from the application");
        d.help =
            "write the `name` of an entry in the application's `clientSecrets`; the secret itself never stands in a "
            "manifest";
    }
    // Logic Apps have none at all: load_logicapps().
    const bool no_identity = spec.text("backend") == "logicapps";
    if (const auto* identity = credential.entry("managedIdentity"); identity && !no_identity) {
        auto span = identity->key_span;
        if (identity->value.span.known() && identity->value.span.end_line == span.line) {
            span.end_line = identity->value.span.end_line;
            span.end_column = identity->value.span.end_column;
        }
        auto& d = findings.warning("RG0507", span,
                                   fmt::format("{} signs in by managed identity, which is a preview feature",
                                               name.empty() ? "this Connector" : "Connector/" + name));
        d.notes.push_back("environments that do not have it yet answer with an error at apply");
    }
}

}  // namespace regent::manifest
