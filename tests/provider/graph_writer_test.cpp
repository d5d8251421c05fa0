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

model::Map everything() {
    auto values = portal();
    const auto put = [&](std::string_view where, model::Value value) {
        values.insert_or_assign(std::string(where), std::move(value));
    };
    put(path::description, "The portal, \"all\" of it ä");
    put(path::notes, "made by regent");
    put(path::sign_in_audience, "AzureADMultipleOrgs");
    put(path::tags, model::List{"HideApp", "team:web"});
    put(path::identifier_uris, model::List{"https://portal.contoso.com/api"});
    put(path::redirect_uris_web, model::List{"https://portal.contoso.com/a", "https://portal.contoso.com/b"});
    put(path::redirect_uris_spa, model::List{"http://localhost:3000/"});
    put(path::redirect_uris_native, model::List{"msal://auth"});
    put(path::home_page_url, "https://portal.contoso.com/");
    put(path::logout_url, "https://portal.contoso.com/bye");
    put(path::implicit_id_token, true);
    put(path::implicit_access_token, false);
    put(path::access_token_version, 2);
    put(path::permissions,
        model::List{model::Map{{"api", Tenant::arm}, {"type", "delegated"}, {"name", "user_impersonation"}}});
    put(path::marks, model::List{"preventDelete", "contributes:redirectUris.web:https://portal.contoso.com/a"});
    return values;
}

/// Sets as sets: Graph gives them back in another order.
model::Value sorted(model::Value value) {
    if (value.as_list() == nullptr) return value;
    auto list = *value.as_list();
    std::sort(list.begin(), list.end());
    return list;
}

}  // namespace

TEST_CASE("an application is created with its key, its marks and every declared attribute, and reads back the same") {
    Tenant tenant;
    const auto result = tenant.done(step(Work::create, "portal", everything()));
    const auto stored = tenant.application("regent.dev.portal");
    REQUIRE(stored.is_object());
    CHECK(result.outputs.at("objectId") == stored["id"]);
    CHECK(result.outputs.at("appId") == stored["appId"]);

    const auto snapshot = tenant.look({"portal"}, {Tenant::arm});
    const auto& observed = snapshot.resources.at(address("portal"));
    CHECK(observed.ownership == model::Ownership::ours);
    CHECK(observed.id == stored["id"]);
    for (const auto& [where, value] : everything()) {
        INFO(where << " is " << to_text(attribute(observed, where)));
        CHECK(sorted(attribute(observed, where)) == sorted(value));
    }
    CHECK(attribute(observed, path::service_principal) == model::Value(false));
}

TEST_CASE("creating the same application twice makes one") {
    Tenant tenant;
    const auto first = tenant.done(step(Work::create, "portal", portal()));
    const auto second = tenant.done(step(Work::create, "portal", portal()));
    CHECK(first.outputs == second.outputs);
    CHECK(tenant.applications_called("Portal") == 1);
}

TEST_CASE("an update sends what changed and leaves the rest of the application alone") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", everything()));
    const auto before = tenant.application("regent.dev.portal");
    const auto snapshot = tenant.look({"portal"}, {Tenant::arm});
    auto update = step(Work::update, snapshot.resources.at(address("portal")));
    update.values = everything();
    update.values[std::string(path::redirect_uris_web)] = model::List{"https://portal.contoso.com/c"};
    update.values[std::string(path::description)] = "";
    update.values[std::string(path::implicit_access_token)] = true;
    update.changed = {std::string(path::redirect_uris_web), std::string(path::description),
                      std::string(path::implicit_access_token)};
    tenant.done(update);

    auto expected = before;
    expected["web"]["redirectUris"] = {"https://portal.contoso.com/c"};
    expected["description"] = nullptr;
    expected["web"]["implicitGrantSettings"]["enableAccessTokenIssuance"] = true;
    CHECK(tenant.application("regent.dev.portal") == expected);
}

TEST_CASE("a value that arrives later completes an application that was just created") {
    Tenant tenant;
    const auto created = tenant.done(step(Work::create, "portal", portal()));
    const auto uri = "api://" + created.outputs.at("appId");
    tenant.done(step(Work::complete, "portal", {{std::string(path::identifier_uris), model::List{uri}}}));
    CHECK(tenant.application("regent.dev.portal")["identifierUris"] == json{uri});
}

