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

/// The same among several ways to sign in. Their redirect URLs are one: they are the connector's.
const json* oauth_settings_in_sets(const json& connector) {
    const auto* sets = member(member(member(&connector, "properties"), "connectionParameterSets"), "values");
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

json* member(json& object, std::string_view name) {
    return const_cast<json*>(member(&std::as_const(object), name));
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

const model::Secret& secret_for(const WriteOptions& options, const std::string& set) {
    static const model::Secret none;
    auto it = options.machine_secrets.find(set);
    if (it == options.machine_secrets.end()) it = options.machine_secrets.find("");
    return it == options.machine_secrets.end() ? none : it->second;
}

json parsed(const model::Map& values, std::string_view path, json otherwise) {
    auto value = json::parse(value_text(values, path), nullptr, false);
    return value.is_discarded() ? std::move(otherwise) : value;
}

void write_sets(const model::Map& values, const WriteOptions& options, json& properties) {
    auto sets = parsed(values, model::path::connection_parameter_sets, json::object());
    if (auto* list = member(sets, "values"); list != nullptr && list->is_array()) {
        for (auto& set : *list) {
            if (auto* parameters = member(set, "parameters"))
                put_secret(*parameters, secret_for(options, text(member(&set, "name"))));
        }
    }
    if (!sets.empty()) {
        properties["connectionParameterSets"] = std::move(sets);
    } else if (!options.creating) {
        properties["connectionParameterSets"] = nullptr;
    }
}

/// Settings that travel as they are, each a property of its own.
void write_settings(const model::Map& values, const WriteOptions& options, json& properties) {
    const auto goes = [&](std::string_view path) {
        return values.contains(path) && (options.creating || options.changed.contains(path));
    };
    const bool secret_goes = goes(model::path::client_secret_from);
    if (goes(model::path::connection_parameters) ||
        (secret_goes && values.contains(model::path::connection_parameters))) {
        auto parameters = parsed(values, model::path::connection_parameters, json::object());
        put_secret(parameters, secret_for(options, ""));
        properties["connectionParameters"] = std::move(parameters);
    }
    if (goes(model::path::connection_parameter_sets) ||
        (secret_goes && values.contains(model::path::connection_parameter_sets)))
        write_sets(values, options, properties);
    if (goes(model::path::policies))
        properties["policyTemplateInstances"] = parsed(values, model::path::policies, json::array());
    if (goes(model::path::capabilities))
        properties["capabilities"] = model::to_json(values.find(model::path::capabilities)->second);
    if (goes(model::path::publisher)) properties["publisher"] = value_text(values, model::path::publisher);
    if (options.icon_url) properties["iconUri"] = *options.icon_url;
    if (options.script_url) properties["scriptDefinitionUrl"] = *options.script_url;
    // Named operations without the script's address are refused, so the two travel together.
    if (values.contains(model::path::script_operations) && (goes(model::path::script_operations) || options.script_url))
        properties["scriptOperations"] = model::to_json(values.find(model::path::script_operations)->second);
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

namespace {

/// What a connector without a picture of its own shows. Its host has changed over the years.
bool is_default_icon(const std::string& url) {
    return url.find("/defaulticons/") != std::string::npos || url.find("://defaulticons.") != std::string::npos;
}

std::string dumped(const json* value, const char* otherwise) {
    return value == nullptr || value->is_null() ? std::string(otherwise)
                                                : value->dump(-1, ' ', false, json::error_handler_t::replace);
}

model::List words_of(const json* list) {
    model::List words;
    if (list == nullptr || !list->is_array()) return words;
    for (const auto& word : *list) words.emplace_back(text(&word));
    return words;
}

/// The settings in the service's own words, as a manifest could say them.
void read_settings(model::Map& attributes, const json* properties, const std::optional<ConnectorMark>& mark) {
    const auto set = [&](std::string_view path, model::Value value) {
        attributes.insert_or_assign(std::string(path), std::move(value));
    };
    set(model::path::connection_parameters, dumped(member(properties, "connectionParameters"), "{}"));
    set(model::path::connection_parameter_sets, dumped(member(properties, "connectionParameterSets"), "{}"));
    set(model::path::policies, dumped(member(properties, "policyTemplateInstances"), "[]"));
    set(model::path::capabilities, words_of(member(properties, "capabilities")));
    set(model::path::script_operations, words_of(member(properties, "scriptOperations")));
    set(model::path::publisher, text(member(properties, "publisher")));
    set(model::path::client_secret_from, mark ? mark->secret_from : std::string{});
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
            .service_url = text(member(member(properties, "backendService"), "serviceUrl")),
            .icon_url = is_default_icon(text(member(properties, "iconUri"))) ? std::string{}
                                                                             : text(member(properties, "iconUri")),
            .script_url = text(member(properties, "scriptDefinitionUrl")),
            .custom = custom != nullptr && custom->is_boolean() && custom->get<bool>()};
}

void read_outputs(std::map<std::string, std::string, std::less<>>& outputs, const json& connector) {
    const auto put = [&](std::string_view name, std::string value) {
        if (!value.empty()) outputs.insert_or_assign(std::string(name), std::move(value));
    };
    const auto* settings = oauth_settings(connector);
    if (settings == nullptr) settings = oauth_settings_in_sets(connector);
    put(model::output::connector_name, text(member(&connector, "name")));
    put(model::output::redirect_url, text(member(settings, "redirectUrl")));
    const auto subject = text(member(federated(settings), "Subject"));
    if (by_managed_identity(settings) && !subject.empty()) {
        put(model::output::identity_issuer, text(member(federated(settings), "Issuer")));
        put(model::output::identity_subject, subject);
    }
}

void read_into(model::ObservedResource& resource, const json& connector, const std::string& definition,
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
    set(model::path::definition, definition);
    if (settings == nullptr) {
        // Something else than Entra ID or nothing asks for something, and a manifest without `auth` wants nothing.
        const auto* parameters = member(properties, "connectionParameters");
        set(model::path::auth_type, parameters == nullptr || parameters->empty() ? "none" : "connectionParameters");
    } else {
        set(model::path::auth_type, by_managed_identity(settings) ? "managedIdentity" : "clientSecret");
        set(model::path::auth_client_id, facts.client_id);
        set(model::path::auth_tenant_id, lower(parameter(member(settings, "customParameters"), "tenantId")));
        set(model::path::auth_resource, resource_of(settings));
        set(model::path::auth_scopes, scopes_of(settings));
    }
    read_settings(attributes, properties, mark);
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
    if (options.with_connection_parameters && !values.contains(model::path::connection_parameters)) {
        properties["connectionParameters"] = connection_parameters(values, secret, options.login_origin);
    }
    write_settings(values, options, properties);
    return json{{"properties", std::move(properties)}};
}

}  // namespace regent::provider::powerapps
