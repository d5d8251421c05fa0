#include "provider/connectors/sign_in.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/json_member.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace regent::provider::connectors {
namespace {

using nlohmann::json;

/// `{"value": "…"}`, the form of customParameters.
std::string parameter(const json* parameters, std::string_view name) {
    return text(member(member(parameters, name), "value"));
}

/// The settings of the first parameter of type oauthSetting. It is called `token` by every client seen, but the type
/// decides.
const json* oauth_settings(const json* parameters) {
    if (parameters == nullptr || !parameters->is_object()) return nullptr;
    for (const auto& parameter_json : *parameters) {
        if (same_word(text(member(&parameter_json, "type")), "oauthSetting"))
            return member(&parameter_json, "oAuthSettings");
    }
    return nullptr;
}

/// The same among several ways to sign in. Their redirect URLs are one: they are the connector's.
const json* oauth_settings_in_sets(const json* all) {
    const auto* sets = member(all, "values");
    if (sets == nullptr || !sets->is_array()) return nullptr;
    for (const auto& set : *sets) {
        const auto* parameters = member(&set, "parameters");
        if (parameters == nullptr || !parameters->is_object()) continue;
        for (const auto& parameter_json : *parameters) {
            if (same_word(text(member(&parameter_json, "type")), "oauthSetting"))
                return member(&parameter_json, "oAuthSettings");
        }
    }
    return nullptr;
}

const json* federated(const json* settings) {
    return member(member(settings, "properties"), "FederatedIdentityCredentials");
}

bool by_managed_identity(const json* settings) {
    return same_word(text(member(settings, "clientAssertionType")), "GenericFederatedIdentityCredential");
}

/// Both places of the resource, equal in a healthy connector. When a person changed one only, the text holds both,
/// differs from every desired value, and so both are written again.
std::string resource_of(const json* settings) {
    auto uri = parameter(member(settings, "customParameters"), "resourceUri");
    auto id = text(member(member(settings, "properties"), "AzureActiveDirectoryResourceId"));
    if (uri.empty() || uri == id) return id;
    if (id.empty()) return uri;
    return uri + " and " + id;
}

model::List scopes_of(const json* settings) {
    model::List scopes;
    const auto* list = member(settings, "scopes");
    if (list == nullptr || !list->is_array()) return scopes;
    for (const auto& entry : *list) {
        // One space-joined string in a one-element array is how the portal writes several scopes.
        std::string word;
        for (const char c : text(&entry) + ' ') {
            if (c != ' ') {
                word += c;
            } else if (!word.empty()) {
                scopes.emplace_back(std::exchange(word, {}));
            }
        }
    }
    return scopes;
}

json wrapped(std::string value) {
    return {{"value", std::move(value)}};
}

}  // namespace

std::string value_text(const model::Map& values, std::string_view path) {
    const auto it = values.find(path);
    return it == values.end() ? std::string{} : it->second.text_or({});
}

json entra_parameters(const model::Map& values, const model::Secret& secret, const std::string& login_origin) {
    const auto type = value_text(values, model::path::auth_type);
    if (type.empty() || type == "none") return json::object();
    const auto tenant = value_text(values, model::path::auth_tenant_id);
    const auto resource = value_text(values, model::path::auth_resource);
    auto scopes = json::array();
    if (const auto it = values.find(model::path::auth_scopes); it != values.end()) scopes = model::to_json(it->second);
    json settings{
        {"identityProvider", "aad"},
        {"clientId", value_text(values, model::path::auth_client_id)},
        {"scopes", scopes.is_array() ? scopes : json::array()},
        {"redirectMode", "GlobalPerConnector"},
        {"properties",
         {{"IsFirstParty", "False"},
          {"AzureActiveDirectoryResourceId", resource},
          {"IsOnbehalfofLoginSupported", true}}},
        {"customParameters",
         {{"loginUri", wrapped(login_origin)},
          {"tenantId", wrapped(tenant)},
          {"resourceUri", wrapped(resource)},
          {"enableOnbehalfOfLogin", wrapped("false")}}},
    };
    if (type == "managedIdentity") {
        settings["clientAssertionType"] = "GenericFederatedIdentityCredential";
        settings["customParameters"]["grantType"] = wrapped("authorization_code_with_federated_identity_credentials");
        // The subject is sent empty: the service makes it, and keeps it over updates.
        settings["properties"]["FederatedIdentityCredentials"] = {{"Issuer", login_origin + "/" + tenant + "/v2.0"},
                                                                  {"Subject", ""},
                                                                  {"Audience", "api://AzureADTokenExchange"}};
    } else if (!secret.empty()) {
        settings["clientSecret"] = secret.reveal();
    }
    return {{"token", {{"type", "oauthSetting"}, {"oAuthSettings", std::move(settings)}}},
            {"token:TenantId",
             {{"type", "string"},
              {"metadata", {{"sourceType", "AzureActiveDirectoryTenant"}}},
              {"uiDefinition", {{"constraints", {{"required", "false"}, {"hidden", "true"}}}}}}}};
}

