#include "manifest/brought_client.hpp"
#include "manifest/load_connector.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/member_in_any_case.hpp"
#include "manifest/openapi.hpp"
#include "manifest/solution_variables.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> ways = {"apiKey", "basic", "oauth2", "applicationRef"};

struct Input {
    std::string label, description;
    int position = 1;
    bool clear_text = false;
};

/// One input of the form in which people make a connection, as the maker portal writes it.
Json input(const Input& wanted) {
    return {
        {"type", "securestring"},
        {"uiDefinition",
         {{"displayName", wanted.label},
          {"description", wanted.description},
          {"tooltip", fmt::format("Provide your {}", wanted.label)},
          {"constraints", {{"tabIndex", wanted.position}, {"clearText", wanted.clear_text}, {"required", "true"}}}}}};
}

Json wrapped(const std::string& value) {
    return {{"value", value}};
}

SignInWords api_key(const Values& words) {
    const auto label = words.text("label").value_or("API Key");
    const auto definition = Json{{"api_key",
                                  {{"type", "apiKey"},
                                   {"in", words.text("in").value_or("header")},
                                   {"name", words.text("name").value_or("X-Api-Key")}}}};
    const Json parameters = {{"api_key", input({label, words.text("description").value_or(label), 2, false})}};
    return {canonical_json(parameters), canonical_json(definition)};
}

Json user_and_password(const Values& words) {
    const auto user = words.text("userLabel").value_or("username");
    const auto password = words.text("passwordLabel").value_or("password");
    return {{"username", input({user, user, 2, true})}, {"password", input({password, password, 3, false})}};
}

SignInWords basic(const Values& words) {
    return {canonical_json(user_and_password(words)), canonical_json(Json{{"basic_auth", {{"type", "basic"}}}})};
}

SignInWords oauth2(const LoadJob& job, const Values& words) {
    const auto provider = words.text("identityProvider").value_or("oauth2");
    auto custom = Json::object();
    const auto authorization = words.text("authorizationUrl");
    const auto token = words.text("tokenUrl");
    if (authorization) custom["authorizationUrl"] = wrapped(*authorization);
    if (token) custom["tokenUrl"] = wrapped(*token);
    const auto refresh = words.text("refreshUrl");
    if (refresh || token) custom["refreshUrl"] = wrapped(refresh ? *refresh : *token);
    if (const auto* more = words.mapping("parameters").mapping_node()) {
        for (const auto& entry : more->entries) custom[entry.key] = wrapped(entry.value.text);
    }
    if (lower_case(provider) == "oauth2" && (!authorization || !token)) {
        auto& d = job.findings.error("RG0628", job.spec.mapping("auth").entry("oauth2")->key_span,
                                     "`oauth2` needs `authorizationUrl` and `tokenUrl`");
        d.help = "add them, or name a ready-made `identityProvider` such as `github`";
    }
    auto scopes = Json::array();
    auto declared = Json::object();
    for (const auto* scope : words.items("scopes")) {
        scopes.push_back(scope->text);
        declared[scope->text] = scope->text;
    }
    const Json parameters = {{"token",
                              {{"type", "oauthSetting"},
                               {"oAuthSettings",
                                {{"identityProvider", provider},
                                 {"clientId", words.text("clientId").value_or("")},
                                 {"scopes", std::move(scopes)},
                                 {"redirectMode", "GlobalPerConnector"},
                                 {"properties", {{"IsFirstParty", "False"}}},
                                 {"customParameters", std::move(custom)}}}}}};
    const Json definitions = {{"oauth2_auth",
                               {{"type", "oauth2"},
                                {"flow", "accessCode"},
                                {"authorizationUrl", authorization.value_or("https://login.example/authorize")},
                                {"tokenUrl", token.value_or("https://login.example/token")},
                                {"scopes", std::move(declared)}}}};
    return {canonical_json(parameters), canonical_json(definitions)};
}

/// Requests through an on-premises data gateway: without a sign-in, or with user and password that stay on it.
SignInWords through_gateway(const LoadJob& job) {
    const auto auth = job.spec.mapping("auth");
    const bool basic = auth.mapping("basic").exists();
    if (auth.exists() && !basic) {
        auto& d = job.findings.error("RG0629", job.spec.entry("gateway")->key_span,
                                     "a gateway passes no API key and no token");
        d.secondary.push_back({job.spec.entry("auth")->key_span, "sign-in asked for here"});
        d.help = "use `auth: {basic: {}}`, or leave `auth` out";
        return {};
    }
    const auto* text = basic ? "basic" : "none";
    const auto* value = basic ? "basic" : "anonymous";
    auto parameters = basic ? user_and_password(auth.mapping("basic")) : Json::object();
    for (auto& parameter : parameters) parameter["uiDefinition"]["constraints"]["capability"] = {"gateway"};
    parameters["authType"] = {{"type", "string"},
                              {"allowedValues", Json::array({{{"value", text}}})},
                              {"uiDefinition",
                               {{"displayName", "Authentication Type"},
                                {"description", "Authentication type to connect to your API"},
                                {"tooltip", "Authentication type to connect to your API"},
                                {"constraints",
                                 {{"tabIndex", 1},
                                  {"required", "true"},
                                  {"allowedValues", Json::array({{{"text", text}, {"value", value}}})},
                                  {"capability", {"gateway"}}}}}}};
    parameters["gateway"] = {
        {"type", "gatewaySetting"},
        {"gatewaySettings", {{"dataSourceType", "CustomConnector"}, {"connectionDetails", Json::array()}}},
        {"uiDefinition", {{"constraints", {{"tabIndex", 4}, {"required", "true"}, {"capability", {"gateway"}}}}}}};
    return {canonical_json(parameters),
            basic ? canonical_json(Json{{"basic_auth", {{"type", "basic"}}}}) : std::string{}};
}

