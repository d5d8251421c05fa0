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

/// An application with a secret that a connector signs in by, made and then shown by no answer; and one that lets it
/// in.
struct UnseenApplication {
    DesiredGraph graph = graph_of({application("a").secret("s"), connector("x").by_secret("a", "s"),
                                   application("b").list(model::path::known_clients, {app_id_of("a")})});
    PretendTenant tenant;
    History history;

    UnseenApplication() {
        const auto before = tenant.observe(graph);
        Dice dice(1);
        tenant.carry_out(make_plan(graph, before, {}, today), before, dice);
        REQUIRE(make_plan(graph, tenant.observe(graph), {}, today).empty());
        history.remote_ids.emplace(app("a"), tenant.find(app("a"))->id);
    }

    Plan plan_after(std::chrono::seconds since_made, std::chrono::seconds replication_grace = 2min) {
        history.made_at[app("a")] = today - since_made;
        auto seen = tenant.observe(graph);
        if (!in_bin) seen.resources.erase(app("a"));
        if (in_bin) seen.resources.at(app("a")).deleted = true;
        return make_plan(graph, seen, history, today, {}, replication_grace);
    }
    bool in_bin = false;
};

/// The application is shown, and its secret, which the connector has, is not.
struct UnseenSecret : UnseenApplication {
    std::vector<RotationRequest> rotations;

    Plan plan_after(std::chrono::seconds since_issued) {
        history.made_at[issued_secret(tenant.find(app("a"))->secrets.at(0).key_id)] = today - since_issued;
        auto seen = tenant.observe(graph);
        seen.resources.at(app("a")).secrets.clear();
        return make_plan(graph, seen, history, today, rotations);
    }
};

const Names issued_again = {"add clientSecrets/s of Application/a", "update Connector/x"};

bool makes_application(const Plan& plan) {
    const auto names = names_of(plan);
    return std::find(names.begin(), names.end(), "create Application/a") != names.end() &&
           std::find(names.begin(), names.end(), "add clientSecrets/s of Application/a") != names.end();
}

}  // namespace

TEST_CASE(
    "of an application that was made a moment ago and is not shown no secret is issued again, and what others "
    "have of it stays",
    "[not-seen-yet]") {
    const auto plan = UnseenApplication().plan_after(119s);
    CHECK(names_of(plan) == Names{});
    REQUIRE_FALSE(plan.withheld.empty());
    CHECK(plan.withheld[0].why == Withheld::Why::not_seen_yet);
    CHECK(plan.withheld[0].address == app("a"));
    CHECK(plan.withheld[0].help.find("is made anew from 00:00:01 UTC on") != std::string::npos);
    CHECK(std::all_of(plan.withheld.begin(), plan.withheld.end(), passes_by_itself));
    CHECK(std::none_of(plan.resources.begin(), plan.resources.end(),
                       [](const auto& change) { return change.gone_outside; }));
}

TEST_CASE("how long an application may stay unseen is the replication grace", "[not-seen-yet]") {
    UnseenApplication unseen;
    CHECK(makes_application(unseen.plan_after(2min)));
    CHECK(unseen.plan_after(4min, 5min).empty());
    CHECK(makes_application(unseen.plan_after(5min, 5min)));
    CHECK(makes_application(unseen.plan_after(0s, 0s)));
}

TEST_CASE("an application that lies in the recycle bin was deleted by somebody, however short it was there",
          "[not-seen-yet]") {
    UnseenApplication deleted;
    deleted.in_bin = true;
    const auto plan = deleted.plan_after(1s);
    CHECK(std::any_of(plan.steps.begin(), plan.steps.end(),
                      [](const auto& step) { return step.address == app("a") && step.restore; }));
}

TEST_CASE("a secret that was issued a moment ago and that its application does not show is not issued again",
          "[not-seen-yet][secrets]") {
    UnseenSecret unseen;
    const auto plan = unseen.plan_after(119s);
    CHECK(names_of(plan) == Names{});
    REQUIRE(plan.withheld.size() == 1);
    CHECK(plan.withheld[0].why == Withheld::Why::not_seen_yet);
    CHECK(plan.withheld[0].address == app("a"));
    CHECK(plan.withheld[0].help.find("another one is issued from 00:00:01 UTC on") != std::string::npos);
    CHECK(names_of(unseen.plan_after(2min)) == issued_again);
}

TEST_CASE("a secret that is not shown does not keep a person from asking for another one", "[not-seen-yet][secrets]") {
    UnseenSecret unseen;
    unseen.rotations = {{app("a"), "s", {}}};
    CHECK(names_of(unseen.plan_after(1s)) == issued_again);
}

TEST_CASE("a connector that has to be written with a secret does not wait until it is shown",
          "[not-seen-yet][secrets]") {
    UnseenSecret unseen;
    SECTION("by policy") {
        unseen.graph.environment.policy.connector_secret_on_update = model::Policy::SecretOnUpdate::reissue;
        unseen.tenant.find(con("x"))->attributes["definition"] = "drifted";
    }
    SECTION("as it signs in by none") {
        unseen.tenant.find(con("x"))->attributes["auth.type"] = "none";
    }
    CHECK(names_of(unseen.plan_after(1s)) == issued_again);
}

TEST_CASE("an application that is made anew is given a secret, whenever the one before had its last",
          "[not-seen-yet][secrets]") {
    UnseenApplication gone;
    gone.history.made_at[issued_secret(gone.tenant.find(app("a"))->secrets.at(0).key_id)] = today - 1s;
    CHECK(makes_application(gone.plan_after(2min)));
}

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
