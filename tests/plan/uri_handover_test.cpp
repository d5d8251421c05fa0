// An identifier URI that cannot be had yet does not cost the one that it is to replace.

#include "plan/pretend_tenant.hpp"
#include "plan/selection.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
namespace path = model::path;

/// What the identifier URIs of `name` become; what they are when nothing is written.
List uris_after(PretendTenant tenant, const DesiredGraph& graph, const std::string& name) {
    Dice dice{1};
    const auto observed = tenant.observe(graph);
    tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
    const auto* list = tenant.find(app(name))->attributes.at(std::string(path::identifier_uris)).as_list();
    return list == nullptr ? List{} : *list;
}

/// The tenant after these applications were made, each with the one identifier URI.
PretendTenant with_uris(const std::map<std::string, std::string>& uris) {
    std::vector<model::Declaration> documents;
    for (const auto& [name, uri] : uris)
        documents.push_back(application(name).list(path::identifier_uris, {model::Value(uri)}));
    PretendTenant tenant;
    Dice dice{1};
    const auto graph = graph_of(documents);
    const auto observed = tenant.observe(graph);
    tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
    return tenant;
}

}  // namespace

TEST_CASE("an identifier URI stays until the one that is to replace it can be had", "[uris]") {
    PretendTenant tenant;
    const auto add = [&](const std::string& name, const std::string& uri) {
        tenant.add(app(name), {{std::string(path::identifier_uris), List{uri}}});
    };
    add("a", "api://one");
    add("b", "api://two");
    add("c", "api://three");
    const auto keeps_it = application("a");  // its manifest leaves the list alone
    const auto wants_one = application("b").list(path::identifier_uris, {"api://one"});
    SECTION("and goes with the next run") {
        const auto c = application("c").list(path::identifier_uris, {"api://three"});
        const auto graph = graph_of({keeps_it, wants_one, c});
        const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
        REQUIRE(plan.withheld.size() == 1);
        CHECK(plan.withheld[0].address == app("b"));
        CHECK(uris_after(tenant, graph, "b") == List{"api://two"});
        tenant.find(app("a"))->attributes[std::string(path::identifier_uris)] = List{};
        CHECK(uris_after(tenant, graph, "b") == List{"api://one"});
    }
    SECTION("but goes to the application that is to have it") {
        const auto graph = graph_of({keeps_it, wants_one, application("c").list(path::identifier_uris, {"api://two"})});
        CHECK(uris_after(tenant, graph, "b") == List{});
        CHECK(uris_after(tenant, graph, "c") == List{"api://two"});
    }
}

TEST_CASE("in a chain of identifier URIs each application has its new one before the old one goes to the next",
          "[uris]") {
    auto tenant = with_uris({{"a", "api://one"}, {"b", "api://two"}, {"c", "api://three"}, {"d", "api://four"}});
    const auto has = [](const std::string& name, const std::string& uri) {
        return application(name).list(path::identifier_uris, {model::Value(uri)});
    };
    SECTION("whoever is at its end") {
        const auto graph =
            graph_of({has("a", "api://two"), has("b", "api://three"), has("c", "api://four"), has("d", "api://five")});
        const auto observed = tenant.observe(graph);
        auto plan = make_plan(graph, observed, {}, today);
        CHECK(plan.withheld.empty());
        CHECK(names_of(plan) == std::vector<std::string>{"update Application/d", "complete Application/c",
                                                         "complete Application/b", "complete Application/a"});
        for (std::size_t step = 1; step < plan.steps.size(); ++step)
            CHECK(plan.steps[step].after == std::vector<int>{static_cast<int>(step)});
        Dice dice{1};
        tenant.carry_out(plan, observed, dice);
        CHECK(make_plan(graph, tenant.observe(graph), {}, today).empty());
    }
    SECTION("and without waiting for what else the one before waits for") {
        auto giver = application("b").secret("s").list(path::identifier_uris, {model::Value("api://three")});
        giver.list(path::redirect_uris_web, {url_of("x")});
        const auto graph = graph_of({has("a", "api://two"), giver, has("c", "api://five"), has("d", "api://four"),
                                     connector("x").by_secret("b", "s")});
        auto plan = make_plan(graph, tenant.observe(graph), {}, today);
        const auto step = [&](const std::string& name, const std::string& summary) {
            const auto it = std::find_if(plan.steps.begin(), plan.steps.end(), [&](const auto& one) {
                return name_of(one) == name && one.summary.find(summary) != std::string::npos;
            });
            REQUIRE(it != plan.steps.end());
            return *it;
        };
        const auto a = step("complete Application/a", "identifier URI");
        const auto uris = step("complete Application/b", "identifier URI");
        const auto redirects = step("complete Application/b", "redirect URI");
        CHECK(std::count(a.after.begin(), a.after.end(), uris.id) == 1);
        CHECK(std::count(a.after.begin(), a.after.end(), redirects.id) == 0);
    }
    SECTION("but in a circle") {
        const auto circle =
            graph_of({has("a", "api://one"), has("b", "api://three"), has("c", "api://two"), has("d", "api://four")});
        const auto plan = make_plan(circle, tenant.observe(circle), {}, today);
        CHECK(names_of(plan) == std::vector<std::string>{"update Application/b", "update Application/c",
                                                         "complete Application/b", "complete Application/c"});
    }
    SECTION("and a new one comes last") {
        const auto graph = graph_of({has("a", "api://one"), has("b", "api://three"), has("c", "api://five"),
                                     has("d", "api://four"), has("e", "api://two")});
        const auto observed = tenant.observe(graph);
        auto plan = make_plan(graph, observed, {}, today);
        const auto names = names_of(plan);
        REQUIRE_FALSE(names.empty());
        CHECK(names.back() == "complete Application/e");
        Dice dice{1};
        tenant.carry_out(plan, observed, dice);
        CHECK(make_plan(graph, tenant.observe(graph), {}, today).empty());
    }
}

