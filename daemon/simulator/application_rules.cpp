#include "simulator/application_rules.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Problem = std::optional<GraphError>;

// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t max_display_name = 120, max_display_name_personal = 90;
constexpr std::size_t max_redirect_uris = 256, max_redirect_uris_personal = 100, max_uri_length = 256;
constexpr std::size_t max_identifier_uri = 255, max_identifier_uri_personal = 120;
constexpr std::size_t max_apis = 50, max_permissions = 400, max_permissions_personal = 200;
constexpr std::size_t max_manifest_entries = 1200;
constexpr std::size_t max_credentials = 20, max_credential_name = 120, min_credential_name = 3,
                      max_credential_text = 600;

Problem bad(std::string message) {
    return GraphError{400, "Request_BadRequest", std::move(message)};
}
Problem invalid_value(std::string_view property, std::string_view resource = "Application") {
    return bad(fmt::format("Invalid value specified for property '{}' of resource '{}'.", property, resource));
}

std::string text(const json& object, const char* member) {
    const auto it = object.find(member);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

bool is_personal(const json& application) {
    const auto audience = text(application, "signInAudience");
    return audience == "AzureADandPersonalMicrosoftAccount" || audience == "PersonalMicrosoftAccount";
}

struct SplitUri {
    std::string scheme, host, rest;
};

std::optional<SplitUri> split(const std::string& uri) {
    const auto colon = uri.find("://");
    if (colon == std::string::npos) return std::nullopt;
    const auto host_end = uri.find_first_of("/?#", colon + 3);
    auto host = uri.substr(colon + 3, host_end == std::string::npos ? std::string::npos : host_end - colon - 3);
    return SplitUri{lower(uri.substr(0, colon)), lower(host),
                    host_end == std::string::npos ? "" : uri.substr(host_end)};
}

std::string without_port(const std::string& host) {
    return host.substr(0, host.find(':'));
}

bool is_good_redirect_uri(const std::string& uri, std::string_view platform, bool personal) {
    if (uri.empty() || uri.size() > max_uri_length || uri.find('#') != std::string::npos) return false;
    if (uri.find_first_of("!$'(),; \t\n") != std::string::npos) return false;
    if (std::any_of(uri.begin(), uri.end(), [](unsigned char c) { return c >= 0x80; })) return false;
    if (personal && (uri.find('*') != std::string::npos || uri.find('?') != std::string::npos)) return false;
    if (starts_with(uri, "urn:")) return platform != "spa";
    const auto parts = split(uri);
    if (platform == "publicClient") return parts.has_value();
    if (!parts || parts->host.empty()) return false;
    if (parts->scheme == "https" || parts->scheme == "ms-appx-web" || parts->scheme == "brk-multihub") return true;
    const auto host = without_port(parts->host);
    return parts->scheme == "http" && (host == "localhost" || host == "127.0.0.1");
}

Problem check_redirect_uris(const json& application) {
    const bool personal = is_personal(application);
    std::size_t count = 0;
    for (const auto* platform : {"web", "spa", "publicClient"}) {
        const auto& uris = application.at(platform).at("redirectUris");
        std::set<std::string> seen;
        for (const auto& uri : uris) {
            const auto value = uri.get<std::string>();
            // Whether a duplicate is refused is not documented; a set of URIs is what every client sends.
            if (!is_good_redirect_uri(value, platform, personal) || !seen.insert(value).second)
                return invalid_value(platform);
        }
        count += uris.size();
    }
    if (count > (personal ? max_redirect_uris_personal : max_redirect_uris))
        return invalid_value("redirectUris", "WebApplication");
    return std::nullopt;
}

bool on_verified_domain(const Directory& directory, const std::string& host) {
    return std::any_of(directory.verified_domains.begin(), directory.verified_domains.end(), [&](const auto& domain) {
        return host == domain || (host.size() > domain.size() &&
                                  host.compare(host.size() - domain.size() - 1, std::string::npos, "." + domain) == 0);
    });
}

bool has_secure_pattern(const Directory& directory, const json& application, const std::string& uri) {
    const auto parts = split(uri);
    if (!parts) return starts_with(uri, "urn:");
    const auto app_id = text(application, "appId");
    if (parts->scheme == "api") {
        // api://<appId>, api://<tenantId>/…, api://<string>/<appId>, api://<sub>.<verified domain>/…
        const auto last = parts->rest.substr(parts->rest.rfind('/') + 1);
        return parts->host == app_id || parts->host == directory.tenant_id() || last == app_id ||
               on_verified_domain(directory, parts->host);
    }
    return parts->scheme == "https" && on_verified_domain(directory, parts->host);
}

Problem check_identifier_uris(const Directory& directory, const json& after, const json* before) {
    const bool personal = is_personal(after);
    const auto& uris = after.at("identifierUris");
    for (const auto& uri : uris) {
        const auto value = uri.get<std::string>();
        const bool is_new = before == nullptr ||
                            std::find(before->at("identifierUris").begin(), before->at("identifierUris").end(), uri) ==
                                before->at("identifierUris").end();
        if (!is_new) continue;
        if (!value.empty() && value.back() == '/') {
            return GraphError{400, "IdentifierUrisEndsWithSlash",
                              fmt::format("Application alias '{}' value is invalid.", value)};
        }
        if (value.empty() || value.size() > (personal ? max_identifier_uri_personal : max_identifier_uri))
            return invalid_value("identifierUris");
        if (personal && (starts_with(value, "urn:") || value.find_first_of("#?") != std::string::npos))
            return invalid_value("identifierUris");
        const bool exempt = after.at("api").value("requestedAccessTokenVersion", json()) == json(2);
        if (!has_secure_pattern(directory, after, value) &&
            !(exempt && split(value) && split(value)->scheme == "api")) {
            // A plain api://<string> is what many tenants still allow; the default of new ones refuses it. Kept as the
            // older, laxer rule.
            const auto parts = split(value);
            if (!parts || parts->scheme != "api") {
                return GraphError{400, "HostNameNotOnVerifiedDomain",
                                  fmt::format("Values of identifierUris property must use a verified domain of the "
                                              "organization or its subdomain: '{}'",
                                              value)};
            }
        }
        for (const auto* other : directory.applications.all(directory.now())) {
            if (other->at("id") == after.at("id")) continue;
            for (const auto& taken : other->at("identifierUris")) {
                if (same_text(taken.get<std::string>(), value))
                    return bad("Another object with the same value for property identifierUris already exists.");
            }
        }
    }
    return std::nullopt;
}

Problem check_texts(const json& application) {
    const auto name = text(application, "displayName");
    if (name.empty()) return bad("A value is required for property 'displayName' of resource 'Application'.");
    if (name.size() > (is_personal(application) ? max_display_name_personal : max_display_name))
        return invalid_value("displayName");
    if (text(application, "description").size() > 1024) return invalid_value("description");
    static const std::set<std::string> audiences{"AzureADMyOrg", "AzureADMultipleOrgs",
                                                 "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"};
    if (!audiences.contains(text(application, "signInAudience"))) return invalid_value("signInAudience");
    const auto logout = text(application.at("web"), "logoutUrl");
    if (!logout.empty() && (!starts_with(logout, "https://") || logout.size() > 255)) return invalid_value("web");
    std::set<std::string> tags;
    for (const auto& tag : application.at("tags")) {
        const auto value = tag.get<std::string>();
        if (value.empty() || value.size() > 256 || value.find_first_of(" \t\n") != std::string::npos ||
            !tags.insert(value).second)
            return invalid_value("tags");
    }
    return std::nullopt;
}

Problem check_api(const json& application) {
    const auto version = application.at("api").value("requestedAccessTokenVersion", json());
    if (!version.is_null() && version != json(1) && version != json(2)) return invalid_value("api");
    if (is_personal(application) && version != json(2))
        return invalid_value("requestedAccessTokenVersion", "ApiApplication");
    if (is_personal(application) && !application.at("appRoles").empty()) return invalid_value("appRoles");
    if (is_personal(application) && application.at("passwordCredentials").size() > 2)
        return invalid_value("passwordCredentials");
    return std::nullopt;
}

Problem check_permissions(const json& application) {
    const auto& apis = application.at("requiredResourceAccess");
    std::size_t permissions = 0;
    for (const auto& api : apis) {
        for (const auto& access : api.value("resourceAccess", json::array())) {
            const auto type = text(access, "type");
            if (!access.contains("id") || (type != "Scope" && type != "Role"))
                return invalid_value("requiredResourceAccess");
            ++permissions;
        }
    }
    if (apis.size() > max_apis || permissions > (is_personal(application) ? max_permissions_personal : max_permissions))
        return invalid_value("requiredResourceAccess");
    return std::nullopt;
}

std::size_t entries_of(const json& value) {
    std::size_t count = 0;
    if (value.is_array()) count += value.size();
    if (value.is_structured()) {
        for (const auto& element : value) count += entries_of(element);
    }
    return count;
}

/// Scopes and roles that are enabled can be neither removed nor changed.
Problem check_disabled_first(const json& after, const json* before) {
    if (before == nullptr) return std::nullopt;
    const auto check = [](const json& was, const json& is) -> Problem {
        for (const auto& old : was) {
            if (!old.value("isEnabled", false)) continue;
            const auto same = std::find_if(
                is.begin(), is.end(), [&](const auto& entry) { return same_text(text(entry, "id"), text(old, "id")); });
            auto disabled = old;
            disabled["isEnabled"] = false;
            auto now = same == is.end() ? json() : *same;
            if (now.is_object()) now["origin"] = old.value("origin", json());
            disabled["origin"] = old.value("origin", json());
            auto enabled = disabled;
            enabled["isEnabled"] = true;
            if (now != disabled && now != enabled) {
                return GraphError{400, "CannotDeleteOrUpdateEnabledEntitlement",
                                  "Permission (scope or role) cannot be deleted or updated unless disabled first."};
            }
        }
        return std::nullopt;
    };
    if (const auto wrong =
            check(before->at("api").at("oauth2PermissionScopes"), after.at("api").at("oauth2PermissionScopes")))
        return wrong;
    return check(before->at("appRoles"), after.at("appRoles"));
}

Problem check_unique_name(const Directory& directory, const json& after, const json* before) {
    const auto name = text(after, "uniqueName");
    const auto old = before == nullptr ? std::string{} : text(*before, "uniqueName");
    if (name == old) return std::nullopt;
    if (!old.empty()) return bad("Property 'uniqueName' is read-only and cannot be set.");
    for (const auto* collection : {&directory.applications, &directory.deleted}) {
        for (const auto* other : collection->all(directory.now())) {
            if (other->at("id") != after.at("id") && other->contains("identifierUris") &&
                text(*other, "uniqueName") == name) {
                return bad("Another object with the same value for property uniqueName already exists.");
            }
        }
    }
    return std::nullopt;
}

}  // namespace

