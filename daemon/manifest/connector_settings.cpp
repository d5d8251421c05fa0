#include "manifest/brought_client.hpp"
#include "manifest/json_places.hpp"
#include "manifest/load_connector.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_logicapps.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/member_in_any_case.hpp"
#include "manifest/named_key_rules.hpp"
#include "manifest/openapi.hpp"
#include "manifest/openapi_document.hpp"
#include "manifest/solution_variables.hpp"
#include "manifest/yaml_bytes.hpp"
#include "model/attributes.hpp"
#include "model/policy_keys.hpp"
#include "model/variable_reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

const Json* member(const Json& object, std::string_view name) {
    return member_in_any_case(object, name);
}

Json* member(Json& object, std::string_view name) {
    return const_cast<Json*>(member(std::as_const(object), name));
}

std::string string_in(const Json* value) {
    return value && value->is_string() ? value->get<std::string>() : std::string{};
}

/// Where settings came from, for whoever has to say something about them: a file with lines of its own, or the
/// manifest.
class Settings {
public:
    Settings(const LoadJob& job, model::Span manifest_span) : job_(job), span_(std::move(manifest_span)) {}

    void read_file(std::string path, std::string bytes);
    void read_manifest();

    [[nodiscard]] Json& json() { return json_; }
    [[nodiscard]] bool from_file() const { return places_.has_value(); }
    [[nodiscard]] bool is_written_here(std::string_view name) const { return here_.contains(name); }
    /// Where `pointer` below a property is written, or as near as is known.
    [[nodiscard]] model::Span span_of(const std::string& name, const std::string& pointer = {}) const;

private:
    const LoadJob& job_;
    model::Span span_;
    std::string text_;
    std::optional<JsonPlaces> places_;
    Json json_ = Json::object();
    std::map<std::string, const Entry*, std::less<>> here_;
};

/// The token at the front of a JSON pointer, taken off it.
std::string take_token(std::string_view& pointer) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    std::string token;
    for (std::size_t i = 0; i < end; ++i) {
        const bool escaped = pointer[i] == '~' && i + 1 < end;
        token += !escaped ? pointer[i] : pointer[++i] == '1' ? '/' : '~';
    }
    pointer.remove_prefix(end);
    return token;
}

/// The key, or the member of a list, at `pointer` below an entry of the manifest, or the nearest thing around it.
model::Span span_below(const Entry& entry, std::string_view pointer) {
    auto span = entry.key_span;
    const auto* node = &entry.value;
    while (node != nullptr && !pointer.empty()) {
        const auto token = take_token(pointer);
        if (const auto* below = node->find_entry(token)) {
            span = below->key_span;
            node = &below->value;
            continue;
        }
        const auto place = token.find_first_not_of("0123456789") == std::string::npos ? std::atol(token.c_str()) : -1;
        const bool is_there = node->is_sequence() && place >= 0 && static_cast<std::size_t>(place) < node->items.size();
        node = is_there ? &node->items[static_cast<std::size_t>(place)] : nullptr;
        if (node != nullptr) span = node->span;
    }
    return span;
}

void Settings::read_file(std::string path, std::string bytes) {
    text_ = std::move(bytes);
    const auto text = without_byte_order_mark(text_);
    if (auto wrong = utf16_in(path, text_)) return job_.findings.adopt(std::move(*wrong));
    places_.emplace(std::move(path), text);
    auto read = read_tolerant_json(text);
    if (!read) {
        auto& d = job_.findings.error("RG0622", places_->span_at(read.error().byte, read.error().byte + 1),
                                      "this apiProperties.json is no JSON");
        auto advice = advice_on(text, read.error());
        d.label = std::move(advice.label);
        d.help = std::move(advice.help);
        return;
    }
    for (const auto& repeated : places_->repeated_keys()) {
        auto& d = job_.findings.warning("RG0627", repeated.again,
                                        fmt::format("key `{}` appears twice; the last one counts", repeated.key));
        d.label = "again here";
        d.secondary.push_back({repeated.first, "first here"});
        d.help = "remove one of them";
    }
    const auto* properties = member(*read, "properties");
    if (!properties || !properties->is_object()) {
        job_.findings.error("RG0622", places_->span_at(0, 1), "this apiProperties.json holds no `properties`").help =
            "its one member is \"properties\": {…}, as `paconn download` writes it";
        return;
    }
    json_ = *properties;
}

