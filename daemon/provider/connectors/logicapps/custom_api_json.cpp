#include "provider/connectors/logicapps/custom_api_json.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/capabilities.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/logicapps/connector_tags.hpp"
#include "provider/connectors/service_url.hpp"
#include "provider/connectors/sign_in.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace regent::provider::logicapps {
namespace {

using connectors::lower;
using connectors::member;
using connectors::same_word;
using connectors::text;
using connectors::value_text;
using nlohmann::json;

/// A copy of a member; `otherwise` when there is none or it is null.
json copy_of(const json& object, std::string_view name, const json& otherwise) {
    const auto* found = member(&object, name);
    return found == nullptr || found->is_null() ? otherwise : *found;
}

/// "West Europe" and "westeurope" are one region.
std::string region_of(const json& connector) {
    auto region = lower(text(member(&connector, "location")));
    std::erase(region, ' ');
    return region;
}

model::List words_of(const json* list) {
    model::List words;
    if (list == nullptr || !list->is_array()) return words;
    for (const auto& word : *list) words.emplace_back(text(&word));
    return words;
}

/// The block that is to be there. What no attribute says is taken from what is there.
json wanted_parameters(const ApiDocument& wanted, const json& there, const LogicAppsOptions& options) {
    const auto& values = wanted.values;
    const auto secret = wanted.machine_secret ? *wanted.machine_secret : model::Secret{};
    if (values.contains(model::path::connection_parameters)) {
        auto parameters = json::parse(value_text(values, model::path::connection_parameters), nullptr, false);
        if (!parameters.is_object()) parameters = json::object();
        connectors::put_secret(parameters, secret);
        return parameters;
    }
    if (value_text(values, model::path::auth_type) != "connectionParameters")
        return connectors::entra_parameters(values, wanted.secret, options.login_origin);
    auto parameters = copy_of(there, "connectionParameters", json::object());
    connectors::put_secret(parameters, secret);
    return parameters;
}

}  // namespace

bool signs_in_by_oauth(const json& connector) {
    const auto* parameters = member(member(&connector, "properties"), "connectionParameters");
    return parameters != nullptr && parameters->is_object() &&
           std::any_of(parameters->begin(), parameters->end(),
                       [](const json& one) { return same_word(text(member(&one, "type")), "oauthSetting"); });
}

void read_outputs(std::map<std::string, std::string, std::less<>>& outputs, const json& connector,
                  const LogicAppsOptions& options) {
    if (auto name = text(member(&connector, "name")); !name.empty())
        outputs.insert_or_assign(std::string(model::output::connector_name), std::move(name));
    connectors::read_sign_in_outputs(outputs, member(member(&connector, "properties"), "connectionParameters"),
                                     nullptr);
    // No identity of its own: its redirect URL is all that others can refer to, and one for the whole region.
    if (outputs.contains(model::output::redirect_url) || options.redirect_url.empty() || !signs_in_by_oauth(connector))
        return;
    constexpr std::string_view placeholder = "{region}";
    auto url = options.redirect_url;
    if (const auto at = url.find(placeholder); at != std::string::npos)
        url.replace(at, placeholder.size(), region_of(connector));
    outputs.insert_or_assign(std::string(model::output::redirect_url), std::move(url));
}

FoundApi found_in(const std::string& group, json connector) {
    FoundApi found;
    found.group = group;
    found.name = text(member(&connector, "name"));
    found.display_name = text(member(member(&connector, "properties"), "displayName"));
    auto tags = copy_of(connector, "tags", json::object());
    found.mark = take_tags_of_ours(tags);
    found.definition = std::make_shared<json>(nullptr);
    found.connector = std::make_shared<json>(std::move(connector));
    return found;
}

