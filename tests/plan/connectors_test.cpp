// Rules that only connectors have: one title in one place, copies, and what others made and a manifest watches.

#include "plan/connector_titles.hpp"
#include "plan/obstacles.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::ManagementPolicy;
using Names = std::vector<std::string>;

void carry_out(const DesiredGraph& graph, PretendTenant& tenant) {
    const auto seen = tenant.observe(graph);
    const auto plan = make_plan(graph, seen, {}, today);
    Dice dice(1);
    tenant.carry_out(plan, seen, dice);
}

/// What is said of two connectors with these titles.
model::Diagnostics titles(Document first, Document second) {
    return build_desired_graph(environment(), {std::move(first), std::move(second)}).diagnostics;
}

Document titled(const std::string& name, const std::string& title, const std::string& environment = "pp-1") {
    return connector(name).set(model::path::display_name, title).set(model::path::environment, environment);
}

Document in_solution(Document document, const std::string& solution) {
    return document.set(model::path::backend, std::string(model::backend::solution))
        .set(model::path::solution, solution);
}

model::ObservedResource copy_of(const std::string& name) {
    model::ObservedResource copy;
    copy.address = con(name);
    copy.id = "shared_copy";
    copy.ownership = model::Ownership::unclaimed;
    copy.attributes = {{std::string(model::path::display_name), "Copy by Mary"}};
    copy.remarks = {"carries the mark of another connector"};
    return copy;
}

