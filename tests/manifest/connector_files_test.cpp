#include "manifest/loading.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

using namespace regent;
using namespace regent::manifest;
using Json = nlohmann::json;
using Texts = std::vector<std::string>;
namespace path = regent::model::path;

namespace {

const std::string png = std::string("\x89PNG\r\n\x1A\n", 8) + "rest";
const std::string script = "public class Script : ScriptBase {}\n";
const std::string properties = R"({
  // kept by hand
  "properties": {
    "connectionParameters": {
      "token": {"type": "oauthSetting", "oauthSettings": {"identityProvider": "github", "clientId": "x",
        "clientSecret": "never-to-be-sent"}},
    },
    "iconBrandColor": "#DA3B01",
    "capabilities": ["actions"],
    "scriptOperations": ["ListSubscriptions"],
    "stackOwner": "Contoso",
    "website": "https://contoso.example",
  },
}
)";

/// A Connector with these lines in its `spec` and nothing else but a title and a place.
std::string bare_connector(const std::string& lines) {
    return "apiVersion: regent/v1\nkind: Connector\nmetadata: {name: orders}\nspec:\n  displayName: Orders\n"
           "  powerPlatformEnvironment: sales\n" +
           lines;
}

Texts codes(const Loaded& loaded) {
    Texts all;
    for (const auto& diagnostic : loaded.diagnostics) all.push_back(diagnostic.code);
    return all;
}

const model::DesiredAttribute* attribute(const Loaded& loaded, std::string_view name) {
    const auto& attributes = loaded["Connector/orders"].attributes;
    const auto it = attributes.find(name);
    return it == attributes.end() ? nullptr : &it->second;
}

std::string text(const Loaded& loaded, std::string_view name) {
    const auto* found = attribute(loaded, name);
    return found == nullptr ? std::string("(absent)") : found->value.text_or("(no text)");
}

Repository folder() {
    return {.manifest = bare_connector("  files: orders\n"),
            .environment = {},
            .files = {{"orders/apiDefinition.swagger.json", good_openapi()},
                      {"orders/apiProperties.json", properties},
                      {"orders/icon.png", png},
                      {"orders/script.csx", script}}};
}

}  // namespace

TEST_CASE("a folder as paconn writes it is a connector", "[manifest][connector]") {
    const auto loaded = load_repository(folder());
    INFO(loaded.text);
    CHECK(!model::has_errors(loaded.diagnostics));
    CHECK(codes(loaded) == Texts{"RG0632", "RG0624", "RG0623"});
    CHECK(text(loaded, path::icon).rfind("sha256:", 0) == 0);
    CHECK(text(loaded, path::script).rfind("sha256:", 0) == 0);
    CHECK(text(loaded, path::icon_brand_color) == "#da3b01");
    CHECK(text(loaded, path::policies) == "[]");
    CHECK(attribute(loaded, path::script_operations)->elements.size() == 1);
    CHECK(attribute(loaded, path::auth_type) == nullptr);
}

TEST_CASE("a client secret in a file goes nowhere, and neither does its text", "[manifest][connector]") {
    const auto loaded = load_repository(folder());
    CHECK(loaded.text.find("RG0624") != std::string::npos);
    for (const auto& [name, wanted] : loaded["Connector/orders"].attributes)
        CHECK(wanted.value.text_or("").find("never-to-be-sent") == std::string::npos);
}

