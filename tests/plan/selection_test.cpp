// A plan for some objects only.

#include "plan/selection.hpp"

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using Addresses = std::set<model::Address>;

Plan whole_plan(const std::vector<model::Declaration>& documents, const PretendTenant& tenant = {}) {
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    const auto graph = graph_of(documents, in);
    return make_plan(graph, tenant.observe(graph), {}, today);
}

}  // namespace

TEST_CASE("what is not selected is not in the plan", "[select]") {
    PretendTenant tenant;
    tenant.add(app("gone"), {{"displayName", "gone"}});
    auto plan = whole_plan({application("a"), application("b")}, tenant);
    REQUIRE(plan.deletes == 1);
    const auto selection = select(plan, {app("a")});
    CHECK(names_of(plan) == std::vector<std::string>{"create Application/a"});
    CHECK(plan.summary.create == 1);
    CHECK(plan.deletes == 0);
    CHECK(selection.left_out == Addresses{app("b"), app("gone")});
    CHECK(selection.needed.empty());
}

TEST_CASE("what a selected object needs comes along, whole", "[select]") {
    auto plan = whole_plan({application("a").list(model::path::redirect_uris_web, {url_of("c")}).secret("s"),
                            connector("c").by_secret("a", "s"), application("other")});
    const auto whole = names_of(plan);
    const auto selection = select(plan, {con("c")});
    CHECK(selection.needed == Addresses{app("a")});
    CHECK(selection.left_out == Addresses{app("other")});
    CHECK(names_of(plan).size() == whole.size() - 1);
    std::set<int> ids;
    for (const auto& step : plan.steps) ids.insert(step.id);
    for (const auto& step : plan.steps) {
        for (const auto id : step.after) CHECK(ids.contains(id));
    }
}

TEST_CASE("who a secret is issued for comes along with it", "[select]") {
    auto plan = whole_plan({application("o").secret("s"), connector("c").by_secret("o", "s"),
                            application("other").secret("t"), connector("d").by_secret("other", "t")});
    const auto selection = select(plan, {app("o")});
    CHECK(selection.needed == Addresses{con("c")});
    CHECK(selection.left_out == Addresses{app("other"), con("d")});
    const auto names = names_of(plan);
    CHECK(std::any_of(names.begin(), names.end(), [](const auto& name) { return name == "create Connector/c"; }));
}

TEST_CASE("a removal is never selected", "[select]") {
    PretendTenant tenant;
    tenant.add(app("gone"), {{"displayName", "gone"}});
    auto plan = whole_plan({application("a")}, tenant);
    const auto selection = select(plan, {app("gone")});
    CHECK(plan.steps.empty());
    CHECK(selection.left_out == Addresses{app("a"), app("gone")});
}

}  // namespace regent::plan::testing
