#include "manifest/connector_writer.hpp"

#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"
#include "model/file_content.hpp"
#include "model/variable_reference.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

/// The order in which people read a definition; whatever is not here comes behind, by name.
constexpr std::array<std::string_view, 34> reading_order = {"swagger",
                                                            "info",
                                                            "title",
                                                            "version",
                                                            "host",
                                                            "basePath",
                                                            "schemes",
                                                            "consumes",
                                                            "produces",
                                                            "name",
                                                            "in",
                                                            "required",
                                                            "type",
                                                            "format",
                                                            "summary",
                                                            "description",
                                                            "operationId",
                                                            "templateId",
                                                            "identityProvider",
                                                            "clientId",
                                                            "x-ms-summary",
                                                            "x-ms-visibility",
                                                            "connectionParameters",
                                                            "connectionParameterSets",
                                                            "iconBrandColor",
                                                            "capabilities",
                                                            "paths",
                                                            "parameters",
                                                            "responses",
                                                            "schema",
                                                            "definitions",
                                                            "securityDefinitions",
                                                            "security",
                                                            "tags"};
/// Members whose own members are named by people.
constexpr std::array<std::string_view, 9> of_names = {"paths",     "definitions",         "parameters",
                                                      "responses", "securityDefinitions", "properties",
                                                      "scopes",    "customParameters",    "connectionParameters"};

std::size_t rank(std::string_view key) {
    return static_cast<std::size_t>(std::find(reading_order.begin(), reading_order.end(), key) - reading_order.begin());
}

Ordered in_reading_order(const Json& value, bool named_by_people) {
    if (value.is_array()) {
        auto list = Ordered::array();
        for (const auto& item : value) list.push_back(in_reading_order(item, false));
        return list;
    }
    if (!value.is_object()) return value;
    std::vector<std::string> keys;
    for (const auto& entry : value.items()) keys.push_back(entry.key());
    if (!named_by_people)
        std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return rank(a) < rank(b); });
    auto object = Ordered::object();
    for (const auto& key : keys) {
        const bool names = !named_by_people && std::find(of_names.begin(), of_names.end(), key) != of_names.end();
        object[key] = in_reading_order(value.at(key), names);
    }
    return object;
}

std::string file_text(const Json& value) {
    return in_reading_order(value, false).dump(2, ' ', false, Ordered::error_handler_t::replace) + "\n";
}

std::string attribute_text(const model::Map& attributes, std::string_view path) {
    const auto it = attributes.find(path);
    return it == attributes.end() ? std::string{} : it->second.text_or({});
}

Json parsed(const model::Map& attributes, std::string_view path, Json otherwise) {
    auto value = Json::parse(attribute_text(attributes, path), nullptr, false);
    return value.is_discarded() || value.is_null() ? std::move(otherwise) : value;
}

template <typename Object>
auto* member_at(Object& object, std::string_view name) {
    using Pointer = decltype(&*object.begin());
    if (!object.is_object()) return Pointer{};
    for (auto it = object.begin(); it != object.end(); ++it)
        if (lower_case(it.key()) == lower_case(name)) return &*it;
    return Pointer{};
}

template <typename Object, typename Visit>
void each_oauth_block(Object& parameters, const Visit& visit) {
    if (!parameters.is_object()) return;
    for (auto& parameter : parameters) {
        if (auto* settings = member_at(parameter, "oAuthSettings"); settings != nullptr && settings->is_object())
            visit(*settings);
    }
}

template <typename Object, typename Visit>
void each_oauth_block_of_sets(Object& sets, const Visit& visit) {
    auto* values = member_at(sets, "values");
    if (values == nullptr || !values->is_array()) return;
    for (auto& set : *values)
        if (auto* parameters = member_at(set, "parameters")) each_oauth_block(*parameters, visit);
}

/// A secret that an environment variable holds is no secret here.
bool names_variable(const Json& secret) {
    return secret.is_string() && model::is_variable_reference(secret.get_ref<const std::string&>());
}

/// What belongs to this one connector and not to its description: its redirect URL, the subject of its identity.
void drop_what_is_its_own(Json& settings) {
    for (auto it = settings.begin(); it != settings.end();) {
        const auto key = lower_case(it.key());
        const bool is_its_own = key == "redirecturl" || (key == "clientsecret" && !names_variable(*it));
        it = is_its_own ? settings.erase(it) : std::next(it);
    }
    auto* properties = member_at(settings, "properties");
    auto* identity = properties == nullptr ? nullptr : member_at(*properties, "FederatedIdentityCredentials");
    if (identity == nullptr || !identity->is_object()) return;
    if (auto* subject = member_at(*identity, "Subject")) *subject = "";
}

