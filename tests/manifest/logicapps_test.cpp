#include "manifest/loading.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::manifest;
using Texts = std::vector<std::string>;
namespace path = regent::model::path;

namespace {

const std::string group = "/subscriptions/5ab5c4e1-0000-4444-8888-0123456789ab/resourceGroups/rg-integration";
const std::string place = "  backend: logicapps\n  resourceGroup: " + group + "\n  location: West Europe\n";

Loaded with(const std::string& lines) {
    return load_repository({.manifest = "apiVersion: regent/v1\nkind: Connector\nmetadata: {name: orders}\nspec:\n"
                                        "  displayName: Orders\n  openapi: api.json\n" +
                                        lines,
                            .environment = {},
                            .files = {{"api.json", good_openapi()}}});
}

Texts codes_in(const Loaded& loaded) {
    Texts all;
    for (const auto& diagnostic : loaded.diagnostics) all.push_back(diagnostic.code);
    return all;
}

std::string text_at(const Loaded& loaded, std::string_view name) {
    const auto& attributes = loaded["Connector/orders"].attributes;
    const auto it = attributes.find(name);
    return it == attributes.end() ? std::string("(absent)") : it->second.value.text_or("(no text)");
}

}  // namespace

TEST_CASE("a connector of Logic Apps says its group, its region and its tags", "[manifest][logicapps]") {
    const auto loaded = with(place + "  tags: {team: platform, cost: \"42\"}\n");
    CHECK(codes_in(loaded).empty());
    CHECK(text_at(loaded, path::backend) == "logicapps");
    CHECK(text_at(loaded, path::resource_group) == group);
    CHECK(text_at(loaded, path::location) == "westeurope");
    CHECK(text_at(loaded, path::environment) == "(absent)");
    const auto& tags = loaded["Connector/orders"].attributes.at(std::string(path::tags)).elements;
    REQUIRE(tags.size() == 2);
    CHECK(tags.front().value.text_or({}) == "team=platform");
}

TEST_CASE("an OAuth client of Logic Apps has an id, whose ever it is", "[manifest][logicapps]") {
    const auto block = [](const std::string& settings) {
        return place + "  connectionParameters: {token: {type: oauthSetting, oAuthSettings: {" + settings +
               "}}, \"token:clientId\": {type: string}}\n  clientSecretFrom: {credential: orders}\n";
    };
    CHECK(codes_in(with(block("identityProvider: oauth2, clientId: someone"))).empty());
    CHECK(codes_in(with(block("identityProvider: oauth2"))) == Texts{"RG0622"});
    CHECK(codes_in(with(block("identityProvider: aad"))) == Texts{"RG0622"});
}

TEST_CASE("a resource group's id is one in every spelling", "[manifest][logicapps]") {
    const auto loaded = with(
        "  backend: logicapps\n  location: westeurope\n  resourceGroup: "
        "/subscriptions/5AB5C4E1-0000-4444-8888-0123456789AB/resourcegroups/RG-Integration\n");
    CHECK(codes_in(loaded).empty());
    CHECK(text_at(loaded, path::resource_group) == group);
}

TEST_CASE("a connector of Logic Apps without a place is none", "[manifest][logicapps]") {
    CHECK(codes_in(with("  backend: logicapps\n  resourceGroup: " + group + "\n")) == Texts{"RG0650"});
    CHECK(codes_in(with("  backend: logicapps\n  location: westeurope\n")) == Texts{"RG0650"});
    CHECK(codes_in(with("  backend: logicapps\n")) == Texts{"RG0650"});
    CHECK(codes_in(with("  backend: logicapps\n  resourceGroup: unknown\n  location: westeurope\n")) ==
          Texts{"RG0651"});
    CHECK(codes_in(
              with("  backend: logicapps\n  resourceGroup: /subscriptions/x/resourceGroups/y\n  location: eastus\n")) ==
          Texts{"RG0651"});
    CHECK(codes_in(with("  backend: logicapps\n  resourceGroup: " + group + "\n  location: west-europe\n")) ==
          Texts{"RG0652"});
}

TEST_CASE("a slip in a region is told before it costs a connector", "[manifest][logicapps]") {
    const auto slip = with("  backend: logicapps\n  resourceGroup: " + group + "\n  location: westeurop\n");
    CHECK(codes_in(slip) == Texts{"RG0657"});
    CHECK(slip.text.find("did you mean `westeurope`?") != std::string::npos);
    CHECK(text_at(slip, path::location) == "westeurop");
    const auto unheard_of =
        with("  backend: logicapps\n  resourceGroup: " + group + "\n  location: atlantiscentral9\n");
    CHECK(codes_in(unheard_of) == Texts{"RG0657"});
}

TEST_CASE("a place in Azure is for connectors of Logic Apps alone", "[manifest][logicapps]") {
    CHECK(codes_in(with("  powerPlatformEnvironment: sales\n  location: westeurope\n")) == Texts{"RG0650"});
    CHECK(codes_in(with("  powerPlatformEnvironment: sales\n  tags: {a: b}\n")) == Texts{"RG0650"});
}