TEST_CASE("texts of the manifest that are cleared become null, lists become empty") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", everything()));
    const auto snapshot = tenant.look({"portal"});
    tenant.done(step(Work::update, snapshot.resources.at(address("portal")),
                     {{std::string(path::home_page_url), ""},
                      {std::string(path::logout_url), ""},
                      {std::string(path::permissions), model::List{}},
                      {std::string(path::redirect_uris_spa), model::List{}}}));
    const auto stored = tenant.application("regent.dev.portal");
    CHECK(stored["web"]["homePageUrl"].is_null());
    CHECK(stored["web"]["logoutUrl"].is_null());
    CHECK(stored["web"]["redirectUris"].size() == 2);
    CHECK(stored["requiredResourceAccess"].empty());
    CHECK(stored["spa"]["redirectUris"].empty());
}

TEST_CASE("a tenant that refuses to clear a home page URL gets an error that says what can be done") {
    Tenant tenant;
    tenant.switches({{"clearHomePageRefused", true}});
    tenant.done(step(Work::create, "portal", everything()));
    const auto snapshot = tenant.look({"portal"});
    const auto refused = tenant.apply(
        step(Work::update, snapshot.resources.at(address("portal")), {{std::string(path::home_page_url), ""}}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::rejected);
    CHECK(refused.error().help.find("homePageUrl") != std::string::npos);
    CHECK_FALSE(refused.error().request_id.empty());
    CHECK(refused.error().service.find("Request_BadRequest") != std::string::npos);
}

TEST_CASE("adopting gives an application our key and marks and keeps its other tags and lists") {
    Tenant tenant;
    tenant.seed({{{"displayName", "Old portal"},
                  {"appId", "7e7e7e7e-0000-4444-8888-abcdefabcdef"},
                  {"tags", {"HideApp"}},
                  {"spa", {{"redirectUris", {"http://localhost:3000/"}}}}}});
    auto scope = tenant.scope({"portal"});
    scope.wanted[0].adopt = "7E7E7E7E-0000-4444-8888-ABCDEFABCDEF";
    model::Snapshot snapshot;
    REQUIRE(tenant.observe(scope, snapshot));
    const auto& found = snapshot.resources.at(address("portal"));
    CHECK(found.ownership == model::Ownership::unclaimed);

    auto adopt = step(Work::adopt, found, portal());
    adopt.adopt_id = scope.wanted[0].adopt;
    const auto result = tenant.done(adopt);
    CHECK(result.outputs.at("appId") == "7e7e7e7e-0000-4444-8888-abcdefabcdef");
    const auto stored = tenant.application("regent.dev.portal");
    CHECK(stored["displayName"] == "Portal");
    CHECK(stored["tags"] == json{"HideApp", Tenant::owner_tag});
    CHECK(stored["spa"]["redirectUris"] == json{"http://localhost:3000/"});

    model::Snapshot again;
    REQUIRE(tenant.observe(scope, again));
    CHECK(again.resources.at(address("portal")).ownership == model::Ownership::ours);
    CHECK(again.obstacles.empty());
}

TEST_CASE("another tool's key stays, and the adopted application is found again by its name tag") {
    Tenant tenant;
    tenant.seed({{{"displayName", "Old portal"},
                  {"appId", "7e7e7e7e-0000-4444-8888-abcdefabcdef"},
                  {"uniqueName", "bicep-portal"}}});
    auto scope = tenant.scope({"portal"});
    scope.wanted[0].adopt = "7e7e7e7e-0000-4444-8888-abcdefabcdef";
    model::Snapshot snapshot;
    REQUIRE(tenant.observe(scope, snapshot));
    auto adopt = step(Work::adopt, snapshot.resources.at(address("portal")), portal());
    adopt.adopt_id = scope.wanted[0].adopt;
    tenant.done(adopt);
    CHECK(tenant.application("bicep-portal")["tags"] == json{Tenant::owner_tag, "regent:name:portal"});

    const auto found = tenant.look({"portal"});
    REQUIRE(found.resources.contains(address("portal")));
    // A later write of tags must not lose the name.
    tenant.done(step(Work::update, found.resources.at(address("portal")),
                     {{std::string(path::marks), model::List{"preventDelete"}}}));
    CHECK(tenant.look({"portal"}).resources.contains(address("portal")));
    CHECK(tenant.look().orphans.at(0).address == address("portal"));
}

TEST_CASE("an application that somebody took between plan and apply is not adopted") {
    Tenant tenant;
    tenant.seed({{{"displayName", "Old portal"}, {"appId", "7e7e7e7e-0000-4444-8888-abcdefabcdef"}}});
    auto scope = tenant.scope({"portal"});
    scope.wanted[0].adopt = "7e7e7e7e-0000-4444-8888-abcdefabcdef";
    model::Snapshot snapshot;
    REQUIRE(tenant.observe(scope, snapshot));
    tenant.change("/v1.0/applications(appId='7e7e7e7e-0000-4444-8888-abcdefabcdef')",
                  {{"patch", {{"tags", {"regent:owner:team-b.dev"}}}}});
    auto adopt = step(Work::adopt, snapshot.resources.at(address("portal")), portal());
    adopt.adopt_id = scope.wanted[0].adopt;
    tenant.forget_requests();
    const auto refused = tenant.apply(adopt);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(tenant.writes() == 0);
}

TEST_CASE("a deleted application that holds the key is restored and written, not made a second time") {
    Tenant tenant;
    tenant.seed_deleted(
        {{{"displayName", "Portal of old"}, {"uniqueName", "regent.dev.portal"}, {"tags", {Tenant::owner_tag}}}});
    const auto snapshot = tenant.look({"portal"});
    const auto& found = snapshot.resources.at(address("portal"));
    CHECK(found.deleted);
    auto create = step(Work::create, found, portal());
    create.restore = true;
    const auto result = tenant.done(create);
    const auto stored = tenant.application("regent.dev.portal");
    CHECK(stored["id"] == found.id);
    CHECK(stored["displayName"] == "Portal");
    CHECK(result.outputs.at("appId") == stored["appId"]);
    // As after a run that ended in between.
    tenant.done(create);
    CHECK(tenant.applications_called("Portal") == 1);
}

TEST_CASE("an application is deleted once, and gone is what was wanted") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto orphan = tenant.look().orphans.at(0);
    tenant.done(step(Work::remove, orphan));
    CHECK(tenant.application("regent.dev.portal").is_null());
    CHECK(tenant.state()["graph"]["deletedItems"].size() == 1);
    tenant.done(step(Work::remove, orphan));
}

