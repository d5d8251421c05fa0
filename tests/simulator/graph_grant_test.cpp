// Service principals, consent and app role assignments as Graph takes and refuses them.
// https://learn.microsoft.com/graph/api/resources/serviceprincipal

#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

constexpr const char* reader_role = "aaaaaaaa-0000-4000-8000-000000000011";
constexpr const char* disabled_role = "aaaaaaaa-0000-4000-8000-000000000012";
constexpr const char* default_access = "00000000-0000-0000-0000-000000000000";
constexpr const char* small_client = "66666666-0000-4000-8000-000000000002";
constexpr const char* small_principal = "66666666-0000-4000-8000-000000000004";

json role(const char* id, const char* value, bool enabled) {
    return {{"id", id},       {"isEnabled", enabled}, {"allowedMemberTypes", {"Application", "User"}},
            {"value", value}, {"displayName", value}, {"description", value}};
}

struct GrantStage {
    json principal_of(const std::string& app_id) {
        return tenant.get("/servicePrincipals(appId='" + app_id + "')").json;
    }
    json with_principal(const json& application) {
        return tenant.post("/servicePrincipals", {{"appId", application["appId"]}}).json;
    }
    json grant(const std::string& scope, const json& more = json::object()) {
        json body{{"clientId", client["id"]},
                  {"consentType", "AllPrincipals"},
                  {"principalId", nullptr},
                  {"resourceId", graph["id"]},
                  {"scope", scope}};
        body.update(more);
        return body;
    }
    json assignment(const json& principal, const char* role_id) {
        return {{"principalId", principal["id"]}, {"resourceId", api["id"]}, {"appRoleId", role_id}};
    }
    /// A client that holds `role` of Microsoft Graph, from now on the one that calls.
    void sign_in_with(const std::vector<std::string>& roles) {
        json held = json::array();
        for (const auto& name : roles) {
            for (const auto& published : graph["appRoles"]) {
                if (published["value"] == name)
                    held.push_back({{"id", "held-" + name},
                                    {"principalId", small_principal},
                                    {"principalType", "ServicePrincipal"},
                                    {"resourceId", graph["id"]},
                                    {"appRoleId", published["id"]}});
            }
        }
        const json own{
            {"id", "66666666-0000-4000-8000-000000000001"}, {"appId", small_client}, {"displayName", "small"}};
        tenant.control(
            "POST", "state",
            {{"graph",
              {{"applications", {own}},
               {"servicePrincipals", {{{"id", small_principal}, {"appId", small_client}, {"displayName", "small"}}}},
               {"appRoleAssignments", held}}}});
        const auto secret =
            tenant.post("/applications/66666666-0000-4000-8000-000000000001/addPassword", json::object())
                .json["secretText"]
                .get<std::string>();
        tenant.use_token(tenant.token(small_client, secret));
    }

    GraphTenant tenant;
    json client = with_principal(tenant.created({{"displayName", "client"}}));
    json api = with_principal(tenant.created(
        {{"displayName", "api"},
         {"appRoles", {role(reader_role, "Orders.Read", true), role(disabled_role, "Orders.Old", false)}}}));
    json graph = principal_of(graph_app_id);
};

}  // namespace

TEST_CASE("consent is one grant for a client and an API; scopes change, nothing else does") {
    GrantStage stage;
    const auto made = stage.tenant.post("/oauth2PermissionGrants", stage.grant("User.Read openid"));
    REQUIRE(made.status == 201);
    const auto again = stage.tenant.post("/oauth2PermissionGrants", stage.grant("Mail.Read"));
    CHECK(again.status == 409);
    CHECK(again.code() == "Request_MultipleObjectsWithSameKeyValue");
    const auto at = "/oauth2PermissionGrants/" + made.json["id"].get<std::string>();
    CHECK(stage.tenant.patch(at, {{"scope", "openid"}}).status == 204);
    CHECK(stage.tenant.get(at).json["scope"] == "openid");
    const auto refused = stage.tenant.patch(at, {{"consentType", "Principal"}});
    CHECK(refused.status == 400);
    CHECK(refused.message() == "Property cannot be updated: consentType");
    CHECK(stage.tenant.patch(at, {{"scope", ""}}).status == 400);
    CHECK(stage.tenant.remove(at).status == 204);
    CHECK(stage.tenant.get(at).status == 404);
}

TEST_CASE("a grant to or of nobody, of nothing, or of too much is refused") {
    GrantStage stage;
    const json nobody{{"clientId", "dddddddd-0000-4000-8000-000000000001"}};
    const auto refused = stage.tenant.post("/oauth2PermissionGrants", stage.grant("openid", nobody));
    CHECK(refused.status == 400);
    CHECK(refused.message().find("reference-property objects are not present") != std::string::npos);
    CHECK(stage.tenant.post("/oauth2PermissionGrants", stage.grant(" ")).status == 400);
    CHECK(stage.tenant.post("/oauth2PermissionGrants", stage.grant(std::string(3851, 'x'))).status == 400);
    CHECK(stage.tenant.post("/oauth2PermissionGrants", stage.grant("openid", {{"consentType", "Everybody"}})).status ==
          400);
    CHECK(stage.tenant.post("/oauth2PermissionGrants", stage.grant("openid", {{"consentType", "Principal"}})).status ==
          400);
}

