// Connectors with `backend: solution`, and where their Dataverse is.

#include "manifest/loading.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::manifest;
using Texts = std::vector<std::string>;
namespace path = regent::model::path;

namespace {

std::string environment_with(const std::string& lines) {
    return "apiVersion: regent/v1\nkind: Environment\nmetadata: {name: dev}\nspec:\n"
           "  tenantId: 11111111-1111-1111-1111-111111111111\n"
           "  powerPlatformEnvironments: {sales: Default-11111111-1111-1111-1111-111111111111}\n" +
           lines;
}

const std::string with_dataverse =
    environment_with("  dataverse: [{environment: sales, solution: ContosoConnectors}]\n");

Loaded in_solution(const std::string& lines, const std::string& environment = with_dataverse) {
    return load_repository({.manifest = "apiVersion: regent/v1\nkind: Connector\nmetadata: {name: orders}\nspec:\n"
                                        "  displayName: Orders\n  powerPlatformEnvironment: sales\n"
                                        "  backend: solution\n  openapi: api.json\n" +
                                        lines,
                            .environment = environment,
                            .files = {{"api.json", good_openapi()}}});
}

Texts codes_told(const Loaded& loaded) {
    Texts all;
    for (const auto& diagnostic : loaded.diagnostics) all.push_back(diagnostic.code);
    return all;
}

bool tells(const Loaded& loaded, const std::string& code) {
    const auto all = codes_told(loaded);
    return std::find(all.begin(), all.end(), code) != all.end();
}

std::string file_text(const Loaded& loaded, std::string_view name) {
    const auto& attributes = loaded["Connector/orders"].attributes;
    const auto it = attributes.find(name);
    return it == attributes.end() ? std::string("(absent)") : it->second.value.text_or("(no text)");
}

}  // namespace

