#include "provider/connectors/powerapps/connector_json.hpp"

#include "model/attributes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace regent::provider::powerapps {
namespace {

using nlohmann::json;

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Member `name` compared without case; null pointer when `object` has none. Two spellings of one name never occur
/// together.
const json* member(const json* object, std::string_view name) {
    if (object == nullptr || !object->is_object()) return nullptr;
    for (auto it = object->begin(); it != object->end(); ++it) {
        if (same_word(it.key(), name)) return &it.value();
    }
    return nullptr;
}

std::string text(const json* value) {
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

/// `{"value": "…"}`, the form of customParameters.
std::string parameter(const json* parameters, std::string_view name) {
    return text(member(member(parameters, name), "value"));
}

std::string lower(std::string value) {
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value;
}

/// The settings of the first parameter of type oauthSetting. It is called `token` by every client seen, but the type
/// decides.
const json* oauth_settings(const json& connector) {
    const auto* parameters = member(member(&connector, "properties"), "connectionParameters");
    if (parameters == nullptr || !parameters->is_object()) return nullptr;
    for (const auto& parameter_json : *parameters) {
        if (same_word(text(member(&parameter_json, "type")), "oauthSetting"))
            return member(&parameter_json, "oAuthSettings");
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

std::string value_text(const model::Map& values, std::string_view path) {
    const auto it = values.find(path);
    return it == values.end() ? std::string{} : it->second.text_or({});
}

json wrapped(std::string value) {
    return {{"value", std::move(value)}};
}

json connection_parameters(const model::Map& values, const model::Secret& secret, const std::string& login_origin) {
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

/// schemes[0]://host + basePath, as Microsoft's own client builds it.
std::string service_url(const json& definition) {
    const auto* schemes = member(&definition, "schemes");
    const auto scheme =
        schemes != nullptr && schemes->is_array() && !schemes->empty() ? text(&schemes->front()) : "https";
    auto base = text(member(&definition, "basePath"));
    return (scheme.empty() ? "https" : scheme) + "://" + text(member(&definition, "host")) +
           (base.empty() ? "/" : base);
}

}  // namespace

ConnectorFacts facts_of(const json& connector) {
    const auto* properties = member(&connector, "properties");
    const auto* custom = member(properties, "isCustomApi");
    return {.name = text(member(&connector, "name")),
            .display_name = text(member(properties, "displayName")),
            .environment = text(member(member(properties, "environment"), "name")),
            .client_id = lower(text(member(oauth_settings(connector), "clientId"))),
            .changed_time = text(member(properties, "changedTime")),
            .definition_url = text(member(member(properties, "apiDefinitions"), "originalSwaggerUrl")),
            .custom = custom != nullptr && custom->is_boolean() && custom->get<bool>()};
}

void read_outputs(std::map<std::string, std::string, std::less<>>& outputs, const json& connector) {
    const auto put = [&](std::string_view name, std::string value) {
        if (!value.empty()) outputs.insert_or_assign(std::string(name), std::move(value));
    };
    const auto* settings = oauth_settings(connector);
    put(model::output::connector_name, text(member(&connector, "name")));
    put(model::output::redirect_url, text(member(settings, "redirectUrl")));
    const auto subject = text(member(federated(settings), "Subject"));
    if (by_managed_identity(settings) && !subject.empty()) {
        put(model::output::identity_issuer, text(member(federated(settings), "Issuer")));
        put(model::output::identity_subject, subject);
    }
}

void read_into(model::ObservedResource& resource, const json& connector, const json& definition,
               const std::optional<ConnectorMark>& mark) {
    const auto facts = facts_of(connector);
    const auto* properties = member(&connector, "properties");
    const auto* settings = oauth_settings(connector);
    auto& attributes = resource.attributes;
    const auto set = [&](std::string_view path, model::Value value) {
        attributes.insert_or_assign(std::string(path), std::move(value));
    };

    resource.id = facts.name;
    set(model::path::display_name, facts.display_name);
    set(model::path::environment, facts.environment);
    set(model::path::description, text(member(properties, "description")));
    set(model::path::icon_brand_color, lower(text(member(properties, "iconBrandColor"))));
    set(model::path::definition, definition.is_null() ? std::string{} : definition.dump());
    if (settings == nullptr) {
        set(model::path::auth_type, "none");
    } else {
        set(model::path::auth_type, by_managed_identity(settings) ? "managedIdentity" : "clientSecret");
        set(model::path::auth_client_id, facts.client_id);
        set(model::path::auth_tenant_id, lower(parameter(member(settings, "customParameters"), "tenantId")));
        set(model::path::auth_resource, resource_of(settings));
        set(model::path::auth_scopes, scopes_of(settings));
    }
    model::List marks;
    if (mark && mark->prevent_delete) marks.emplace_back("preventDelete");
    if (mark && !mark->on_removal.empty()) marks.emplace_back("onRemoval:" + mark->on_removal);
    if (mark && !mark->secret_key_id.empty()) marks.emplace_back("secretKey:" + mark->secret_key_id);
    set(model::path::marks, std::move(marks));
    read_outputs(resource.outputs, connector);
}

tl::expected<json, std::string> to_document(const model::Map& values, const ConnectorMark& mark,
                                            const model::Secret& secret, const WriteOptions& options) {
    auto definition = json::parse(value_text(values, model::path::definition), nullptr, false);
    if (definition.is_discarded() || !definition.is_object())
        return tl::unexpected(std::string("its OpenAPI definition is no JSON object"));
    const auto environment = value_text(values, model::path::environment);
    if (environment.empty()) return tl::unexpected(std::string("its Power Platform environment is not known"));

    json properties{{"environment", {{"name", environment}}},
                    {"backendService", {{"serviceUrl", service_url(definition)}}}};
    // What a manifest does not say, or leaves to others, an update does not touch.
    if (options.creating || values.contains(model::path::description))
        properties["description"] = value_text(values, model::path::description);
    if (options.creating) properties["displayName"] = value_text(values, model::path::display_name);
    if (const auto colour = value_text(values, model::path::icon_brand_color); !colour.empty()) {
        properties["iconBrandColor"] = colour;
    } else if (options.creating) {
        properties["iconBrandColor"] = "#007ee5";  // what the maker portal gives a connector that chooses none
    }
    put_mark(definition, mark);
    properties["openApiDefinition"] = std::move(definition);
    if (options.creating) {
        properties["capabilities"] = json::array();
        properties["policyTemplateInstances"] = json::array();
    }
    if (options.with_connection_parameters) {
        properties["connectionParameters"] = connection_parameters(values, secret, options.login_origin);
    }
    return json{{"properties", std::move(properties)}};
}

}  // namespace regent::provider::powerapps