TEST_CASE("mistakes in apiProperties.json are shown at their line", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/apiProperties.json"] = "{\n  \"properties\": {\n    \"a\": 1\n    \"b\": 2\n  }\n}\n";
    const auto broken = load_repository(repository);
    REQUIRE(codes(broken) == Texts{"RG0622"});
    CHECK(broken.diagnostics[0].span.file == "base/orders/apiProperties.json");
    CHECK(broken.diagnostics[0].span.line == 4);
    repository.files["orders/apiProperties.json"] =
        "{\"properties\": {\n  \"connectionParameters\": {\n    \"key\": 7\n  }}}";
    const auto wrong = load_repository(repository);
    REQUIRE(codes(wrong) == Texts{"RG0622"});
    CHECK(wrong.diagnostics[0].span.line == 3);
}

TEST_CASE("a character that nobody sees, and that JSON does not take, is named where it stands",
          "[manifest][connector]") {
    struct Case {
        std::string written, label;
        std::size_t column;
    };
    for (const auto& one :
         std::vector<Case>{{"{\n\"properties\": \"a\tb\"}", "a tab stands in this text", 17},
                           {"{\n\"properties\": \"a\nb\"}", "a line ends within this text", 17},
                           {"{\n\"properties\": {}\xE2\x80\x83}", "the character U+2003 is no blank to JSON", 17},
                           {"{\n\xE2\x80\x9Cproperties\": {}}", "the character U+201C is no quote to JSON", 1},
                           {"{\n\"properties\": tru\n}", "cannot go on here", 18}}) {
        auto repository = folder();
        for (const auto* file : {"apiProperties.json", "apiDefinition.swagger.json"}) {
            auto changed = repository;
            changed.files[std::string("orders/") + file] = one.written;
            const auto loaded = load_repository(changed);
            INFO(loaded.text);
            const auto it = std::find_if(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                                         [](const auto& d) { return d.code == "RG0622" || d.code == "RG0603"; });
            REQUIRE(it != loaded.diagnostics.end());
            CHECK(it->label == one.label);
            CHECK(it->span.line == 2);
            CHECK(it->span.column == one.column);
        }
    }
}

TEST_CASE("a settings.json that cannot be read is told, and what it says in Windows' way is taken",
          "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/settings.json"] = "{";
    CHECK(codes(load_repository(repository)) == Texts{"RG0632", "RG0624", "RG0623", "RG0621"});
    repository.files["orders/settings.json"] = "\xFF\xFE{";
    const auto wide = load_repository(repository);
    CHECK(wide.text.find("RG0132") != std::string::npos);
    CHECK(model::has_errors(wide.diagnostics));
    repository.files["orders/settings.json"] = R"({"clientSecret": "never-to-be-sent", "script": "sub\\s.csx"})";
    repository.files["orders/sub/s.csx"] = script;
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    CHECK(codes(loaded) == Texts{"RG0632", "RG0624", "RG0623", "RG0624"});
    CHECK(loaded.text.find("never-to-be-sent") == std::string::npos);
    CHECK(text(loaded, path::script).rfind("sha256:", 0) == 0);
}

TEST_CASE("settings in UTF-16 are told as that", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/apiProperties.json"] = "\xFF\xFE{";
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    CHECK(loaded.text.find("error[RG0132]: the file is UTF-16, not UTF-8") != std::string::npos);
    CHECK(loaded.text.find("RG0622") == std::string::npos);
}

TEST_CASE("a folder with a definition in YAML is told by what field it is named", "[manifest][connector]") {
    auto repository = folder();
    repository.files.erase("orders/apiDefinition.swagger.json");
    repository.files["orders/apiDefinition.swagger.yaml"] = "swagger: '2.0'\n";
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    CHECK(loaded.text.find("write `openapi: orders/apiDefinition.swagger.yaml`") != std::string::npos);
}

TEST_CASE("a sign-in with Entra ID that names no client is an error at its line", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/script.csx"] = script;
    repository.files["orders/apiProperties.json"] =
        "{\"properties\": {\n \"connectionParameters\": {\n  \"token\": {\"type\": \"oauthSetting\",\n"
        "   \"oAuthSettings\": {\"identityProvider\": \"aad\", \"scopes\": []}}}}}";
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    const auto it = std::find_if(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                                 [](const auto& d) { return d.code == "RG0622"; });
    REQUIRE(it != loaded.diagnostics.end());
    CHECK(it->span.line == 4);
    // Each connection brings its own: nobody has to be named.
    repository.files["orders/apiProperties.json"] =
        "{\"properties\": {\"connectionParameters\": {\"token\": {\"type\": \"oauthSetting\", \"oAuthSettings\": "
        "{\"identityProvider\": \"aad\", \"customParameters\": {\"grantType\": {\"value\": "
        "\"client_credentials\"}}}}}}}";
    CHECK_FALSE(model::has_errors(load_repository(repository).diagnostics));
    // So does one that is asked for it, as connectors of Microsoft's catalogue do; then there is no secret to want.
    repository.files["orders/apiProperties.json"] =
        R"({"properties": {"connectionParameters": {"token": {"type": "oauthSetting", "oAuthSettings":
        {"identityProvider": "aad", "clientId": null}}, "token:ClientId": {"type": "string"}}}})";
    const auto asked = codes(load_repository(repository));
    CHECK(std::find(asked.begin(), asked.end(), "RG0622") == asked.end());
    CHECK(std::find(asked.begin(), asked.end(), "RG0632") == asked.end());
    repository.manifest += "  clientSecretFrom: {credential: orders}\n";
    CHECK(codes(load_repository(repository)).front() == "RG0622");
}