TEST_CASE("the publisher in the file of a connector in a solution is said to be left alone, and not wanted",
          "[manifest][solution]") {
    const auto loaded = load_repository(
        {.manifest = "apiVersion: regent/v1\nkind: Connector\nmetadata: {name: orders}\nspec:\n"
                     "  displayName: Orders\n  powerPlatformEnvironment: sales\n"
                     "  backend: solution\n  openapi: api.json\n  properties: apiProperties.json\n",
         .environment = with_dataverse,
         .files = {{"api.json", good_openapi()}, {"apiProperties.json", R"({"properties": {"publisher": "Contoso",
                                      "iconBrandColor": "#da3b01", "capabilities": []}})"}}});
    INFO(loaded.text);
    CHECK(codes_told(loaded) == Texts{"RG0643"});
    CHECK(loaded.diagnostics.front().severity == model::Severity::warning);
    CHECK(loaded.diagnostics.front().span.file.str().ends_with("apiProperties.json"));
    CHECK(file_text(loaded, path::publisher) == "(absent)");
    CHECK(file_text(loaded, path::icon_brand_color) == "#da3b01");
}

TEST_CASE("capabilities go by the names that a row has, and what it has no value for is told", "[manifest][solution]") {
    const auto names_in = [](const Loaded& loaded) {
        Texts names;
        for (const auto& element : loaded.declarations.at(0).attributes.at(std::string(path::capabilities)).elements)
            names.push_back(element.value.text_or({}));
        return names;
    };
    const auto plain = in_solution("  capabilities: [Actions, actions, gateway]\n");
    INFO(plain.text);
    CHECK(codes_told(plain).empty());
    CHECK(names_in(plain) == Texts{"actions"});
    CHECK(plain.declarations.at(0).attributes.at(std::string(path::gateway)).value == model::Value(true));
    const auto without_value = in_solution("  capabilities: [actions, triggers, cloud only, action]\n");
    INFO(without_value.text);
    CHECK(codes_told(without_value) == Texts{"RG0643", "RG0643", "RG0643"});
    for (const auto& diagnostic : without_value.diagnostics) CHECK(diagnostic.severity == model::Severity::warning);
    CHECK(without_value.text.find("\"triggers\"") != std::string::npos);
    CHECK(without_value.text.find("did you mean `actions`") != std::string::npos);
    CHECK(names_in(without_value) == Texts{"actions"});
}

TEST_CASE("a connector is in the solution that it names, else in its environment's", "[manifest][solution]") {
    const auto plain = in_solution("");
    INFO(plain.text);
    CHECK(codes_told(plain).empty());
    CHECK(file_text(plain, path::backend) == "solution");
    CHECK(file_text(plain, path::solution) == "ContosoConnectors");
    CHECK(file_text(in_solution("  solution: Others\n"), path::solution) == "Others");
    REQUIRE(plain.environment);
    REQUIRE(plain.environment->dataverses.size() == 1);
    CHECK(plain.environment->dataverses[0].environment == "Default-11111111-1111-1111-1111-111111111111");
    CHECK(plain.environment->dataverses[0].url.empty());
}

TEST_CASE("without a Dataverse or a solution it is refused, and made nowhere else", "[manifest][solution]") {
    CHECK(codes_told(in_solution("", environment_with(""))) == Texts{"RG0640"});
    const auto none = in_solution("", environment_with("  dataverse: [{environment: sales}]\n"));
    CHECK(codes_told(none) == Texts{"RG0641"});
    CHECK(none.diagnostics[0].span.line == 7);
}

TEST_CASE("a secret that nobody could say has arrived is never sent through Dataverse", "[manifest][solution]") {
    const std::string auth =
        "  auth:\n    applicationRef: {name: arm}\n    resource: https://management.core.windows.net/\n"
        "    credential: ";
    const auto secret = in_solution(auth + "{clientSecretRef: {name: arm}}\n");
    CHECK(codes_told(secret) == Texts{"RG0642"});
    CHECK(secret.text.find("managedIdentity") != std::string::npos);
    CHECK(codes_told(in_solution(auth + "{managedIdentity: {}}\n")) == Texts{"RG0507"});
    CHECK(codes_told(in_solution("  auth:\n    oauth2: {clientId: x, authorizationUrl: https://l.example/a, tokenUrl: "
                                 "https://l.example/t}\n  clientSecretFrom: {credential: contoso}\n")) ==
          Texts{"RG0642"});
}

TEST_CASE("what connectors of other kinds have is refused by name", "[manifest][solution]") {
    CHECK(codes_told(in_solution("  publisher: Contoso\n")) == Texts{"RG0643"});
    CHECK(codes_told(in_solution("  shares: [{id: 22222222-3333-4444-5555-666666666666}]\n")) == Texts{"RG0643"});
    const auto elsewhere =
        load_repository({.manifest = "apiVersion: regent/v1\nkind: Connector\nmetadata: {name: orders}\nspec:\n"
                                     "  displayName: Orders\n  powerPlatformEnvironment: sales\n"
                                     "  solution: ContosoConnectors\n  openapi: api.json\n",
                         .environment = with_dataverse,
                         .files = {{"api.json", good_openapi()}}});
    CHECK(codes_told(elsewhere) == Texts{"RG0643"});
}

TEST_CASE("an entry of `dataverse` names a known environment once, and an organization's address",
          "[manifest][solution]") {
    const auto with = [](const std::string& entries) {
        return in_solution("", environment_with("  dataverse: [" + entries + "]\n"));
    };
    CHECK(tells(with("{environment: slaes, solution: A}"), "RG0644"));
    CHECK(tells(with("{environment: sales, solution: A}, {environment: sales, solution: B}"), "RG0644"));
    for (const auto* address : {"http://contoso.crm4.dynamics.com", "https://contoso.crm4.dynamics.com/main.aspx",
                                "contoso.crm4.dynamics.com", "https://u:p@contoso.crm4.dynamics.com"})
        CHECK(tells(with(std::string("{environment: sales, solution: A, url: \"") + address + "\"}"), "RG0644"));
    const auto good = with("{environment: sales, solution: A, url: \"https://contoso.crm4.dynamics.com/\"}");
    CHECK(codes_told(good).empty());
    CHECK(good.environment->dataverses[0].url == "https://contoso.crm4.dynamics.com");
}

TEST_CASE("a sign-in on this machine is for services on this machine", "[manifest][environment]") {
    const std::string local = "http://127.0.0.1:8801";
    const auto endpoints = [&](const std::string& more) {
        return in_solution("", environment_with("  dataverse: [{environment: sales, solution: ContosoConnectors}]\n"
                                                "  endpoints:\n    login: " +
                                                local + "\n    graph: " + local + "\n" + more));
    };
    const auto half = endpoints("    powerApps: " + local + "\n");
    CHECK(tells(half, "RG0466"));
    INFO(half.text);
    CHECK(half.text.find("`powerPlatform` is left at https://api.bap.microsoft.com") != std::string::npos);
    CHECK(half.text.find("add `powerPlatform: " + local + "`") != std::string::npos);
    CHECK(tells(endpoints("    powerPlatform: " + local + "\n"), "RG0466"));
    CHECK(codes_told(endpoints("    powerApps: " + local + "\n    powerPlatform: " + local + "\n")).empty());
}
