#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

using regent::simulator::Options;
using namespace regent::simulator::test;
using nlohmann::json;

namespace {

const Headers eventual{{"ConsistencyLevel", "eventual"}};

std::string after_version(const std::string& link) {
    return link.substr(link.find("/v1.0") + 5);
}

}  // namespace

TEST_CASE("a list comes in pages of 100, of at most 999 on demand, each object once", "[simulator][graph]") {
    Options options;
    options.seed_applications = 250;
    GraphTenant tenant(options);
    auto page = tenant.get("/applications?$select=id,displayName");
    REQUIRE(page.json.at("value").size() == 100);
    CHECK(page.json["value"][0].size() == 2);
    std::set<std::string> ids;
    std::size_t pages = 0;
    while (true) {
        ++pages;
        for (const auto& one : page.json.at("value")) CHECK(ids.insert(one.at("id")).second);
        if (!page.json.contains("@odata.nextLink")) break;
        page = tenant.get(after_version(page.json["@odata.nextLink"]));
        REQUIRE(page.status == 200);
    }
    CHECK(pages == 3);
    CHECK(ids.size() == 251);  // and the client that signs in
    CHECK(tenant.get("/applications?$top=999").json.at("value").size() == 251);
    CHECK(tenant.get("/applications?$top=1000").status == 400);
    CHECK(tenant.get("/applications?$top=0").status == 400);
    CHECK(tenant.get("/applications?$skip=5").status == 400);
    SECTION("pages with $expand stay at 100 whatever $top says") {
        const auto expanded = tenant.get("/applications?$top=999&$expand=owners($select=id)");
        CHECK(expanded.json.at("value").size() == 100);
        CHECK(expanded.json.contains("@odata.nextLink"));
    }
    SECTION("a page token can be too old") {
        const auto first = tenant.get("/applications?$top=5");
        tenant.switches({{"pageTokensExpire", true}});
        CHECK(tenant.get(after_version(first.json.at("@odata.nextLink"))).code() == "Directory_ExpiredPageToken");
        CHECK(tenant.get("/applications?$top=5").status == 200);
    }
    SECTION("service principals page alike, with what they mirror") {
        const auto principals = tenant.get("/servicePrincipals?$top=999&$select=appId,servicePrincipalNames");
        CHECK(principals.json.at("value").size() > 250);
        CHECK(principals.json["value"].back().at("servicePrincipalNames").size() == 2);
    }
}

TEST_CASE("a list with a filter pages through what matches, each object once, counted or in order",
          "[simulator][graph]") {
    GraphTenant tenant;
    for (int i = 0; i < 24; ++i)
        tenant.created({{"displayName", (i % 3 == 0 ? "wanted " : "other ") + std::to_string(i)}});
    const std::string filter = "/applications?$top=3&$filter=" + encoded("startsWith(displayName,'wanted')");
    for (const std::string more : {"", "&$count=true", "&$count=true&$orderby=displayName"}) {
        INFO(more);
        auto page = tenant.get(filter + more, eventual);
        if (!more.empty()) CHECK(page.json.at("@odata.count") == 8);
        std::set<std::string> names;
        std::vector<std::size_t> sizes;
        while (true) {
            REQUIRE(page.status == 200);
            sizes.push_back(page.json.at("value").size());
            for (const auto& one : page.json.at("value")) CHECK(names.insert(one.at("displayName")).second);
            if (!page.json.contains("@odata.nextLink")) break;
            page = tenant.get(after_version(page.json["@odata.nextLink"]), eventual);
        }
        CHECK(names.size() == 8);
        CHECK(sizes == std::vector<std::size_t>{3, 3, 2});
    }
}

TEST_CASE("filters that every replica can answer need no header, advanced ones need header and count",
          "[simulator][graph]") {
    GraphTenant tenant;
    const auto billing =
        tenant.created({{"displayName", "Billing"}, {"tags", {"regent"}}, {"identifierUris", {"api://billing"}}});
    tenant.created({{"displayName", "Bilge"}, {"tags", {"other"}}});
    const auto names = [](const HttpReply& reply) {
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        std::set<std::string> found;
        for (const auto& one : reply.json.at("value")) found.insert(one.at("displayName"));
        return found;
    };
    using Names = std::set<std::string>;
    CHECK(names(tenant.filter("/applications", "displayName eq 'billing'")) == Names{"Billing"});
    CHECK(names(tenant.filter("/applications", "startsWith(displayName,'Bil')")) == Names{"Bilge", "Billing"});
    CHECK(names(tenant.filter("/applications", "displayName in ('Bilge','Nobody')")) == Names{"Bilge"});
    CHECK(names(tenant.filter("/applications", "tags/any(t:t eq 'regent')")) == Names{"Billing"});
    CHECK(names(tenant.filter("/applications", "identifierUris/any(u:u eq 'api://BILLING')")) == Names{"Billing"});
    const auto app_id = billing.at("appId").get<std::string>();
    CHECK(names(tenant.filter("/applications", "appId eq '" + app_id + "'")) == Names{"Billing"});
    CHECK(names(tenant.filter("/applications", "appId eq '" + app_id + "' and displayName eq 'Bilge'")).empty());
    CHECK(names(tenant.filter("/applications", "appId eq '" + app_id + "' or displayName eq 'Bilge'")) ==
          Names{"Bilge", "Billing"});
    CHECK(tenant.filter("/applications", "displayName eq").status == 400);
    for (const auto* advanced : {"displayName ne 'Bilge'", "not(displayName eq 'Bilge')", "endsWith(displayName,'ing')",
                                 "owners/$count eq 0", "displayName ge 'C'"}) {
        INFO(advanced);
        CHECK(tenant.filter("/applications", advanced).code() == "Request_UnsupportedQuery");
        CHECK(tenant.filter("/applications", advanced, {}, eventual).code() == "Request_UnsupportedQuery");
        CHECK(tenant.filter("/applications", advanced, "&$count=true", eventual).status == 200);
    }
    CHECK(names(tenant.filter("/applications", "endsWith(displayName,'ing')", "&$count=true", eventual)) ==
          Names{"Billing"});
    CHECK(tenant.filter("/applications", "startsWith(displayName,'B')", "&$orderby=displayName").status == 400);
}

