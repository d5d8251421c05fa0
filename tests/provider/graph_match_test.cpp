#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using model::Obstacle;
using nlohmann::json;
namespace path = regent::model::path;

namespace {

constexpr const char* first_id = "aaaaaaaa-0000-4444-8888-000000000001";
constexpr const char* second_id = "aaaaaaaa-0000-4444-8888-000000000002";

json app(const char* app_id, json unique_name, json tags) {
    return {{"displayName", app_id}, {"appId", app_id}, {"uniqueName", unique_name}, {"tags", tags}};
}

model::Snapshot look(Tenant& tenant, const std::vector<std::pair<std::string, std::string>>& wanted) {
    std::vector<std::string> names;
    for (const auto& [name, adopt] : wanted) names.push_back(name);
    auto scope = tenant.scope(names);
    for (std::size_t i = 0; i < wanted.size(); ++i) scope.wanted[i].adopt = wanted[i].second;
    model::Snapshot snapshot;
    const auto read = tenant.observe(scope, snapshot);
    if (!read) FAIL(read.error().message);
    return snapshot;
}

bool marked(const model::ObservedResource& resource, const char* mark) {
    const auto& marks = *attribute(resource, path::marks).as_list();
    return std::find(marks.begin(), marks.end(), model::Value(mark)) != marks.end();
}

}  // namespace

TEST_CASE("an application with our key is ours, also when somebody took its tags away") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.portal", json::array())}));
    const auto seen = look(tenant, {{"portal", ""}});
    const auto& portal = seen.resources.at(address("portal"));
    CHECK(portal.ownership == model::Ownership::ours);
    // No manifest wants this mark, so the next plan writes our tags again.
    CHECK(marked(portal, "unmarked"));
}

TEST_CASE("an application with our key and another owner's mark is left alone, and the obstacle says whose it is") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.portal", {"regent:owner:team-b.dev"})}));
    const auto seen = look(tenant, {{"portal", ""}});
    CHECK(seen.resources.empty());
    REQUIRE(seen.obstacles.size() == 1);
    CHECK(seen.obstacles[0].kind == Obstacle::Kind::foreign_owner);
    CHECK(seen.obstacles[0].message.find("team-b.dev") != std::string::npos);
    // Not how to steal it back.
    CHECK(seen.obstacles[0].help.find("team-b.dev has it now: remove the manifest here, which deletes nothing") == 0);
    CHECK(seen.obstacles[0].help.find("taken back") == std::string::npos);
}

TEST_CASE("whoever wants another owner's application is told a way on which it is not deleted") {
    const auto help = [](const char* owner) {
        Tenant tenant;
        tenant.seed(json::array({app(first_id, nullptr, {std::string("regent:owner:") + owner})}));
        return look(tenant, {{"portal", first_id}}).obstacles.at(0).help;
    };
    const auto other = help("team-b.prod"), renamed = help("regent.old"), owner = help("team-b.dev");
    CHECK(other.find("set `management.onRemoval: keep` in its manifest there, apply, then remove") == 0);
    CHECK(other.find("spec.owner") == std::string::npos);
    CHECK(renamed.find("these manifests have it as environment `old`: was that renamed, call it `old` again") == 0);
    CHECK(owner.find("was only `spec.owner` changed here, write `team-b` again") != std::string::npos);
}

TEST_CASE("what is ours and wanted by no manifest is an orphan, named by its key or by its name tag") {
    Tenant tenant;
    tenant.seed(
        json::array({app(first_id, "regent.dev.old", {Tenant::owner_tag, "regent:preventDelete"}),
                     app(second_id, "bicep-x", {Tenant::owner_tag, "regent:name:adopted"}),
                     app("aaaaaaaa-0000-4444-8888-000000000003", nullptr, {Tenant::owner_tag}),
                     app("aaaaaaaa-0000-4444-8888-000000000004", "regent.dev.other", {"regent:owner:regent.test"}),
                     app("aaaaaaaa-0000-4444-8888-000000000005", nullptr, {"HideApp"})}));
    const auto seen = look(tenant, {});
    std::set<model::Address> orphans;
    for (const auto& orphan : seen.orphans) orphans.insert(orphan.address);
    CHECK(orphans == std::set{address("old"), address("adopted")});
    CHECK(seen.resources.empty());
    CHECK(seen.obstacles.empty());
}