void Settings::read_manifest() {
    struct Here {
        const char* field;
        const char* property;
    };
    constexpr std::array fields = {Here{"connectionParameters", "connectionParameters"},
                                   Here{"connectionParameterSets", "connectionParameterSets"},
                                   Here{"policies", "policyTemplateInstances"},
                                   Here{"scriptOperations", "scriptOperations"},
                                   Here{"capabilities", "capabilities"},
                                   Here{"publisher", "publisher"}};
    for (const auto& [field, property] : fields) {
        const auto* entry = job_.spec.mapping_node() ? job_.spec.mapping_node()->find_entry(field) : nullptr;
        if (!entry || job_.findings.is_bad(entry->value)) continue;
        json_[property] = to_json(entry->value);
        here_.insert_or_assign(property, entry);
    }
}

model::Span Settings::span_of(const std::string& name, const std::string& pointer) const {
    if (const auto it = here_.find(name); it != here_.end()) return span_below(*it->second, pointer);
    auto span = places_ ? places_->span_of("/properties/" + name + pointer) : model::Span{};
    return span.known() ? span : span_;
}

/// Checks what was read and hands it on; what is never sent is taken out.
class SettingsLoad {
public:
    SettingsLoad(const LoadJob& job, Settings& settings, const std::set<std::string, std::less<>>& operations,
                 model::Declaration& declaration)
        : job_(job), settings_(settings), operations_(operations), declaration_(declaration) {}

    /// `unnamed_scripts`: files of the folder that may be the script and are not called so.
    void run(bool has_script, const std::vector<std::string>& unnamed_scripts, bool signs_in_by_auth);

private:
    enum class Shape { object, list, text };
    void unknown_properties();
    [[nodiscard]] const Json* property(const char* name, Shape shape);
    void parameters(const char* name, std::string_view path, bool whole_file);
    void drop_secrets(Json& parameters, const std::string& name, const std::string& pointer);
    [[nodiscard]] bool is_kept_secret(const Json& secret) const;
    void tell_secret(const Json& secret, const std::string& name, const std::string& pointer);
    void variables(const Json& settings, const std::string& name, const std::string& pointer);
    void check_parameters(const Json& parameters, const std::string& name, const std::string& pointer);
    [[nodiscard]] bool lacks_client(const Json& parameters, const std::string& key, const Json& settings) const;
    void sets();
    void policies();
    void tell_keys(const Json& policies, const std::string& name);
    void words(const char* name, std::string_view path);
    void operations(bool has_script, const std::vector<std::string>& unnamed_scripts);

    const LoadJob& job_;
    Settings& settings_;
    const std::set<std::string, std::less<>>& operations_;
    model::Declaration& declaration_;
};

void SettingsLoad::unknown_properties() {
    constexpr std::array<std::string_view, 8> known = {
        "connectionparameters", "connectionparametersets", "iconbrandcolor", "scriptoperations", "capabilities",
        "policytemplateinstances", "publisher",
        // The service refuses it; Microsoft's own files carry it for the catalogue of published connectors.
        "stackowner"};
    for (const auto& [name, value] : settings_.json().items()) {
        if (std::find(known.begin(), known.end(), lower_case(name)) != known.end()) continue;
        auto& d = job_.findings.warning("RG0623", settings_.span_of(name, ""),
                                        fmt::format("`{}` is no property of a connector, and is left out", name));
        d.notes.push_back(
            "properties: connectionParameters, connectionParameterSets, iconBrandColor, capabilities, "
            "policyTemplateInstances, scriptOperations, publisher");
    }
}

const Json* SettingsLoad::property(const char* name, Shape shape) {
    auto* value = member(settings_.json(), name);
    if (!value || value->is_null()) return nullptr;
    const bool fits = shape == Shape::object ? value->is_object()
                      : shape == Shape::list ? value->is_array()
                                             : value->is_string();
    if (fits) return value;
    const auto* wanted = shape == Shape::object ? "a mapping" : shape == Shape::list ? "a list" : "text";
    job_.findings.error("RG0622", settings_.span_of(name), fmt::format("`{}` must be {}", name, wanted));
    return nullptr;
}