TEST_CASE("a connector that is adopted has its secret already", "[manifest][connector]") {
    auto repository = folder();
    REQUIRE(codes(load_repository(repository)).front() == "RG0632");
    repository.manifest += "management: {adopt: {connector: shared_orders}}\n";
    const auto found = codes(load_repository(repository));
    CHECK(std::find(found.begin(), found.end(), "RG0632") == found.end());
}

TEST_CASE("the files of a folder are found in any case of their names", "[manifest][connector]") {
    for (const auto* name : {"Script.cs", "SCRIPT.CSX", "script.cs"}) {
        auto repository = folder();
        auto& files = repository.files;
        for (const auto& [usual, other] :
             std::map<std::string, std::string>{{"script.csx", name},
                                                {"apiDefinition.swagger.json", "apidefinition.swagger.json"},
                                                {"icon.png", "Icon.PNG"}}) {
            files["orders/" + other] = files["orders/" + usual];
            files.erase("orders/" + usual);
        }
        const auto loaded = load_repository(repository);
        INFO(loaded.text);
        CHECK(!model::has_errors(loaded.diagnostics));
        CHECK(text(loaded, path::script).rfind("sha256:", 0) == 0);
        CHECK(text(loaded, path::icon).rfind("sha256:", 0) == 0);
    }
}

TEST_CASE("what lies in a folder under another name is told, and not guessed at", "[manifest][connector]") {
    auto repository = folder();
    auto& files = repository.files;
    files["orders/Orders.swagger.json"] = files["orders/apiDefinition.swagger.json"];
    files.erase("orders/apiDefinition.swagger.json");
    const auto unnamed = load_repository(repository);
    REQUIRE(codes(unnamed).front() == "RG0601");
    CHECK(unnamed.diagnostics[0].help ==
          "there is `orders/Orders.swagger.json`: if it is meant, write `openapi: orders/Orders.swagger.json`");
    files["orders/orders2.swagger.json"] = "{}";
    CHECK(load_repository(repository).diagnostics[0].help ==
          "there are `orders/Orders.swagger.json`, `orders/orders2.swagger.json`: name the one that is meant with "
          "`openapi`");
    // What settings.json says holds alone.
    files["orders/settings.json"] = R"({"apiDefinition": "Orders.swagger.json"})";
    CHECK(!model::has_errors(load_repository(repository).diagnostics));
}

TEST_CASE("a C# file that is not taken for the script is a warning until the manifest says", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/apiProperties.json"] = R"({"properties": {"iconBrandColor": "#da3b01"}})";
    repository.files["orders/connector-script.csx"] = script;
    CHECK(codes(load_repository(repository)).empty());
    repository.files.erase("orders/script.csx");
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    REQUIRE(codes(loaded) == Texts{"RG0626"});
    CHECK(loaded.diagnostics[0].severity == model::Severity::warning);
    CHECK(loaded.text.find("write `script: orders/connector-script.csx`") != std::string::npos);
    CHECK(attribute(loaded, path::script) == nullptr);
    repository.manifest += "  script: orders/connector-script.csx\n";
    CHECK(codes(load_repository(repository)).empty());
}

