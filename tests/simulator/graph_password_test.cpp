#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

struct PasswordStage {
    PasswordStage() { REQUIRE(tenant.post("/servicePrincipals", {{"appId", application.at("appId")}}).status == 201); }
    HttpReply add(const json& credential) {
        return tenant.post(GraphTenant::at(application, "/addPassword"), {{"passwordCredential", credential}});
    }
    HttpReply take_away(const json& key) {
        return tenant.post(GraphTenant::at(application, "/removePassword"), {{"keyId", key}});
    }
    int sign_in(const std::string& secret) {
        return tenant
            .sign_in("grant_type=client_credentials&client_id=" + application.at("appId").get<std::string>() +
                     "&client_secret=" + encoded(secret) + "&scope=" + encoded("https://graph.microsoft.com/.default"))
            .status;
    }

    GraphTenant tenant;
    json application = tenant.created({{"displayName", "demo"}});
};

}  // namespace

TEST_CASE("a secret is shown once, signs in, and is told from then on by its hint", "[simulator][graph]") {
    PasswordStage stage;
    const auto made = stage.add({{"displayName", "ci"}, {"endDateTime", "2099-03-01T00:00:00+02:00"}});
    REQUIRE(made.status == 200);
    const auto secret = made.json.at("secretText").get<std::string>();
    CHECK(secret.size() >= 16);
    CHECK(made.json.at("hint") == secret.substr(0, 3));
    CHECK(made.json.at("endDateTime") == "2099-02-28T22:00:00Z");
    CHECK(stage.sign_in(secret) == 200);
    const auto shown = stage.tenant.get(GraphTenant::at(stage.application));
    REQUIRE(shown.json.at("passwordCredentials").size() == 1);
    CHECK(shown.json["passwordCredentials"][0].at("secretText").is_null());
    CHECK(shown.json["passwordCredentials"][0].at("keyId") == made.json.at("keyId"));
    CHECK(shown.body.find(secret) == std::string::npos);
    CHECK(stage.tenant.simulator().state().find(secret) == std::string::npos);
    CHECK(stage.take_away(made.json.at("keyId")).status == 204);
    CHECK(stage.sign_in(secret) == 401);
}

TEST_CASE("a secret of the service principal signs in as well", "[simulator][graph]") {
    PasswordStage stage;
    const auto principal = "/servicePrincipals(appId='" + stage.application.at("appId").get<std::string>() + "')";
    const auto made = stage.tenant.post(principal + "/addPassword", {{"passwordCredential", {{"displayName", "ci"}}}});
    REQUIRE(made.status == 200);
    const auto secret = made.json.at("secretText").get<std::string>();
    CHECK(stage.sign_in(secret) == 200);
    const auto shown = stage.tenant.get(principal);
    REQUIRE(shown.json.at("passwordCredentials").size() == 1);
    CHECK(shown.json["passwordCredentials"][0].at("keyId") == made.json.at("keyId"));
    CHECK(shown.body.find(secret) == std::string::npos);
    CHECK(stage.tenant.simulator().state().find(secret) == std::string::npos);
    CHECK(stage.tenant.get(GraphTenant::at(stage.application)).json.at("passwordCredentials").empty());
    CHECK(stage.tenant.post(principal + "/removePassword", {{"keyId", made.json.at("keyId")}}).status == 204);
    CHECK(stage.sign_in(secret) == 401);
    CHECK(stage.tenant.post(principal + "/removePassword", {{"keyId", made.json.at("keyId")}}).status == 400);
}

TEST_CASE("a secret lasts two years unless something else is asked for", "[simulator][graph]") {
    PasswordStage stage;
    const auto made = stage.add({{"startDateTime", "2090-01-01T00:00:00Z"}});
    CHECK(made.json.at("endDateTime") == "2092-01-01T00:00:00Z");
    CHECK(made.json.at("displayName").is_null());
    CHECK(stage.add({{"startDateTime", "2090-01-01T00:00:00Z"}, {"endDateTime", "2089-01-01T00:00:00Z"}}).status ==
          400);
}

