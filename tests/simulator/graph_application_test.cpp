#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

TEST_CASE("an application made of a name alone comes back with every default", "[simulator][graph]") {
    GraphTenant tenant;
    const auto reply = tenant.post("/applications", {{"displayName", "demo"}});
    REQUIRE(reply.status == 201);
    CHECK(reply.header("OData-Version") == "4.0");
    CHECK(reply.header("request-id"));
    CHECK(reply.header("Location").value_or("").find("/v2/") != std::string::npos);
    const auto& made = reply.json;
    CHECK(made.at("signInAudience") == "AzureADMyOrg");
    CHECK(made.at("identifierUris") == json::array());
    CHECK(made.at("uniqueName").is_null());
    CHECK(made.at("web").at("implicitGrantSettings") ==
          json({{"enableAccessTokenIssuance", false}, {"enableIdTokenIssuance", false}}));
    CHECK(made.at("parentalControlSettings").at("legalAgeGroupRule") == "Allow");
    CHECK(made.at("verifiedPublisher") ==
          json({{"displayName", nullptr}, {"verifiedPublisherId", nullptr}, {"addedDateTime", nullptr}}));
    for (const auto* hidden : {"owners", "federatedIdentityCredentials", "isDisabled", "managerApplications", "logo"})
        CHECK_FALSE(made.contains(hidden));
    SECTION("and its time to the tick only this once") {
        CHECK(made.at("createdDateTime").get<std::string>().size() ==
              std::string("2025-04-08T06:15:07.1234567Z").size());
        CHECK(tenant.shown(made).at("createdDateTime").get<std::string>().size() ==
              std::string("2025-04-08T06:15:07Z").size());
    }
    SECTION("by id, appId or uniqueName: what has none of them is a 404") {
        const auto app_id = made.at("appId").get<std::string>();
        CHECK(tenant.get("/applications(appId='" + app_id + "')").json.at("id") == made.at("id"));
        CHECK(tenant.get("/applications('" + made.at("id").get<std::string>() + "')").status == 200);
        const auto absent = tenant.get("/applications(uniqueName='nobody')");
        CHECK(absent.status == 404);
        CHECK(absent.code() == "Request_ResourceNotFound");
    }
    SECTION("a wrong verb is a 405, an unknown segment a 400") {
        CHECK(tenant.call("PUT", GraphTenant::at(made)).status == 405);
        CHECK(tenant.get(GraphTenant::at(made, "/nonsense")).code() == "BadRequest");
    }
}

TEST_CASE("an upsert by uniqueName creates once and updates from then on", "[simulator][graph]") {
    GraphTenant tenant;
    const std::string target = "/applications(uniqueName='regent.demo')";
    CHECK(tenant.patch(target, {{"displayName", "demo"}}).status == 404);
    CHECK(tenant.upsert(target, {{"notes", "no name"}}).status == 400);
    CHECK(tenant.upsert(target, {{"displayName", "demo"}, {"uniqueName", "another"}}).status == 400);
    const auto created = tenant.upsert(target, {{"displayName", "demo"}});
    REQUIRE(created.status == 201);
    CHECK(created.json.at("uniqueName") == "regent.demo");
    const auto updated = tenant.upsert(target, {{"displayName", "demo 2"}});
    CHECK(updated.status == 204);
    CHECK(updated.body.empty());
    CHECK(tenant.shown(created.json).at("displayName") == "demo 2");
}

