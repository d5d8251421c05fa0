// What an application exposes, and what others ask of it.

#include "plan/exposed_permissions.hpp"
#include "plan/permission_ids.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;
using model::Value;

using Lines = std::vector<std::string>;

class Stage {
public:
    Plan plan(const std::vector<model::Declaration>& documents) const {
        const auto graph = graph_of(documents);
        return make_plan(graph, tenant.observe(graph), {}, today);
    }
    Plan apply(const std::vector<model::Declaration>& documents,
               std::size_t steps = std::numeric_limits<std::size_t>::max()) {
        const auto graph = graph_of(documents);
        const auto observed = tenant.observe(graph);
        auto plan = make_plan(graph, observed, {}, today);
        tenant.carry_out(plan, observed, dice, steps);
        return plan;
    }
    void settle(const std::vector<model::Declaration>& documents) {
        apply(documents);
        REQUIRE(names_of(plan(documents)) == Lines{});
    }
    const Map& scopes() { return *tenant.find(app("api"))->attributes["exposes.scopes"].as_map(); }
    const Map& roles() { return *tenant.find(app("api"))->attributes["exposes.roles"].as_map(); }
    Map& observed_scope(const std::string& name) {
        auto& map = std::get<Map>(tenant.find(app("api"))->attributes["exposes.scopes"].held);
        return std::get<Map>(map[name].held);
    }
    Value attribute(const std::string& name, const std::string& path) {
        return tenant.find(app(name))->attributes[path];
    }

    PretendTenant tenant;
    Dice dice{1};
};

std::string id_of(const Value& element) {
    return element.find("id")->text_or({});
}

Document api_with(const std::string& scope, const std::string& title = "Title") {
    return application("api").scope(scope, true, title);
}

/// As an import writes it, which does not look whose the API is.
Document asking_by_id(const std::string& app_id, const std::string& scope) {
    return application("client").list(model::path::permissions,
                                      {Map{{"api", app_id}, {"type", "delegated"}, {"name", scope}}});
}

}  // namespace

TEST_CASE("a new application gets its scopes and roles in the creating request, with derived ids", "[exposes]") {
    Stage stage;
    const auto document = application("api").scope("Read").role("Read.All");
    const auto plan = stage.apply({document});
    REQUIRE(names_of(plan) == Lines{"create Application/api"});
    REQUIRE(id_of(stage.scopes().at("Read")) == derived_permission_id(environment(), app("api"), "Read"));
    REQUIRE(id_of(stage.roles().at("Read.All")) == derived_permission_id(environment(), app("api"), "Read.All"));
    REQUIRE(names_of(stage.plan({document})) == Lines{});
}

TEST_CASE("a scope that is there keeps its id, whoever chose it", "[exposes]") {
    Stage stage;
    stage.tenant.add(
        app("api"),
        {{"displayName", "The api"},
         {"signInAudience", "AzureADMyOrg"},
         {"exposes.scopes",
          Map{{"Read", Map{{"id", "by-hand"}, {"enabled", true}, {"who", "admins"}, {"title", "Title"}}}}}});
    REQUIRE(names_of(stage.plan({api_with("Read")})) == Lines{});
}

TEST_CASE("a changed scope is disabled by one step and changed by the next", "[exposes]") {
    Stage stage;
    stage.settle({api_with("Read")});
    const auto plan = stage.plan({api_with("Read", "Another title")});
    REQUIRE(names_of(plan) == Lines{"update Application/api", "complete Application/api"});
    REQUIRE(plan.steps[0].summary == "disables scope \"Read\"");
    const auto& first = *plan.steps[0].values.at("exposes.scopes").find("Read");
    REQUIRE(*first.find("enabled") == Value(false));
    REQUIRE(*first.find("title") == Value("Title"));
    const auto& second = *plan.steps[1].values.at("exposes.scopes").find("Read");
    REQUIRE(*second.find("enabled") == Value(true));
    REQUIRE(*second.find("title") == Value("Another title"));
    stage.settle({api_with("Read", "Another title")});
}