TEST_CASE("what became another owner's or was protected since the plan is not deleted") {
    const auto tags = GENERATE(json{"regent:owner:team-b.dev"}, json{Tenant::owner_tag, "regent:preventDelete"});
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto orphan = tenant.look().orphans.at(0);
    tenant.change("/v1.0/applications(uniqueName='regent.dev.portal')", {{"patch", {{"tags", tags}}}});
    const auto refused = tenant.apply(step(Work::remove, orphan));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(tenant.application("regent.dev.portal").is_object());
}

TEST_CASE("a permission that its API does not publish is refused before anything is written") {
    Tenant tenant;
    auto values = portal();
    values.emplace(
        path::permissions,
        model::List{model::Map{{"api", Tenant::arm}, {"type", "delegated"}, {"name", "user_impersonatoin"}}});
    const auto refused = tenant.apply(step(Work::create, "portal", values));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::rejected);
    CHECK(refused.error().message.find("user_impersonatoin") != std::string::npos);
    CHECK(tenant.application("regent.dev.portal").is_null());
}

TEST_CASE("a permission may be given by its id") {
    Tenant tenant;
    auto values = portal();
    values.emplace(
        path::permissions,
        model::List{model::Map{{"api", Tenant::arm}, {"type", "delegated"}, {"name", Tenant::arm_user_impersonation}}});
    tenant.done(step(Work::create, "portal", values));
    const auto access = tenant.application("regent.dev.portal")["requiredResourceAccess"];
    CHECK(access == json{{{"resourceAppId", Tenant::arm},
                          {"resourceAccess", {{{"id", Tenant::arm_user_impersonation}, {"type", "Scope"}}}}}});
}

TEST_CASE("a refusal carries the service's words, its request id and the time") {
    Tenant tenant;
    auto values = portal();
    values.emplace(path::identifier_uris, model::List{"https://somebody-else.example/api"});
    const auto refused = tenant.apply(step(Work::create, "portal", values));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::rejected);
    CHECK(refused.error().code == "RG0705");
    CHECK(refused.error().message == "Entra refused to create Application/portal");
    CHECK(refused.error().service.find("400 HostNameNotOnVerifiedDomain \"") != std::string::npos);
    CHECK(refused.error().help.find("api://{appId}") != std::string::npos);
    CHECK(refused.error().request_id.size() == 36);
    CHECK(refused.error().time.size() == 20);
}
