// An application holds twenty federated credentials, whoever added them.

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace regent::plan::testing {
namespace {

/// An application that has `count` credentials by hand, and two that its documents contribute.
Plan plan_with(std::size_t by_hand) {
    model::Map credentials;
    for (std::size_t i = 0; i < by_hand; ++i)
        credentials[fmt::format("by-hand-{}", i)] = trust("https://i", fmt::format("h{}", i));
    PretendTenant tenant;
    tenant.add(app("a"), {{"federatedCredentials", credentials}});
    const auto graph = graph_of({application("a"), federated_credential("one", "a", trust("https://i", "1")),
                                 federated_credential("two", "a", trust("https://i", "2"))});
    return make_plan(graph, tenant.observe(graph), {}, today);
}

}  // namespace

TEST_CASE("an application that is nearly full of credentials is warned of, with whose they are", "[credentials]") {
    CHECK(plan_with(13).resources.at(0).warnings.empty());
    const auto plan = plan_with(14);
    REQUIRE(plan.resources.at(0).warnings.size() == 1);
    CHECK(plan.resources.at(0).warnings[0] ==
          "16 of 20 federated credentials: 2 of FederatedCredential documents, 14 that no manifest declares");
    CHECK(plan_with(18).withheld.empty());
}

TEST_CASE("a credential that would be the twenty-first is withheld, and all else is done", "[credentials]") {
    const auto plan = plan_with(19);
    CHECK(plan.problems.empty());
    REQUIRE(plan.withheld.size() == 1);
    CHECK(plan.withheld[0].why == Withheld::Why::no_place);
    CHECK(plan.withheld[0].message ==
          "has no room for the federated credential \"two\": it would be one of 21, and an application can hold 20 "
          "(2 of FederatedCredential documents, 19 that no manifest declares)");
    CHECK(plan.withheld[0].place.known());
    CHECK(names_of(plan) ==
          std::vector<std::string>{"update Application/a", "add federatedCredentials/one of Application/a"});
}

TEST_CASE("a list that the manifest declares makes room first, as much as is needed", "[credentials]") {
    model::Map credentials;
    for (int i = 0; i < 20; ++i) credentials[fmt::format("old-{}", i)] = trust("https://i", fmt::format("{}", i));
    PretendTenant tenant;
    tenant.add(app("a"), {{"federatedCredentials", credentials}});
    const auto graph = graph_of({application("a").credential("new", trust("https://i", "new"))});
    const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
    CHECK(plan.problems.empty());
    CHECK(plan.resources.at(0).warnings.empty());
    const auto names = names_of(plan);
    REQUIRE(names.size() == 22);
    CHECK(names[1] == "drop federatedCredentials/old-0 of Application/a");
    CHECK(names[2] == "add federatedCredentials/new of Application/a");
}

TEST_CASE("a flexible credential stays and counts where the manifest declares the list, and keeps its name",
          "[credentials]") {
    model::Map credentials;
    for (int i = 0; i < 18; ++i) credentials[fmt::format("c{}", i)] = trust("https://i", fmt::format("{}", i));
    auto flexible = trust("https://i", "");
    flexible["flexible"] = true;
    credentials["flex"] = flexible;
    PretendTenant tenant;
    tenant.add(app("a"), {{"federatedCredentials", credentials}});
    auto document = application("a");
    const int declared = GENERATE(18, 20);
    for (int i = 0; i < declared; ++i)
        document.credential(fmt::format("c{}", i), trust("https://i", fmt::format("{}", i)));
    if (declared == 18) document.credential("flex", trust("https://i", "another"));
    const auto graph = graph_of({document});
    const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
    REQUIRE(plan.withheld.size() == 1);
    if (declared == 18) {
        CHECK(plan.withheld[0].why == Withheld::Why::unclaimed_namesake);
        CHECK(plan.withheld[0].message.find("\"flex\"") != std::string::npos);
        CHECK(names_of(plan) == std::vector<std::string>{"update Application/a"});
    } else {
        CHECK(plan.withheld[0].why == Withheld::Why::no_place);
        CHECK(names_of(plan) ==
              std::vector<std::string>{"update Application/a", "add federatedCredentials/c18 of Application/a"});
    }
    CHECK(plan.resources.at(0).warnings.size() == 1);
}

}  // namespace regent::plan::testing
