#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

const std::string credentials(path::federated_credentials);

/// Ways in which one answer can be lost or late.
struct Mishap {
    const char* kind;
    json more;
};

std::vector<Mishap> mishaps() {
    return {{"drop_before", {}},
            {"drop_after", {}},
            {"truncate", {}},
            {"error_after", {{"status", 500}}},
            {"error_after", {{"status", 503}, {"body", "html"}}},
            {"status", {{"status", 429}, {"retryAfter", "4"}}},
            {"status", {{"status", 500}, {"body", "empty"}}},
            {"status", {{"status", 409}}}};
}

void have(Tenant& tenant, const Mishap& mishap, const std::string& method, const std::string& target) {
    tenant.fault(mishap.kind, method, target, mishap.more.is_null() ? json::object() : mishap.more);
}

}  // namespace

TEST_CASE("one mishap on a creation makes neither a second application nor a wrong id") {
    for (const auto& mishap : mishaps()) {
        INFO(mishap.kind << " " << mishap.more);
        Tenant tenant;
        have(tenant, mishap, "PATCH", "/applications(uniqueName");
        const auto result = tenant.done(step(Work::create, "portal", portal()));
        CHECK(tenant.applications_called("Portal") == 1);
        CHECK(result.outputs.at("objectId") == tenant.application("regent.dev.portal")["id"]);
        CHECK(result.outputs.at("appId") == tenant.application("regent.dev.portal")["appId"]);
    }
}

TEST_CASE("a creation whose answer was lost waits for its ids when replicas are late") {
    Tenant tenant;
    tenant.replicas_lag(12);
    tenant.fault("drop_after", "PATCH", "/applications(uniqueName");
    const auto result = tenant.done(step(Work::create, "portal", portal()));
    CHECK(result.outputs.at("objectId") == tenant.application("regent.dev.portal")["id"]);
    CHECK(tenant.applications_called("Portal") == 1);
}

TEST_CASE("one mishap on any other keyed write is mended by sending it again") {
    for (const auto& mishap : mishaps()) {
        INFO(mishap.kind << " " << mishap.more);
        Tenant tenant;
        tenant.done(step(Work::create, "portal", portal()));
        have(tenant, mishap, "PATCH", "/servicePrincipals(appId");
        tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
        have(tenant, mishap, "PATCH", "/federatedIdentityCredentials(name");
        const model::Map wanted{{credentials, model::Map{{"github", credential("repo:a/b:environment:c")}}}};
        tenant.done(step(Work::add, "portal", wanted, credentials + "/github"));
        const auto observed = tenant.look({"portal"}).resources.at(address("portal"));
        have(tenant, mishap, "PATCH", "/v1.0/applications/");
        tenant.done(step(Work::update, observed, {{std::string(path::notes), "n"}}));
        have(tenant, mishap, "DELETE", "/federatedIdentityCredentials/");
        tenant.done(step(Work::drop, observed, wanted, credentials + "/github"));

        const auto stored = tenant.application("regent.dev.portal");
        CHECK(stored["notes"] == "n");
        CHECK(stored["federatedIdentityCredentials"].empty());
        CHECK(tenant.principal_of(stored["appId"]).is_object());

        have(tenant, mishap, "DELETE", "/v1.0/applications/");
        tenant.done(step(Work::remove, observed));
        CHECK(tenant.application("regent.dev.portal").is_null());
        const auto deleted = tenant.look({"portal"}).resources.at(address("portal"));
        auto create = step(Work::create, deleted, portal());
        create.restore = true;
        have(tenant, mishap, "POST", "/restore");
        tenant.done(create);
        CHECK(tenant.application("regent.dev.portal")["id"] == observed.id);
    }
}