/// Secrets never come from a repository. What stands there is a placeholder, or was given away.
void SettingsLoad::drop_secrets(Json& parameters, const std::string& name, const std::string& pointer) {
    if (!parameters.is_object()) return;
    for (auto& [key, parameter] : parameters.items()) {
        auto* settings = member(parameter, "oAuthSettings");
        if (!settings || !settings->is_object()) continue;
        for (auto it = settings->begin(); it != settings->end();) {
            if (lower_case(it.key()) != "clientsecret") {
                ++it;
                continue;
            }
            if (is_kept_secret(*it)) {
                ++it;
                continue;
            }
            tell_secret(*it, name, fmt::format("{}/{}/oAuthSettings/{}", pointer, pointer_token(key), it.key()));
            it = settings->erase(it);
        }
        variables(*settings, name, fmt::format("{}/{}/oAuthSettings", pointer, pointer_token(key)));
    }
}

/// The service looks up what an environment variable holds, and nobody has to write it.
bool SettingsLoad::is_kept_secret(const Json& secret) const {
    return secret.is_string() && is_in_solution(job_.spec) &&
           model::is_variable_reference(secret.get_ref<const std::string&>());
}

void SettingsLoad::tell_secret(const Json& secret, const std::string& name, const std::string& pointer) {
    const auto words = string_in(&secret);
    if (secret.is_null() || (secret.is_string() && words.empty())) return;
    const auto span = settings_.span_of(name, pointer);
    if (const auto mistake = variable_mistake(words, is_in_solution(job_.spec)))
        return mistake->say(job_.findings.error(VariableMistake::code, span, mistake->message));
    auto& d = job_.findings.warning("RG0624", span, "a client secret stands here, and is not sent");
    d.notes.push_back("secrets never come from a repository; if it is a real one, it has been given away");
    d.help = is_in_solution(job_.spec) ? "remove it, and name an environment variable of the type Secret: "
                                         "`@environmentVariables(\"prefix_Name\")`"
                                       : "remove it, and write `clientSecretFrom` in the Connector's `spec`";
}

void SettingsLoad::variables(const Json& settings, const std::string& name, const std::string& pointer) {
    if (settings.is_structured()) {
        const bool is_list = settings.is_array();
        std::size_t place = 0;
        for (const auto& [key, value] : settings.items())
            variables(value, name,
                      fmt::format("{}/{}", pointer, is_list ? fmt::to_string(place++) : pointer_token(key)));
        return;
    }
    const auto mistake = variable_mistake(string_in(&settings), is_in_solution(job_.spec));
    if (mistake)
        mistake->say(job_.findings.error(VariableMistake::code, settings_.span_of(name, pointer), mistake->message));
}

/// The settings of an OAuth block that names no client.
const Json* without_client(const Json& parameter) {
    const auto* settings = member(parameter, "oAuthSettings");
    return settings != nullptr && string_in(member(*settings, "clientId")).empty() ? settings : nullptr;
}

bool signs_in_with_entra(const Json& settings) {
    return lower_case(string_in(member(settings, "identityProvider"))) == "aad";
}

bool by_client_credentials(const Json& settings) {
    const auto* custom = member(settings, "customParameters");
    const auto* grant = custom == nullptr ? nullptr : member(*custom, "grantType");
    return grant != nullptr && string_in(member(*grant, "value")) == "client_credentials";
}

/// Somebody has to sign in to Entra ID, and the service refuses a block that does not say who. With client credentials
/// each connection brings its own, and so it may where it is asked for one, unless a secret is to go with it. Logic
/// Apps refuse a block of any provider: they demand a secret each time, which is some client's.
bool SettingsLoad::lacks_client(const Json& parameters, const std::string& key, const Json& settings) const {
    if (is_for_logicapps(job_)) return true;
    if (!signs_in_with_entra(settings) || by_client_credentials(settings)) return false;
    return job_.spec.entry("clientSecretFrom") != nullptr || !person_brings_client(parameters, key);
}