TEST_CASE("what Logic Apps do not have is refused by its name", "[manifest][logicapps]") {
    CHECK(codes_in(with(place + "  powerPlatformEnvironment: sales\n")) == Texts{"RG0654"});
    CHECK(codes_in(with(place + "  publisher: Contoso\n")) == Texts{"RG0654"});
    CHECK(codes_in(with(place + "  shares: []\n")) == Texts{"RG0654"});
    CHECK(codes_in(with(place + "  policies: []\n")) == Texts{"RG0654"});
}

namespace {

Loaded with_folder(const std::string& properties, const std::string& other = {}) {
    Repository repository{
        .manifest =
            "apiVersion: regent/v1\nkind: Connector\nmetadata: {name: orders}\nspec:\n"
            "  displayName: Orders\n  files: folder\n" +
            place,
        .environment = {},
        .files = {{"folder/apiDefinition.swagger.json", good_openapi()}, {"folder/apiProperties.json", properties}}};
    if (!other.empty()) repository.files.insert({"folder/" + other, "whatever"});
    return load_repository(repository);
}

}  // namespace

TEST_CASE("a folder of files is a connector of Logic Apps as far as the resource can hold it",
          "[manifest][logicapps]") {
    const auto loaded = with_folder(R"({"properties": {
  "connectionParameters": {"api_key": {"type": "securestring"}},
  "iconBrandColor": "#DA3B01", "capabilities": ["actions"],
  "policyTemplateInstances": [], "connectionParameterSets": {"values": []}, "scriptOperations": []}})");
    CHECK(codes_in(loaded).empty());
    CHECK(text_at(loaded, path::icon_brand_color) == "#da3b01");
    CHECK(text_at(loaded, path::connection_parameters).find("api_key") != std::string::npos);
    const auto& attributes = loaded["Connector/orders"].attributes;
    CHECK(attributes.at(std::string(path::capabilities)).elements.size() == 1);
    for (const auto name : {path::policies, path::script_operations, path::icon, path::script, path::publisher})
        CHECK_FALSE(attributes.contains(name));
}

TEST_CASE("what a folder brings that Logic Apps cannot hold is refused where it stands", "[manifest][logicapps]") {
    const auto policies = with_folder(
        "{\"properties\": {\"connectionParameters\": {},\n  \"policyTemplateInstances\": [{\"templateId\": "
        "\"setheader\"}]}}");
    CHECK(codes_in(policies) == Texts{"RG0654"});
    CHECK(policies.text.find("folder/apiProperties.json:2:3") != std::string::npos);
    const auto sets = with_folder(
        "{\"properties\": {\"connectionParameterSets\": {\"values\": [{\"name\": \"a\", \"parameters\": {}}]}}}");
    CHECK(codes_in(sets) == Texts{"RG0654"});
    const auto script = with_folder("{\"properties\": {}}", "script.csx");
    CHECK(codes_in(script) == Texts{"RG0654"});
    CHECK(script.text.find("folder/script.csx") != std::string::npos);
    // A picture and a name do not make it another connector.
    const auto icon = with_folder("{\"properties\": {\"publisher\": \"Contoso\"}}", "icon.png");
    CHECK(codes_in(icon) == Texts{"RG0654", "RG0654"});
    CHECK_FALSE(icon.text.find("error[") != std::string::npos);
}

TEST_CASE("a connector of Logic Apps has no managed identity", "[manifest][logicapps]") {
    CHECK(codes_in(with(place +
                        "  auth:\n    applicationRef: {name: app}\n    resource: https://management.core.windows.net/\n"
                        "    credential: {managedIdentity: {}}\n")) == Texts{"RG0655"});
}

TEST_CASE("an OAuth client of Logic Apps says where its secret comes from", "[manifest][logicapps]") {
    const std::string oauth =
        "  auth: {oauth2: {clientId: x, authorizationUrl: \"https://l.example/a\", tokenUrl: "
        "\"https://l.example/t\"}}\n";
    CHECK(codes_in(with(place + oauth)) == Texts{"RG0656"});
    CHECK(codes_in(with(place + oauth + "  clientSecretFrom: {credential: contoso}\n")).empty());
    CHECK(codes_in(with(place + "  auth: {apiKey: {}}\n")).empty());
}

TEST_CASE("tags keep to Azure's rules and leave regent's own alone", "[manifest][logicapps]") {
    CHECK(codes_in(with(place + "  tags: {\"a<b\": c}\n")) == Texts{"RG0653"});
    CHECK(codes_in(with(place + "  tags: {regent-owner: me}\n")) == Texts{"RG0653"});
    CHECK(codes_in(with(place + "  tags: {a: " + std::string(257, 'x') + "}\n")) == Texts{"RG0653"});
}