TEST_CASE("two applications that say they are the same one are an obstacle that names both") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.portal", {Tenant::owner_tag}),
                             app(second_id, "bicep-x", {Tenant::owner_tag, "regent:name:portal"})}));
    const auto seen = look(tenant, {{"portal", ""}});
    REQUIRE(seen.obstacles.size() == 1);
    CHECK(seen.obstacles[0].kind == Obstacle::Kind::several_matches);
    CHECK(seen.resources.empty());
    CHECK(seen.orphans.empty());
}

TEST_CASE("an adopt target is unclaimed, missing, taken by others or taken by ourselves") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, nullptr, {"HideApp"}), app(second_id, nullptr, {"regent:owner:team-b.dev"}),
                             app("aaaaaaaa-0000-4444-8888-000000000003", "regent.dev.old", {Tenant::owner_tag}),
                             app("aaaaaaaa-0000-4444-8888-000000000004", "team-c.dev.x", {"regent:preventDelete"}),
                             app("aaaaaaaa-0000-4444-8888-000000000005", "a.key.of-another-tool", json::array())}));
    const auto seen = look(tenant, {{"a-unclaimed", first_id},
                                    {"b-foreign", second_id},
                                    {"c-ours", "aaaaaaaa-0000-4444-8888-000000000003"},
                                    {"d-looks-foreign", "aaaaaaaa-0000-4444-8888-000000000004"},
                                    {"e-other-tool", "aaaaaaaa-0000-4444-8888-000000000005"},
                                    {"f-missing", "aaaaaaaa-0000-4444-8888-00000000000f"},
                                    {"g-twin", first_id}});
    CHECK(seen.resources.at(address("a-unclaimed")).ownership == model::Ownership::unclaimed);
    CHECK(seen.resources.at(address("e-other-tool")).ownership == model::Ownership::unclaimed);
    CHECK(seen.resources.size() == 2);
    std::map<std::string, Obstacle> obstacles;
    for (const auto& obstacle : seen.obstacles) obstacles.emplace(obstacle.address.name, obstacle);
    REQUIRE(obstacles.size() == 5);
    CHECK(obstacles.at("b-foreign").kind == Obstacle::Kind::adopt_target_taken);
    CHECK(obstacles.at("b-foreign").message.find("team-b.dev") != std::string::npos);
    CHECK(obstacles.at("c-ours").kind == Obstacle::Kind::adopt_target_taken);
    CHECK(obstacles.at("c-ours").message.find("Application/old") != std::string::npos);
    CHECK(obstacles.at("d-looks-foreign").kind == Obstacle::Kind::adopt_target_taken);
    CHECK(obstacles.at("f-missing").kind == Obstacle::Kind::adopt_target_missing);
    CHECK(obstacles.at("g-twin").kind == Obstacle::Kind::adopt_target_taken);
    CHECK(obstacles.at("g-twin").message.find("Application/a-unclaimed") != std::string::npos);
    CHECK(seen.orphans.size() == 1);
}

TEST_CASE("an adopted application stays ours, and a manifest that then names another one is not followed") {
    Tenant tenant;
    tenant.seed(
        json::array({app(first_id, "regent.dev.portal", {Tenant::owner_tag}), app(second_id, nullptr, json::array())}));
    CHECK(look(tenant, {{"portal", first_id}}).resources.at(address("portal")).ownership == model::Ownership::ours);
    const auto seen = look(tenant, {{"portal", second_id}});
    REQUIRE(seen.obstacles.size() == 1);
    CHECK(seen.obstacles[0].kind == Obstacle::Kind::several_matches);
    CHECK(seen.resources.empty());
}