bool tells(const std::vector<std::string>& words, const std::string& what) {
    return std::any_of(words.begin(), words.end(),
                       [&](const auto& text) { return text.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("two connectors with one title in one environment are refused with both places", "[connectors]") {
    const auto said = titles(titled("a", "Orders"), titled("b", "orders"));
    REQUIRE(said.size() == 1);
    CHECK(said[0].code == "RG0329");
    CHECK(said[0].span.known());
    REQUIRE(said[0].secondary.size() == 1);
    CHECK(said[0].message.find("Connector/a and Connector/b") != std::string::npos);
    CHECK(titles(in_solution(titled("a", "Orders"), "One"), in_solution(titled("b", "Orders"), "One")).size() == 1);
}

TEST_CASE("one title is no matter where a connector's name is another", "[connectors]") {
    CHECK(titles(titled("a", "Orders"), titled("b", "Orders", "pp-2")).empty());
    CHECK(titles(titled("a", "Orders"), in_solution(titled("b", "Orders"), "One")).empty());
    // The prefix of its publisher is a part of the name.
    CHECK(titles(in_solution(titled("a", "Orders"), "One"), in_solution(titled("b", "Orders"), "Two")).empty());
    CHECK(titles(titled("a", "Orders").adopts("shared_1"), titled("b", "Orders").adopts("shared_2")).empty());
    CHECK(titles(titled("a", "Orders"), titled("b", "Orders").is(ManagementPolicy::observe)).empty());
    const auto azure = std::string(model::backend::logicapps);
    CHECK(titles(titled("a", "Orders").set(model::path::backend, azure),
                 titled("b", "Orders").set(model::path::backend, azure))
              .empty());
}

TEST_CASE("an id that was imported elsewhere is adopted once in each environment", "[connectors]") {
    CHECK(titles(titled("a", "Orders").adopts("id"), titled("b", "Orders", "pp-2").adopts("id")).empty());
    CHECK(titles(titled("a", "Orders").adopts("id"), titled("b", "Other").adopts("id")).at(0).code == "RG0322");
}

TEST_CASE("a copy of a connector is told, and neither removed nor counted among what uses an application",
          "[connectors]") {
    const std::vector<model::Declaration> documents = {application("a"), connector("x").by_managed_identity("a")};
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    const auto both = graph_of(documents, in);
    PretendTenant tenant;
    carry_out(both, tenant);

    auto seen = tenant.observe(both);
    seen.orphans.push_back(copy_of("x"));
    const auto beside = make_plan(both, seen, {}, today);
    CHECK(beside.empty());
    CHECK(beside.withheld.empty());
    const auto line = std::find_if(beside.resources.begin(), beside.resources.end(),
                                   [](const auto& resource) { return resource.address == con("x"); });
    REQUIRE(line != beside.resources.end());
    CHECK(tells(line->warnings, "Copy by Mary"));

    // The original is gone, and its manifest there or not.
    seen.resources.erase(con("x"));
    const auto again = make_plan(both, seen, {}, today);
    CHECK(names_of(again) == Names{"create Connector/x"});

    auto unwanted = tenant.observe(graph_of({application("other")}, in));
    std::erase_if(unwanted.orphans, [](const auto& orphan) { return orphan.address == con("x"); });
    auto copy = copy_of("x");
    copy.attributes[std::string(model::path::auth_client_id)] =
        unwanted.orphans.at(0).outputs.at(std::string(model::output::app_id));
    unwanted.orphans.push_back(copy);
    const auto without = make_plan(graph_of({application("other")}, in), unwanted, {}, today);
    CHECK(names_of(without) == Names{"create Application/other", "delete Application/a"});
    const auto told = std::find_if(without.withheld.begin(), without.withheld.end(),
                                   [](const auto& withheld) { return withheld.address == con("x"); });
    REQUIRE(told != without.withheld.end());
    CHECK(told->message.find("Copy by Mary") != std::string::npos);
    CHECK(count_obstacles(without) == 0);
}

TEST_CASE("what stands in the way of writing a connector does not stand in the way of watching it", "[connectors]") {
    using Kind = model::Obstacle::Kind;
    const auto graph_with = [](ManagementPolicy policy) {
        return graph_of(
            {application("a").credential("mi", identity_of("x")), connector("x").by_managed_identity("a").is(policy)});
    };
    PretendTenant tenant;
    carry_out(graph_of({application("a"), connector("x").by_managed_identity("a")}), tenant);
    tenant.minutes_pass();
    for (const auto kind : {Kind::no_place, Kind::adopt_target_taken, Kind::several_matches}) {
        const auto plan_with = [&](ManagementPolicy policy) {
            const auto graph = graph_with(policy);
            auto seen = tenant.observe(graph);
            seen.resources.at(con("x")).ownership = model::Ownership::unclaimed;
            seen.obstacles.push_back({kind, con("x"), "why", "what to do"});
            return make_plan(graph, seen, {}, today);
        };
        CHECK(count_obstacles(plan_with(ManagementPolicy::full)) == 1);
        const auto watched = plan_with(ManagementPolicy::observe);
        if (kind == Kind::several_matches) {
            CHECK(count_obstacles(watched) == 1);
        } else {
            CHECK(names_of(watched) == Names{"add federatedCredentials/mi of Application/a"});
            CHECK(count_obstacles(watched) == 0);
        }
    }
}

TEST_CASE("a connector is made anew under a title after the one that has it is deleted", "[connectors]") {
    const auto plan_for = [](const std::string& b, const std::string& c, const std::string& d) {
        PretendTenant tenant;
        carry_out(graph_of({titled("b", "B"), titled("c", "C"), titled("d", "D")}), tenant);
        const auto graph =
            graph_of({titled("b", b).allows_replacement(), titled("c", c).allows_replacement(), titled("d", d)});
        const auto seen = tenant.observe(graph);
        for (unsigned seed = 0; seed < 20; ++seed) {
            auto copy = tenant;
            Dice dice(seed);
            copy.carry_out(make_plan(graph, seen, {}, today), seen, dice);
        }
        return make_plan(graph, seen, {}, today);
    };
    const auto waits_for = [](const Plan& plan, const std::string& later, const std::string& earlier) {
        const auto named = [&](const std::string& name) {
            return *std::find_if(plan.steps.begin(), plan.steps.end(),
                                 [&](const auto& step) { return name_of(step) == name; });
        };
        const auto& after = named(later).after;
        return std::find(after.begin(), after.end(), named(earlier).id) != after.end();
    };
    SECTION("in a row: the old one goes when it can be had") {
        const auto plan = plan_for("C", "New", "D");
        CHECK(waits_for(plan, "delete Connector/b", "delete Connector/c"));
        CHECK(waits_for(plan, "create Connector/b", "delete Connector/c"));
    }
    SECTION("two that swap theirs") {
        const auto plan = plan_for("C", "B", "D");
        CHECK(waits_for(plan, "create Connector/b", "delete Connector/c"));
        CHECK(waits_for(plan, "create Connector/c", "delete Connector/b"));
    }
    SECTION("in a row whose last one stays: none is deleted") {
        const auto plan = plan_for("C", "D", "Other");
        CHECK(plan.empty());
        REQUIRE(plan.withheld.size() == 3);
        CHECK(plan.withheld[0].why == Withheld::Why::unclaimed_namesake);
        CHECK(plan.withheld[0].changes.size() == 1);
        CHECK(plan.withheld[1].message.find("Connector/d") != std::string::npos);
        CHECK(plan.withheld[2].why == Withheld::Why::replacement_unasked);
    }
}

TEST_CASE("a connector is made anew under the title of one that is deleted in the same plan", "[connectors]") {
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    PretendTenant tenant;
    carry_out(graph_of({titled("a", "New"), titled("b", "One")}, in), tenant);
    const auto graph = graph_of({titled("b", "New").allows_replacement()}, in);
    const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
    REQUIRE(names_of(plan) == Names{"delete Connector/a", "delete Connector/b", "create Connector/b"});
    CHECK(plan.steps[1].after == std::vector<int>{1});
    carry_out(graph, tenant);
    CHECK(make_plan(graph, tenant.observe(graph), {}, today).empty());
    SECTION("and keeps its own while that one is kept") {
        in.policy.on_removal = model::OnRemoval::keep;
        PretendTenant other;
        carry_out(graph_of({titled("a", "New"), titled("b", "One")}, in), other);
        const auto kept = graph_of({titled("b", "New").allows_replacement()}, in);
        CHECK(make_plan(kept, other.observe(kept), {}, today).empty());
    }
}

TEST_CASE("a new connector waits for the title that another one gives up", "[connectors]") {
    PretendTenant tenant;
    carry_out(graph_of({titled("c", "C")}), tenant);
    const auto allowed = graph_of({titled("b", "C"), titled("c", "New").allows_replacement()});
    const auto plan = make_plan(allowed, tenant.observe(allowed), {}, today);
    CHECK(names_of(plan) == Names{"delete Connector/c", "create Connector/b", "create Connector/c"});
    const auto unasked = graph_of({titled("b", "C"), titled("c", "New")});
    CHECK(make_plan(unasked, tenant.observe(unasked), {}, today).empty());
}

TEST_CASE("a connector is not made anew under the title of somebody's", "[connectors]") {
    PretendTenant tenant;
    carry_out(graph_of({titled("b", "One")}), tenant);
    const auto graph = graph_of({titled("b", "New").allows_replacement().set(model::path::description, "Changed")});
    auto seen = tenant.observe(graph);
    seen.obstacles.push_back(
        {model::Obstacle::Kind::unclaimed_namesake, con("b"), "somebody has it", "choose another"});
    const auto plan = make_plan(graph, seen, {}, today);
    CHECK(names_of(plan) == Names{"update Connector/b"});
    REQUIRE(plan.withheld.size() == 1);
    CHECK(plan.withheld[0].message == "somebody has it");
    CHECK(plan.withheld[0].changes.size() == 1);
}

}  // namespace regent::plan::testing
