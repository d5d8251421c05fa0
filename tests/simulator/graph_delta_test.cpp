#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using regent::simulator::Options;
using namespace regent::simulator::test;
using nlohmann::json;

namespace {

std::string behind_version(const std::string& link) {
    return link.substr(link.find("/v1.0") + 5);
}

/// Follows a round to its end: what it says by id, and where the next one begins.
struct Round {
    std::map<std::string, json> items;
    std::size_t pages = 0;
    std::string next;
};

Round follow(GraphTenant& tenant, std::string target) {
    Round round;
    while (round.next.empty()) {
        const auto page = tenant.get(target);
        REQUIRE(page.status == 200);
        ++round.pages;
        for (const auto& item : page.json.at("value")) round.items.insert_or_assign(item.at("id"), item);
        REQUIRE(page.json.contains("@odata.nextLink") != page.json.contains("@odata.deltaLink"));
        if (page.json.contains("@odata.deltaLink")) round.next = behind_version(page.json["@odata.deltaLink"]);
        if (page.json.contains("@odata.nextLink")) target = behind_version(page.json["@odata.nextLink"]);
    }
    return round;
}

const char* const from_now_on = "/applications/delta?$deltatoken=latest";

}  // namespace

TEST_CASE("the first round of a delta query is everything, page by page, and the next one is empty",
          "[simulator][graph]") {
    Options options;
    options.seed_applications = 250;
    GraphTenant tenant(options);
    const auto first = follow(tenant, "/applications/delta?$select=displayName");
    CHECK(first.pages == 3);
    CHECK(first.items.size() == 251);  // and the client that signs in
    CHECK(first.items.begin()->second.size() == 2);
    const auto second = follow(tenant, first.next);
    CHECK(second.items.empty());
    CHECK(second.next != first.next);
}

TEST_CASE("a round says which properties have changed, and of a new object all of them", "[simulator][graph]") {
    GraphTenant tenant;
    const auto old = tenant.created({{"displayName", "old"}});
    auto round = follow(tenant, from_now_on);
    CHECK(round.items.empty());
    const auto fresh = tenant.created({{"displayName", "fresh"}});
    REQUIRE(tenant.patch(GraphTenant::at(old), {{"notes", "changed"}}).status == 204);
    round = follow(tenant, round.next);
    REQUIRE(round.items.size() == 2);
    const std::string id = old["id"];
    CHECK(round.items.at(id) == json{{"id", id}, {"notes", "changed"}});
    CHECK(round.items.at(fresh["id"]).at("displayName") == "fresh");
    CHECK(round.items.at(fresh["id"]).contains("web"));

    SECTION("only changes of selected properties count") {
        auto selective = follow(tenant, "/applications/delta?$deltatoken=latest&$select=displayName");
        REQUIRE(tenant.patch(GraphTenant::at(old), {{"notes", "again"}}).status == 204);
        selective = follow(tenant, selective.next);
        CHECK(selective.items.empty());
        REQUIRE(tenant.patch(GraphTenant::at(old), {{"displayName", "older"}}).status == 204);
        CHECK(follow(tenant, selective.next).items.at(id) == json{{"id", id}, {"displayName", "older"}});
    }
    SECTION("deleted is removed but restorable, purged is gone, restored is new") {
        REQUIRE(tenant.remove(GraphTenant::at(old)).status == 204);
        round = follow(tenant, round.next);
        CHECK(round.items.at(id).at("@removed").at("reason") == "changed");
        REQUIRE(tenant.post("/directory/deletedItems/" + id + "/restore", json::object()).status == 200);
        round = follow(tenant, round.next);
        CHECK(round.items.at(id).at("displayName") == "old");
        REQUIRE(tenant.remove(GraphTenant::at(old)).status == 204);
        REQUIRE(tenant.remove("/directory/deletedItems/" + id).status == 204);
        round = follow(tenant, round.next);
        CHECK(round.items.at(id).at("@removed").at("reason") == "deleted");
    }
}