TEST_CASE("a scope under another name is a new one, beside which the old one is disabled and then removed",
          "[exposes]") {
    Stage stage;
    stage.settle({api_with("Read")});
    const auto plan = stage.plan({api_with("Orders.Read")});
    REQUIRE(names_of(plan) == Lines{"update Application/api", "complete Application/api"});
    const auto& first = *plan.steps[0].values.at("exposes.scopes").as_map();
    REQUIRE(*first.at("Read").find("enabled") == Value(false));
    REQUIRE(*first.at("Orders.Read").find("enabled") == Value(true));
    REQUIRE(plan.steps[1].values.at("exposes.scopes").as_map()->size() == 1);
    stage.settle({api_with("Orders.Read")});
}

TEST_CASE("a scope renamed under its pinned id is there under one name at a time", "[exposes]") {
    Stage stage;
    stage.settle({application("api").scope("Read", true, "Title", "pin-1")});
    const auto renamed = application("api").scope("Orders.Read", true, "Title", "pin-1");
    const auto plan = stage.plan({renamed});
    REQUIRE(plan.steps.size() == 2);
    REQUIRE(plan.steps[0].values.at("exposes.scopes").as_map()->count("Orders.Read") == 0);
    stage.settle({renamed});
    REQUIRE(id_of(stage.scopes().at("Orders.Read")) == "pin-1");
}

TEST_CASE("what is disabled already is changed at once, and to disable is no two steps", "[exposes]") {
    Stage stage;
    stage.settle({application("api").scope("Read").scope("Write", false)});
    const auto plan = stage.plan({application("api").scope("Read", false).scope("Write", true, "Another")});
    REQUIRE(names_of(plan) == Lines{"update Application/api"});
}

TEST_CASE("a run that ends between disabling and changing is finished by the next in one step", "[exposes]") {
    Stage stage;
    stage.settle({api_with("Read")});
    const auto renamed = api_with("Orders.Read");
    stage.apply({renamed}, 1);
    REQUIRE(*stage.scopes().at("Read").find("enabled") == Value(false));
    REQUIRE(names_of(stage.plan({renamed})) == Lines{"update Application/api"});
    stage.settle({renamed});
    REQUIRE(stage.scopes().count("Read") == 0);
}

TEST_CASE("a disabled scope waits with its new name where its old one goes to what is disabled first", "[exposes]") {
    const bool is_role = GENERATE(false, true);
    const auto add = [&](Document& document, const char* name, bool enabled, const char* id) {
        is_role ? document.role(name, enabled, "Title", id) : document.scope(name, enabled, "Title", id);
    };
    auto before = application("api"), after = application("api");
    add(before, "One", false, "id-a");
    add(before, "Gone", true, "id-c");
    add(after, "Two", true, "id-a");
    add(after, "One", true, "id-c");
    Stage stage;
    stage.settle({before});
    const auto plan = stage.plan({after});
    std::vector<std::string> ids;
    for (const auto& [name, element] : *plan.steps[0].values.at(is_role ? "exposes.roles" : "exposes.scopes").as_map())
        ids.push_back(id_of(element));
    std::sort(ids.begin(), ids.end());
    REQUIRE(ids == std::vector<std::string>{"id-a", "id-c"});
    stage.settle({after});
    const auto& there = is_role ? stage.roles() : stage.scopes();
    REQUIRE(id_of(there.at("Two")) == "id-a");
    REQUIRE(id_of(there.at("One")) == "id-c");
}

TEST_CASE("an id that is pinned is taken from the scope that had it, which gets another", "[exposes]") {
    Stage stage;
    stage.settle({application("api").scope("Read", true, "Title", "pin-1")});
    const auto moved = application("api").scope("Read").scope("Write", true, "Title", "pin-1");
    stage.settle({moved});
    REQUIRE(id_of(stage.scopes().at("Write")) == "pin-1");
    REQUIRE(id_of(stage.scopes().at("Read")) == derived_permission_id(environment(), app("api"), "Read"));
}

TEST_CASE("a manifest that leaves scopes and roles out leaves them alone, and empty lists take all away", "[exposes]") {
    Stage stage;
    stage.settle({application("api").scope("Read").role("Read.All")});
    REQUIRE(names_of(stage.plan({application("api")})) == Lines{});
    auto empty = application("api");
    empty.list(model::path::exposed_scopes, {}).list(model::path::exposed_roles, {});
    stage.settle({empty});
    REQUIRE(stage.scopes().empty());
    REQUIRE(stage.roles().empty());
}