void check_single_way(const LoadJob& job, const Values& auth) {
    std::vector<const Entry*> there;
    for (const auto way : ways)
        if (const auto* entry = auth.entry(way)) there.push_back(entry);
    if (there.size() < 2) return;
    std::sort(there.begin(), there.end(), [](auto* a, auto* b) { return a->key_span.byte < b->key_span.byte; });
    auto& d = job.findings.error("RG0209", there[1]->key_span,
                                 fmt::format("`auth` takes only one of {}", listing({ways.begin(), ways.end()})));
    d.label = "second one";
    d.secondary.push_back({there[0]->key_span, "first one"});
    d.help = "remove one of them; several ways to sign in go into `connectionParameterSets`";
}

/// Whether somewhere inside is an OAuth block whose client has to show a secret of its own.
bool wants_secret(const Json& value) {
    if (value.is_array())
        return std::any_of(value.begin(), value.end(), [](const Json& item) { return wants_secret(item); });
    if (!value.is_object()) return false;
    for (const auto& [key, member] : value.items()) {
        if (lower_case(key) != "oauthsettings") {
            if (!person_brings_client(value, key) && wants_secret(member)) return true;
            continue;
        }
        // It stands here only where an environment variable holds it.
        if (member_in_any_case(member, "clientSecret") != nullptr) continue;
        const auto text = lower_case(member.dump());
        // A managed identity shows none, and with client credentials each connection brings its own.
        const bool another_way = text.find("clientassertiontype") != std::string::npos ||
                                 text.find("client_credentials") != std::string::npos;
        if (!another_way) return true;
    }
    return false;
}

void warn_without_secret(const LoadJob& job, const model::Declaration& declaration) {
    for (const auto path : {model::path::connection_parameters, model::path::connection_parameter_sets}) {
        const auto it = declaration.attributes.find(path);
        if (it == declaration.attributes.end()) continue;
        const auto& text = it->second.value.text_or({});
        if (lower_case(text).find("oauthsetting") == std::string::npos) continue;
        if (!wants_secret(Json::parse(text, nullptr, false))) continue;
        auto& d = job.findings.warning("RG0632", it->second.span, "an OAuth client stands here, and no secret for it");
        d.notes.push_back("a new connector gets none, and may be refused; one that is there keeps what it has");
        d.help = is_in_solution(job.spec)
                     ? "write `clientSecret: '@environmentVariables(\"prefix_Name\")'` beside its `clientId` in the "
                       "connection parameters, or let people enter it in the maker portal"
                     : "write `clientSecretFrom` in the Connector's `spec`";
        return;
    }
}

}  // namespace

SignInWords sign_in_words(const LoadJob& job) {
    if (job.spec.boolean("gateway").value_or(false)) return through_gateway(job);
    const auto auth = job.spec.mapping("auth");
    if (!auth.exists()) return {};
    check_single_way(job, auth);
    if (const auto words = auth.mapping("apiKey"); words.exists()) return api_key(words);
    if (const auto words = auth.mapping("basic"); words.exists()) return basic(words);
    if (const auto words = auth.mapping("oauth2"); words.exists()) return oauth2(job, words);
    return {};
}

void load_secret_from(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("clientSecretFrom");
    if (!entry) {
        // One that is there has its secret, and keeps it. Logic Apps demand one: load_logicapps().
        const bool keeps = !declaration.management.adopt.empty() || job.spec.text("backend") == "logicapps";
        if (!keeps) warn_without_secret(job, declaration);
        return;
    }
    const auto words = job.spec.mapping("clientSecretFrom");
    const auto usable = [&](const Node& name) {
        if (is_name(name.text)) return true;
        // Not quoted: people have pasted the secret itself here.
        auto& d = job.findings.bad_value("RG0408", name, "this cannot be the name of a secret");
        d.notes.push_back("names are lower-case letters, digits and `-`; the secret itself never stands in a manifest");
        d.help = "write NAME of the file `connector.NAME` in `$CREDENTIALS_DIRECTORY`";
        return false;
    };
    const auto* credential = words.node("credential");
    if (!credential || !usable(*credential)) return;
    auto text = fmt::format("{}/{}", credential->text, words.text("version").value_or(""));
    if (const auto* sets = words.mapping("sets").mapping_node()) {
        std::map<std::string, std::string> by_set;
        for (const auto& set : sets->entries)
            if (usable(set.value)) by_set.emplace(set.key, set.value.text);
        // Set names are people's own: JSON keeps whatever is in them.
        if (!by_set.empty()) text += "/" + Json(by_set).dump();
    }
    declare(declaration, model::path::client_secret_from, entry, std::move(text));
    const auto has_oauth = [&](std::string_view path) {
        const auto it = declaration.attributes.find(path);
        return it != declaration.attributes.end() &&
               lower_case(it->second.value.text_or({})).find("\"oauthsetting\"") != std::string::npos;
    };
    if (has_oauth(model::path::connection_parameters) || has_oauth(model::path::connection_parameter_sets)) return;
    // A folder of files is taken as it is, whatever way to sign in it describes.
    auto& d = job.findings.warning("RG0630", entry->key_span, "nothing here takes a client secret");
    d.notes.push_back("a secret goes into connection parameters of the type `oauthSetting`, and there are none");
    d.help = "remove `clientSecretFrom`";
    declaration.attributes.erase(declaration.attributes.find(model::path::client_secret_from));
}

}  // namespace regent::manifest
