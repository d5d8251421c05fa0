#include "plan/given_back.hpp"

#include "plan/documents.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::Map;

History with_shares_of(const std::string& name) {
    const ToGiveBack left{"", Map{{"somebody", Map{{"role", "CanView"}, {"type", "User"}}}}, {}};
    History history;
    history.last_applied[con(name)] = Map{{std::string(to_give_back), left.remembered()}};
    return history;
}

}  // namespace

TEST_CASE("shares of a connector that is neither there nor wanted any more are forgotten", "[shares]") {
    PretendTenant tenant;
    const auto graph = graph_of({connector("other")});
    const auto history = with_shares_of("gone");
    auto observed = tenant.observe(graph);
    SECTION("so that a later one of that name is not given them") {
        const auto plan = make_plan(graph, observed, history, today);
        REQUIRE(plan.unmanaged.contains(con("gone")));
        CHECK(plan.unmanaged.at(con("gone")) == std::vector<std::string>{std::string(to_give_back)});
    }
    SECTION("not as long as one is there whose removal was not done") {
        model::ObservedResource orphan;
        orphan.address = con("gone");
        observed.orphans.push_back(orphan);
        CHECK_FALSE(make_plan(graph, observed, history, today).unmanaged.contains(con("gone")));
    }
}

TEST_CASE("a connector that was deleted to be made anew by a run that was killed has its settings again", "[shares]") {
    const ToGiveBack left{
        "",
        {},
        Map{{"iconBrandColor", "#999999"}, {"policies", R"([{"templateId":"routerequesttoendpoint"}])"}},
        {"x-api-key"}};
    History history;
    history.last_applied[con("k")] = Map{{std::string(to_give_back), left.remembered()}};
    const auto read = ToGiveBack::in(history.last_applied[con("k")]);
    REQUIRE(read);
    CHECK(read->settings == left.settings);
    PretendTenant tenant;
    auto document = connector("k");
    const auto planned = [&] {
        const auto graph = graph_of({document});
        return make_plan(graph, tenant.observe(graph), history, today);
    };
    const auto made = [](const Plan& plan) {
        const auto step = std::find_if(plan.steps.begin(), plan.steps.end(),
                                       [](const auto& one) { return one.work == Work::create; });
        REQUIRE(step != plan.steps.end());
        return step->values;
    };
    SECTION("those that no manifest declares, and it is told what is lost") {
        const auto plan = planned();
        CHECK(made(plan).at("iconBrandColor") == model::Value("#999999"));
        CHECK(made(plan).contains("policies"));
        const auto& warnings = plan.resources.at(0).warnings;
        CHECK(std::any_of(warnings.begin(), warnings.end(),
                          [](const auto& text) { return text.find("`x-api-key`") != std::string::npos; }));
        CHECK_FALSE(plan.resources.at(0).gone_outside);
    }
    SECTION("not what its manifest says") {
        document.set("iconBrandColor", "#111111").set("policies", "[]");
        const auto plan = planned();
        CHECK(made(plan).at("iconBrandColor") == model::Value("#111111"));
        CHECK(made(plan).at("policies") == model::Value("[]"));
        CHECK(plan.resources.at(0).warnings.empty());
    }
    SECTION("and once it is there, they are forgotten") {
        const auto graph = graph_of({document});
        const auto plan = planned();
        Dice dice(1);
        tenant.carry_out(plan, tenant.observe(graph), dice);
        const auto next = make_plan(graph, tenant.observe(graph), history, today);
        CHECK(next.steps.empty());
        REQUIRE(next.unmanaged.contains(con("k")));
        CHECK(next.unmanaged.at(con("k")) == std::vector<std::string>{std::string(to_give_back)});
    }
}

TEST_CASE("a share that is given back is told from one that a manifest declares", "[shares]") {
    PretendTenant tenant;
    const auto history = with_shares_of("k");
    const auto steps = [&](const Document& document, bool given_back) {
        const auto graph = graph_of({document});
        const auto plan = make_plan(graph, tenant.observe(graph), history, today);
        std::size_t shares = 0;
        for (const auto& step : plan.steps) {
            if (step.part.rfind("shares/", 0) != 0) continue;
            ++shares;
            CHECK(gives_share_back(plan, step) == given_back);
        }
        CHECK(shares == 1);
    };
    SECTION("as the one that went had it") {
        steps(connector("k"), true);
    }
    SECTION("as its manifest says") {
        auto document = connector("k");
        document.list(model::path::shares, {});
        auto& shares = document.declaration.attributes[std::string(model::path::shares)];
        model::Element share{
            .name = "somebody", .value = Map{{"role", "CanView"}, {"type", "User"}}, .span = {}, .contributor = {}};
        share.span = document.declaration.span;
        shares.elements = {share};
        steps(document, false);
    }
}

}  // namespace regent::plan::testing