TEST_CASE("a role is given once, is taken away, and must be there and enabled") {
    GrantStage stage;
    const auto at = "/servicePrincipals/" + stage.api["id"].get<std::string>() + "/appRoleAssignedTo";
    const auto given = stage.tenant.post(at, stage.assignment(stage.client, reader_role));
    REQUIRE(given.status == 201);
    CHECK(given.json["principalType"] == "ServicePrincipal");
    CHECK(stage.tenant.post(at, stage.assignment(stage.client, reader_role)).status == 400);
    CHECK(stage.tenant.post(at, stage.assignment(stage.client, default_access)).status == 201);
    const auto disabled = stage.tenant.post(at, stage.assignment(stage.client, disabled_role));
    CHECK(disabled.status == 400);
    CHECK(disabled.message().find("was not found on application") != std::string::npos);
    const json nobody{{"id", "dddddddd-0000-4000-8000-000000000001"}};
    CHECK(stage.tenant.post(at, stage.assignment(nobody, reader_role)).message() == "Not a valid reference update.");
    const auto held = "/servicePrincipals/" + stage.client["id"].get<std::string>() + "/appRoleAssignments";
    CHECK(stage.tenant.get(held).json["value"].size() == 2);
    CHECK(stage.tenant.remove(held + "/" + given.json["id"].get<std::string>()).status == 204);
    CHECK(stage.tenant.get(at).json["value"].size() == 1);
}

TEST_CASE("users and groups hold roles, too") {
    GrantStage stage;
    stage.tenant.control(
        "POST", "state",
        {{"graph", {{"groups", {{{"id", "eeeeeeee-0000-4000-8000-000000000001"}, {"displayName", "Readers"}}}}}}});
    const auto at = "/servicePrincipals/" + stage.api["id"].get<std::string>() + "/appRoleAssignedTo";
    const json group{{"id", "eeeeeeee-0000-4000-8000-000000000001"}};
    const auto given = stage.tenant.post(at, stage.assignment(group, reader_role));
    REQUIRE(given.status == 201);
    CHECK(given.json["principalType"] == "Group");
    CHECK(given.json["principalDisplayName"] == "Readers");
}

TEST_CASE("a service principal's own properties are written; what it copies from its application is not") {
    GrantStage stage;
    const auto at = "/servicePrincipals/" + stage.api["id"].get<std::string>();
    const json own{{"accountEnabled", false},    {"appRoleAssignmentRequired", true},
                   {"notes", "Owner: platform"}, {"loginUrl", "https://orders.contoso.example"},
                   {"tags", {"HideApp"}},        {"notificationEmailAddresses", {"platform@contoso.example"}}};
    CHECK(stage.tenant.patch(at, own).status == 204);
    const auto shown = stage.tenant.get(at).json;
    for (const auto& [name, value] : own.items()) CHECK(shown[name] == value);
    CHECK(stage.tenant.patch(at, {{"appRoles", json::array()}}).status == 400);
    CHECK(stage.tenant.patch(at, {{"notes", std::string(1025, 'x')}}).status == 400);
}

TEST_CASE("Application.ReadWrite.OwnedBy reads everything of applications, and writes what is its own") {
    GrantStage stage;
    stage.sign_in_with({"Application.ReadWrite.OwnedBy"});
    const auto foreign = "/servicePrincipals/" + stage.api["id"].get<std::string>();
    CHECK(stage.tenant.get(foreign).status == 200);
    CHECK(stage.tenant.get(foreign + "/appRoleAssignedTo").status == 200);
    CHECK(stage.tenant.patch(foreign, {{"notes", "mine now"}}).status == 403);
    CHECK(stage.tenant
              .patch("/applications(appId='" + stage.api["appId"].get<std::string>() + "')", {{"notes", "mine now"}})
              .status == 403);
    const auto own = stage.with_principal(stage.tenant.created({{"displayName", "own"}}));
    CHECK(stage.tenant.patch("/servicePrincipals/" + own["id"].get<std::string>(), {{"notes", "mine"}}).status == 204);
}

TEST_CASE("grants need permissions of their own, to be read and to be written") {
    GrantStage stage;
    const auto roles = "/servicePrincipals/" + stage.api["id"].get<std::string>() + "/appRoleAssignedTo";
    SECTION("Application.ReadWrite.OwnedBy does for neither") {
        stage.sign_in_with({"Application.ReadWrite.OwnedBy"});
        CHECK(stage.tenant.get("/oauth2PermissionGrants").status == 403);
        CHECK(stage.tenant.post("/oauth2PermissionGrants", stage.grant("openid")).status == 403);
        CHECK(stage.tenant.post(roles, stage.assignment(stage.client, reader_role)).status == 403);
    }
    SECTION("Application.ReadWrite.All does for neither") {
        stage.sign_in_with({"Application.ReadWrite.All"});
        CHECK(stage.tenant.post("/oauth2PermissionGrants", stage.grant("openid")).status == 403);
        CHECK(stage.tenant.post(roles, stage.assignment(stage.client, reader_role)).status == 403);
    }
    SECTION("each has its own") {
        stage.sign_in_with({"DelegatedPermissionGrant.ReadWrite.All"});
        CHECK(stage.tenant.post("/oauth2PermissionGrants", stage.grant("openid")).status == 201);
        CHECK(stage.tenant.get("/oauth2PermissionGrants").status == 200);
        CHECK(stage.tenant.post(roles, stage.assignment(stage.client, reader_role)).status == 403);
    }
    SECTION("assigning needs applications to be readable as well") {
        stage.sign_in_with({"AppRoleAssignment.ReadWrite.All"});
        CHECK(stage.tenant.post(roles, stage.assignment(stage.client, reader_role)).status == 403);
    }
    SECTION("with both it is done") {
        stage.sign_in_with({"AppRoleAssignment.ReadWrite.All", "Application.Read.All"});
        CHECK(stage.tenant.post(roles, stage.assignment(stage.client, reader_role)).status == 201);
    }
}