model::ObservedResource describe(const FoundApi& found, const model::Address& address, model::Ownership ownership,
                                 const LogicAppsOptions& options) {
    model::ObservedResource resource;
    resource.address = address;
    resource.ownership = ownership;
    resource.id = found.name;
    auto& attributes = resource.attributes;
    const auto set = [&](std::string_view path, model::Value value) {
        attributes.insert_or_assign(std::string(path), std::move(value));
    };
    const auto* properties = member(found.connector.get(), "properties");
    const auto* parameters = member(properties, "connectionParameters");
    set(model::path::backend, std::string(model::backend::logicapps));
    set(model::path::display_name, found.display_name);
    set(model::path::resource_group, found.group);
    set(model::path::location, region_of(*found.connector));
    set(model::path::description, text(member(properties, "description")));
    set(model::path::icon_brand_color, lower(text(member(properties, "brandColor"))));
    auto definition = *found.definition;
    connectors::tell_service_url(definition, text(member(member(properties, "backendService"), "serviceUrl")));
    set(model::path::definition, definition.is_null() ? std::string{} : definition.dump());
    connectors::read_sign_in(attributes, parameters);
    set(model::path::connection_parameters, parameters == nullptr || parameters->is_null() ? "{}" : parameters->dump());
    connectors::read_capabilities(attributes, words_of(member(properties, "capabilities")));
    set(model::path::client_secret_from, found.mark ? found.mark->secret_from : std::string{});
    auto tags = copy_of(*found.connector, "tags", json::object());
    static_cast<void>(take_tags_of_ours(tags));
    set(model::path::tags, tags_of(tags));
    set(model::path::marks, connectors::marks_in(found.mark));
    // A resource is known by its name; its title is a property like others here.
    resource.changeable = {std::string(model::path::display_name)};
    read_outputs(resource.outputs, *found.connector, options);
    resource.provider_data = {{"madeBy", found.maker == Maker::regent   ? ""
                                         : found.maker == Maker::others ? "others"
                                                                        : "unknown"}};
    return resource;
}

json wanted_tags(const model::Map& values, const connectors::ConnectorMark& mark, const json& there) {
    auto tags = copy_of(there, "tags", json::object());
    static_cast<void>(take_tags_of_ours(tags));
    const auto declared = values.find(model::path::tags);
    const auto* set = declared == values.end() ? nullptr : declared->second.as_list();
    if (set != nullptr) tags = tags_from(*set);
    put_tags_of_ours(tags, mark);
    return tags;
}

tl::expected<json, std::string> to_document(const ApiDocument& wanted, const LogicAppsOptions& options) {
    const auto& values = wanted.values;
    const auto location = value_text(values, model::path::location);
    if (location.empty()) return tl::unexpected(std::string("its region is not known"));
    auto definition = json::parse(value_text(values, model::path::definition), nullptr, false);
    if (!definition.is_object()) return tl::unexpected(std::string("its OpenAPI definition is no JSON object"));

    // What a manifest does not say is sent as it is: a PUT replaces.
    auto properties = copy_of(wanted.there, "properties", json::object());
    for (const auto* made : {"swagger", "apiDefinitions", "runtimeUrls", "primaryRuntimeUrl", "wsdlDefinition"})
        properties.erase(made);
    properties["displayName"] = value_text(values, model::path::display_name);
    if (values.contains(model::path::description) || !properties.contains("description"))
        properties["description"] = value_text(values, model::path::description);
    if (const auto colour = value_text(values, model::path::icon_brand_color); !colour.empty())
        properties["brandColor"] = colour;
    properties["capabilities"] = model::to_json(connectors::written_capabilities(values));
    properties["apiType"] = "Rest";
    properties["backendService"] = {{"serviceUrl", connectors::service_url(definition)}};
    connectors::leave_out_other_place(definition);
    properties["swagger"] = std::move(definition);
    auto parameters = wanted_parameters(wanted, properties, options);
    for (auto& parameter : parameters) {
        auto* settings = parameter.is_object() ? member(parameter, "oAuthSettings") : nullptr;
        if (settings == nullptr || !settings->is_object()) continue;
        // One for the region, and the service's to say.
        settings->erase("redirectMode");
        settings->erase("redirectUrl");
    }
    properties["connectionParameters"] = std::move(parameters);
    return json{{"location", location},
                {"tags", wanted_tags(values, wanted.mark, wanted.there)},
                {"properties", std::move(properties)}};
}

}  // namespace regent::provider::logicapps