TEST_CASE("a uniqueName belongs to one application, living or soft-deleted, and never changes", "[simulator][graph]") {
    GraphTenant tenant;
    const auto first = tenant.created({{"displayName", "first"}, {"uniqueName", "taken"}});
    const auto second = tenant.created({{"displayName", "second"}});
    const auto is_conflict = [](const HttpReply& reply) {
        CHECK(reply.status == 400);
        CHECK(reply.code() == "Request_BadRequest");
        CHECK(reply.message() == "Another object with the same value for property uniqueName already exists.");
        CHECK(reply.json.at("error").at("details").at(0).at("target") == "uniqueName");
    };
    is_conflict(tenant.post("/applications", {{"displayName", "third"}, {"uniqueName", "taken"}}));
    is_conflict(tenant.patch(GraphTenant::at(second), {{"uniqueName", "taken"}}));
    CHECK(tenant.patch(GraphTenant::at(second), {{"uniqueName", "its-own"}}).status == 204);
    CHECK(tenant.patch(GraphTenant::at(second), {{"uniqueName", "its-own"}}).status == 204);
    CHECK(tenant.patch(GraphTenant::at(second), {{"uniqueName", "renamed"}}).status == 400);
    CHECK(tenant.patch(GraphTenant::at(second), {{"uniqueName", nullptr}}).status == 400);
    REQUIRE(tenant.remove(GraphTenant::at(first)).status == 204);
    is_conflict(tenant.upsert("/applications(uniqueName='taken')", {{"displayName", "heir"}}));
    REQUIRE(tenant.remove("/directory/deletedItems/" + first.at("id").get<std::string>()).status == 204);
    CHECK(tenant.upsert("/applications(uniqueName='taken')", {{"displayName", "heir"}}).status == 201);
}

TEST_CASE("a PATCH merges complex members, replaces collections, and clears with null", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created(
        {{"displayName", "demo"},
         {"notes", "old"},
         {"tags", {"a", "b"}},
         {"web",
          {{"homePageUrl", "https://home.example"}, {"redirectUris", {"https://a.example/", "https://b.example/"}}}}});
    REQUIRE(tenant.patch(GraphTenant::at(made), {{"web", {{"redirectUris", {"https://c.example/"}}}}}).status == 204);
    auto now = tenant.shown(made);
    CHECK(now.at("web").at("redirectUris") == json{"https://c.example/"});
    CHECK(now.at("web").at("homePageUrl") == "https://home.example");
    CHECK(now.at("notes") == "old");
    REQUIRE(tenant.patch(GraphTenant::at(made), {{"tags", json::array()}, {"notes", nullptr}}).status == 204);
    now = tenant.shown(made);
    CHECK(now.at("tags") == json::array());
    CHECK(now.at("notes").is_null());
    SECTION("all of it or nothing") {
        CHECK(tenant.patch(GraphTenant::at(made), {{"notes", "new"}, {"signInAudience", "Everybody"}}).status == 400);
        CHECK(tenant.shown(made).at("notes").is_null());
    }
    SECTION("redirectUriSettings are not to be echoed with redirectUris") {
        const auto echo = tenant.patch(GraphTenant::at(made), {{"web", now.at("web")}});
        CHECK(echo.status == 400);
        CHECK(echo.message() == "Invalid value specified for property 'web' of resource 'Application'.");
    }
    SECTION("whether a home page can be cleared is a switch") {
        tenant.switches({{"clearHomePageRefused", true}});
        CHECK(tenant.patch(GraphTenant::at(made), {{"web", {{"homePageUrl", nullptr}}}}).status == 400);
        tenant.switches({{"clearHomePageRefused", false}});
        CHECK(tenant.patch(GraphTenant::at(made), {{"web", {{"homePageUrl", ""}}}}).status == 204);
        CHECK(tenant.shown(made).at("web").at("homePageUrl").is_null());
    }
}

