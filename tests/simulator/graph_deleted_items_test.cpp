#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

std::string deleted(const json& application, const std::string& below = {}) {
    return "/directory/deletedItems/" + application.at("id").get<std::string>() + below;
}

}  // namespace

TEST_CASE("a deleted application is gone but kept, with its service principal, and comes back whole",
          "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}, {"identifierUris", {"api://demo"}}});
    REQUIRE(tenant
                .post(GraphTenant::at(made, "/federatedIdentityCredentials"),
                      {{"name", "main"}, {"issuer", "https://i.example"}, {"subject", "s"}, {"audiences", {"a"}}})
                .status == 201);
    const auto principal = tenant.post("/servicePrincipals", {{"appId", made.at("appId")}}).json;
    REQUIRE(tenant.remove(GraphTenant::at(made)).status == 204);
    CHECK(tenant.get(GraphTenant::at(made)).status == 404);
    CHECK(tenant.get("/servicePrincipals/" + principal.at("id").get<std::string>()).status == 404);
    CHECK(tenant.get("/directory/deletedItems").code() == "Request_UnsupportedQuery");
    const auto listed = tenant.filter("/directory/deletedItems/microsoft.graph.application",
                                      "appId eq '" + made.at("appId").get<std::string>() + "'");
    REQUIRE(listed.json.at("value").size() == 1);
    CHECK_FALSE(listed.json["value"][0].at("deletedDateTime").is_null());
    CHECK(tenant.get("/directory/deletedItems/microsoft.graph.servicePrincipal").json.at("value").size() == 1);
    CHECK(tenant.get("/directory/deletedItems/microsoft.graph.application?$orderby=displayName").status == 400);
    CHECK(tenant.post(deleted(principal, "/restore"), nullptr).status == 400);
    const auto back = tenant.post(deleted(made, "/restore"), nullptr);
    REQUIRE(back.status == 200);
    CHECK(back.json.at("@odata.type") == "#microsoft.graph.application");
    CHECK(back.json.at("appId") == made.at("appId"));
    CHECK(back.json.at("deletedDateTime").is_null());
    CHECK(tenant.get(GraphTenant::at(made, "/federatedIdentityCredentials")).json.at("value").size() == 1);
    const auto another = tenant.post("/servicePrincipals", {{"appId", made.at("appId")}}).json;
    const auto refused = tenant.post(deleted(principal, "/restore"), nullptr);
    CHECK(refused.status == 409);
    CHECK(refused.code() == "Request_MultipleObjectsWithSameKeyValue");
    REQUIRE(tenant.remove("/servicePrincipals/" + another.at("id").get<std::string>()).status == 204);
    CHECK(tenant.post(deleted(principal, "/restore"), nullptr).status == 200);
    CHECK(tenant.get(deleted(made)).status == 404);
}

TEST_CASE("what is purged never comes back", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}});
    REQUIRE(tenant.remove("/applications(appId='" + made.at("appId").get<std::string>() + "')").status == 204);
    REQUIRE(tenant.remove(deleted(made)).status == 204);
    CHECK(tenant.remove(deleted(made)).status == 404);
    CHECK(tenant.post(deleted(made, "/restore"), nullptr).status == 404);
}

TEST_CASE("a restore waits until nobody else holds its identifier URI", "[simulator][graph]") {
    GraphTenant tenant;
    const auto first = tenant.created({{"displayName", "first"}, {"identifierUris", {"api://shared"}}});
    REQUIRE(tenant.remove(GraphTenant::at(first)).status == 204);
    const auto second = tenant.created({{"displayName", "second"}, {"identifierUris", {"api://shared"}}});
    const auto refused = tenant.post(deleted(first, "/restore"), nullptr);
    CHECK(refused.status == 409);
    CHECK(refused.code() == "Request_MultipleObjectsWithSameKeyValue");
    REQUIRE(tenant.patch(GraphTenant::at(second), {{"identifierUris", json::array()}}).status == 204);
    CHECK(tenant.post(deleted(first, "/restore"), nullptr).status == 200);
}
