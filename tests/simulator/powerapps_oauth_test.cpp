#include "simulator/powerapps_names.hpp"
#include "simulator/powerapps_stage.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

json without_title(json properties) {
    properties.erase("displayName");
    return properties;
}

json federated(PowerAppsStage& stage, const std::string& name) {
    auto properties = stage.get(name).body.at("properties");
    return oauth(properties)["properties"]["FederatedIdentityCredentials"];
}

}  // namespace

TEST_CASE("the service chooses the redirect URL whatever is submitted", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = secret_connector();
    oauth(properties)["redirectMode"] = GENERATE("Global", "Direct", "GlobalPerConnector");
    oauth(properties)["redirectUrl"] = "https://attacker.example/";
    const auto name = stage.created(properties);
    auto read = stage.get(name).body["properties"];
    CHECK(oauth(read)["redirectMode"] == "GlobalPerConnector");
    CHECK(oauth(read)["redirectUrl"] ==
          "https://global.consent.azure-apim.net/redirect/" + std::string(bare_connector_name(name)));
}

TEST_CASE("a client secret is never answered, and its digest tells a test which one was given",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = secret_connector();
    oauth(properties)["clientSecret"] = "top-secret-text";
    const auto created = stage.create(properties);
    const std::string name = created.body["name"];
    CHECK(created.text.find("top-secret-text") == std::string::npos);
    CHECK(stage.get(name).text.find("top-secret-text") == std::string::npos);
    CHECK(stage.call("GET", PowerAppsStage::apis()).text.find("top-secret-text") == std::string::npos);
    CHECK(stage.service->dump().dump().find("top-secret-text") == std::string::npos);
    CHECK(stage.record(name)["_clientSecretSha256"] == sha256_hex("top-secret-text"));
    CHECK(stage.get(name).text.find(sha256_hex("top-secret-text")) == std::string::npos);
}

TEST_CASE("an Entra sign-in needs a client id, and a secret or a managed identity", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = secret_connector();
    SECTION("no secret") {
        oauth(properties).erase("clientSecret");
        CHECK_THAT(stage.create(properties).message(), Catch::Contains("clientSecret missing"));
    }
    SECTION("an empty secret") {
        oauth(properties)["clientSecret"] = "";
    }
    SECTION("no client id") {
        oauth(properties).erase("clientId");
    }
    SECTION("an assertion type nobody knows") {
        oauth(properties)["clientAssertionType"] = "Magic";
    }
    CHECK(stage.create(properties).status == 400);
}

TEST_CASE("whoever makes a connection may bring the client that is asked for", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = secret_connector();
    oauth(properties).erase("clientId");
    properties["connectionParameters"]["token:ClientId"] = {{"type", "string"}};
    CHECK(stage.create(properties).status == 400);  // a secret is some client's
    oauth(properties).erase("clientSecret");
    CHECK(stage.create(properties).status == 201);
    stage.switch_to({{"peopleBringClient", false}});
    properties["displayName"] = "Another one";
    CHECK_THAT(stage.create(properties).message(), Catch::Contains("client id is missing"));
}

TEST_CASE("the settings are found whatever the case of their key, and read back in the service's spelling",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = secret_connector();
    auto& token = properties["connectionParameters"]["token"];
    token = {{"type", "oAuthSetting"}, {"oauthSettings", token["oAuthSettings"]}};
    const auto name = stage.created(properties);
    auto read = stage.get(name).body["properties"];
    CHECK(oauth(read)["clientId"] == "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");
    CHECK(stage.record(name)["_clientSecretSha256"] == sha256_hex("first-secret"));
}

TEST_CASE("an update without a secret keeps the stored one, or drops it, as the switch says",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(secret_connector());
    auto properties = without_title(secret_connector());
    oauth(properties).erase("clientSecret");
    CHECK(stage.update(name, properties).status == 200);
    CHECK(stage.record(name)["_clientSecretSha256"] == sha256_hex("first-secret"));
    oauth(properties)["clientSecret"] = "second-secret";
    CHECK(stage.update(name, properties).status == 200);
    CHECK(stage.record(name)["_clientSecretSha256"] == sha256_hex("second-secret"));
    CHECK(stage.update(name, {{"description", "untouched"}}).status == 200);
    CHECK(stage.record(name)["_clientSecretSha256"] == sha256_hex("second-secret"));
    stage.switch_to({{"patchWithoutSecret", "drop"}});
    oauth(properties).erase("clientSecret");
    CHECK(stage.update(name, properties).status == 200);
    CHECK(!stage.record(name).contains("_clientSecretSha256"));
}

