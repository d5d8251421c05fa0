#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

TEST_CASE("settings come back as Graph keeps them: other order, other blanks, defaults filled in",
          "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"},
                                      {"groupMembershipClaims", "SecurityGroup,ApplicationGroup"},
                                      {"optionalClaims", {{"idToken", {{{"name", "email"}}, {{"name", "upn"}}}}}},
                                      {"info", {{"supportUrl", ""}}}});
    const auto shown = tenant.shown(made);
    CHECK(shown.at("groupMembershipClaims") == "ApplicationGroup, SecurityGroup");
    CHECK(shown.at("optionalClaims").at("idToken")[0] ==
          json{{"name", "upn"}, {"source", nullptr}, {"essential", false}, {"additionalProperties", json::array()}});
    CHECK(shown.at("optionalClaims").at("saml2Token") == json::array());
    CHECK(shown.at("info").at("supportUrl").is_null());
    CHECK_FALSE(shown.contains("authenticationBehaviors"));
}

TEST_CASE("whether lists come back in another order is a switch", "[simulator][graph][switches]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}, {"tags", {"first", "second"}}});
    CHECK(tenant.shown(made).at("tags") == json{"second", "first"});
    tenant.switches({{"listsKeepTheirOrder", true}});
    CHECK(tenant.shown(made).at("tags") == json{"first", "second"});
    const auto listed = tenant.filter("/applications", "displayName eq 'demo'");
    CHECK(listed.json.at("value")[0].at("tags") == json{"first", "second"});
}

TEST_CASE("settings that make no sense are refused", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}});
    const std::vector<json> refused{
        {{"groupMembershipClaims", "SecurityGroups"}},
        {{"info", {{"supportUrl", "www.contoso.example"}}}},
        {{"samlMetadataUrl", "portal"}},
        {{"nativeAuthenticationApisEnabled", "some"}},
        {{"parentalControlSettings", {{"countriesBlockedForMinors", {"kr"}}}}},
        {{"parentalControlSettings", {{"legalAgeGroupRule", "Never"}}}},
        {{"requestSignatureVerification", {{"isSignedRequestRequired", true}, {"allowedWeakAlgorithms", "md5"}}}},
        {{"requestSignatureVerification", {{"allowedWeakAlgorithms", "rsaSha1"}}}},
        {{"servicePrincipalLockConfiguration", {{"allProperties", true}}}},
        {{"optionalClaims", {{"idToken", {{{"source", "user"}}}}}}}};
    for (const auto& body : refused) {
        INFO(body.dump());
        CHECK(tenant.patch(GraphTenant::at(made), body).status == 400);
    }
}

TEST_CASE("whether groups of settings merge, and whether undocumented ones can be written, are switches",
          "[simulator][graph]") {
    GraphTenant tenant;
    const auto made =
        tenant.created({{"displayName", "demo"},
                        {"servicePrincipalLockConfiguration", {{"isEnabled", true}, {"allProperties", true}}}});
    const json change{{"servicePrincipalLockConfiguration", {{"isEnabled", false}}}};
    REQUIRE(tenant.patch(GraphTenant::at(made), change).status == 204);
    CHECK(tenant.shown(made)["servicePrincipalLockConfiguration"]["allProperties"] == true);
    tenant.switches({{"groupsMerge", false}});
    REQUIRE(tenant.patch(GraphTenant::at(made), change).status == 204);
    CHECK_FALSE(tenant.shown(made)["servicePrincipalLockConfiguration"].contains("allProperties"));

    REQUIRE(tenant.post("/servicePrincipals", {{"appId", made.at("appId")}}).status == 201);
    const auto principal = "/servicePrincipals(appId='" + made.at("appId").get<std::string>() + "')";
    REQUIRE(tenant.patch(principal, {{"samlSingleSignOnSettings", {{"relayState", "/start"}}}}).status == 204);
    REQUIRE(tenant.patch(principal, {{"samlSingleSignOnSettings", json::object()}}).status == 204);
    CHECK(tenant.get(principal).json.at("samlSingleSignOnSettings").at("relayState").is_null());

    CHECK(tenant.patch(GraphTenant::at(made), {{"isDisabled", true}}).status == 204);
    tenant.switches({{"undocumentedPropertiesRefused", true}});
    CHECK(tenant.patch(GraphTenant::at(made), {{"isDisabled", false}}).status == 400);
    CHECK(tenant.patch(GraphTenant::at(made), {{"notes", "x"}}).status == 204);
}

TEST_CASE("a client that may only write what it owns creates no application with mapped claims", "[simulator][graph]") {
    GraphTenant tenant;
    tenant.switches({{"builtInClientOwnsOnly", true}});
    const auto refused =
        tenant.post("/applications", {{"displayName", "demo"}, {"api", {{"acceptMappedClaims", true}}}});
    CHECK(refused.status == 403);
    const auto made = tenant.created({{"displayName", "demo"}});
    CHECK(tenant.patch(GraphTenant::at(made), {{"api", {{"acceptMappedClaims", true}}}}).status == 204);
    REQUIRE(tenant.remove(GraphTenant::at(made, "/owners/" + std::string(client_principal) + "/$ref")).status == 204);
    CHECK(tenant.patch(GraphTenant::at(made), {{"notes", "x"}}).status == 403);
}

TEST_CASE("an extension property is made once, and has the application's id in its name", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}});
    const json body{{"name", "costCenter"}, {"dataType", "String"}, {"targetObjects", {"User"}}};
    const auto answer = tenant.post(GraphTenant::at(made, "/extensionProperties"), body);
    REQUIRE(answer.status == 201);
    auto app_id = made.at("appId").get<std::string>();
    std::erase(app_id, '-');
    CHECK(answer.json.at("name") == "extension_" + app_id + "_costCenter");
    CHECK(tenant.post(GraphTenant::at(made, "/extensionProperties"), body).status == 400);
    for (const auto* member : {"name", "dataType", "targetObjects"}) {
        auto without = body;
        without.erase(member);
        CHECK(tenant.post(GraphTenant::at(made, "/extensionProperties"), without).status == 400);
    }
    const auto id = answer.json.at("id").get<std::string>();
    CHECK(tenant.remove(GraphTenant::at(made, "/extensionProperties/" + id)).status == 204);
    CHECK(tenant.get(GraphTenant::at(made, "/extensionProperties")).json.at("value") == json::array());
}