TEST_CASE("one mishap on an adoption leaves the application adopted") {
    for (const auto& mishap : mishaps()) {
        INFO(mishap.kind << " " << mishap.more);
        Tenant tenant;
        tenant.seed(
            {{{"displayName", "Old"}, {"appId", "7e7e7e7e-0000-4444-8888-abcdefabcdef"}, {"tags", {"HideApp"}}}});
        auto scope = tenant.scope({"portal"});
        scope.wanted[0].adopt = "7e7e7e7e-0000-4444-8888-abcdefabcdef";
        model::Snapshot snapshot;
        REQUIRE(tenant.observe(scope, snapshot));
        auto adopt = step(Work::adopt, snapshot.resources.at(address("portal")), portal());
        adopt.adopt_id = scope.wanted[0].adopt;
        have(tenant, mishap, "PATCH", "/v1.0/applications/");
        tenant.done(adopt);
        CHECK(tenant.application("regent.dev.portal")["tags"] == json{"HideApp", Tenant::owner_tag});
    }
}

TEST_CASE("one mishap anywhere in an observation does not change what is seen") {
    Tenant calm;
    const auto fill = [](Tenant& tenant) {
        tenant.seed({{{"id", "7e7e7e7e-1111-4444-8888-abcdefabcdef"},
                      {"appId", "7e7e7e7e-0000-4444-8888-abcdefabcdef"},
                      {"displayName", "Portal"},
                      {"uniqueName", "regent.dev.portal"},
                      {"tags", {Tenant::owner_tag}}},
                     {{"id", "7e7e7e7e-1112-4444-8888-abcdefabcdef"},
                      {"appId", "7e7e7e7e-0002-4444-8888-abcdefabcdef"},
                      {"displayName", "Untagged"},
                      {"uniqueName", "regent.dev.untagged"}}});
    };
    fill(calm);
    const std::vector<std::string> names{"portal", "untagged", "absent"};
    const auto expected = calm.look(names, {Tenant::arm});
    REQUIRE(expected.resources.size() == 2);
    const std::vector<std::pair<std::string, std::string>> places{
        {"GET", "/v1.0/applications?"}, {"POST", "/$batch"},           {"GET", "/applications(uniqueName="},
        {"GET", "/servicePrincipals("}, {"GET", "/deletedItems/micr"}, {"POST", "/oauth2/v2.0/token"}};
    for (const auto& [method, target] : places) {
        for (const auto& mishap : mishaps()) {
            if (mishap.more == json{{"status", 409}}) continue;  // of writes only
            INFO(method << " " << target << " " << mishap.kind << " " << mishap.more);
            Tenant tenant;
            fill(tenant);
            have(tenant, mishap, method, target);
            const auto seen = tenant.look(names, {Tenant::arm});
            REQUIRE(seen.resources.size() == 2);
            for (const auto& [who, resource] : expected.resources) {
                CHECK(seen.resources.at(who).attributes == resource.attributes);
                CHECK(seen.resources.at(who).outputs == resource.outputs);
            }
            CHECK(seen.apis.size() == 1);
            CHECK(seen.obstacles.empty());
        }
    }
}

TEST_CASE("a tenant where we may not write says which permission is missing, after one new token") {
    Tenant tenant;
    tenant.fault("status", "PATCH", "/applications(uniqueName", {{"status", 403}, {"count", -1}});
    const auto refused = tenant.apply(step(Work::create, "portal", portal()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::forbidden);
    CHECK(refused.error().code == "RG0704");
    CHECK(refused.error().help.find("must be an owner") != std::string::npos);
    std::size_t tokens = 0;
    for (const auto& request : tenant.requests())
        tokens += request.target.find("/oauth2/") != std::string::npos ? 1 : 0;
    CHECK(tokens == 2);
}

TEST_CASE("a permission that was granted a moment ago is found with a new token") {
    Tenant tenant;
    tenant.fault("status", "PATCH", "/applications(uniqueName", {{"status", 403}, {"count", 1}});
    tenant.done(step(Work::create, "portal", portal()));
    CHECK(tenant.application("regent.dev.portal").is_object());
}
