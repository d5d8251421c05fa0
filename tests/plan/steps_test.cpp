#include "plan/steps.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::plan;

namespace {

/// Steps that are called by one letter each.
struct Letters {
    StepGraph graph;

    void add(const std::string& name, const std::vector<std::string>& after = {}) {
        graph.add(name, {"Application", name}, {}, Work::update);
        for (const auto& earlier : after) graph.after(name, earlier);
    }
    /// "a b | c d": who can be under way together.
    std::string order() {
        std::string text;
        int wave = 1;
        for (const auto& step : graph.take()) {
            if (step.wave != wave) text += "| ";
            wave = step.wave;
            text += step.address.name + " ";
        }
        if (!text.empty()) text.pop_back();
        return text;
    }
};

}  // namespace

TEST_CASE("what is put last comes behind all that do not wait for it", "[plan][steps]") {
    Letters one;
    one.add("a");
    one.add("b", {"a"});
    one.add("z");
    one.graph.put_last({"z"}, {"a", "b"});
    CHECK(one.order() == "a | b | z");
}

TEST_CASE("what waits for it by way of others is not waited for", "[plan][steps]") {
    Letters one;
    one.add("a");
    one.add("drop", {"z"});
    one.add("people", {"drop"});
    one.graph.before("people", "later");
    one.add("later");
    one.add("z");
    one.graph.put_last({"z"}, {"a", "drop", "later", "people"});
    CHECK(one.order() == "a | z | drop | people | later");
}

TEST_CASE("of several that are put last none waits for itself by way of another", "[plan][steps]") {
    Letters one;
    for (const auto* name : {"a", "y", "z"}) one.add(name);
    one.add("after-y", {"y"});
    one.add("after-z", {"z"});
    one.graph.put_last({"y", "z"}, {"a", "after-y", "after-z"});
    // y comes first, so that it may wait for what is behind z.
    CHECK(one.order() == "a | z | after-z | y | after-y");
}

TEST_CASE("a circle ends, and its steps wait for each other", "[plan][steps]") {
    Letters one;
    one.add("a", {"b"});
    one.add("b", {"a"});
    const auto steps = one.graph.take();
    REQUIRE(steps.size() == 2);
    CHECK(steps[0].after.size() == 1);
    CHECK(steps[1].after.size() == 1);
}
