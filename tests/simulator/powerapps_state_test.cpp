#include "simulator/powerapps_stage.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;

TEST_CASE("a dump seeds another service to the same dump and the same answers", "[simulator][powerapps][state]") {
    PowerAppsStage first, second;
    first.switch_to({{"subjectDelaySeconds", 0}});
    const auto name = first.created(secret_connector("One"));
    const auto other = first.created(identity_connector("Two"));
    second.service->seed(first.service->dump());
    CHECK(json::diff(first.service->dump(), second.service->dump()) == json::array());
    auto mine = first.get(other).body["properties"], theirs = second.get(other).body["properties"];
    CHECK(oauth(mine) == oauth(theirs));
    CHECK(second.record(name)["_clientSecretSha256"] == sha256_hex("first-secret"));
    auto properties = secret_connector();
    properties.erase("displayName");
    oauth(properties).erase("clientSecret");
    CHECK(second.update(name, properties).status == 200);
}

TEST_CASE("a seed may leave out what the service makes up, and brings its environment with it",
          "[simulator][powerapps][state]") {
    PowerAppsStage stage;
    auto properties = secret_connector("Seeded");
    properties.erase("environment");
    properties.erase("openApiDefinition");
    stage.service->seed({{"connectors",
                          {{{"environment", "77777777-0000-0000-0000-000000000000"},
                            {"properties", properties},
                            {"openApiDefinition", definition()}}}}});
    const auto names = stage.custom_names("77777777-0000-0000-0000-000000000000");
    REQUIRE(names.size() == 1);
    const auto record = stage.record(names[0]);
    CHECK(record["_clientSecretSha256"] == sha256_hex("first-secret"));
    CHECK(record.dump().find("first-secret") == std::string::npos);
    CHECK(record["openApiDefinition"] == definition());
}

TEST_CASE("a seed that cannot be meant is refused with a sentence", "[simulator][powerapps][state]") {
    PowerAppsStage stage;
    const json seed =
        GENERATE(json{{"connector", json::array()}}, json{{"connectors", {{{"properties", {{"displayName", "x"}}}}}}},
                 json{{"connectors", {{{"environment", "e"}, {"properties", json::object()}}}}},
                 json{{"connectors",
                       {{{"name", "shared_x"}, {"environment", "e"}}, {{"name", "shared_x"}, {"environment", "f"}}}}});
    CHECK_THROWS_AS(stage.service->seed(seed), std::invalid_argument);
}

TEST_CASE("a change behind everybody's back follows no rule but moves changedTime", "[simulator][powerapps][state]") {
    PowerAppsStage stage;
    stage.switch_to({{"subjectDelaySeconds", 0}});
    const auto name = stage.created(identity_connector());
    const auto path =
        "/providers/Microsoft.PowerApps/apis/" + name + "?$filter=environment eq '" + default_environment + "'";
    const auto before = stage.record(name);

    SECTION("properties, the definition and the redirect URL are merged") {
        CHECK(stage.service->change(path, {{"patch",
                                            {{"properties", {{"displayName", "Renamed"}, {"description", nullptr}}},
                                             {"openApiDefinition", {{"host", "evil.example"}}}}}}));
        CHECK(stage.service->change(
            path, {{"patch",
                    {{"connectionParameters",
                      {{"token", {{"oAuthSettings", {{"redirectUrl", "https://evil.example/"}}}}}}}}}}));
        auto after = stage.record(name);
        CHECK(after["properties"]["displayName"] == "Renamed");
        CHECK(after["openApiDefinition"]["host"] == "evil.example");
        CHECK(after["openApiDefinition"]["paths"] == definition()["paths"]);
        CHECK(oauth(after["properties"])["redirectUrl"] == "https://evil.example/");
        CHECK(after["properties"]["modifiedBy"] != before["properties"]["modifiedBy"]);
        CHECK(after["properties"]["changedTime"] > before["properties"]["changedTime"]);
    }
    SECTION("the managed identity is another one") {
        CHECK(stage.service->change(path, {{"newManagedIdentity", true}}));
        auto old = before["properties"], renewed = stage.record(name)["properties"];
        CHECK(oauth(old)["properties"]["FederatedIdentityCredentials"]["Subject"] !=
              oauth(renewed)["properties"]["FederatedIdentityCredentials"]["Subject"]);
    }
    SECTION("a subject can be set, and stays over updates") {
        CHECK(stage.service->change(
            path, {{"patch",
                    {{"connectionParameters",
                      {{"token",
                        {{"oAuthSettings",
                          {{"properties", {{"FederatedIdentityCredentials", {{"Subject", "/another"}}}}}}}}}}}}}}));
        auto properties = identity_connector();
        properties.erase("displayName");
        CHECK(stage.update(name, properties).status == 200);
        auto read = stage.get(name).body["properties"];
        CHECK(oauth(read)["properties"]["FederatedIdentityCredentials"]["Subject"] == "/another");
    }
    SECTION("it is deleted, and put back") {
        CHECK(stage.service->change(path, {{"delete", true}}));
        CHECK(stage.get(name).status == 404);
        CHECK(!stage.service->change(path, {{"delete", true}}));
        CHECK(stage.service->change(path, {{"put", before}}));
        CHECK(stage.get(name).status == 200);
    }
}

TEST_CASE("a change elsewhere, or of nothing, is not taken for one", "[simulator][powerapps][state]") {
    PowerAppsStage stage;
    CHECK(!stage.service->change("/v1.0/applications/x", {{"delete", true}}));
    CHECK(!stage.service->change("/providers/Microsoft.PowerApps/apis/shared_x", {{"patch", json::object()}}));
    CHECK(!stage.service->change("/providers/Microsoft.PowerApps/scopes/x", {{"delete", true}}));
}

TEST_CASE("an environment can go away and come back", "[simulator][powerapps][state]") {
    PowerAppsStage stage;
    const auto path = "/providers/Microsoft.BusinessAppPlatform/environments/" + std::string(sales);
    CHECK(stage.service->change(path, {{"delete", true}}));
    CHECK(stage.call("GET", PowerAppsStage::apis({}, sales)).error() == "EnvironmentAccessDenied");
    CHECK(stage.service->change(path, {{"put", {{"displayName", "sales"}}}}));
    CHECK(stage.call("GET", PowerAppsStage::apis({}, sales)).status == 200);
}

TEST_CASE("a switch that does not exist, or a value that is none of its choices, changes nothing",
          "[simulator][powerapps][state]") {
    PowerAppsStage stage;
    const auto before = stage.service->switches();
    const json wrong =
        GENERATE(json{{"nonsense", 1}}, json{{"duplicateTitle", "maybe"}}, json{{"pageSize", 0}},
                 json{{"definitionBom", "yes"}}, json{{"pageSize", 7}, {"createStatus", 99}}, json::array());
    CHECK_THROWS_AS(stage.service->set_switches(wrong), std::invalid_argument);
    CHECK(stage.service->switches() == before);
}
