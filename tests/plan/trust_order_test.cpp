// Who signs in by a federated credential is out as soon as it goes, so that the one which takes its place comes first.

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <map>
#include <string>

namespace regent::plan::testing {
namespace {

/// "change one, add two; drop three": steps of one wave, and what waits for them.
class TrustOrders {
public:
    using Subjects = std::map<std::string, std::string>;

    std::string order(const Subjects& before, const Subjects& after) {
        apply(before);
        const auto graph = graph_of({with(after)});
        const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
        std::string text;
        int wave = 0;
        for (const auto& step : plan.steps) {
            if (!text.empty()) text += step.wave == wave ? ", " : "; ";
            wave = step.wave;
            const auto name = name_of(step);
            const auto path = name.find("federatedCredentials/"), end = name.find(" of ");
            text += name.substr(0, path) + name.substr(path + 21, end - path - 21);
        }
        apply(after);
        return text;
    }

private:
    static Document with(const Subjects& subjects) {
        auto document = application("a").list(model::path::federated_credentials, {});
        for (const auto& [name, subject] : subjects) document.credential(name, trust("https://ci", subject));
        return document;
    }
    void apply(const Subjects& subjects) {
        const auto graph = graph_of({with(subjects)});
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
        tenant.minutes_pass();
        REQUIRE(make_plan(graph, tenant.observe(graph), {}, today).empty());
    }

    PretendTenant tenant;
    Dice dice{1};
};

}  // namespace

TEST_CASE_METHOD(TrustOrders, "a credential goes after the one that is to replace it has come", "[credentials]") {
    CHECK(order({{"old", "1"}}, {{"new", "2"}}) == "add new; drop old");
    CHECK(order({{"kept", "1"}, {"old", "2"}}, {{"kept", "3"}}) == "change kept; drop old");
}

TEST_CASE_METHOD(TrustOrders, "one that takes over issuer and subject comes after they are free", "[credentials]") {
    CHECK(order({{"old", "1"}}, {{"new", "1"}}) == "drop old; add new");
    CHECK(order({{"one", "2"}}, {{"one", "3"}, {"two", "2"}}) == "change one; add two");
    CHECK(order({{"a", "1"}, {"b", "2"}, {"c", "3"}}, {{"a", "2"}, {"b", "3"}, {"c", "4"}}) ==
          "change c; change b; change a");
}

TEST_CASE_METHOD(TrustOrders, "what goes and is in nobody's way waits for a whole chain", "[credentials]") {
    CHECK(order({{"a", "1"}, {"b", "2"}, {"old", "3"}}, {{"a", "2"}, {"b", "4"}}) == "change b; change a; drop old");
}

TEST_CASE_METHOD(TrustOrders, "a circle is opened in one place", "[credentials]") {
    CHECK(order({{"a", "1"}, {"b", "2"}, {"c", "3"}}, {{"a", "2"}, {"b", "3"}, {"c", "1"}}) ==
          "drop a; change c; change b; add a");
    CHECK(order({{"a", "1"}, {"b", "2"}, {"x", "8"}, {"y", "9"}}, {{"a", "2"}, {"b", "1"}, {"x", "9"}, {"y", "8"}}) ==
          "drop a, drop x; change b, change y; add a, add x");
}

TEST_CASE_METHOD(TrustOrders, "a full application lets go of as many as have to come first", "[credentials]") {
    Subjects before, after;
    for (int i = 10; i < 29; ++i) before[fmt::format("c{}", i)] = after[fmt::format("c{}", i)] = fmt::format("{}", i);
    after.erase("c10");
    after.erase("c11");
    after["n1"] = "n1";
    after["n2"] = "n2";
    CHECK(order(before, after) == "drop c10, add n1; add n2; drop c11");
}

}  // namespace regent::plan::testing
