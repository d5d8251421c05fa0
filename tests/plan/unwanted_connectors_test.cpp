#include "plan/unwanted_connectors.hpp"

#include "plan/documents.hpp"
#include "plan/planner.hpp"

#include <catch2/catch.hpp>

namespace regent::plan::testing {
namespace {

model::Map whereabouts(std::string_view backend, std::string_view path, const std::string& place) {
    return {{std::string(model::path::backend), std::string(backend)}, {std::string(path), place}};
}

/// Each service keeps one connector that is remembered: "power", "solution" and "logic".
struct Remembering {
    model::Environment in = environment();
    History history;

    Remembering() {
        in.power_platform_environments = {{"sales", "pp-1"}};
        in.dataverses.push_back({"pp-1", {}, "Contoso"});
        in.resource_groups = {{"integration", "/subscriptions/s/resourceGroups/g"}};
        add("power", "shared_power", whereabouts(model::backend::environment, model::path::environment, "pp-1"));
        add("solution", "some-row", whereabouts(model::backend::solution, model::path::environment, "pp-1"));
        add("logic", "logic",
            whereabouts(model::backend::logicapps, model::path::resource_group, "/subscriptions/s/resourceGroups/g"));
    }

    void add(const std::string& name, const std::string& id, model::Map values) {
        history.remote_ids.emplace(con(name), id);
        history.last_applied.emplace(con(name), std::move(values));
    }

    std::vector<std::string> asked(const std::vector<model::Declaration>& documents) const {
        auto scope = scope_of(graph_of(documents, in), history.remote_ids);
        ask_for_unwanted_connectors(history, scope);
        std::vector<std::string> names;
        for (const auto& one : scope.unwanted) names.push_back(one.address.name + " " + one.id);
        return names;
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("connectors that no manifest wants any more are asked for by their keys", "[unwanted]") {
    CHECK(Remembering().asked({application("a")}) == Names{"logic logic", "power shared_power", "solution some-row"});
}

TEST_CASE("one that its manifest wants where it is has been asked for already", "[unwanted]") {
    const auto wanted = connector("power").by_managed_identity("a").set(model::path::environment, "pp-1");
    CHECK(Remembering().asked({application("a"), wanted}) == Names{"logic logic", "solution some-row"});
}

TEST_CASE("one that its manifest wants elsewhere is asked for where it is", "[unwanted]") {
    Remembering it;
    const auto elsewhere = connector("power").by_managed_identity("a").set(model::path::environment, "pp-2");
    CHECK(it.asked({application("a"), elsewhere}) == Names{"logic logic", "power shared_power", "solution some-row"});
    const auto in_solution = connector("power")
                                 .by_managed_identity("a")
                                 .set(model::path::environment, "pp-1")
                                 .set(model::path::backend, "solution");
    CHECK(it.asked({application("a"), in_solution}).size() == 3);
}

TEST_CASE("nobody is asked where no connectors are looked for", "[unwanted]") {
    Remembering it;
    it.in.power_platform_environments.clear();
    it.in.dataverses.clear();
    it.in.resource_groups.clear();
    CHECK(it.asked({application("a")}).empty());
}

TEST_CASE("what nobody has any more is gone, and is not asked for again", "[unwanted]") {
    const Remembering it;
    const auto graph = graph_of({application("a")}, it.in);
    model::Snapshot seen;
    model::ObservedResource there;
    there.address = con("solution");
    there.id = "some-row";
    seen.orphans.push_back(there);
    CHECK(make_plan(graph, seen, it.history, today).gone == std::set{con("logic"), con("power")});
}

}  // namespace regent::plan::testing