TEST_CASE("operations for a script that is not there are an error at their line", "[manifest][connector]") {
    auto repository = folder();
    repository.files.erase("orders/script.csx");
    const auto loaded = load_repository(repository);
    REQUIRE(model::has_errors(loaded.diagnostics));
    const auto it = std::find_if(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                                 [](const auto& d) { return d.code == "RG0626"; });
    REQUIRE(it != loaded.diagnostics.end());
    CHECK(it->span.line == 10);
    // The one that may be meant is named, and nothing is said twice.
    repository.files["orders/connector-script.csx"] = script;
    const auto misnamed = load_repository(repository);
    const auto is_about_script = [](const auto& d) { return d.code == "RG0626"; };
    const auto& all = misnamed.diagnostics;
    REQUIRE(std::count_if(all.begin(), all.end(), is_about_script) == 1);
    const auto told = std::find_if(all.begin(), all.end(), is_about_script);
    CHECK(told->severity == model::Severity::error);
    CHECK(told->help.find("write `script: orders/connector-script.csx`") != std::string::npos);
}

TEST_CASE("what a folder lacks is left alone, and an empty name asks for none", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/apiProperties.json"] = R"({"properties": {}})";
    repository.files.erase("orders/script.csx");
    repository.files.erase("orders/icon.png");
    CHECK(attribute(load_repository(repository), path::script) == nullptr);
    CHECK(attribute(load_repository(repository), path::icon) == nullptr);
    repository.manifest = bare_connector("  files: orders\n  script: \"\"\n  icon: \"\"\n");
    CHECK(text(load_repository(repository), path::script).empty());
    CHECK(text(load_repository(repository), path::icon).empty());
}

TEST_CASE("settings.json gives the files other names", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/settings.json"] = R"({"icon": "logo.png", "apiProperties": "p.json"})";
    repository.files["orders/logo.png"] = png + "other";
    repository.files["orders/p.json"] = R"({"properties": {"iconBrandColor": "#000000"}})";
    CHECK(text(load_repository(repository), path::icon_brand_color) == "#000000");
    CHECK(text(load_repository(repository), path::icon) != text(load_repository(folder()), path::icon));
}

TEST_CASE("the same can be written in the manifest", "[manifest][connector]") {
    const auto loaded =
        load_repository({.manifest = bare_connector("  openapi: api.json\n"
                                                    "  connectionParameters: {api_key: {type: securestring}}\n"
                                                    "  policies: [{templateId: setheader, parameters: {a: b}}]\n"
                                                    "  capabilities: [actions]\n"),
                         .environment = {},
                         .files = {{"api.json", good_openapi()}}});
    INFO(loaded.text);
    CHECK(codes(loaded).empty());
    CHECK(text(loaded, path::connection_parameters) == R"({"api_key":{"type":"securestring"}})");
    CHECK(text(loaded, path::policies) == R"([{"parameters":{"a":"b"},"templateId":"setheader"}])");
}