TEST_CASE("what comes out of the recycle bin waits until who has its identifier URI has another one", "[uris]") {
    auto tenant = with_uris({{"v", "api://one"}, {"h", "api://three"}, {"x", "api://two"}});
    tenant.find(app("v"))->deleted = true;
    tenant.find(app("h"))->attributes[std::string(path::identifier_uris)] = List{"api://one"};
    const auto has = [](const std::string& name, const std::string& uri) {
        return application(name).list(path::identifier_uris, {model::Value(uri)});
    };
    const auto graph = graph_of({has("v", "api://one"), has("h", "api://two"), has("x", "api://four")});
    const auto observed = tenant.observe(graph);
    auto plan = make_plan(graph, observed, {}, today);
    CHECK(plan.withheld.empty());
    CHECK(names_of(plan) ==
          std::vector<std::string>{"update Application/x", "complete Application/h", "create Application/v"});
    Dice dice{1};
    tenant.carry_out(plan, observed, dice);
    CHECK(make_plan(graph, tenant.observe(graph), {}, today).empty());
}

TEST_CASE("an identifier URI is had from one that is deleted in the same plan, and the old one stays until then",
          "[uris]") {
    auto tenant = with_uris({{"d", "api://one"}, {"b", "api://two"}});
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    const auto graph =
        graph_of({application("b").list(path::identifier_uris, {"api://one"}), application("z"), application("y")}, in);
    const auto observed = tenant.observe(graph);
    auto plan = make_plan(graph, observed, {}, today);
    CHECK(plan.withheld.empty());
    CHECK(names_of(plan) == std::vector<std::string>{"create Application/y", "create Application/z",
                                                     "delete Application/d", "complete Application/b"});
    // It comes after everything else all the same.
    CHECK(plan.steps[2].after == std::vector<int>{1, 2});
    CHECK(plan.steps[3].after == std::vector<int>{3});
    SECTION("carried out") {
        Dice dice{1};
        tenant.carry_out(plan, observed, dice);
        CHECK(tenant.find(app("d"))->deleted);
        CHECK(tenant.find(app("b"))->attributes.at(std::string(path::identifier_uris)) ==
              model::Value(List{"api://one"}));
        CHECK(make_plan(graph, tenant.observe(graph), {}, today).empty());
    }
    SECTION("and waits when only some are applied, since nothing is removed then") {
        (void)select(plan, {app("b"), app("y")});
        CHECK(names_of(plan) == std::vector<std::string>{"create Application/y"});
        REQUIRE(plan.withheld.size() == 1);
        CHECK(plan.withheld[0].address == app("b"));
        CHECK(plan.withheld[0].message == "waits until Application/d is deleted, which is not selected");
        CHECK(plan.summary.update == 0);
    }
}

TEST_CASE("an identifier URI stays with one that is kept, and with one that a new application may be", "[uris]") {
    auto tenant = with_uris({{"d", "api://one"}});
    auto in = environment();
    const auto wants_one = application("b").list(path::identifier_uris, {"api://one"});
    SECTION("kept") {
        tenant = with_uris({{"d", "api://one"}, {"b", "api://two"}});
        in.policy.on_removal = model::OnRemoval::keep;
    }
    SECTION("perhaps renamed") {
        in.policy.on_removal = model::OnRemoval::remove;
    }
    const auto graph = graph_of({wants_one}, in);
    const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
    CHECK(plan.empty());
    CHECK(plan.withheld.size() == 2);
}

TEST_CASE("what comes out of the recycle bin waits for who has its identifier URI since", "[uris]") {
    auto tenant = with_uris({{"v", "api://one"}, {"h", "api://three"}});
    tenant.find(app("v"))->deleted = true;
    tenant.find(app("h"))->attributes[std::string(path::identifier_uris)] = List{"api://one"};
    const auto v = application("v").list(path::identifier_uris, {"api://one"});
    SECTION("and lets go of it") {
        const auto graph = graph_of({v, application("h").list(path::identifier_uris, {"api://three"})});
        const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
        CHECK(plan.withheld.empty());
        REQUIRE(names_of(plan) == std::vector<std::string>{"update Application/h", "create Application/v"});
        CHECK(plan.steps[1].restore);
        CHECK(plan.steps[1].after == std::vector<int>{1});
        CHECK(uris_after(tenant, graph, "v") == List{"api://one"});
    }
    SECTION("or keeps it") {
        const auto graph = graph_of({v, application("h")});
        const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
        CHECK(plan.empty());
        REQUIRE(plan.withheld.size() == 1);
        CHECK(plan.withheld[0].why == Withheld::Why::no_place);
    }
    SECTION("or waits for it itself") {
        const auto graph = graph_of({v, application("h").list(path::identifier_uris, {app_id_of("v", "api://")})});
        const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
        REQUIRE(plan.withheld.size() == 1);
        CHECK(plan.withheld[0].address == app("v"));
    }
}

}  // namespace regent::plan::testing