TEST_CASE("a scope and a role of one name are one permission, and are disabled together", "[exposes]") {
    Stage stage;
    stage.settle({application("api").scope("Read").role("Read")});
    REQUIRE(id_of(stage.scopes().at("Read")) == id_of(stage.roles().at("Read")));
    const auto changed = application("api").scope("Read", true, "Another").role("Read");
    const auto plan = stage.plan({changed});
    REQUIRE(*plan.steps[0].values.at("exposes.roles").find("Read")->find("enabled") == Value(false));
    stage.settle({changed});
    REQUIRE(*stage.roles().at("Read").find("enabled") == Value(true));
}

TEST_CASE("a permission that moves from the scopes to the roles comes when its place is free", "[exposes]") {
    Stage stage;
    auto before = application("api").scope("Read");
    before.list(model::path::exposed_roles, {});
    stage.settle({before});
    auto after = application("api").role("Read");
    after.list(model::path::exposed_scopes, {});
    const auto plan = stage.plan({after});
    REQUIRE(plan.steps.size() == 2);
    REQUIRE_FALSE(plan.steps[0].changed.contains("exposes.roles"));
    stage.settle({after});
}

TEST_CASE("a scope that goes takes its pre-authorized clients along, and the plan says so", "[exposes]") {
    Stage stage;
    auto document = application("api").scope("Read").scope("Write");
    document.list(model::path::pre_authorized,
                  {pre_authorized("one", "Read"), pre_authorized("two", "Read"), pre_authorized("two", "Write")});
    stage.settle({document});
    const auto shorter = application("api").scope("Write");
    const auto plan = stage.plan({shorter});
    const auto& changes = plan.resources.front().changes;
    REQUIRE(changes.size() == 1);
    REQUIRE(changes.front().note == "2 pre-authorized clients lose it");
    stage.settle({shorter});
    REQUIRE(stage.attribute("api", "exposes.preAuthorizedApplications") == Value(List{pre_authorized("two", "Write")}));
}

TEST_CASE("two applications that pre-authorize each other are made in one run", "[exposes]") {
    Stage stage;
    auto a = application("api").scope("Read");
    auto b = application("client").scope("Notify");
    a.list(model::path::pre_authorized, {pre_authorized(app_id_of("client"), "Read")});
    b.list(model::path::pre_authorized, {pre_authorized(app_id_of("api"), "Notify")});
    const auto plan = stage.apply({a, b});
    REQUIRE(names_of(plan) == Lines{"create Application/api", "create Application/client", "complete Application/api",
                                    "complete Application/client"});
    REQUIRE(plan.steps[2].summary == "1 pre-authorization");
    REQUIRE(names_of(stage.plan({a, b})) == Lines{});
}

TEST_CASE("a client asks an application of ours before there is one, by the id that its manifest decides",
          "[exposes]") {
    Stage stage;
    auto client = application("client");
    client.list(model::path::permissions, {permission_at("api", "Read"), permission("User.Read")});
    const std::vector<model::Declaration> documents = {api_with("Read"), client};
    const auto plan = stage.apply(documents);
    REQUIRE(names_of(plan) ==
            Lines{"create Application/api", "create Application/client", "complete Application/client"});
    const auto& ids = *plan.steps[2].values.at("permissionIds").as_list();
    REQUIRE(ids.size() == 1);
    REQUIRE(*ids[0].find("id") == Value(derived_permission_id(environment(), app("api"), "Read")));
    REQUIRE(*plan.steps[1].values.at("permissions").as_list() == List{permission("User.Read")});
    REQUIRE(names_of(stage.plan(documents)) == Lines{});
}

TEST_CASE("an application that asks itself and one that asks back are no circle", "[exposes]") {
    Stage stage;
    auto a = application("api").scope("Read");
    auto b = application("client").scope("Notify");
    a.list(model::path::permissions, {permission_at("client", "Notify"), permission_at("api", "Read")});
    b.list(model::path::permissions, {permission_at("api", "Read")});
    stage.settle({a, b});
    REQUIRE(stage.attribute("api", "permissions").as_list()->size() == 2);
}

TEST_CASE("a permission that neither manifest nor tenant has is a problem of the client, shown at its line",
          "[exposes]") {
    Stage stage;
    stage.settle({application("api")});
    auto client = application("client");
    client.list(model::path::permissions, {permission_at("api", "Read")});
    const auto plan = stage.plan({application("api"), client});
    REQUIRE(plan.problems.size() == 1);
    REQUIRE(plan.problems.front().code == "RG0709");
    REQUIRE(plan.problems.front().subject == "Application/client");
    REQUIRE(names_of(plan) == Lines{});
}