TEST_CASE("a key, a password and a foreign provider become what the service asks people for", "[manifest][connector]") {
    const auto with = [](const std::string& lines) {
        return load_repository({.manifest = bare_connector("  openapi: api.json\n" + lines),
                                .environment = {},
                                .files = {{"api.json", good_openapi()}}});
    };
    const auto key = with("  auth: {apiKey: {name: X-Key, in: query}}\n");
    INFO(key.text);
    CHECK(codes(key).empty());
    CHECK(Json::parse(text(key, path::connection_parameters))["api_key"]["type"] == "securestring");
    const auto definition = Json::parse(text(key, path::definition));
    CHECK(definition["securityDefinitions"]["api_key"] == Json{{"type", "apiKey"}, {"in", "query"}, {"name", "X-Key"}});
    CHECK(definition["security"] == Json::parse(R"([{"api_key": []}])"));

    const auto basic = with("  auth: {basic: {}}\n  gateway: true\n");
    INFO(basic.text);
    CHECK(codes(basic).empty());
    const auto parameters = Json::parse(text(basic, path::connection_parameters));
    CHECK(parameters["gateway"]["type"] == "gatewaySetting");
    CHECK(parameters["password"]["uiDefinition"]["constraints"]["capability"] == Json::parse(R"(["gateway"])"));
    CHECK(attribute(basic, path::gateway)->value == model::Value(true));
    CHECK(attribute(basic, path::capabilities) == nullptr);

    const auto oauth = with(
        "  auth: {oauth2: {clientId: c, authorizationUrl: https://a.example/x, tokenUrl: https://a.example/t}}\n"
        "  clientSecretFrom: {credential: contoso, version: \"2\"}\n");
    INFO(oauth.text);
    CHECK(codes(oauth).empty());
    CHECK(text(oauth, path::client_secret_from) == "contoso/2");
    CHECK(codes(with("  auth: {oauth2: {clientId: c}}\n")) == Texts{"RG0632", "RG0628"});
    CHECK(codes(with("  auth: {apiKey: {}, basic: {}}\n")) == Texts{"RG0209"});
    CHECK(codes(with("  auth: {apiKey: {}}\n  gateway: true\n")) == Texts{"RG0629"});
    CHECK(codes(with("  clientSecretFrom: {credential: contoso}\n")) == Texts{"RG0630"});
    CHECK(codes(with("  clientSecretFrom: {credential: Not A Name}\n")) == Texts{"RG0408"});
}

TEST_CASE("no gateway and no further ways to sign in are wanted, where nobody writes of them",
          "[manifest][connector]") {
    const auto with = [](const std::string& lines) {
        return load_repository({.manifest = bare_connector("  openapi: api.json\n" + lines),
                                .environment = {},
                                .files = {{"api.json", good_openapi()}}});
    };
    const auto plain = with("  auth: {basic: {}}\n");
    CHECK(attribute(plain, path::gateway)->value == model::Value(false));
    CHECK(attribute(plain, path::gateway)->implied);
    CHECK(text(plain, path::connection_parameter_sets) == "{}");
    CHECK(attribute(plain, path::connection_parameter_sets)->implied);
    CHECK(attribute(plain, path::capabilities) == nullptr);

    const auto listed = with("  capabilities: [actions, Gateway]\n");
    CHECK(attribute(listed, path::gateway)->value == model::Value(true));
    CHECK_FALSE(attribute(listed, path::gateway)->implied);
    CHECK(attribute(listed, path::capabilities)->elements.size() == 1);
    CHECK_FALSE(attribute(with("  gateway: false\n"), path::gateway)->implied);
    CHECK_FALSE(attribute(with("  connectionParameterSets: {values: []}\n"), path::connection_parameter_sets)->implied);
}

TEST_CASE("an icon is a PNG file, whatever its name", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/icon.png"] = "GIF89a";
    const auto loaded = load_repository(repository);
    CHECK(model::has_errors(loaded.diagnostics));
    CHECK(loaded.text.find("RG0625") != std::string::npos);
}

TEST_CASE("shares name each principal once", "[manifest][connector]") {
    const auto loaded =
        load_repository({.manifest = bare_connector("  openapi: api.json\n  shares:\n"
                                                    "    - {id: 99999999-8888-7777-6666-555555555555, role: edit}\n"
                                                    "    - {id: 99999999-8888-7777-6666-555555555555}\n"),
                         .environment = {},
                         .files = {{"api.json", good_openapi()}}});
    CHECK(codes(loaded) == Texts{"RG0217"});
    const auto& elements = attribute(loaded, path::shares)->elements;
    REQUIRE(elements.size() == 1);
    CHECK(elements[0].value == model::Value(model::Map{{"type", "Group"}, {"role", "CanEdit"}}));
}