TEST_CASE("federated credentials and owners are no change of an application", "[simulator][graph]") {
    GraphTenant tenant;
    const auto application = tenant.created({{"displayName", "portal"}});
    auto round = follow(tenant, from_now_on);
    REQUIRE(tenant
                .post(GraphTenant::at(application, "/federatedIdentityCredentials"),
                      {{"name", "main"},
                       {"issuer", "https://token.actions.githubusercontent.com"},
                       {"subject", "repo:contoso/portal:ref:refs/heads/main"},
                       {"audiences", {"api://AzureADTokenExchange"}}})
                .status == 201);
    round = follow(tenant, round.next);
    CHECK(round.items.empty());
    SECTION("a secret is one, or is not: a switch") {
        const bool reported = GENERATE(true, false);
        tenant.switches({{"deltaReportsCredentials", reported}});
        REQUIRE(tenant.post(GraphTenant::at(application, "/addPassword"), json::object()).status == 200);
        CHECK(follow(tenant, round.next).items.size() == (reported ? 1 : 0));
    }
}

TEST_CASE("service principals and grants have rounds of their own", "[simulator][graph]") {
    GraphTenant tenant;
    auto principals = follow(tenant, "/servicePrincipals/delta?$deltatoken=latest");
    auto grants = follow(tenant, "/oauth2PermissionGrants/delta?$deltatoken=latest");
    const auto application = tenant.created({{"displayName", "portal"}});
    const auto made = tenant.post("/servicePrincipals", {{"appId", application["appId"]}});
    REQUIRE(made.status == 201);
    principals = follow(tenant, principals.next);
    CHECK(principals.items.at(made.json["id"]).at("appId") == application["appId"]);
    CHECK(follow(tenant, grants.next).items.empty());
}

TEST_CASE("a token that is too old says so, in either of two ways", "[simulator][graph]") {
    GraphTenant tenant;
    const auto round = follow(tenant, from_now_on);
    SECTION("after seven days") {
        tenant.pass(7 * 24 * 3600 - 60);
        tenant.use_token(tenant.token());
        CHECK(tenant.get(round.next).status == 200);
        tenant.pass(120);
        const auto expired = tenant.get(round.next);
        CHECK(expired.status == 400);
        CHECK(expired.code() == "syncStateNotFound");
    }
    SECTION("as 410 with an address to begin anew") {
        tenant.switches({{"deltaExpiredStatus", 410}, {"deltaTokenLifetimeSeconds", 10}});
        tenant.pass(20);
        const auto expired = tenant.get(round.next);
        CHECK(expired.status == 410);
        CHECK(expired.code() == "resyncRequired");
    }
    SECTION("a token that is none is a bad request") {
        CHECK(tenant.get("/applications/delta?$deltatoken=nonsense").status == 400);
        CHECK(tenant.get("/servicePrincipals/delta" + round.next.substr(round.next.find('?'))).status == 400);
    }
    SECTION("the tenant was put back to its beginning") {
        tenant.control("POST", "reset");
        CHECK(tenant.get(round.next).code() == "syncStateNotFound");
    }
}

TEST_CASE("a late replica tells of a change late, and not twice", "[simulator][graph]") {
    GraphTenant tenant;
    const auto application = tenant.created({{"displayName", "portal"}});
    tenant.pass(60);
    auto round = follow(tenant, from_now_on);
    tenant.control("POST", "replicas", {{"lagSeconds", 30}});
    tenant.pass(31);
    REQUIRE(tenant.patch(GraphTenant::at(application), {{"notes", "changed"}}).status == 204);
    round = follow(tenant, round.next);
    CHECK(round.items.empty());
    tenant.pass(31);
    round = follow(tenant, round.next);
    CHECK(round.items.size() == 1);
    CHECK(follow(tenant, round.next).items.empty());
}

TEST_CASE("delta queries take no options but $select and a filter of ids", "[simulator][graph]") {
    GraphTenant tenant;
    const auto one = tenant.created({{"displayName", "one"}}), two = tenant.created({{"displayName", "two"}});
    for (const auto* option : {"$top=5", "$expand=owners", "$orderby=displayName", "$search=x", "$count=true"})
        CHECK(tenant.get(std::string("/applications/delta?") + option).status == 400);
    CHECK(tenant.get("/applications/delta?$filter=" + encoded("displayName eq 'one'")).status == 400);
    const auto filter = "id eq '" + one["id"].get<std::string>() + "'";
    const auto round = follow(tenant, "/applications/delta?$filter=" + encoded(filter));
    CHECK(round.items.size() == 1);
    CHECK(round.items.contains(one["id"]));
}
