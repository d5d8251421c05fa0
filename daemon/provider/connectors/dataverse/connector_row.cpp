#include "provider/connectors/dataverse/connector_row.hpp"

#include "model/appended_tags.hpp"
#include "model/attributes.hpp"
#include "model/connector_settings.hpp"
#include "model/file_content.hpp"
#include "model/variable_reference.hpp"
#include "provider/connectors/capabilities.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/powerapps/connector_definition.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/connectors/service_url.hpp"
#include "provider/connectors/sign_in.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace regent::provider::dataverse {
namespace {

using namespace connectors;
using nlohmann::json;

namespace path = model::path;

/// https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector#BKMK_capabilities
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> capability_numbers{{{"composite", "118690000"},
                                                                                           {"tabular", "118690001"},
                                                                                           {"blob", "118690002"},
                                                                                           {"gateway", "118690003"},
                                                                                           {"cloud", "118690004"},
                                                                                           {"actions", "118690005"}}};

/// An attribute whose value is the text of a JSON column.
struct JsonColumn {
    std::string_view path;
    const char* column;
    const char* empty;
};
constexpr std::array json_columns{JsonColumn{path::connection_parameters, "connectionparameters", "{}"},
                                  JsonColumn{path::connection_parameter_sets, "connectionparametersets", "{}"},
                                  JsonColumn{path::policies, "policytemplateinstances", "[]"}};

tl::expected<json, std::string> parsed_column(const json& row, const char* column, const char* empty) {
    const auto words = text(member(&row, column));
    auto value = json::parse(words.empty() ? empty : words, nullptr, false);
    if (value.is_discarded()) return tl::unexpected(fmt::format("its column {} is no JSON", column));
    return value.is_null() ? json::parse(empty) : std::move(value);
}

std::string dumped(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

model::List texts_in(const json& list) {
    model::List texts;
    if (!list.is_array()) return texts;
    for (const auto& entry : list) texts.emplace_back(text(&entry));
    return texts;
}

/// A number that is none of these is kept as it is: it differs from every word, and is told.
model::List capabilities_in(const std::string& numbers) {
    model::List words;
    std::string number;
    for (const char c : numbers + ",") {
        if (c == ' ') continue;
        if (c != ',') {
            number += c;
        } else if (!number.empty()) {
            const auto it = std::find_if(capability_numbers.begin(), capability_numbers.end(),
                                         [&](const auto& entry) { return entry.second == number; });
            words.emplace_back(it == capability_numbers.end() ? number : std::string(it->first));
            number.clear();
        }
    }
    return words;
}

tl::expected<json, std::string> numbers_of(const model::Value& words) {
    std::string numbers;
    for (const auto& word : words.as_list() == nullptr ? model::List{} : *words.as_list()) {
        const auto it = std::find_if(capability_numbers.begin(), capability_numbers.end(),
                                     [&](const auto& entry) { return same_word(word.text_or({}), entry.first); });
        if (it == capability_numbers.end())
            return tl::unexpected(fmt::format("Dataverse has no number for the capability {}", to_text(word)));
        numbers += (numbers.empty() ? "" : ",") + std::string(it->second);
    }
    return numbers.empty() ? json(nullptr) : json(std::move(numbers));
}

/// Power Apps has what a variable holds where the row names it.
void pass_over_variables(json& shown, const json& row) {
    if (!shown.is_object() || !row.is_object()) return;
    for (const auto* place : {"host", "basePath"}) {
        if (model::mentions_variable(text(member(&row, place)))) shown[place] = row[place];
    }
}

bool is_about_sign_in(std::string_view path) {
    return path.rfind("auth.", 0) == 0;
}

}  // namespace

tl::expected<ConnectorRow, std::string> read_row(const json& row) {
    ConnectorRow read;
    read.id = lower(text(member(&row, "connectorid")));
    if (read.id.empty()) return tl::unexpected(std::string("it has no id"));
    read.name = text(member(&row, "name"));
    read.title = text(member(&row, "displayname"));
    read.internal_id = text(member(&row, "connectorinternalid"));
    read.etag = text(member(&row, "@odata.etag"));
    read.saved_at = text(member(&row, "modifiedon"));
    read.made_by = lower(text(member(&row, "_createdby_value")));
    const auto* managed = member(&row, "ismanaged");
    read.managed = managed != nullptr && managed->is_boolean() && managed->get<bool>();
    const auto set = [&](std::string_view path, model::Value value) {
        read.attributes.insert_or_assign(std::string(path), std::move(value));
    };
    set(path::backend, std::string(model::backend::solution));
    set(path::display_name, read.title);
    set(path::description, text(member(&row, "description")));
    set(path::icon_brand_color, lower(text(member(&row, "iconbrandcolor"))));
    auto definition = parsed_column(row, "openapidefinition", "null");
    if (!definition) return tl::unexpected(std::move(definition.error()));
    read.mark = take_mark(*definition);
    set(path::definition, definition->is_null() ? std::string{} : definition->dump());
    for (const auto& column : json_columns) {
        auto value = parsed_column(row, column.column, column.empty);
        if (!value) return tl::unexpected(std::move(value.error()));
        if (column.path == path::connection_parameters) read_sign_in(read.attributes, &*value);
        set(column.path, dumped(*value));
    }
    auto operations = parsed_column(row, "scriptoperations", "[]");
    if (!operations) return tl::unexpected(std::move(operations.error()));
    set(path::script_operations, texts_in(*operations));
    const auto script = text(member(&row, "customcodeblobcontent"));
    set(path::script, script.empty() ? std::string{} : model::file_content(script));
    read_capabilities(read.attributes, capabilities_in(text(member(&row, "capabilities"))));
    // Rows are given no secrets: one that says it holds an application's was written by somebody else.
    auto mark = read.mark;
    if (mark) mark->secret_key_id.clear();
    set(path::marks, marks_in(mark));
    return read;
}

tl::expected<json, std::string> to_columns(const model::Map& values, const ConnectorMark& mark,
                                           const RowOptions& options) {
    auto definition = json::parse(value_text(values, path::definition), nullptr, false);
    if (!definition.is_object()) return tl::unexpected(std::string("its OpenAPI definition is no JSON object"));
    leave_out_other_place(definition);
    put_mark(definition, mark);
    json columns{{"openapidefinition", dumped(definition)}};
    const auto goes = [&](std::string_view path) {
        return values.contains(path) && (options.creating || options.changed.contains(path));
    };
    if (goes(path::display_name)) columns["displayname"] = value_text(values, path::display_name);
    if (goes(path::description)) columns["description"] = value_text(values, path::description);
    if (goes(path::icon_brand_color)) columns["iconbrandcolor"] = value_text(values, path::icon_brand_color);
    if (options.creating) columns["connectortype"] = 1;  // CustomConnector
    for (const auto& column : json_columns) {
        if (goes(column.path)) columns[column.column] = value_text(values, column.path);
    }
    // Left alone when nothing in it changes: what the service keeps of it beside the row stays.
    const bool sign_in_goes = std::any_of(options.changed.begin(), options.changed.end(), is_about_sign_in);
    if ((options.creating || sign_in_goes) && !values.contains(path::connection_parameters))
        columns["connectionparameters"] = dumped(entra_parameters(values, {}, options.login_origin));
    if (goes(path::script_operations))
        columns["scriptoperations"] = dumped(model::to_json(values.find(path::script_operations)->second));
    if (goes(path::script)) {
        auto script = model::bytes_of_content(value_text(values, path::script));
        // Operations that no manifest declares go with the script: the row is refused with them alone.
        if (script.empty() && !options.creating && !values.contains(path::script_operations))
            columns["scriptoperations"] = "[]";
        columns["customcodeblobcontent"] = std::move(script);
    }
    if (goes(path::capabilities) || goes(path::gateway)) {
        auto numbers = numbers_of(written_capabilities(values));
        if (!numbers) return tl::unexpected(std::move(numbers.error()));
        columns["capabilities"] = std::move(*numbers);
    }
    return columns;
}

bool holds(const json& row, const json& columns) {
    auto written = row;
    written.update(columns);
    const auto there = read_row(row), wanted = read_row(written);
    if (!there || !wanted || there->mark != wanted->mark) return false;
    return std::all_of(wanted->attributes.begin(), wanted->attributes.end(), [&](const auto& entry) {
        const auto found = there->attributes.find(entry.first);
        if (found == there->attributes.end()) return false;
        const bool is_settings = std::any_of(json_columns.begin(), json_columns.end(),
                                             [&](const auto& column) { return column.path == entry.first; });
        return found->second == entry.second ||
               (is_settings && model::same_settings(found->second.text_or({}), entry.second.text_or({})));
    });
}

std::string not_taken_over(const ConnectorRow& row, const json& connector, json definition) {
    const auto facts = powerapps::facts_of(connector);
    const auto mark = take_mark(definition);
    powerapps::undo_service_changes(definition, facts.name, facts.service_url);
    auto wanted = json::parse(value_text(row.attributes, path::definition), nullptr, false);
    powerapps::undo_service_changes(wanted, facts.name, facts.service_url);
    pass_over_variables(definition, wanted);
    model::take_appended_tags(definition, wanted);
    if (definition != wanted || mark != row.mark) return "its definition";
    model::ObservedResource shown;
    powerapps::read_into(shown, connector, {}, mark);
    for (const auto path : {path::display_name, path::description, path::auth_type, path::auth_client_id,
                            path::auth_tenant_id, path::auth_resource}) {
        const auto written = value_text(row.attributes, path);
        if (!model::mentions_variable(written) && value_text(shown.attributes, path) != written)
            return fmt::format("its `{}`", path);
    }
    return {};
}

}  // namespace regent::provider::dataverse
