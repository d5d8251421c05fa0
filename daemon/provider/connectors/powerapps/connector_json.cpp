#include "provider/connectors/powerapps/connector_json.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/capabilities.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/service_url.hpp"
#include "provider/connectors/sign_in.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace regent::provider::powerapps {
namespace {

using nlohmann::json;
using namespace connectors;

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
    if (goes(model::path::capabilities) || goes(model::path::gateway))
        properties["capabilities"] = model::to_json(written_capabilities(values));
    if (goes(model::path::publisher)) properties["publisher"] = value_text(values, model::path::publisher);
    if (options.icon_url) properties["iconUri"] = *options.icon_url;
    if (options.script_url) properties["scriptDefinitionUrl"] = *options.script_url;
    // Named operations without the script's address are refused, so the two travel together.
    if (values.contains(model::path::script_operations) && (goes(model::path::script_operations) || options.script_url))
        properties["scriptOperations"] = model::to_json(values.find(model::path::script_operations)->second);
}

}  // namespace

namespace {

/// What a connector without a picture of its own shows. Its host has changed over the years.
bool is_default_icon(const std::string& url) {
    return url.find("/defaulticons/") != std::string::npos || url.find("://defaulticons.") != std::string::npos;
}

/// Older answers have it below `metadata`.
std::string row_id_of(const json* properties) {
    auto id = text(member(properties, "xrmConnectorId"));
    return id.empty() ? text(member(member(properties, "metadata"), "xrmConnectorId")) : id;
}

/// Who saved it last (`modifiedBy`), or made it (`createdBy`): id, and words for people. Below `metadata` the same is
/// JSON in a text.
std::pair<std::string, std::string> person_in(const json* properties, std::string_view name) {
    auto who = member(properties, name) == nullptr ? json() : *member(properties, name);
    if (!who.is_object()) who = json::parse(text(member(member(properties, "metadata"), name)), nullptr, false);
    auto words = text(member(&who, "displayName"));
    const auto address = text(member(&who, "email"));
    if (!address.empty() && !same_word(words, address)) words += words.empty() ? address : " (" + address + ")";
    return {lower(text(member(&who, "id"))), std::move(words)};
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
    read_capabilities(attributes, words_of(member(properties, "capabilities")));
    set(model::path::script_operations, words_of(member(properties, "scriptOperations")));
    set(model::path::publisher, text(member(properties, "publisher")));
    set(model::path::client_secret_from, mark ? mark->secret_from : std::string{});
}

}  // namespace

ConnectorFacts facts_of(const json& connector) {
    const auto* properties = member(&connector, "properties");
    const auto* custom = member(properties, "isCustomApi");
    const auto saver = person_in(properties, "modifiedBy"), maker = person_in(properties, "createdBy");
    return {.name = text(member(&connector, "name")),
            .display_name = text(member(properties, "displayName")),
            .environment = text(member(member(properties, "environment"), "name")),
            .client_id = client_id_of(member(properties, "connectionParameters")),
            .changed_time = text(member(properties, "changedTime")),
            .saved_by = saver.first,
            .saved_by_words = saver.second,
            .made_by = maker.first,
            .made_by_words = maker.second,
            .definition_url = text(member(member(properties, "apiDefinitions"), "originalSwaggerUrl")),
            .service_url = text(member(member(properties, "backendService"), "serviceUrl")),
            .icon_url = is_default_icon(text(member(properties, "iconUri"))) ? std::string{}
                                                                             : text(member(properties, "iconUri")),
            .script_url = text(member(properties, "scriptDefinitionUrl")),
            .row_id = row_id_of(properties),
            .custom = custom != nullptr && custom->is_boolean() && custom->get<bool>()};
}

void read_outputs(std::map<std::string, std::string, std::less<>>& outputs, const json& connector) {
    if (auto name = text(member(&connector, "name")); !name.empty())
        outputs.insert_or_assign(std::string(model::output::connector_name), std::move(name));
    const auto* properties = member(&connector, "properties");
    read_sign_in_outputs(outputs, member(properties, "connectionParameters"),
                         member(properties, "connectionParameterSets"));
}

void read_into(model::ObservedResource& resource, const json& connector, const std::string& definition,
               const std::optional<ConnectorMark>& mark) {
    const auto facts = facts_of(connector);
    const auto* properties = member(&connector, "properties");
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
    read_sign_in(attributes, member(properties, "connectionParameters"));
    read_settings(attributes, properties, mark);
    set(model::path::marks, marks_in(mark));
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
    leave_out_other_place(definition);
    put_mark(definition, mark);
    properties["openApiDefinition"] = std::move(definition);
    if (options.creating) {
        properties["capabilities"] = json::array();
        properties["policyTemplateInstances"] = json::array();
    }
    if (options.with_connection_parameters && !values.contains(model::path::connection_parameters)) {
        properties["connectionParameters"] = entra_parameters(values, secret, options.login_origin);
    }
    write_settings(values, options, properties);
    return json{{"properties", std::move(properties)}};
}

}  // namespace regent::provider::powerapps