void SettingsLoad::check_parameters(const Json& parameters, const std::string& name, const std::string& pointer) {
    for (const auto& [key, parameter] : parameters.items()) {
        if (const auto* settings = without_client(parameter); settings && lacks_client(parameters, key, *settings)) {
            const bool entra = signs_in_with_entra(*settings);
            auto& d = job_.findings.error(
                "RG0622", settings_.span_of(name, fmt::format("{}/{}/oAuthSettings", pointer, pointer_token(key))),
                fmt::format("the connection parameter `{}` signs in with {}, and has no `clientId`", key,
                            entra ? "Entra ID" : "OAuth 2"));
            d.help = entra ? "write the application (client) id, or `auth` with an Application of the manifests"
                           : "write the id of the client that was registered with the API";
            continue;
        }
        if (parameter.is_object() || parameter.is_null()) continue;
        job_.findings.error("RG0622", settings_.span_of(name, pointer + "/" + pointer_token(key)),
                            fmt::format("the connection parameter `{}` must be a mapping", key));
    }
}

void SettingsLoad::parameters(const char* name, std::string_view path, bool whole_file) {
    const auto* value = property(name, Shape::object);
    if (!value && !whole_file) return;
    auto copy = value ? *value : Json::object();
    drop_secrets(copy, name, "");
    check_parameters(copy, name, "");
    declaration_.attributes[std::string(path)] = {
        .value = canonical_json(copy), .elements = {}, .span = settings_.span_of(name)};
}

void SettingsLoad::sets() {
    constexpr const char* name = "connectionParameterSets";
    const auto* value = property(name, Shape::object);
    if (!value && !settings_.from_file()) return;
    auto copy = value ? *value : Json::object();
    auto* values = member(copy, "values");
    if (value && !value->empty() && (!values || !values->is_array())) {
        job_.findings.error("RG0622", settings_.span_of(name), "`connectionParameterSets` needs a list of `values`");
        return;
    }
    if (values) {
        for (std::size_t i = 0; i < values->size(); ++i) {
            auto* parameters = member((*values)[i], "parameters");
            if (!parameters || !parameters->is_object()) continue;
            const auto pointer = fmt::format("/values/{}/parameters", i);
            drop_secrets(*parameters, name, pointer);
            check_parameters(*parameters, name, pointer);
        }
    }
    declaration_.attributes[std::string(model::path::connection_parameter_sets)] = {
        .value = canonical_json(copy), .elements = {}, .span = settings_.span_of(name)};
}

/// It cannot be left out as a client secret is: nothing else would bring it.
void SettingsLoad::tell_keys(const Json& policies, const std::string& name) {
    for (const auto& mistake : named_key_mistakes(policies))
        job_.findings.error(mistake.code, settings_.span_of(name, mistake.pointer), mistake.message).help =
            mistake.help;
    for (const auto& key : model::keys_in_policies(policies)) {
        auto& d = job_.findings.warning(
            "RG0633", settings_.span_of(name, fmt::format("/{}/parameters/{}", key.policy, pointer_token(key.member))),
            fmt::format("a policy sets `{}` to a text that stands here: who reads the repository has it", key.header));
        d.notes.push_back("it is sent as it is; reports and regent's database hold `***` in its place");
        d.help =
            "name it: `{credential: NAME}` here, for the file `connector.NAME` of the machine that runs regent; or let "
            "each connection bring its own: a connection parameter of the type `securestring`, and "
            "`@connectionParameters('NAME')` here";
    }
}

void SettingsLoad::policies() {
    constexpr const char* name = "policyTemplateInstances";
    const auto* value = property(name, Shape::list);
    if (!value && !settings_.from_file()) return;
    if (value) {
        for (std::size_t i = 0; i < value->size(); ++i) {
            if (model::mentions_variable((*value)[i].dump(-1, ' ', false, Json::error_handler_t::replace)))
                job_.findings
                    .warning(VariableMistake::code, settings_.span_of(name, fmt::format("/{}", i)),
                             "a policy names an environment variable, and the service puts none in there")
                    .notes.push_back("the text is sent as it is");
            if (!string_in(member((*value)[i], "templateId")).empty()) continue;
            job_.findings.error("RG0622", settings_.span_of(name, fmt::format("/{}", i)),
                                "a policy needs a `templateId`");
        }
        tell_keys(*value, name);
    }
    declaration_.attributes[std::string(model::path::policies)] = {
        .value = canonical_json(value ? *value : Json::array()), .elements = {}, .span = settings_.span_of(name)};
}

