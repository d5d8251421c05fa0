#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

struct UriStage {
    HttpReply redirects(const char* platform, const json& uris) {
        return tenant.patch(GraphTenant::at(application), {{platform, {{"redirectUris", uris}}}});
    }
    HttpReply identifiers(const json& uris) {
        return tenant.patch(GraphTenant::at(application), {{"identifierUris", uris}});
    }

    GraphTenant tenant;
    json application = tenant.created({{"displayName", "demo"}});
};

}  // namespace

TEST_CASE("redirect URIs are https, loopback or what the platform allows", "[simulator][graph]") {
    UriStage stage;
    for (const auto* good : {"https://a.example/signin", "https://a.example", "http://localhost:8080/x",
                             "http://127.0.0.1/x", "https://*.contoso.com/x", "https://a.example/x?y=1"}) {
        INFO(good);
        CHECK(stage.redirects("web", {good}).status == 204);
        CHECK(stage.redirects("spa", {good}).status == 204);
    }
    for (const auto* bad : {"http://a.example/", "a.example", "", "https://a.example/#fragment",
                            "https://a.example/(x)", "https://a.example/a b", "custom://a", "http://[::1]/x"}) {
        INFO(bad);
        const auto reply = stage.redirects("web", {bad});
        CHECK(reply.status == 400);
        CHECK(reply.code() == "Request_BadRequest");
        CHECK(stage.redirects("spa", {bad}).status == 400);
    }
    CHECK(stage.redirects("web", {"urn:ietf:wg:oauth:2.0:oob"}).status == 204);
    CHECK(stage.redirects("spa", {"urn:ietf:wg:oauth:2.0:oob"}).status == 400);
    for (const auto* native : {"msal123://auth", "custom://a", "ms-appx-web://x/y", "http://localhost",
                               "com.contoso.app:/signed-in", "contoso:in"}) {
        INFO(native);
        CHECK(stage.redirects("publicClient", {native}).status == 204);
    }
    for (const auto* no_uri : {"contoso", ":in", "contoso:", "1a:b"})
        CHECK(stage.redirects("publicClient", {no_uri}).status == 400);
    CHECK(stage.redirects("web", {"https://a.example/" + std::string(240, 'x')}).status == 400);
    CHECK(stage.redirects("web", {"https://a.example/", "https://a.example/"}).status == 400);
    CHECK(stage.redirects("web", {"https://a.example/x", "https://a.example/x/", "https://a.example/X"}).status == 204);
}

TEST_CASE("256 redirect URIs in all, 100 with personal accounts", "[simulator][graph]") {
    UriStage stage;
    const auto many = [](int count, const std::string& host) {
        auto uris = json::array();
        for (int i = 0; i < count; ++i) uris.push_back("https://" + host + "/" + std::to_string(i));
        return uris;
    };
    CHECK(stage.redirects("web", many(257, "web.example")).status == 400);
    CHECK(stage.redirects("web", many(200, "web.example")).status == 204);
    CHECK(stage.redirects("spa", many(57, "spa.example")).status == 400);
    CHECK(stage.redirects("spa", many(56, "spa.example")).status == 204);
    const json personal{{"signInAudience", "AzureADandPersonalMicrosoftAccount"},
                        {"api", {{"requestedAccessTokenVersion", 2}}}};
    CHECK(stage.tenant.patch(GraphTenant::at(stage.application), personal).status == 400);
    REQUIRE(stage.redirects("spa", json::array()).status == 204);
    REQUIRE(stage.redirects("web", many(100, "web.example")).status == 204);
    REQUIRE(stage.tenant.patch(GraphTenant::at(stage.application), personal).status == 204);
    CHECK(stage.redirects("web", many(101, "web.example")).status == 400);
    CHECK(stage.redirects("web", {"https://*.contoso.com/x"}).status == 400);
    CHECK(stage.redirects("web", {"https://a.example/x?y=1"}).status == 400);
}

TEST_CASE("whether one URI may stand under two platforms is a switch", "[simulator][graph][switches]") {
    UriStage stage;
    REQUIRE(stage.redirects("web", {"https://a.example/"}).status == 204);
    stage.tenant.switches({{"redirectUriOnTwoPlatforms", false}});
    CHECK(stage.redirects("spa", {"https://a.example/"}).status == 400);
    stage.tenant.switches({{"redirectUriOnTwoPlatforms", true}});
    CHECK(stage.redirects("spa", {"https://a.example/"}).status == 204);
}

TEST_CASE("identifier URIs use the scheme api or a domain of the tenant", "[simulator][graph]") {
    UriStage stage;
    const auto app_id = stage.application.at("appId").get<std::string>();
    for (const auto& good :
         {"api://" + app_id, std::string("api://") + tenant_id + "/orders", std::string("https://contoso.com/orders"),
          std::string("https://sub.contoso.com/orders"), std::string("https://contoso.onmicrosoft.com/orders"),
          std::string("urn:contoso:orders")}) {
        INFO(good);
        CHECK(stage.identifiers({good}).status == 204);
    }
    const auto foreign = stage.identifiers({"https://fabrikam.com/orders"});
    CHECK(foreign.status == 400);
    CHECK(foreign.code() == "HostNameNotOnVerifiedDomain");
    CHECK(stage.identifiers({"https://notcontoso.com/orders"}).code() == "HostNameNotOnVerifiedDomain");
    CHECK(stage.identifiers({"api://orders/"}).code() == "IdentifierUrisEndsWithSlash");
    CHECK(stage.identifiers({"orders"}).status == 400);
    CHECK(stage.identifiers({""}).status == 400);
    CHECK(stage.identifiers({"api://" + std::string(250, 'x')}).status == 400);
    CHECK(stage.identifiers({"api://twice", "api://TWICE"}).status == 400);
}

TEST_CASE("an identifier URI is one application's in the tenant, whatever its case", "[simulator][graph]") {
    UriStage stage;
    const auto other = stage.tenant.created({{"displayName", "other"}, {"identifierUris", {"api://taken"}}});
    const auto reply = stage.identifiers({"api://free", "api://Taken"});
    CHECK(reply.status == 400);
    CHECK(reply.message() == "Another object with the same value for property identifierUris already exists.");
    CHECK(reply.json.at("error").at("details").at(0).at("code") == "ObjectConflict");
    REQUIRE(stage.tenant.patch(GraphTenant::at(other), {{"identifierUris", json::array()}}).status == 204);
    CHECK(stage.identifiers({"api://free", "api://Taken"}).status == 204);
}

TEST_CASE("an identifier URI that is there already is left alone", "[simulator][graph]") {
    UriStage stage;
    stage.tenant.control("POST", "change",
                         {{"path", "/v1.0" + GraphTenant::at(stage.application)},
                          {"patch", {{"identifierUris", {"https://fabrikam.com/old/"}}}}});
    CHECK(stage.identifiers({"https://fabrikam.com/old/", "api://new"}).status == 204);
    REQUIRE(stage.identifiers({"api://new"}).status == 204);
    CHECK(stage.identifiers({"https://fabrikam.com/old/", "api://new"}).status == 400);
}
