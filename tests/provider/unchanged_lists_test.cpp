// What somebody adds between our look and our write is not wiped.

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

constexpr const char* ours = "/v1.0/applications(uniqueName='regent.dev.portal')";

plan::Step update_of(const model::Snapshot& snapshot, std::string_view what, model::Value value) {
    auto update = step(Work::update, snapshot.resources.at(address("portal")), {{std::string(what), std::move(value)}});
    update.changed = {std::string(what)};
    return update;
}

}  // namespace

TEST_CASE("what somebody added to a list since it was read stays, and the step says what changed") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto snapshot = tenant.look({"portal"});
    auto uris = tenant.application("regent.dev.portal")["web"]["redirectUris"];
    uris.push_back("https://person.example/");
    tenant.change(ours, {{"patch", {{"web", {{"redirectUris", uris}}}}}});
    const auto refused =
        tenant.apply(update_of(snapshot, path::redirect_uris_web, model::List{"https://portal.contoso.com/new"}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(refused.error().code == "RG0706");
    CHECK(refused.error().message.find("somebody changed `redirectUris.web` meanwhile") != std::string::npos);
    CHECK(tenant.application("regent.dev.portal")["web"]["redirectUris"] == uris);
    SECTION("and a look later it is written") {
        tenant.done(update_of(tenant.look({"portal"}), path::redirect_uris_web,
                              model::List{"https://person.example/", "https://portal.contoso.com/new"}));
        CHECK(tenant.application("regent.dev.portal")["web"]["redirectUris"].size() == 2);
    }
}

TEST_CASE("a tag that somebody added since, or a permission, stays, too") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto snapshot = tenant.look({"portal"}, {Tenant::arm});
    SECTION("a tag") {
        auto tags = tenant.application("regent.dev.portal")["tags"];
        tags.push_back("HideApp");
        tenant.change(ours, {{"patch", {{"tags", tags}}}});
        const auto refused = tenant.apply(update_of(snapshot, path::marks, model::List{"preventDelete"}));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("`tags`") != std::string::npos);
    }
    SECTION("a permission") {
        auto access =
            json::array({{{"resourceAppId", Tenant::arm},
                          {"resourceAccess", {{{"id", Tenant::arm_user_impersonation}, {"type", "Scope"}}}}},
                         {{"resourceAppId", "00000003-0000-0000-c000-000000000000"},
                          {"resourceAccess", {{{"id", "e1fe6dd8-ba31-4d61-89e7-88639da4683d"}, {"type", "Scope"}}}}}});
        tenant.change(ours, {{"patch", {{"requiredResourceAccess", access}}}});
        const auto refused = tenant.apply(update_of(snapshot, path::permissions, model::List{}));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("`permissions`") != std::string::npos);
    }
}

TEST_CASE("another field that changed since is no reason to stop") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto snapshot = tenant.look({"portal"});
    tenant.change(ours, {{"patch", {{"notes", "by hand"}, {"spa", {{"redirectUris", {"https://spa.example/"}}}}}}});
    tenant.done(update_of(snapshot, path::redirect_uris_web, model::List{"https://portal.contoso.com/new"}));
    CHECK(tenant.application("regent.dev.portal")["spa"]["redirectUris"] == json{"https://spa.example/"});
}

TEST_CASE("what this run wrote before is nobody else's change, whether a read shows it or what was there before") {
    const int lag = GENERATE(0, 30);
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto snapshot = tenant.look({"portal"});
    tenant.clock().sleep_for(std::chrono::seconds(60));
    tenant.replicas_lag(lag);
    tenant.done(update_of(snapshot, path::redirect_uris_web, model::List{"https://portal.contoso.com/1"}));
    tenant.done(update_of(snapshot, path::redirect_uris_web, model::List{"https://portal.contoso.com/2"}));
    CHECK(tenant.application("regent.dev.portal")["web"]["redirectUris"] == json{"https://portal.contoso.com/2"});
    // Lists are compared, not the order that somebody wrote them in.
    CHECK(tenant.clock().slept() < std::chrono::seconds(120));
}
