#include "plan/not_seen_yet.hpp"

#include "plan/obstacles.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

/// An application and its connector, made and then shown by no answer.
struct Unseen {
    DesiredGraph graph;
    model::Snapshot seen;
    History history;

    explicit Unseen(Document connector = testing::connector("x").by_managed_identity("a")) {
        graph = graph_of({application("a").list(model::path::redirect_uris_web, {url_of("x")}), std::move(connector)});
        PretendTenant tenant;
        const auto before = tenant.observe(graph);
        Dice dice(1);
        tenant.carry_out(make_plan(graph, before, {}, today), before, dice);
        seen = tenant.observe(graph);
        history.remote_ids.emplace(con("x"), seen.resources.at(con("x")).id);
        seen.resources.erase(con("x"));
    }

    Plan plan_after(std::chrono::seconds since_made) {
        history.made_at[con("x")] = today - since_made;
        return make_plan(graph, seen, history, today);
    }
};

}  // namespace

TEST_CASE("a connector that was made a moment ago and is not shown is not made again", "[not-seen-yet]") {
    const auto plan = Unseen().plan_after(9min);
    CHECK(plan.empty());
    REQUIRE(plan.withheld.size() == 1);
    CHECK(plan.withheld[0].why == Withheld::Why::not_seen_yet);
    CHECK(plan.withheld[0].address == con("x"));
    CHECK(count_obstacles(plan) == 1);
}

TEST_CASE("one that no answer is too old to show was deleted, and is made again", "[not-seen-yet]") {
    const auto plan = Unseen().plan_after(oldest_answer);
    CHECK(plan.withheld.empty());
    const auto names = names_of(plan);
    CHECK(std::find(names.begin(), names.end(), "create Connector/x") != names.end());
}

TEST_CASE("a time that is still to come says nothing, nor does one of a connector that was removed", "[not-seen-yet]") {
    CHECK_FALSE(Unseen().plan_after(-1min).empty());
    Unseen removed;
    removed.history.remote_ids.clear();
    CHECK_FALSE(removed.plan_after(1min).empty());
}

TEST_CASE("where connectors are made under keys of our own there is no second one", "[not-seen-yet]") {
    Unseen in_solution(connector("x").by_managed_identity("a").set(model::path::backend, "solution"));
    CHECK_FALSE(in_solution.plan_after(1min).empty());
}

}  // namespace regent::plan::testing