TEST_CASE("nobody chooses a secret, its key id or its hint", "[simulator][graph]") {
    PasswordStage stage;
    for (const auto& given : std::vector<json>{{{"secretText", "mine"}},
                                               {{"keyId", "99999999-9999-9999-9999-999999999999"}},
                                               {{"hint", "abc"}},
                                               {{"colour", "red"}},
                                               {{"endDateTime", "tomorrow"}}}) {
        INFO(given.dump());
        CHECK(stage.add(given).status == 400);
    }
    CHECK(
        stage.tenant.post(GraphTenant::at(stage.application, "/addPassword"), {{"displayName", "unwrapped"}}).status ==
        400);
    CHECK(stage.tenant.patch(GraphTenant::at(stage.application), {{"passwordCredentials", json::array()}}).status ==
          400);
}

TEST_CASE("secrets asked for by a create are shown in its answer", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made =
        tenant.created({{"displayName", "demo"}, {"passwordCredentials", {{{"displayName", "terraform"}}}}});
    CHECK_FALSE(made.at("passwordCredentials").at(0).at("secretText").is_null());
    CHECK(tenant.shown(made).at("passwordCredentials").at(0).at("secretText").is_null());
}

TEST_CASE("an unknown secret cannot be removed: a 400, or a 404", "[simulator][graph][switches]") {
    PasswordStage stage;
    for (const int status : {400, 404}) {
        stage.tenant.switches({{"absentPasswordStatus", status}});
        const auto reply = stage.take_away("99999999-9999-9999-9999-999999999999");
        CHECK(reply.status == status);
        CHECK(reply.message().find("No password credential found") == 0);
    }
}

TEST_CASE("sign-in learns of a secret late", "[simulator][graph][switches]") {
    PasswordStage stage;
    stage.tenant.switches({{"secretDelaySeconds", 30}});
    const auto secret = stage.add(json::object()).json.at("secretText").get<std::string>();
    CHECK(stage.sign_in(secret) == 401);
    stage.tenant.pass(31);
    CHECK(stage.sign_in(secret) == 200);
}

TEST_CASE("with personal accounts two secrets are all there can be", "[simulator][graph]") {
    PasswordStage stage;
    REQUIRE(stage.tenant
                .patch(GraphTenant::at(stage.application), {{"signInAudience", "AzureADandPersonalMicrosoftAccount"},
                                                            {"api", {{"requestedAccessTokenVersion", 2}}}})
                .status == 204);
    CHECK(stage.add(json::object()).status == 200);
    CHECK(stage.add(json::object()).status == 200);
    CHECK(stage.add(json::object()).status == 400);
}

TEST_CASE("a seed may leave out what Graph makes up of secrets and service principals", "[simulator][graph][state]") {
    GraphTenant tenant;
    tenant.control("POST", "state",
                   {{"graph",
                     {{"applications",
                       {{{"displayName", "Shop"},
                         {"appId", "aaaaaaaa-0000-4444-8888-abcdefabcdef"},
                         {"passwordCredentials", {{{"displayName", "boot"}}}}}}},
                      {"servicePrincipals", {{{"appId", "aaaaaaaa-0000-4444-8888-abcdefabcdef"}}}}}}});
    const auto application =
        json::parse(tenant.get("/applications(appId='aaaaaaaa-0000-4444-8888-abcdefabcdef')").body);
    const auto& secret = application["passwordCredentials"][0];
    CHECK(secret["keyId"].get<std::string>().size() == 36);
    CHECK(secret["endDateTime"].get<std::string>() > secret["startDateTime"].get<std::string>());
    const auto principal =
        json::parse(tenant.get("/servicePrincipals(appId='aaaaaaaa-0000-4444-8888-abcdefabcdef')").body);
    CHECK(principal["displayName"] == "Shop");
    CHECK(tenant.patch(GraphTenant::at(application), {{"notes", "seen"}}).status == 204);
}
