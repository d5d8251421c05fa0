// An identifier URI that cannot be had yet does not cost the one that it is to replace.

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

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

}  // namespace regent::plan::testing
