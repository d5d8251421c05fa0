#include "model/connector_settings.hpp"

#include "model/variable_reference.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace regent::model {
namespace {

using nlohmann::json;

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string member_text(const json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

/// Keys in lower case, nulls left out, truth as text: "True", "true" and true are written by turns.
json plain(const json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_string()) {
        auto text = lower(value.get_ref<const std::string&>());
        return text == "true" || text == "false" ? json(std::move(text)) : value;
    }
    if (value.is_array()) {
        auto list = json::array();
        for (const auto& item : value) list.push_back(plain(item));
        return list;
    }
    if (!value.is_object()) return value;
    auto object = json::object();
    for (const auto& [key, member] : value.items()) {
        if (!member.is_null()) object[lower(key)] = plain(member);
    }
    return object;
}

json& object_at(json& object, const char* key) {
    auto& member = object[key];
    if (!member.is_object()) member = json::object();
    return member;
}

void set_default(json& object, const char* key, const char* value) {
    auto& parameter = object_at(object, key);
    if (!parameter.contains("value")) parameter["value"] = value;
}

/// One space-joined text in a list of one is how the portal writes several scopes.
json scope_words(const json& scopes) {
    auto words = json::array();
    if (!scopes.is_array()) return words;
    for (const auto& scope : scopes) {
        if (!scope.is_string()) continue;
        std::string word;
        for (const char c : scope.get_ref<const std::string&>() + ' ') {
            if (c != ' ') {
                word += c;
            } else if (!word.empty()) {
                words.push_back(word);
                word.clear();
            }
        }
    }
    return words;
}

void settle_entra_defaults(json& settings) {
    auto& properties = object_at(settings, "properties");
    auto& custom = object_at(settings, "customparameters");
    set_default(custom, "loginuri", "https://login.microsoftonline.com");
    set_default(custom, "tenantid", "common");
    set_default(custom, "enableonbehalfoflogin", "false");
    if (!properties.contains("isfirstparty")) properties["isfirstparty"] = "false";
    // The service turns this on by itself for connectors that sign in on behalf of their user.
    if (member_text(custom["enableonbehalfoflogin"], "value") == "true") properties.erase("isfirstparty");
}

void settle_oauth(json& settings) {
    for (const auto* its_own : {"redirectmode", "redirecturl"}) settings.erase(its_own);
    if (!is_variable_reference(member_text(settings, "clientsecret"))) settings.erase("clientsecret");
    settings["scopes"] = scope_words(settings.contains("scopes") ? settings["scopes"] : json::array());
    auto& properties = object_at(settings, "properties");
    object_at(settings, "customparameters");
    for (const auto* word : {"identityprovider", "clientassertiontype"}) {
        if (const auto text = member_text(settings, word); !text.empty()) settings[word] = lower(text);
    }
    // Issuer and subject are the service's. A sign-in without managed identity has none.
    properties.erase("federatedidentitycredentials");
    if (member_text(settings, "identityprovider") == "aad") settle_entra_defaults(settings);
}

/// `parameters` by their names, which are people's own and keep their case.
json settled_parameters(const json& parameters) {
    auto settled = json::object();
    if (!parameters.is_object()) return settled;
    for (const auto& [name, parameter] : parameters.items()) {
        if (parameter.is_null()) continue;
        auto one = plain(parameter);
        if (one.is_object()) {
            const auto type = lower(member_text(one, "type"));
            if (!type.empty()) one["type"] = type;
            if (type == "oauthsetting") settle_oauth(object_at(one, "oauthsettings"));
        }
        settled[name] = std::move(one);
    }
    return settled;
}

const json* member(const json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (lower(it.key()) == name) return &it.value();
    }
    return nullptr;
}

bool are_sets(const json& settings) {
    const auto* values = member(settings, "values");
    return values != nullptr && values->is_array();
}

json settled_sets(const json& sets) {
    auto settled = plain(sets);
    auto values = json::array();
    for (const auto& set : *member(sets, "values")) {
        auto one = plain(set);
        if (const auto* parameters = member(set, "parameters")) one["parameters"] = settled_parameters(*parameters);
        values.push_back(std::move(one));
    }
    settled["values"] = std::move(values);
    return settled;
}

json settled_policies(const json& policies) {
    auto settled = json::array();
    for (const auto& policy : policies) {
        auto one = policy;
        if (one.is_object()) {
            for (auto it = one.begin(); it != one.end(); ++it) {
                if (lower(it.key()) == "templateid" && it->is_string()) *it = lower(it->get_ref<const std::string&>());
            }
        }
        settled.push_back(std::move(one));
    }
    return settled;
}

json settled(std::string_view text) {
    const auto settings = json::parse(text, nullptr, false);
    if (settings.is_discarded()) return std::string(text);
    if (settings.is_array()) return settled_policies(settings);
    return are_sets(settings) ? settled_sets(settings) : settled_parameters(settings);
}

}  // namespace

bool same_settings(std::string_view a, std::string_view b) {
    return a == b || settled(a) == settled(b);
}

}  // namespace regent::model
