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

// ---- renamed manifests

namespace {

model::Snapshot look_for_renamed(Tenant& tenant, const char* name, const std::vector<std::string>& before,
                                 const std::vector<std::string>& others = {}) {
    auto names = others;
    names.insert(names.begin(), name);
    auto scope = tenant.scope(names);
    scope.wanted[0].previous_names = before;
    model::Snapshot snapshot;
    const auto read = tenant.observe(scope, snapshot);
    if (!read) FAIL(read.error().message);
    return snapshot;
}

}  // namespace

TEST_CASE("an application under a previous name is the one of its manifest, and is to be called otherwise") {
    Tenant tenant;
    SECTION("by its key") {
        tenant.seed(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag})}));
    }
    SECTION("by its key alone, without its tags") {
        tenant.seed(json::array({app(first_id, "regent.dev.orders", json::array())}));
    }
    SECTION("by its tag beside another tool's key") {
        tenant.seed(json::array({app(first_id, "bicep-x", {Tenant::owner_tag, "regent:name:orders"})}));
    }
    SECTION("by its tag beside the key that it had before that") {
        tenant.seed(json::array({app(first_id, "regent.dev.sales", {Tenant::owner_tag, "regent:name:orders"})}));
    }
    const auto seen = look_for_renamed(tenant, "orders-api", {"older", "orders"});
    REQUIRE(seen.resources.contains(address("orders-api")));
    CHECK(marked(seen.resources.at(address("orders-api")), "named:orders"));
    CHECK(seen.orphans.empty());
    CHECK(seen.obstacles.empty());
}

TEST_CASE("a renamed application is known by its tag, whatever its key and without the name it had") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag, "regent:name:orders-api"})}));
    const auto seen = look(tenant, {{"orders-api", ""}});
    REQUIRE(seen.resources.contains(address("orders-api")));
    CHECK(!marked(seen.resources.at(address("orders-api")), "named:orders"));
    // Wanted by nobody, it is an orphan of the name it has now.
    CHECK(look(tenant, {}).orphans.at(0).address == address("orders-api"));
}

TEST_CASE("an application under a new name and one under the name before are an obstacle that names both") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag}),
                             app(second_id, "regent.dev.orders-api", {Tenant::owner_tag})}));
    SECTION("both listed") {}
    SECTION("the new one not listed yet, as it was made a moment ago") {
        tenant.change("/v1.0/applications(uniqueName='regent.dev.orders-api')", {{"patch", {{"tags", json::array()}}}});
    }
    const auto seen = look_for_renamed(tenant, "orders-api", {"orders"});
    REQUIRE(seen.obstacles.size() == 1);
    CHECK(seen.obstacles[0].kind == Obstacle::Kind::several_matches);
    for (const auto* key : {"regent.dev.orders", "regent.dev.orders-api"})
        CHECK(seen.obstacles[0].message.find(tenant.application(key)["id"].get<std::string>()) != std::string::npos);
    CHECK(seen.obstacles[0].help.find("take `orders` out of `previousNames`") != std::string::npos);
    CHECK(seen.resources.empty());
    // Nor is one of them taken for something that no manifest wants.
    CHECK(seen.orphans.empty());
}

TEST_CASE("a key is for life: who is to have the name that another one was made under is told whose it is") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag, "regent:name:orders-api"})}));
    const auto seen = look(tenant, {{"orders-api", ""}, {"orders", ""}});
    CHECK(seen.resources.contains(address("orders-api")));
    CHECK(!seen.resources.contains(address("orders")));
    REQUIRE(seen.obstacles.size() == 1);
    CHECK(seen.obstacles[0].address == address("orders"));
    CHECK(seen.obstacles[0].message.find("which is called orders-api by now") != std::string::npos);
}

TEST_CASE("the manifest that takes back the name its application was made under has it again") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag, "regent:name:orders-api"})}));
    const auto seen = look(tenant, {{"orders", ""}});
    REQUIRE(seen.resources.contains(address("orders")));
    CHECK(marked(seen.resources.at(address("orders")), "named:orders-api"));
    CHECK(seen.orphans.empty());
}

TEST_CASE("an answer from before a rename shows the application that is remembered, and none to be deleted") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag})}));
    auto scope = tenant.scope({"orders-api"});
    scope.wanted[0].remembered_id = tenant.application("regent.dev.orders")["id"];
    model::Snapshot seen;
    REQUIRE(tenant.observe(scope, seen));
    REQUIRE(seen.resources.contains(address("orders-api")));
    CHECK(seen.orphans.empty());
}

TEST_CASE("an application that was renamed since the look is not deleted under its old name") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag})}));
    const auto orphan = tenant.look().orphans.at(0);
    tenant.change("/v1.0/applications(uniqueName='regent.dev.orders')",
                  {{"patch", {{"tags", {Tenant::owner_tag, "regent:name:orders-api"}}}}});
    const auto refused = tenant.apply(step(plan::Work::remove, orphan));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(!tenant.application("regent.dev.orders").is_null());
}

TEST_CASE("what was handed over to another owner is nothing that could be renamed") {
    Tenant tenant;
    tenant.seed(json::array({app(first_id, "regent.dev.orders", {"regent:owner:team-b.dev", "regent:name:orders"})}));
    const auto seen = look_for_renamed(tenant, "orders-api", {"orders"});
    CHECK(seen.resources.empty());
    CHECK(seen.obstacles.empty());
}

TEST_CASE("an application in the recycle bin is found under the name before, and after a rename") {
    Tenant tenant;
    SECTION("before") {
        tenant.seed_deleted(json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag})}));
    }
    SECTION("after") {
        tenant.seed_deleted(
            json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag, "regent:name:orders-api"})}));
    }
    const auto seen = look_for_renamed(tenant, "orders-api", {"orders"});
    REQUIRE(seen.resources.contains(address("orders-api")));
    CHECK(seen.resources.at(address("orders-api")).deleted);
}

TEST_CASE("a name whose key lies in the recycle bin under another one cannot be given to a new application") {
    Tenant tenant;
    tenant.seed_deleted(
        json::array({app(first_id, "regent.dev.orders", {Tenant::owner_tag, "regent:name:orders-api"})}));
    const auto seen = look(tenant, {{"orders-api", ""}, {"orders", ""}});
    CHECK(seen.resources.at(address("orders-api")).deleted);
    CHECK(!seen.resources.contains(address("orders")));
    REQUIRE(seen.obstacles.size() == 1);
    CHECK(seen.obstacles[0].address == address("orders"));
}