TEST_CASE("an adopted application without a name gets its key with the next write") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, nullptr, {Tenant::owner_tag, "HideApp"})}));
    const auto seen = look(tenant, {{"portal", first_id}});
    const auto& portal = seen.resources.at(address("portal"));
    CHECK(portal.ownership == model::Ownership::ours);
    CHECK(marked(portal, "unnamed"));
    tenant.done(step(plan::Work::update, portal, {{std::string(path::marks), model::List{}}}));
    CHECK(tenant.application(first_id)["uniqueName"] == "regent.dev.portal");
    CHECK(tenant.application(first_id)["tags"] == json({"HideApp", Tenant::owner_tag}));
}

TEST_CASE("the recycle bin is asked only for what is missing, and its holders of our keys are found") {
    Tenant tenant;
    tenant.seed_deleted(json::array({app(first_id, "regent.dev.portal", {Tenant::owner_tag}),
                                     app(second_id, "regent.dev.stolen", {"regent:owner:team-b.dev"}),
                                     app("aaaaaaaa-0000-4444-8888-000000000003", nullptr, json::array())}));
    tenant.seed(json::array({app("aaaaaaaa-0000-4444-8888-000000000009", "regent.dev.there", {Tenant::owner_tag})}));
    const auto asked = [&] {
        const auto all = tenant.requests();
        return std::count_if(all.begin(), all.end(),
                             [](const auto& r) { return r.target.find("deletedItems") != std::string::npos; });
    };
    tenant.forget_requests();
    CHECK(look(tenant, {{"there", ""}}).resources.size() == 1);
    CHECK(asked() == 0);
    const auto seen =
        look(tenant, {{"portal", ""}, {"stolen", ""}, {"new", ""}, {"gone", "aaaaaaaa-0000-4444-8888-000000000003"}});
    CHECK(asked() == 1);
    CHECK(seen.resources.at(address("portal")).deleted);
    CHECK(seen.resources.size() == 1);
    REQUIRE(seen.obstacles.size() == 2);
    CHECK(seen.obstacles[0].kind == Obstacle::Kind::adopt_target_missing);
    CHECK(seen.obstacles[0].message.find("recycle bin") != std::string::npos);
    CHECK(seen.obstacles[1].kind == Obstacle::Kind::foreign_owner);
}

TEST_CASE("without the right to see the recycle bin the rest is still planned") {
    Tenant tenant;
    tenant.fault("status", "GET", "deletedItems", {{"status", 403}, {"count", -1}});
    const auto seen = look(tenant, {{"portal", ""}});
    CHECK(model::is_bin_unread(seen));
    CHECK(seen.resources.size() == 1);  // the recycle bin itself
    CHECK(seen.obstacles.empty());
    auto scope = tenant.scope({"portal"});
    scope.wanted.front().remembered_id = "aaaaaaaa-0000-4444-8888-00000000000A";
    model::Snapshot remembered;
    REQUIRE(tenant.observe(scope, remembered));
    const auto& portal = remembered.resources.at(address("portal"));
    CHECK(portal.deleted);
    CHECK(model::is_remembered_only(portal));
    CHECK(portal.id == "aaaaaaaa-0000-4444-8888-00000000000a");
}

TEST_CASE("the caller and the permissions of the APIs in scope are known") {
    Tenant tenant;
    const auto seen = tenant.look({}, {Tenant::arm, "00000000-dead-4000-8000-000000000000"});
    CHECK(seen.caller_object_id == "33333333-3333-3333-3333-333333333333");
    REQUIRE(seen.apis.size() == 1);
    CHECK(seen.apis.at(Tenant::arm).delegated.at("user_impersonation") == Tenant::arm_user_impersonation);
    CHECK_FALSE(seen.apis.at(Tenant::arm).display_name.empty());
}
