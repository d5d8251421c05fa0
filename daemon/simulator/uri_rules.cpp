#include "simulator/application_rules.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Problem = std::optional<GraphError>;

// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
// https://learn.microsoft.com/entra/identity-platform/reply-url
constexpr std::size_t max_redirect_uris = 256, max_redirect_uris_personal = 100, max_uri_length = 256;
constexpr std::size_t max_identifier_uri = 255, max_identifier_uri_personal = 120, max_identifier_uris_personal = 50;

struct SplitUri {
    std::string scheme, host, rest;
};

std::optional<SplitUri> split(const std::string& uri) {
    const auto colon = uri.find("://");
    if (colon == std::string::npos || colon == 0) return std::nullopt;
    const auto host_end = std::min(uri.find_first_of("/?#", colon + 3), uri.size());
    return SplitUri{lower(uri.substr(0, colon)), lower(uri.substr(colon + 3, host_end - colon - 3)),
                    uri.substr(host_end)};
}

/// RFC 3986, 3.1: something of any scheme, with an authority or without, such as "com.contoso.app:/signed-in".
bool is_absolute(const std::string& uri) {
    const auto colon = uri.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == uri.size()) return false;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return is_letter(uri[0]) && std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
           });
}

std::string without_port(const std::string& host) {
    return host.substr(0, host.find(':'));
}

bool is_good_redirect_uri(const std::string& uri, std::string_view platform, bool personal) {
    if (uri.empty() || uri.size() > max_uri_length || uri.find('#') != std::string::npos) return false;
    if (uri.find_first_of("!$'(),; \t\r\n") != std::string::npos) return false;
    if (std::any_of(uri.begin(), uri.end(), [](unsigned char c) { return c >= 0x80; })) return false;
    if (personal && (uri.find('*') != std::string::npos || uri.find('?') != std::string::npos)) return false;
    if (starts_with(uri, "urn:")) return platform != "spa";
    if (platform == "publicClient") return is_absolute(uri);
    const auto parts = split(uri);
    if (!parts || parts->host.empty()) return false;
    if (parts->scheme == "https" || parts->scheme == "ms-appx-web" || parts->scheme == "brk-multihub") return true;
    const auto host = without_port(parts->host);
    return parts->scheme == "http" && (host == "localhost" || host == "127.0.0.1");
}

bool is_on(const std::string& host, const std::string& domain) {
    return host == domain || (host.size() > domain.size() &&
                              host.compare(host.size() - domain.size() - 1, std::string::npos, "." + domain) == 0);
}

bool is_on_verified_domain(const Directory& directory, const std::string& host) {
    return std::any_of(directory.verified_domains.begin(), directory.verified_domains.end(),
                       [&](const auto& domain) { return is_on(host, domain); });
}

/// https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions. Tenants differ in what else they
/// take with the scheme api; here, as in most, it is anything.
bool is_allowed_pattern(const Directory& directory, const std::string& uri) {
    const auto parts = split(uri);
    if (!parts) return starts_with(uri, "urn:");
    return parts->scheme == "api" || (parts->scheme == "https" && is_on_verified_domain(directory, parts->host));
}

bool has(const json* application, const json& uri) {
    if (application == nullptr) return false;
    const auto& uris = list(*application, "identifierUris");
    return std::find(uris.begin(), uris.end(), uri) != uris.end();
}

bool fits_personal_accounts(const std::string& uri) {
    return uri.size() <= max_identifier_uri_personal && !starts_with(uri, "urn:") &&
           uri.find_first_of("#?") == std::string::npos;
}

Problem check_identifier_uri(const Directory& directory, const std::string& uri, bool personal) {
    if (uri.empty() || uri.size() > max_identifier_uri || (personal && !fits_personal_accounts(uri)))
        return invalid_value("identifierUris");
    if (uri.back() == '/') {
        return GraphError{
            400, "IdentifierUrisEndsWithSlash", fmt::format("Application alias '{}' value is invalid.", uri), {}};
    }
    if (uri.find(':') == std::string::npos) return invalid_value("identifierUris");
    if (is_allowed_pattern(directory, uri)) return std::nullopt;
    return GraphError{400,
                      "HostNameNotOnVerifiedDomain",
                      fmt::format("Values of identifierUris property must use a verified domain of the organization or "
                                  "its subdomain: '{}'",
                                  uri),
                      {}};
}

}  // namespace

Problem check_redirect_uris(const GraphSwitches& switches, const json& application) {
    const bool personal = allows_personal_accounts(application);
    std::size_t count = 0;
    std::set<std::string> elsewhere;
    for (const auto* platform : {"web", "spa", "publicClient"}) {
        std::set<std::string> here;
        for (const auto& uri : list(application.at(platform), "redirectUris")) {
            const auto value = uri.get<std::string>();
            // Whether a duplicate is refused is not documented; a set of URIs is what every client sends.
            if (!is_good_redirect_uri(value, platform, personal) || !here.insert(value).second)
                return invalid_value(platform);
            if (!switches.redirect_uri_on_two_platforms && elsewhere.contains(value)) return invalid_value(platform);
            ++count;
        }
        elsewhere.merge(here);
    }
    if (count > (personal ? max_redirect_uris_personal : max_redirect_uris))
        return invalid_value("redirectUris", "WebApplication");
    return std::nullopt;
}

Problem check_identifier_uris(const Directory& directory, const json& after, const json* before) {
    const bool personal = allows_personal_accounts(after);
    const auto& uris = after.at("identifierUris");
    if (personal && uris.size() > max_identifier_uris_personal) return invalid_value("identifierUris");
    std::set<std::string> seen;
    for (const auto& uri : uris) {
        if (!seen.insert(lower(uri.get<std::string>())).second) return invalid_value("identifierUris");
        if (has(before, uri)) {
            // What is there already is left alone, until an audience with other limits has it looked at.
            const bool is_new_limit = personal && !allows_personal_accounts(*before);
            if (is_new_limit && !fits_personal_accounts(uri.get<std::string>())) return invalid_value("identifierUris");
            continue;
        }
        if (auto wrong = check_identifier_uri(directory, uri.get<std::string>(), personal)) return wrong;
    }
    return std::nullopt;
}

Problem check_conflicts(const Directory& directory, const json& after, const json* before) {
    const auto is_taken = [&](const Versioned& objects, const char* property, const std::string& value) {
        const auto holders = objects.holders(property, value, directory.now());
        return std::any_of(holders.begin(), holders.end(), [&](const json* other) {
            const bool same_name = std::string_view(property) != "uniqueName" || text(*other, property) == value;
            return same_name && other->at("id") != after.at("id");
        });
    };
    const auto conflict = [](const char* property) {
        return GraphError{400, "Request_BadRequest",
                          fmt::format("Another object with the same value for property {} already exists.", property),
                          property};
    };
    const auto name = text(after, "uniqueName");
    const bool is_new_name = !name.empty() && (before == nullptr || text(*before, "uniqueName") != name);
    // A soft-deleted application keeps its uniqueName: https://github.com/microsoftgraph/msgraph-bicep-types/issues/137
    if (is_new_name &&
        (is_taken(directory.applications, "uniqueName", name) || is_taken(directory.deleted, "uniqueName", name)))
        return conflict("uniqueName");
    for (const auto& uri : after.at("identifierUris")) {
        if (!has(before, uri) && is_taken(directory.applications, "identifierUris", uri.get<std::string>()))
            return conflict("identifierUris");
    }
    return std::nullopt;
}

}  // namespace regent::simulator