Problem check_application(const Directory& directory, const json& after, const json* before) {
    if (const auto wrong = check_texts(after)) return wrong;
    if (const auto wrong = check_unique_name(directory, after, before)) return wrong;
    if (const auto wrong = check_redirect_uris(after)) return wrong;
    if (const auto wrong = check_identifier_uris(directory, after, before)) return wrong;
    if (const auto wrong = check_api(after)) return wrong;
    if (const auto wrong = check_permissions(after)) return wrong;
    if (const auto wrong = check_disabled_first(after, before)) return wrong;
    auto counted = after;
    for (const auto* member : {"federatedIdentityCredentials", "owners", "_secrets"}) counted.erase(member);
    if (entries_of(counted) > max_manifest_entries) {
        return GraphError{403, "Directory_ResourceSizeExceeded",
                          "The size of the object has exceeded its limit. Please reduce the number of values and retry "
                          "your request."};
    }
    return std::nullopt;
}

Problem check_credential(const json& application, const json& credential, const std::string& self) {
    const auto name = text(credential, "name"), issuer = text(credential, "issuer"),
               subject = text(credential, "subject");
    const auto good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
    if (name.size() < min_credential_name || name.size() > max_credential_name ||
        !std::all_of(name.begin(), name.end(), good) || std::isalnum(static_cast<unsigned char>(name[0])) == 0) {
        return invalid_value("name", "FederatedIdentityCredential");
    }
    if (issuer.empty() || issuer.size() > max_credential_text)
        return GraphError{400, "InvalidFederatedIdentityCredentialValue", "The property issuer cannot be empty."};
    if (subject.empty() || subject.size() > max_credential_text)
        return GraphError{400, "InvalidFederatedIdentityCredentialValue", "The property subject cannot be empty."};
    if (!credential.contains("audiences") || credential.at("audiences").size() != 1) {
        return GraphError{400, "InvalidFederatedIdentityCredentialValue",
                          "The property audiences must contain exactly one audience."};
    }
    std::size_t others = 0;
    for (const auto& other : application.at("federatedIdentityCredentials")) {
        if (text(other, "id") == self) continue;
        ++others;
        if (text(other, "name") == name) {
            return GraphError{409, "Request_MultipleObjectsWithSameKeyValue",
                              "FederatedIdentityCredential with name " + name + " already exists."};
        }
        if (text(other, "issuer") == issuer && text(other, "subject") == subject) {
            return GraphError{400, "InvalidFederatedIdentityCredentialValue",
                              fmt::format("The combination of issuer and subject must be unique for the application. "
                                          "Issuer {} and Subject: {} already exist. "
                                          "paramName: FederatedIdentityCredential.Subject, paramValue: {}, objectType: "
                                          "Microsoft.Online.DirectoryServices.Application",
                                          issuer, subject, subject)};
        }
    }
    if (others >= max_credentials) {
        return GraphError{403, "Directory_QuotaExceeded",
                          fmt::format("Unable to perform operation as '{}' would exceed the maximum quota count '{}' "
                                      "for forward-link 'federatedIdentityCredentials'.",
                                      others + 1, max_credentials)};
    }
    return std::nullopt;
}

}  // namespace regent::simulator
