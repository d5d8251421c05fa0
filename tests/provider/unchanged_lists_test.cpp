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

TEST_CASE("a permission whose name went over to another id since it was read is nobody else's change") {
    constexpr const char* former = "a0000000-0000-4000-8000-00000000000a";
    constexpr const char* orders = "0de70000-0000-4000-8000-000000000001";
    Tenant tenant;
    const auto published = [](const char* id) {
        return json{{"oauth2PermissionScopes",
                     {{{"id", id},
                       {"value", "Orders.Read"},
                       {"type", "Admin"},
                       {"isEnabled", true},
                       {"adminConsentDisplayName", "Read orders"},
                       {"adminConsentDescription", "Read orders"}}}}};
    };
    const auto asking = [=](const char* type) {
        return json::array({{{"resourceAppId", orders}, {"resourceAccess", {{{"id", former}, {"type", type}}}}}});
    };
    tenant.seed(json::array({{{"displayName", "Orders"}, {"appId", orders}, {"api", published(former)}}}),
                json::array({{{"appId", orders}}}));
    tenant.done(step(Work::create, "portal", portal()));
    tenant.change(ours, {{"patch", {{"requiredResourceAccess", asking("Scope")}}}});
    const auto snapshot = tenant.look({"portal"}, {orders});
    tenant.change("/v1.0/applications(appId='" + std::string(orders) + "')",
                  {{"patch", {{"api", published("b0000000-0000-4000-8000-00000000000b")}}}});
    const auto asks_nothing = update_of(snapshot, path::permissions, model::List{});
    SECTION("as long as it is still asked for by the id that was read") {
        tenant.done(asks_nothing);
        CHECK(tenant.application("regent.dev.portal")["requiredResourceAccess"].empty());
    }
    SECTION("and another type is somebody's") {
        tenant.change(ours, {{"patch", {{"requiredResourceAccess", asking("Role")}}}});
        const auto refused = tenant.apply(asks_nothing);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("somebody changed `permissions` meanwhile") != std::string::npos);
    }
}

TEST_CASE("a permission of a type that Graph does not know today is as it was read") {
    Tenant tenant;
    tenant.seed(
        json::array({{{"displayName", "Portal"},
                      {"uniqueName", "regent.dev.portal"},
                      {"tags", {Tenant::owner_tag}},
                      {"requiredResourceAccess",
                       {{{"resourceAppId", Tenant::arm},
                         {"resourceAccess", {{{"id", Tenant::arm_user_impersonation}, {"type", "Future"}}}}}}}}}));
    const auto snapshot = tenant.look({"portal"}, {Tenant::arm});
    tenant.done(update_of(snapshot, path::permissions, model::List{}));
    CHECK(tenant.application("regent.dev.portal")["requiredResourceAccess"].empty());
}

TEST_CASE("permissions that this run wrote before are nobody else's change") {
    const int lag = GENERATE(0, 30);
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto snapshot = tenant.look({"portal"}, {Tenant::arm});
    tenant.clock().sleep_for(std::chrono::seconds(60));
    tenant.replicas_lag(lag);
    tenant.done(update_of(snapshot, path::permissions, model::List{}));
    tenant.done(update_of(
        snapshot, path::permissions,
        model::List{model::Map{{"api", Tenant::arm}, {"type", "delegated"}, {"name", "user_impersonation"}}}));
    CHECK(tenant.application("regent.dev.portal")["requiredResourceAccess"].size() == 1);
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

TEST_CASE("what somebody added to a service principal since it was read stays, its keys above all") {
    Tenant tenant;
    const auto created = tenant.done(step(Work::create, "portal", portal()));
    tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
    const auto settings = [](const model::ObservedResource& observed, const model::Map& values) {
        return step(Work::change, observed, values, std::string(path::principal_settings));
    };
    const auto look = [&] {
        tenant.input = {};
        return tenant.look({"portal"}).resources.at(address("portal"));
    };
    const auto principal = [&] { return tenant.principal_of(created.outputs.at("appId")); };
    const auto change = [&](const json& patch) {
        tenant.change("/v1.0/servicePrincipals/" + principal()["id"].get<std::string>(), {{"patch", patch}});
    };
    const auto before = look();
    std::string lost;
    model::Map wanted;
    SECTION("a certificate for SAML") {
        wanted = {{std::string(path::principal_certificates), model::Map{}}};
        change({{"keyCredentials",
                 {{{"keyId", "dddddddd-0000-4000-8000-000000000001"},
                   {"displayName", "CN=saml"},
                   {"type", "AsymmetricX509Cert"},
                   {"usage", "Sign"},
                   {"startDateTime", "2026-01-01T00:00:00Z"},
                   {"endDateTime", "2028-01-01T00:00:00Z"},
                   {"customKeyIdentifier", "ABABABABABABABABABABABABABABABABABABABAB"}}}}});
        lost = path::principal_certificates;
    }
    SECTION("a tag") {
        wanted = {{std::string(path::principal_tags), model::List{"HideApp"}}};
        change({{"tags", {"added-by-hand"}}});
        lost = path::principal_tags;
    }
    SECTION("an address") {
        wanted = {{std::string(path::principal_notification_addresses), model::List{"a@contoso.example"}}};
        change({{"notificationEmailAddresses", {"b@contoso.example"}}});
        lost = path::principal_notification_addresses;
    }
    const auto there = principal();
    const auto refused = tenant.apply(settings(before, wanted));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "RG0706");
    CHECK(refused.error().message.find("somebody changed `" + lost + "` meanwhile") != std::string::npos);
    CHECK(principal() == there);
    tenant.done(settings(look(), wanted));
}

TEST_CASE("a tag that somebody took from a service principal since it was read does not come back") {
    Tenant tenant;
    const auto created = tenant.done(step(Work::create, "portal", portal()));
    tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
    tenant.input = {};
    const auto principal = [&] { return tenant.principal_of(created.outputs.at("appId")); };
    const auto address_of = [&] { return "/v1.0/servicePrincipals/" + principal()["id"].get<std::string>(); };
    tenant.change(address_of(), {{"patch", {{"tags", {"HideApp", "theirs"}}}}});
    const auto observed = tenant.look({"portal"}).resources.at(address("portal"));
    tenant.change(address_of(), {{"patch", {{"tags", {"HideApp"}}}}});
    const auto writing = [&](model::List tags) {
        return step(Work::change, observed, {{std::string(path::principal_tags), std::move(tags)}},
                    std::string(path::principal_settings));
    };
    const auto refused = tenant.apply(writing({"HideApp", "new", "theirs"}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "RG0706");
    CHECK(principal()["tags"] == json{"HideApp"});
    // What this step would take away itself may be gone.
    tenant.done(writing({"HideApp", "new"}));
    CHECK(principal()["tags"].size() == 2);
}

TEST_CASE("what this run wrote on a service principal before is nobody else's change") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
    tenant.input = {};
    const auto observed = tenant.look({"portal"}).resources.at(address("portal"));
    for (const auto* text : {"one", "two"})
        tenant.done(step(Work::change, observed,
                         {{std::string(path::principal_alternative_names), model::List{text}},
                          {std::string(path::principal_tags), model::List{text}}},
                         std::string(path::principal_settings)));
}