Json words(const model::Map& attributes, std::string_view path) {
    const auto it = attributes.find(path);
    return it == attributes.end() ? Json::array() : model::to_json(it->second);
}

Json properties_of(const model::Map& attributes) {
    auto parameters = parsed(attributes, model::path::connection_parameters, Json::object());
    each_oauth_block(parameters, drop_what_is_its_own);
    Json properties{{"connectionParameters", std::move(parameters)}};
    auto sets = parsed(attributes, model::path::connection_parameter_sets, Json::object());
    each_oauth_block_of_sets(sets, drop_what_is_its_own);
    if (!sets.empty()) properties["connectionParameterSets"] = std::move(sets);
    if (auto colour = attribute_text(attributes, model::path::icon_brand_color); !colour.empty())
        properties["iconBrandColor"] = std::move(colour);
    properties["capabilities"] = words(attributes, model::path::capabilities);
    const auto gateway = attributes.find(model::path::gateway);
    if (gateway != attributes.end() && gateway->second == model::Value(true))
        properties["capabilities"].push_back("gateway");
    properties["policyTemplateInstances"] = parsed(attributes, model::path::policies, Json::array());
    if (auto operations = words(attributes, model::path::script_operations); !operations.empty())
        properties["scriptOperations"] = std::move(operations);
    if (auto publisher = attribute_text(attributes, model::path::publisher); !publisher.empty())
        properties["publisher"] = std::move(publisher);
    return properties;
}

bool shows_a_secret(const Json& settings) {
    if (const auto* secret = member_at(settings, "clientSecret"); secret != nullptr && names_variable(*secret))
        return false;
    const auto text = lower_case(settings.dump(-1, ' ', false, Json::error_handler_t::replace));
    // A managed identity shows none, and with client credentials each connection brings its own.
    return text.find("clientassertiontype") == std::string::npos &&
           text.find("client_credentials") == std::string::npos;
}

}  // namespace

std::vector<WrittenFile> write_connector_files(const model::Map& attributes,
                                               const std::set<std::string, std::less<>>& without) {
    std::vector<WrittenFile> files;
    files.push_back(
        {"apiDefinition.swagger.json", file_text(parsed(attributes, model::path::definition, Json::object()))});
    files.push_back({"apiProperties.json", file_text(Json{{"properties", properties_of(attributes)}})});
    constexpr std::array contents = {std::pair{model::path::icon, "icon.png"},
                                     std::pair{model::path::script, "script.csx"}};
    for (const auto& [path, name] : contents) {
        const auto content = attribute_text(attributes, path);
        if (!content.empty() && !without.contains(path)) files.push_back({name, model::bytes_of_content(content)});
    }
    return files;
}

std::string described_by(std::string_view definition) {
    const auto document = Json::parse(definition, nullptr, false);
    const auto* info = document.is_object() ? member_at(document, "info") : nullptr;
    const auto* text = info == nullptr ? nullptr : member_at(*info, "description");
    return text != nullptr && text->is_string() ? text->get<std::string>() : std::string{};
}

model::Value secret_from_words(std::string_view text) {
    if (text.empty()) return {};
    const auto first = text.find('/');
    model::Map words{{"credential", std::string(text.substr(0, first))}};
    if (first == std::string_view::npos) return words;
    const auto rest = text.substr(first + 1);
    const auto second = rest.find("/{");
    if (auto version = std::string(rest.substr(0, second)); !version.empty())
        words.insert_or_assign("version", std::move(version));
    if (second == std::string_view::npos) return words;
    const auto sets = Json::parse(rest.substr(second + 1), nullptr, false);
    if (sets.is_object()) words.insert_or_assign("sets", model::from_json(sets));
    return words;
}

std::vector<std::string> clients_with_secret(const model::Map& attributes) {
    std::vector<std::string> clients;
    const auto take = [&](const Json& settings) {
        if (!shows_a_secret(settings)) return;
        const auto* id = member_at(settings, "clientId");
        auto text = id != nullptr && id->is_string() ? id->get<std::string>() : std::string{};
        if (std::find(clients.begin(), clients.end(), text) == clients.end()) clients.push_back(std::move(text));
    };
    const auto parameters = parsed(attributes, model::path::connection_parameters, Json::object());
    each_oauth_block(parameters, take);
    const auto sets = parsed(attributes, model::path::connection_parameter_sets, Json::object());
    each_oauth_block_of_sets(sets, take);
    return clients;
}

}  // namespace regent::manifest