TEST_CASE("what the metadata does not know, and what has another type, is refused", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}});
    const std::vector<json> wrong{
        {{"colour", "red"}},
        {{"displayName", 7}},
        {{"displayName", nullptr}},
        {{"displayName", std::string(121, 'x')}},
        {{"tags", "one"}},
        {{"tags", nullptr}},
        {{"tags", {"two words"}}},
        {{"tags", {"twice", "twice"}}},
        {{"isFallbackPublicClient", "true"}},
        {{"web", {{"redirectUri", "https://a.example"}}}},
        {{"web", json::array()}},
        {{"web", {{"logoutUrl", "http://a.example/out"}}}},
        {{"api", {{"requestedAccessTokenVersion", 3}}}},
        {{"api", {{"requestedAccessTokenVersion", "2"}}}},
        {{"signInAudience", "AzureADMyOrganisation"}},
        {{"description", std::string(1025, 'x')}},
        {{"groupMembershipClaims", "SecurityGroups"}},
        {{"requiredResourceAccess", {{{"resourceAppId", "graph"}, {"resourceAccess", json::array()}}}}},
        {{"createdDateTime", "2020-01-01T00:00:00Z"}},
        {{"publisherDomain", "elsewhere.example"}},
        {{"appId", "99999999-9999-9999-9999-999999999999"}},
        {{"info", {{"logoUrl", "https://logo.example/x.png"}}}}};
    for (const auto& body : wrong) {
        INFO(body.dump());
        const auto reply = tenant.patch(GraphTenant::at(made), body);
        CHECK(reply.status == 400);
        CHECK(reply.code() == "Request_BadRequest");
    }
    std::string name;  // characters are counted, not bytes
    for (int i = 0; i < 120; ++i) name += "\xe6\x97\xa5";
    CHECK(tenant.patch(GraphTenant::at(made), {{"displayName", name}}).status == 204);
    CHECK(tenant.patch(GraphTenant::at(made), {{"displayName", name + "x"}}).status == 400);
    CHECK(tenant.patch(GraphTenant::at(made), {{"id", made.at("id")}, {"notes", "Terraform repeats the id"}}).status ==
          204);
    CHECK(tenant.http()
              .send("PATCH", "/v1.0" + GraphTenant::at(made),
                    {{"Authorization", "Bearer " + tenant.bearer()}, {"Content-Type", "text/plain"}}, "{}")
              .status == 415);
    CHECK(tenant.call("PATCH", GraphTenant::at(made)).message() == "Empty Payload. JSON content expected.");
}

TEST_CASE("what is read back differs from what was sent as it does in Graph", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created(
        {{"displayName", "demo"},
         {"description", ""},
         {"identifierUris", {"api://a", "api://b"}},
         {"optionalClaims", {{"idToken", {{{"name", "email"}}}}}},
         {"requiredResourceAccess",
          {{{"resourceAppId", "00000003-0000-0000-C000-000000000000"},
            {"resourceAccess", {{{"id", "E1FE6DD8-BA31-4D61-89E7-88639DA4683D"}, {"type", "Scope"}}}}}}},
         {"web", {{"redirectUris", {"https://a.example/", "https://b.example/", "https://c.example/"}}}}});
    const auto now = tenant.shown(made);
    CHECK(now.at("description").is_null());
    CHECK(now.at("identifierUris") == json({"api://b", "api://a"}));
    CHECK(now.at("web").at("redirectUris") == json({"https://c.example/", "https://b.example/", "https://a.example/"}));
    CHECK(now.at("web").at("redirectUriSettings").at(0) == json({{"uri", "https://c.example/"}, {"index", nullptr}}));
    CHECK(
        now.at("optionalClaims").at("idToken").at(0) ==
        json({{"name", "email"}, {"source", nullptr}, {"essential", false}, {"additionalProperties", json::array()}}));
    CHECK(now.at("optionalClaims").at("saml2Token") == json::array());
    const auto& access = now.at("requiredResourceAccess").at(0);
    CHECK(access.at("resourceAppId") == graph_app_id);
    CHECK(access.at("resourceAccess").at(0).at("id") == "e1fe6dd8-ba31-4d61-89e7-88639da4683d");
}