TEST_CASE("values of the OAuth block are normalised and defaults filled in", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = secret_connector();
    oauth(properties).erase("scopes");
    oauth(properties)["properties"]["IsFirstParty"] = false;
    oauth(properties)["customParameters"]["enableOnbehalfOfLogin"] = {{"value", "true"}};
    oauth(properties)["customParameters"].erase("loginUri");
    const auto name = stage.created(properties);
    auto read = stage.get(name).body["properties"];
    CHECK(oauth(read)["scopes"] == json::array());
    CHECK(oauth(read)["properties"]["IsFirstParty"] == "False");
    CHECK(oauth(read)["customParameters"]["loginUri"]["value"] == "https://login.microsoftonline.com");

    stage.switch_to({{"firstPartyWhenOnBehalfOf", true}, {"customParameterCasing", "pascal"}});
    CHECK(stage.update(name, without_title(properties)).status == 200);
    read = stage.get(name).body["properties"];
    CHECK(oauth(read)["properties"]["IsFirstParty"] == "True");
    CHECK(oauth(read)["customParameters"].contains("ResourceUri"));
    CHECK(!oauth(read)["customParameters"].contains("resourceUri"));
}

TEST_CASE("a managed identity gets its subject some time after the save and keeps it over updates",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = identity_connector();
    oauth(properties)["clientAssertionType"] =
        GENERATE("GenericFederatedIdentityCredential", "genericFederatedIdentityCredential");
    const auto name = stage.created(properties);
    CHECK(federated(stage, name)["Issuer"] == "https://login.microsoftonline.com/" + std::string(tenant) + "/v2.0");
    CHECK(federated(stage, name)["Audience"] == "api://AzureADTokenExchange");
    CHECK(federated(stage, name)["Subject"] == "");
    stage.clock.time += 2s;
    const std::string subject = federated(stage, name)["Subject"];
    CHECK_THAT(subject, Catch::StartsWith("/eid1/c/pub/t/"));
    oauth(properties)["properties"]["FederatedIdentityCredentials"]["Subject"] = "/of/my/own";
    CHECK(stage.update(name, without_title(properties)).status == 200);
    CHECK(federated(stage, name)["Subject"] == subject);
    CHECK(!stage.record(name).contains("_clientSecretSha256"));
}

TEST_CASE("each new connector has a managed identity of its own", "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.switch_to({{"subjectDelaySeconds", 0}});
    const auto first = stage.created(identity_connector("One")), second = stage.created(identity_connector("Two"));
    const std::string subject = federated(stage, first)["Subject"];
    CHECK(subject != federated(stage, second)["Subject"]);
    CHECK(stage.call("DELETE", PowerAppsStage::apis("/" + first)).status == 200);
    CHECK(stage.created(identity_connector("One")) == first);
    CHECK(federated(stage, first)["Subject"] != subject);
}

TEST_CASE("a managed identity wants a tenant's GUID, no secret, and the preview", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = identity_connector();
    auto& settings = oauth(properties);
    SECTION("common") {
        settings["customParameters"]["tenantId"]["value"] = "common";
    }
    SECTION("organizations") {
        settings["customParameters"]["tenantId"]["value"] = "organizations";
    }
    SECTION("no tenant") {
        settings["customParameters"].erase("tenantId");
    }
    SECTION("a secret beside it") {
        settings["clientSecret"] = "x";
    }
    SECTION("no preview in this tenant") {
        stage.switch_to({{"managedIdentityAvailable", false}});
    }
    CHECK(stage.create(properties).status == 400);
    CHECK(stage.custom_names().empty());
}

TEST_CASE("a connector moves from its secret to a managed identity, and back only with a secret",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.switch_to({{"subjectDelaySeconds", 0}});
    const auto name = stage.created(secret_connector());
    CHECK(stage.update(name, without_title(identity_connector())).status == 200);
    CHECK(!stage.record(name).contains("_clientSecretSha256"));
    const std::string subject = federated(stage, name)["Subject"];
    CHECK(!subject.empty());
    auto back = without_title(secret_connector());
    oauth(back).erase("clientSecret");
    CHECK(stage.update(name, back).status == 400);
    oauth(back)["clientSecret"] = "again";
    CHECK(stage.update(name, back).status == 200);
    CHECK(federated(stage, name).is_null());
    CHECK(stage.update(name, without_title(identity_connector())).status == 200);
    CHECK(federated(stage, name)["Subject"] == subject);
}

TEST_CASE("every OAuth block of a connector with several ways to sign in has its redirect URL and secret",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = plain_connector();
    auto block = secret_connector()["connectionParameters"];
    properties["connectionParameterSets"] = {
        {"uiDefinition", {{"displayName", "Authentication Type"}}},
        {"values",
         {{{"name", "aad-auth"}, {"parameters", block}},
          {{"name", "basic-auth"}, {"parameters", {{"username", {{"type", "string"}}}}}}}}};
    const auto name = stage.created(properties);
    auto sets = stage.get(name).body["properties"]["connectionParameterSets"];
    const auto& settings = sets["values"][0]["parameters"]["token"]["oAuthSettings"];
    CHECK(settings["redirectMode"] == "GlobalPerConnector");
    CHECK(!settings.contains("clientSecret"));
    CHECK(stage.record(name)["_clientSecretSha256"] == sha256_hex("first-secret"));
}
