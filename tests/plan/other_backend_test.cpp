// A connector that another service keeps than its manifest says.

#include "plan/obstacles.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

model::ObservedResource in_power_apps(const std::string& name) {
    model::ObservedResource there;
    there.address = con(name);
    there.id = "shared_" + name;
    there.attributes = {{std::string(model::path::display_name), name},
                        {std::string(model::path::environment), "pp-1"},
                        {std::string(model::path::auth_type), "none"}};
    return there;
}

DesiredGraph graph_with(const std::string& backend, model::OnRemoval on_removal) {
    auto in = environment();
    in.policy.on_removal = on_removal;
    auto graph = graph_of({connector("x")}, in);
    auto& attribute = graph.resources.at(con("x")).attributes[std::string(model::path::backend)];
    attribute.value = backend;
    return graph;
}

const Withheld* withheld_for(const Plan& plan, const model::Address& address) {
    const auto it =
        std::find_if(plan.withheld.begin(), plan.withheld.end(), [&](const auto& w) { return w.address == address; });
    return it == plan.withheld.end() ? nullptr : &*it;
}

}  // namespace

TEST_CASE("a connector is neither moved nor made twice when its manifest names another back end", "[backend]") {
    for (const auto on_removal : {model::OnRemoval::keep, model::OnRemoval::remove}) {
        model::Snapshot seen;
        seen.orphans.push_back(in_power_apps("x"));
        const auto plan = make_plan(graph_with("solution", on_removal), seen, {}, today);
        CHECK(names_of(plan).empty());
        const auto* withheld = withheld_for(plan, con("x"));
        REQUIRE(withheld != nullptr);
        CHECK(plan.withheld.size() == 1);
        CHECK(withheld->why == Withheld::Why::other_backend);
        CHECK(withheld->message.find("shared_x") != std::string::npos);
        CHECK(withheld->help.find("`backend: environment`") != std::string::npos);
        CHECK(is_obstacle(*withheld));
    }
}

TEST_CASE("what a connector goes on to bring forth while it is withheld is called by its name", "[backend]") {
    const auto urls = std::string(model::path::redirect_uris_web);
    auto documents =
        std::vector<model::Declaration>{connector("x").by_managed_identity("a"),
                                        application("a").list(urls, {url_of("x"), "https://declared.example/"})};
    auto graph = graph_of(documents);
    graph.resources.at(con("x")).attributes[std::string(model::path::backend)].value = "solution";
    model::Snapshot seen;
    auto orphan = in_power_apps("x");
    orphan.outputs[std::string(model::output::redirect_url)] = "https://redirect.example/x";
    seen.orphans.push_back(orphan);
    model::ObservedResource there;
    there.address = app("a");
    there.id = "id-a";
    there.attributes[urls] =
        model::List{"https://declared.example/", "https://redirect.example/x", "https://other.example/"};
    seen.resources.emplace(app("a"), there);
    const auto warnings_of = [&] {
        const auto plan = make_plan(graph, seen, {}, today);
        for (const auto& resource : plan.resources) {
            if (resource.address != app("a")) continue;
            CHECK(resource.undeclared.empty());
            for (const auto& change : resource.changes) CHECK(change.path != urls);
            return resource.warnings;
        }
        return std::vector<std::string>{};
    };
    CHECK(warnings_of() ==
          std::vector<std::string>{
              urls + ": \"https://other.example/\" is in no manifest, and stays only until Connector/x can be decided",
              urls + ": \"https://redirect.example/x\" comes from Connector/x and is kept until that can be decided"});
    // Where nobody can say what it is, any of them may be it.
    seen.orphans.front().outputs.clear();
    CHECK(warnings_of().back() ==
          urls + ": \"https://redirect.example/x\" may come from Connector/x and is kept until that can be decided");
}

TEST_CASE("one that another back end keeps beside the wanted one is told and never deleted", "[backend]") {
    model::Snapshot seen;
    auto row = in_power_apps("x");
    row.id = "9f6d";
    row.attributes.insert_or_assign(std::string(model::path::backend), "solution");
    row.attributes.insert_or_assign(std::string(model::path::display_name), "The x");
    seen.resources.emplace(con("x"), row);
    seen.orphans.push_back(in_power_apps("x"));
    const auto plan = make_plan(graph_with("solution", model::OnRemoval::remove), seen, {}, today);
    CHECK(plan.summary.remove == 0);
    const auto* withheld = withheld_for(plan, con("x"));
    REQUIRE(withheld != nullptr);
    CHECK(withheld->why == Withheld::Why::other_backend);
    CHECK_FALSE(is_obstacle(*withheld));
}

TEST_CASE("what one service can change is not replaced because another could not", "[backend]") {
    model::Snapshot seen;
    auto row = in_power_apps("x");
    row.attributes.insert_or_assign(std::string(model::path::backend), "solution");
    row.attributes.insert_or_assign(std::string(model::path::display_name), "another title");
    seen.resources.emplace(con("x"), row);
    auto graph = graph_with("solution", model::OnRemoval::keep);
    graph.resources.at(con("x")).management.allow_replacement = true;
    CHECK(make_plan(graph, seen, {}, today).summary.replace == 1);
    seen.resources.at(con("x")).changeable.emplace(model::path::display_name);
    const auto plan = make_plan(graph, seen, {}, today);
    CHECK(plan.summary.replace == 0);
    CHECK(plan.summary.update == 1);
    for (const auto& resource : plan.resources) {
        for (const auto& change : resource.changes) CHECK_FALSE(change.forces_replacement);
    }
}

}  // namespace regent::plan::testing
