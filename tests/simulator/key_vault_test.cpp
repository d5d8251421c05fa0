#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

/// A vault, and somebody who is signed in to it.
struct VaultStage {
    std::string token_for(const std::string& resource) {
        const auto answer = tenant.sign_in("grant_type=client_credentials&client_id=" + std::string(client_id) +
                                           "&client_secret=simulator&scope=" + encoded(resource + "/.default"));
        REQUIRE(answer.status == 200);
        return answer.json.at("access_token");
    }
    HttpReply call(const std::string& method, const std::string& below, const json& body = nullptr) {
        Headers headers;
        if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
        if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
        return tenant.http().send(method, "/keyvault/contoso/secrets/" + below, headers,
                                  body.is_null() ? std::string{} : body.dump());
    }
    HttpReply set(const std::string& value) {
        return call("PUT", "arm?api-version=7.4", {{"value", value}, {"tags", {{"key", "k-" + value}}}});
    }

    GraphTenant tenant;
    std::string token = token_for("https://vault.azure.net");
};

}  // namespace

TEST_CASE("a vault keeps every version of a secret and lists them without their values", "[simulator][keyvault]") {
    VaultStage stage;
    const auto first = stage.set("first-value");
    REQUIRE(first.status == 200);
    CHECK(first.json.at("value") == "first-value");
    CHECK(first.json.at("attributes").at("enabled") == true);
    REQUIRE(stage.set("second-value").status == 200);
    const auto listed = stage.call("GET", "arm/versions?api-version=7.4");
    REQUIRE(listed.status == 200);
    CHECK(listed.json.at("value").size() == 2);
    CHECK(listed.body.find("-value") == listed.body.find("k-first-value") + 7);
    CHECK(stage.call("GET", "arm?api-version=7.4").json.at("value") == "second-value");
    CHECK(stage.tenant.simulator().state().find("\"second-value\"") == std::string::npos);
}

TEST_CASE("a list of versions goes on behind a link", "[simulator][keyvault]") {
    VaultStage stage;
    for (int i = 0; i < 5; ++i) REQUIRE(stage.set("v" + std::to_string(i)).status == 200);
    const auto page = stage.call("GET", "arm/versions?api-version=7.4&maxresults=3");
    REQUIRE(page.json.at("value").size() == 3);
    const auto link = page.json.at("nextLink").get<std::string>();
    const auto rest = stage.call("GET", link.substr(link.find("arm/versions")));
    CHECK(rest.json.at("value").size() == 2);
    CHECK(rest.json.at("nextLink").is_null());
    CHECK(stage.call("GET", "arm/versions?api-version=7.4&maxresults=26").status == 400);
}

TEST_CASE("a vault wants a token of its own, and tells where to get one", "[simulator][keyvault]") {
    VaultStage stage;
    stage.token = stage.token_for("https://graph.microsoft.com");
    const auto wrong = stage.set("x");
    CHECK(wrong.status == 401);
    CHECK(wrong.message().find("AKV10022") != std::string::npos);
    stage.token.clear();
    const auto none = stage.set("x");
    CHECK(none.status == 401);
    CHECK(none.header("WWW-Authenticate").value_or("").find("https://vault.azure.net") != std::string::npos);
}

TEST_CASE("a deleted secret keeps its name until somebody recovers or purges it", "[simulator][keyvault]") {
    VaultStage stage;
    REQUIRE(stage.set("x").status == 200);
    REQUIRE(stage.call("DELETE", "arm?api-version=7.4").status == 200);
    CHECK(stage.call("GET", "arm/versions?api-version=7.4").code() == "SecretNotFound");
    const auto again = stage.set("y");
    CHECK(again.status == 409);
    CHECK(again.json.at("error").at("innererror").at("code") == "ObjectIsDeletedButRecoverable");
}

TEST_CASE("a vault refuses what it does not know and what is not permitted", "[simulator][keyvault]") {
    VaultStage stage;
    CHECK(stage.call("PUT", "arm?api-version=7.4", {{"secret", "x"}}).status == 400);
    CHECK(stage.call("PUT", "arm?api-version=7.4", {{"value", "x"}, {"expires", 1}}).status == 400);
    CHECK(stage.call("PUT", "arm?api-version=7.4", {{"value", "x"}, {"tags", {{"n", 1}}}}).status == 400);
    CHECK(stage.call("PUT", "a_rm?api-version=7.4", {{"value", "x"}}).status == 400);
    CHECK(stage.call("PUT", "arm?api-version=1.0", {{"value", "x"}}).status == 400);
    CHECK(stage.call("PUT", "arm", {{"value", "x"}}).status == 400);
    stage.tenant.control("POST", "switches", {{"keyVault", {{"denied", {"set"}}}}});
    const auto denied = stage.set("x");
    CHECK(denied.status == 403);
    CHECK(denied.json.at("error").at("innererror").at("code") == "ForbiddenByRbac");
}

TEST_CASE("a policy of the tenant limits how long a new secret may live", "[simulator][graph]") {
    GraphTenant tenant;
    const auto application = tenant.created({{"displayName", "demo"}});
    const auto add = [&](const char* end) {
        return tenant.post(GraphTenant::at(application, "/addPassword"),
                           {{"passwordCredential", {{"displayName", "x"}, {"endDateTime", end}}}});
    };
    tenant.control(
        "POST", "change",
        {{"path", "/v1.0/policies/defaultAppManagementPolicy"},
         {"patch",
          {{"isEnabled", true},
           {"applicationRestrictions",
            {{"passwordCredentials",
              {{{"restrictionType", "passwordLifetime"}, {"state", "enabled"}, {"maxLifetime", "P30D"}}}}}}}}});
    CHECK(add("2099-01-01T00:00:00Z").code() == "CredentialInvalidLifetimeAsPerAppPolicy");
    CHECK(tenant.get("/policies/defaultAppManagementPolicy").json.at("isEnabled") == true);
    tenant.switches({{"policyRefusalStatus", 403}});
    CHECK(add("2099-01-01T00:00:00Z").status == 403);
}