TEST_CASE("counts, searches and orders", "[simulator][graph]") {
    GraphTenant tenant;
    tenant.created({{"displayName", "zebra crossing"}});
    tenant.created({{"displayName", "aardvark"}});
    const auto counted = tenant.get("/applications?$count=true&$top=1", eventual);
    CHECK(counted.json.at("@odata.count") == 3);
    const auto link = after_version(counted.json.at("@odata.nextLink"));
    CHECK_FALSE(tenant.get(link, eventual).json.contains("@odata.count"));
    CHECK_FALSE(tenant.get("/applications?$count=true").json.contains("@odata.count"));
    CHECK(tenant.get("/applications/$count", eventual).body == "3");
    CHECK(tenant.get("/applications/$count").status == 400);
    const auto search = "/applications?$search=" + encoded("\"displayName:zebra\"");
    CHECK(tenant.get(search).code() == "Request_UnsupportedQuery");
    CHECK(tenant.get(search, eventual).json.at("value").size() == 1);
    CHECK(tenant.get("/applications?$orderby=displayName").json.at("value")[0].at("displayName") == "aardvark");
    CHECK(tenant.get("/applications?$orderby=" + encoded("displayName desc")).json.at("value")[0].at("displayName") ==
          "zebra crossing");
    CHECK(tenant.get("/applications?$orderby=notes").status == 400);
}

TEST_CASE("one relation is expanded at a time, and never in an advanced query", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}});
    REQUIRE(tenant
                .post(GraphTenant::at(made, "/federatedIdentityCredentials"),
                      {{"name", "main"}, {"issuer", "https://i.example"}, {"subject", "s"}, {"audiences", {"a"}}})
                .status == 201);
    const auto expanded = tenant.get(GraphTenant::at(made, "?$expand=federatedIdentityCredentials"));
    CHECK(expanded.json.at("federatedIdentityCredentials").at(0).at("name") == "main");
    CHECK(tenant.get("/applications?$select=id&$expand=owners($select=id)").json["value"].back().at("owners") ==
          json{{{"@odata.type", "#microsoft.graph.servicePrincipal"}, {"id", client_principal}}});
    CHECK(tenant.get("/applications?$expand=owners,federatedIdentityCredentials").code() == "Request_UnsupportedQuery");
    CHECK(tenant.get("/applications?$expand=owners", eventual).code() == "Request_UnsupportedQuery");
    CHECK(tenant.get("/applications?$expand=nonsense").status == 400);
    tenant.switches({{"expandFederatedIdentityCredentials", false}});
    CHECK(tenant.get("/applications?$expand=federatedIdentityCredentials").status == 400);
    CHECK(tenant.get("/applications?$expand=owners").status == 200);
}

TEST_CASE("some members come only when they are selected", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}, {"isDisabled", true}});
    CHECK_FALSE(tenant.shown(made).contains("isDisabled"));
    const auto selected = tenant.get(GraphTenant::at(made, "?$select=id,isDisabled,oauth2RequirePostResponse")).json;
    CHECK(selected.at("isDisabled") == true);
    CHECK(selected.at("oauth2RequirePostResponse") == false);
    CHECK_FALSE(selected.contains("displayName"));
}

TEST_CASE("a filter on what a service principal mirrors finds it", "[simulator][graph]") {
    GraphTenant tenant;
    const auto made = tenant.created({{"displayName", "demo"}, {"identifierUris", {"api://demo"}}, {"tags", {"ours"}}});
    REQUIRE(tenant.post("/servicePrincipals", {{"appId", made.at("appId")}}).status == 201);
    CHECK(tenant.post("/servicePrincipals", {{"appId", made.at("appId")}}).code() ==
          "Request_MultipleObjectsWithSameKeyValue");
    for (const auto* filter :
         {"servicePrincipalNames/any(n:n eq 'api://demo')", "displayName eq 'demo'", "tags/any(t:t eq 'ours')"}) {
        INFO(filter);
        CHECK(tenant.filter("/servicePrincipals", filter).json.at("value").size() == 1);
    }
    CHECK(tenant.filter("/servicePrincipals", "appId eq '" + made.at("appId").get<std::string>() + "'")
              .json.at("value")
              .size() == 1);
    REQUIRE(tenant.patch(GraphTenant::at(made), {{"displayName", "renamed"}}).status == 204);
    CHECK(tenant.filter("/servicePrincipals", "displayName eq 'renamed'").json.at("value").size() == 1);
}