TEST_CASE("whoever makes an application owns it, and with OwnedBy may write nothing else", "[simulator][graph]") {
    GraphTenant tenant;
    const auto foreign = tenant.created({{"displayName", "foreign"}});
    const auto owners = tenant.get(GraphTenant::at(foreign, "/owners"));
    REQUIRE(owners.json.at("value").size() == 1);
    CHECK(owners.json["value"][0].at("id") == client_principal);
    const json link{
        {"@odata.id", std::string("https://graph.microsoft.com/v1.0/directoryObjects/") + client_principal}};
    const auto again = tenant.post(GraphTenant::at(foreign, "/owners/$ref"), link);
    CHECK(again.status == 400);
    CHECK(again.message().find("One or more added object references already exist") == 0);

    const auto worker = tenant.created({{"displayName", "worker"}});
    const auto principal = tenant.post("/servicePrincipals", {{"appId", worker.at("appId")}});
    REQUIRE(principal.status == 201);
    const auto graph = tenant.get(std::string("/servicePrincipals(appId='") + graph_app_id + "')").json;
    REQUIRE(tenant
                .post("/servicePrincipals/" + principal.json.at("id").get<std::string>() + "/appRoleAssignments",
                      {{"principalId", principal.json.at("id")},
                       {"resourceId", graph.at("id")},
                       {"appRoleId", "18a4783c-866b-4cc7-a460-3d5e5662c884"}})
                .status == 201);
    const auto secret = tenant.post(GraphTenant::at(worker, "/addPassword"), json::object()).json;
    tenant.use_token(tenant.token(worker.at("appId"), secret.at("secretText")));
    CHECK(tenant.patch(GraphTenant::at(foreign), {{"notes", "mine now"}}).code() == "Authorization_RequestDenied");
    CHECK(tenant.get(GraphTenant::at(foreign)).status == 200);
    const auto own = tenant.created({{"displayName", "own"}});
    CHECK(tenant.patch(GraphTenant::at(own), {{"notes", "mine"}}).status == 204);
    tenant.use_token("");
    CHECK(tenant.get(GraphTenant::at(own)).code() == "InvalidAuthenticationToken");
}

TEST_CASE("an id that is no GUID is a 400 or a 404", "[simulator][graph][switches]") {
    GraphTenant tenant;
    for (const auto* target :
         {"/applications/no-guid", "/servicePrincipals/no-guid", "/directory/deletedItems/no-guid"}) {
        INFO(target);
        tenant.switches({{"malformedIdStatus", 400}});
        CHECK(tenant.get(target).message() == "Invalid object identifier 'no-guid'.");
        tenant.switches({{"malformedIdStatus", 404}});
        CHECK(tenant.get(target).code() == "Request_ResourceNotFound");
    }
}

TEST_CASE("a switch takes only the values it has", "[simulator][graph][switches]") {
    GraphTenant tenant;
    for (const auto& wrong : std::vector<json>{{{"malformedIdStatus", 500}},
                                               {{"replicaLagSeconds", -1}},
                                               {{"pageTokensExpire", 1}},
                                               {{"entitlementErrorCode", ""}},
                                               {{"noSuchSwitch", true}}}) {
        INFO(wrong.dump());
        CHECK_THROWS(tenant.switches(wrong));
    }
    CHECK(tenant.control("GET", "switches").at("graph").at("malformedIdStatus") == 400);
}

TEST_CASE("a late replica shows what was", "[simulator][graph][switches]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "before"}});
    tenant.pass(20);
    REQUIRE(tenant.patch(GraphTenant::at(made), {{"displayName", "after"}}).status == 204);
    tenant.switches({{"replicaLagSeconds", 10}});
    CHECK(tenant.shown(made).at("displayName") == "before");
    const auto young = tenant.created({{"displayName", "young"}});
    CHECK(tenant.get(GraphTenant::at(young)).status == 404);
    tenant.pass(11);
    CHECK(tenant.shown(made).at("displayName") == "after");
    CHECK(tenant.get(GraphTenant::at(young)).status == 200);
}