namespace {

/// A policy that sets the header of the line before its last one to `value`, which begins in line 7, column 44.
std::string properties_with(const std::string& value, const std::string& template_id = "setheader") {
    return "{\"properties\": {\n  \"policyTemplateInstances\": [{\n    \"templateId\": \"" + template_id +
           "\",\n    \"parameters\": {\n      \"x-ms-apimTemplateParameter.name\": \"x-api-key\",\n"
           "      \"x-ms-apimTemplateParameter.existsAction\": \"override\",\n"
           "      \"x-ms-apimTemplateParameter.value\": " +
           value + "\n    }\n  }]\n}}\n";
}

}  // namespace

TEST_CASE("a policy names its key in the file and in the manifest", "[manifest][connector]") {
    auto repository = folder();
    repository.files["orders/apiProperties.json"] = properties_with(R"({"credential": "orders"})");
    const auto in_file = load_repository(repository);
    INFO(in_file.text);
    CHECK(codes(in_file).empty());
    CHECK(text(in_file, path::policies).find(R"("x-ms-apimTemplateParameter.value":{"credential":"orders"})") !=
          std::string::npos);
    const auto here = load_repository(
        {.manifest = bare_connector("  openapi: api.json\n  policies:\n    - templateId: setheader\n"
                                    "      parameters:\n        x-ms-apimTemplateParameter.name: x-api-key\n"
                                    "        x-ms-apimTemplateParameter.existsAction: override\n"
                                    "        x-ms-apimTemplateParameter.value: {credential: orders}\n"),
         .environment = {},
         .files = {{"api.json", good_openapi()}}});
    INFO(here.text);
    CHECK(codes(here).empty());
    CHECK(text(here, path::policies) == text(in_file, path::policies));
}

TEST_CASE("a key that is named otherwise is an error where that stands, and its text is not shown",
          "[manifest][connector]") {
    struct Case {
        std::string value, template_id, code, message;
        std::size_t column;
    };
    const std::string pasted = "Pasted0Key8f2e61Q";
    for (const auto& one :
         {Case{R"({"credential": "orders", "version": "2"})", "setheader", "RG0634", "no `version`", 68},
          Case{R"({"file": "/etc/key"})", "setheader", "RG0634", "nothing but its `credential`", 44},
          Case{"{}", "setheader", "RG0634", "this one is empty", 7},
          Case{R"({"credential": ")" + pasted + R"("})", "setqueryparameter", "RG0408", "name of a key", 44},
          Case{R"({"credential": 7})", "setheader", "RG0408", "name of a key", 44},
          Case{R"({"credential": "orders"})", "dynamichosturl", "RG0634", "cannot be named here", 7}}) {
        auto repository = folder();
        repository.files["orders/apiProperties.json"] = properties_with(one.value, one.template_id);
        const auto loaded = load_repository(repository);
        INFO(loaded.text);
        REQUIRE(codes(loaded) == Texts{one.code});
        const auto& diagnostic = loaded.diagnostics[0];
        CHECK(diagnostic.severity == model::Severity::error);
        CHECK(diagnostic.span.file == "base/orders/apiProperties.json");
        CHECK(diagnostic.span.line == 7);
        CHECK(diagnostic.span.column == one.column);
        CHECK(diagnostic.message.find(one.message) != std::string::npos);
        CHECK(loaded.text.find(pasted) == std::string::npos);
    }
    const auto here = load_repository(
        {.manifest = bare_connector("  openapi: api.json\n  policies:\n    - templateId: setheader\n"
                                    "      parameters:\n        x-ms-apimTemplateParameter.name: x-caller\n"
                                    "        x-ms-apimTemplateParameter.value:\n          credential: " +
                                    pasted + "\n"),
         .environment = {},
         .files = {{"api.json", good_openapi()}}});
    INFO(here.text);
    REQUIRE(codes(here) == Texts{"RG0408"});
    CHECK(here.diagnostics[0].span.line == 13);
    CHECK(here.diagnostics[0].span.column == 11);
    CHECK(here.text.find(pasted) == std::string::npos);
}