TEST_CASE("what is there and no manifest declares can be asked for", "[exposes]") {
    Stage stage;
    stage.settle({api_with("Read")});
    stage.observed_scope("Read")["id"] = "by-hand";
    auto client = application("client");
    client.list(model::path::permissions, {permission_at("api", "Read")});
    const auto plan = stage.plan({application("api"), client});
    REQUIRE(plan.problems.empty());
    REQUIRE(*plan.steps[0].values.at("permissionIds").as_list()->front().find("id") == Value("by-hand"));
}

TEST_CASE("a scope that somebody took away is put back, also where a client names the API by its application id",
          "[exposes]") {
    Stage stage;
    stage.settle({api_with("Read")});
    const auto app_id = stage.tenant.find(app("api"))->outputs.at("appId");
    const auto client = asking_by_id(app_id, "Read");
    stage.settle({api_with("Read"), client});
    stage.tenant.find(app("api"))->attributes["exposes.scopes"] = Map{};
    const auto plan = stage.plan({api_with("Read"), client});
    CHECK(plan.problems.empty());
    CHECK(names_of(plan) == Lines{"update Application/api"});
    stage.settle({api_with("Read"), client});
}

TEST_CASE("what an application of ours does not expose cannot be asked by its application id either", "[exposes]") {
    Stage stage;
    stage.settle({api_with("Read")});
    const auto app_id = stage.tenant.find(app("api"))->outputs.at("appId");
    const auto plan = stage.plan({api_with("Read"), asking_by_id(app_id, "Write")});
    REQUIRE(plan.problems.size() == 1);
    CHECK(plan.problems[0].message == "Application/api exposes no delegated permission named `Write`");
}

TEST_CASE("a permission that its API took back stays as it is, and nothing else stands still", "[exposes]") {
    Stage stage;
    const auto client = application("client").list(model::path::permissions, {permission("User.Read")});
    stage.settle({client, application("other")});
    // What the API does not publish goes by its id.
    stage.tenant.find(app("client"))->attributes["permissions"] =
        List{permission("e1fe6dd8-ba31-4d61-89e7-88639da4683d")};
    auto lost = application("client").list(model::path::permissions, {permission("Orders.Read")});
    lost.set("notes", "new");
    const auto other = application("other").set("notes", "new");
    const auto plan = stage.plan({lost, other});
    CHECK(plan.problems.empty());
    REQUIRE(plan.withheld.size() == 1);
    CHECK(plan.withheld[0].address == app("client"));
    CHECK(plan.withheld[0].why == Withheld::Why::waits_for_withheld);
    CHECK(plan.withheld[0].message ==
          "Pretend API publishes no delegated permission named `Orders.Read`: the application goes on asking for it");
    CHECK(names_of(plan) == Lines{"update Application/client", "update Application/other"});
    for (const auto& resource : plan.resources)
        for (const auto& change : resource.changes) CHECK(change.path == "notes");
}

TEST_CASE("what a manifest asks for by its id is not what its API took back", "[exposes]") {
    Stage stage;
    const auto by_id = permission("e1fe6dd8-ba31-4d61-89e7-88639da4683d");
    stage.settle({application("client").list(model::path::permissions, {permission("User.Read")})});
    stage.tenant.find(app("client"))->attributes["permissions"] = List{by_id};
    const auto mistaken = application("client").list(model::path::permissions, {by_id, permission("Orders.Raed")});
    CHECK(stage.plan({mistaken}).problems.size() == 1);
}

TEST_CASE("a scope that is left to people and that nobody made is waited for by who asks for it", "[exposes]") {
    Stage stage;
    stage.settle({application("api")});
    auto left_to_people = api_with("Read");
    left_to_people.ignores("exposes.scopes");
    const auto client = application("client").list(model::path::permissions, {permission_at("api", "Read")});
    const auto plan = stage.plan({left_to_people, client, application("other")});
    CHECK(plan.problems.empty());
    CHECK(std::any_of(plan.withheld.begin(), plan.withheld.end(), [](const auto& one) {
        return one.address == app("client") && one.why == Withheld::Why::waits_for_withheld;
    }));
    CHECK(names_of(plan) == Lines{"create Application/other"});
}

}  // namespace regent::plan::testing
