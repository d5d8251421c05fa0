#include "plan/safety.hpp"

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

namespace regent::plan::testing {
namespace {

std::vector<std::string> guards(const Plan& plan, const DesiredGraph& graph, const Consent& consent = {}) {
    std::vector<std::string> names;
    for (const auto& refusal : check_safety(plan, graph, consent)) names.emplace_back(to_string(refusal.guard));
    return names;
}
using Names = std::vector<std::string>;

Plan deleting(std::size_t deletes, std::size_t managed) {
    Plan plan;
    plan.deletes = deletes;
    plan.managed = managed;
    return plan;
}

DesiredGraph some_graph() {
    return graph_of({application("a")});
}

Plan creating() {
    return make_plan(some_graph(), {}, {}, today);
}

}  // namespace

TEST_CASE("a plan may delete as many objects as policy or the person allows", "[safety]") {
    auto graph = some_graph();
    graph.environment.policy.max_deletes = 2;
    CHECK(guards(deleting(2, 5), graph).empty());
    CHECK(guards(deleting(3, 5), graph) == Names{"deletes"});
    CHECK(guards(deleting(3, 5), graph, {.expected_plan = "", .max_deletes = 3}).empty());
    CHECK(guards(deleting(2, 5), graph, {.expected_plan = "", .max_deletes = 1}) == Names{"deletes"});
}

TEST_CASE("a plan may delete a share of the objects, from ten objects on", "[safety]") {
    auto graph = some_graph();
    graph.environment.policy.max_deletes = 100;
    CHECK(guards(deleting(9, 9), graph).empty());
    CHECK(guards(deleting(3, 10), graph).empty());
    CHECK(guards(deleting(4, 10), graph) == Names{"delete_share"});
    // 30.1 % are more than 30 %.
    CHECK(guards(deleting(31, 103), graph) == Names{"delete_share"});
    CHECK(guards(deleting(4, 10), graph, {.expected_plan = "", .max_deletes = 4}).empty());
}

TEST_CASE("an empty source removes nothing unless that is allowed", "[safety]") {
    auto graph = graph_of({});
    CHECK(guards(deleting(1, 1), graph) == Names{"empty_source"});
    CHECK(guards(deleting(0, 0), graph).empty());
    graph.environment.policy.allow_empty = true;
    CHECK(guards(deleting(1, 1), graph).empty());
}

TEST_CASE("an environment that is only planned for is not applied to", "[safety]") {
    auto graph = some_graph();
    graph.environment.policy.mode = model::Policy::Mode::plan;
    CHECK(guards(creating(), graph) == Names{"mode_plan"});
    CHECK(guards(Plan{}, graph).empty());
}

TEST_CASE("a plan is carried out as it was reviewed or not at all", "[safety]") {
    const auto plan = creating();
    const auto graph = some_graph();
    CHECK(guards(plan, graph, {plan.id.substr(0, 8), {}}).empty());
    CHECK(guards(plan, graph, {"sha256:" + plan.id, {}}).empty());
    CHECK(guards(plan, graph, {plan.id.substr(0, 7), {}}) == Names{"plan_changed"});
    CHECK(guards(plan, graph, {std::string(8, 'x'), {}}) == Names{"plan_changed"});
}

TEST_CASE("where plans are approved, only drift is put back without approval", "[safety]") {
    auto graph = some_graph();
    graph.environment.policy.require_approved_plan = true;
    const auto plan = creating();
    CHECK(guards(plan, graph) == Names{"approval_missing"});
    CHECK(guards(plan, graph, {plan.id.substr(0, 8), {}}).empty());

    PretendTenant tenant;
    tenant.add(app("a"), {{"displayName", "drifted"}});
    History history;
    history.last_applied[app("a")] = {{"displayName", "The a"}};
    const auto drift = make_plan(graph, tenant.observe(graph), history, today);
    REQUIRE(drift.resources.at(0).reason == Reason::drifted);
    CHECK(guards(drift, graph).empty());
    CHECK(guards(make_plan(graph, tenant.observe(graph), {}, today), graph) == Names{"approval_missing"});
}

TEST_CASE("the id of a plan names what it does, not when or in which words", "[plan_id]") {
    const auto plan = creating();
    CHECK(plan.id.size() == 64);
    CHECK(creating().id == plan.id);
    CHECK(make_plan(some_graph(), {}, {}, today + std::chrono::hours(1)).id == plan.id);
    auto moved = application("a");
    moved.declaration.place = {"elsewhere.regent.yaml", 7, 1};
    CHECK(make_plan(graph_of({moved}), {}, {}, today).id == plan.id);
}

TEST_CASE("the id of a plan changes with the manifests, the tenant and the environment", "[plan_id]") {
    const auto id = creating().id;
    CHECK(make_plan(graph_of({application("a").set(model::path::display_name, "other")}), {}, {}, today).id != id);
    auto in = environment();
    in.name = "prod";
    CHECK(make_plan(graph_of({application("a")}, in), {}, {}, today).id != id);
    PretendTenant tenant;
    auto& there = tenant.add(app("a"), {{"displayName", "one"}});
    const auto with = [&] { return make_plan(some_graph(), tenant.observe(some_graph()), {}, today).id; };
    const auto before = with();
    CHECK(before != id);
    there.attributes["displayName"] = "two";
    CHECK(with() != before);
}

}  // namespace regent::plan::testing