void SettingsLoad::words(const char* name, std::string_view path) {
    const auto* value = property(name, Shape::list);
    if (!value) return;
    model::DesiredAttribute attribute;
    attribute.span = settings_.span_of(name);
    for (std::size_t i = 0; i < value->size(); ++i) {
        const auto& word = (*value)[i];
        const auto span = settings_.span_of(name, fmt::format("/{}", i));
        if (word.is_string()) {
            attribute.elements.push_back(
                {.name = {}, .value = word.get<std::string>(), .span = span, .contributor = {}});
        } else {
            job_.findings.error("RG0622", span, fmt::format("`{}` is a list of texts", name));
        }
    }
    declaration_.attributes[std::string(path)] = std::move(attribute);
}

void SettingsLoad::operations(bool has_script, const std::vector<std::string>& unnamed_scripts) {
    constexpr const char* name = "scriptOperations";
    if (settings_.from_file() && !member(settings_.json(), name)) settings_.json()[name] = Json::array();
    words(name, model::path::script_operations);
    const auto it = declaration_.attributes.find(model::path::script_operations);
    if (it == declaration_.attributes.end() || it->second.elements.empty()) return;
    if (!has_script) {
        auto& d = job_.findings.error("RG0626", settings_.span_of(name),
                                      "these operations go through a script, and the Connector has none");
        d.notes.push_back("the service refuses it: InvalidScriptDefinitionUrlWithNonNullOperations");
        d.help = "write `script` in the Connector's `spec`, or remove `scriptOperations`";
        if (!unnamed_scripts.empty())
            d.help = fmt::format(
                "`{}` lies in this folder, and a script is called `script.csx` or `script.cs`: write "
                "`script: {}` in the Connector's `spec`",
                fmt::join(unnamed_scripts, "`, `"), unnamed_scripts.front());
        return;
    }
    if (operations_.empty()) return;
    for (const auto& element : it->second.elements) {
        const auto id = element.value.text_or({});
        if (operations_.contains(id)) continue;
        auto& d = job_.findings.warning(
            "RG0626", element.span,
            fmt::format("no operation is called {}, so nothing goes through the script for it", in_quotes(id)));
        const std::vector<std::string_view> ids(operations_.begin(), operations_.end());
        d.help = near_name_help(id, ids);
    }
}

void SettingsLoad::run(bool has_script, const std::vector<std::string>& unnamed_scripts, bool signs_in_by_auth) {
    if (settings_.from_file()) unknown_properties();
    if (!signs_in_by_auth)
        parameters("connectionParameters", model::path::connection_parameters, settings_.from_file());
    sets();
    policies();
    words("capabilities", model::path::capabilities);
    operations(has_script, unnamed_scripts);
    if (const auto* publisher = property("publisher", Shape::text))
        declaration_.attributes[std::string(model::path::publisher)] = {
            .value = publisher->get<std::string>(), .elements = {}, .span = settings_.span_of("publisher")};
    const auto* colour = property("iconBrandColor", Shape::text);
    if (colour && !job_.spec.entry("iconBrandColor"))
        declaration_.attributes[std::string(model::path::icon_brand_color)] = {
            .value = lower_case(colour->get<std::string>()),
            .elements = {},
            .span = settings_.span_of("iconBrandColor")};
}

}  // namespace

void load_connector_settings(const LoadJob& job, const ConnectorFiles& files,
                             const std::set<std::string, std::less<>>& operations, model::Declaration& declaration) {
    Settings settings(job, files.properties ? files.properties->entry->value.span : model::Span{});
    if (files.properties) {
        auto bytes = connector_bytes(job, *files.properties, "RG0621", "the file");
        if (!bytes) return;
        settings.read_file(files.properties->path, std::move(*bytes));
    }
    settings.read_manifest();
    if (settings.json().empty() && !settings.from_file()) return;
    const bool has_script = files.script && !files.script->path.empty();
    SettingsLoad(job, settings, operations, declaration)
        .run(has_script, files.unnamed_scripts, job.spec.entry("auth") != nullptr);
}

}  // namespace regent::manifest
