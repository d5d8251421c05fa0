// A connector of Logic Apps: each save replaces it whole, its client's secret included.

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

namespace regent::plan::testing {
namespace {

using Names = std::vector<std::string>;

struct Saved {
    Saved() {
        auto connector_x = connector("x").by_secret("a", "s");
        connector_x.set(model::path::backend, std::string(model::backend::logicapps));
        connector_x.list(model::path::tags, {"team=platform"});
        documents = {application("a").secret("s"), connector_x};
        const auto graph = graph_of(documents, environment());
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
    }
    Names names() {
        const auto graph = graph_of(documents, environment());
        return names_of(make_plan(graph, tenant.observe(graph), {}, today));
    }
    void change(std::string_view path, model::Value value) {
        tenant.find(con("x"))->attributes.insert_or_assign(std::string(path), std::move(value));
    }

    std::vector<model::Declaration> documents;
    PretendTenant tenant;
    Dice dice{1};
};

}  // namespace

TEST_CASE_METHOD(Saved, "a connector that is saved whole is given a new secret with any change",
                 "[secrets][logicapps]") {
    CHECK(names() == Names{});
    change(model::path::definition, "drifted");
    CHECK(names() ==
          Names{"add clientSecrets/s of Application/a", "update Connector/x", "drop clientSecrets/s of Application/a"});
}

TEST_CASE_METHOD(Saved, "one whose sign-in is left to people is not saved without their secret, and its tags are",
                 "[secrets][logicapps]") {
    documents[1].management.ignore = {"auth"};
    const auto plan = [&] {
        const auto graph = graph_of(documents, environment());
        return make_plan(graph, tenant.observe(graph), {}, today);
    };
    CHECK(plan().empty());
    change(model::path::tags, model::List{"team=somebody"});
    CHECK(names() == Names{"update Connector/x"});
    change(model::path::definition, "drifted");
    CHECK(plan().empty());
    REQUIRE(plan().withheld.size() == 1);
    CHECK(plan().withheld[0].address == con("x"));
    CHECK(plan().withheld[0].message.find("its client's secret would be lost") != std::string::npos);
}

TEST_CASE_METHOD(Saved, "its tags change without a new secret", "[secrets][logicapps]") {
    change(model::path::tags, model::List{"team=somebody"});
    CHECK(names() == Names{"update Connector/x"});
}

}  // namespace regent::plan::testing