void read_sign_in(model::Map& attributes, const json* connection_parameters) {
    const auto* settings = oauth_settings(connection_parameters);
    const auto set = [&](std::string_view path, model::Value value) {
        attributes.insert_or_assign(std::string(path), std::move(value));
    };
    if (settings == nullptr) {
        // Something else than Entra ID or nothing asks for something, and a manifest without `auth` wants nothing.
        const bool asks = connection_parameters != nullptr && !connection_parameters->empty();
        set(model::path::auth_type, asks ? "connectionParameters" : "none");
        return;
    }
    set(model::path::auth_type, by_managed_identity(settings) ? "managedIdentity" : "clientSecret");
    set(model::path::auth_client_id, lower(text(member(settings, "clientId"))));
    set(model::path::auth_tenant_id, lower(parameter(member(settings, "customParameters"), "tenantId")));
    set(model::path::auth_resource, resource_of(settings));
    set(model::path::auth_scopes, scopes_of(settings));
}

void read_sign_in_outputs(std::map<std::string, std::string, std::less<>>& outputs, const json* connection_parameters,
                          const json* sets) {
    const auto put = [&](std::string_view name, std::string value) {
        if (!value.empty()) outputs.insert_or_assign(std::string(name), std::move(value));
    };
    const auto* settings = oauth_settings(connection_parameters);
    if (settings == nullptr) settings = oauth_settings_in_sets(sets);
    put(model::output::redirect_url, text(member(settings, "redirectUrl")));
    const auto subject = text(member(federated(settings), "Subject"));
    if (by_managed_identity(settings) && !subject.empty()) {
        put(model::output::identity_issuer, text(member(federated(settings), "Issuer")));
        put(model::output::identity_subject, subject);
    }
}

std::string client_id_of(const json* connection_parameters) {
    return lower(text(member(oauth_settings(connection_parameters), "clientId")));
}

/// Puts the secret where the service looks for it. It and Microsoft's own client know the block by one spelling.
void put_secret(json& parameters, const model::Secret& secret) {
    if (!parameters.is_object()) return;
    for (auto& parameter_json : parameters) {
        if (!parameter_json.is_object() || !same_word(text(member(&parameter_json, "type")), "oauthSetting")) continue;
        auto* found = member(parameter_json, "oAuthSettings");
        if (found == nullptr || !found->is_object()) continue;
        auto settings = *found;
        for (auto it = parameter_json.begin(); it != parameter_json.end();)
            it = same_word(it.key(), "oAuthSettings") ? parameter_json.erase(it) : std::next(it);
        if (!secret.empty()) settings["clientSecret"] = secret.reveal();
        parameter_json["oAuthSettings"] = std::move(settings);
    }
}

/// schemes[0]://host + basePath, as Microsoft's own client builds it.
std::string service_url(const json& definition) {
    const auto* schemes = member(&definition, "schemes");
    const auto scheme =
        schemes != nullptr && schemes->is_array() && !schemes->empty() ? text(&schemes->front()) : "https";
    auto base = text(member(&definition, "basePath"));
    return (scheme.empty() ? "https" : scheme) + "://" + text(member(&definition, "host")) +
           (base.empty() ? "/" : base);
}

}  // namespace regent::provider::connectors
