// What a connector signs in by stays until the connector was saved without it.

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;

class LettingGo {
public:
    Plan plan(const std::vector<model::Declaration>& documents) {
        const auto graph = graph_of(documents);
        return make_plan(graph, tenant.observe(graph), {}, today);
    }
    void apply(const std::vector<model::Declaration>& documents) {
        // A run that has something to wait for goes on in the next.
        for (int runs = 0; runs < 3; ++runs) {
            const auto graph = graph_of(documents);
            const auto observed = tenant.observe(graph);
            tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
            tenant.minutes_pass();
        }
        REQUIRE(names_of(plan(documents)) == std::vector<std::string>{});
    }
    /// Whether `later` comes after `earlier` in each order that the plan allows.
    static bool waits(const Plan& plan, const std::string& later, const std::string& earlier) {
        const auto find = [&](const std::string& name) -> const Step& {
            const auto it = std::find_if(plan.steps.begin(), plan.steps.end(),
                                         [&](const auto& step) { return name_of(step) == name; });
            INFO(name);
            REQUIRE(it != plan.steps.end());
            return *it;
        };
        const auto& after = find(later).after;
        return std::find(after.begin(), after.end(), find(earlier).id) != after.end();
    }
    List uris() {
        const auto& value = tenant.find(app("a"))->attributes["redirectUris.web"];
        return value.as_list() == nullptr ? List{} : *value.as_list();
    }

    PretendTenant tenant;
    Dice dice{1};
    Document with_secret = connector("x").by_secret("a", "s");
    Document open = connector("x").set(model::path::auth_type, "none");
};

}  // namespace

TEST_CASE_METHOD(LettingGo, "a trusted identity goes after the connector that signs in by it", "[let-go]") {
    apply({application("a").credential("fic", identity_of("x")), connector("x").by_managed_identity("a")});
    const auto wanted = application("a").secret("s").list(model::path::federated_credentials, {});
    const auto made = plan({wanted, with_secret});
    CHECK(waits(made, "drop federatedCredentials/fic of Application/a", "update Connector/x"));
    apply({wanted, with_secret});
}

TEST_CASE_METHOD(LettingGo, "a redirect URL goes after the connector that uses it, by a request of its own",
                 "[let-go]") {
    apply({application("a").secret("s").list(model::path::redirect_uris_web, {url_of("x"), "https://other/"}),
           with_secret});
    REQUIRE(uris().size() == 2);
    const auto wanted = application("a").list(model::path::redirect_uris_web, {"https://other/"});
    const auto made = plan({wanted, open});
    CHECK(waits(made, "complete Application/a", "update Connector/x"));
    apply({wanted, open});
    CHECK(uris() == List{"https://other/"});
}

TEST_CASE_METHOD(LettingGo, "a contributed redirect URL keeps its mark until it goes", "[let-go]") {
    apply({application("a").secret("s"), redirect_uri("r", "a", url_of("x")), with_secret});
    REQUIRE(uris().size() == 1);
    const std::vector<model::Declaration> wanted = {application("a"), open};
    const auto graph = graph_of(wanted);
    const auto observed = tenant.observe(graph);
    const auto made = make_plan(graph, observed, {}, today);
    CHECK(waits(made, "complete Application/a", "update Connector/x"));
    SECTION("also when the run ends before that") {
        tenant.carry_out(made, observed, dice, 1);
    }
    apply(wanted);
    CHECK(uris().empty());
}

TEST_CASE_METHOD(LettingGo, "a redirect URL of a connector that nothing is done to goes at once", "[let-go]") {
    apply({application("a").secret("s").list(model::path::redirect_uris_web, {url_of("x")}), with_secret});
    const std::vector<model::Declaration> wanted = {
        application("a").secret("s").list(model::path::redirect_uris_web, {}), with_secret};
    CHECK(names_of(plan(wanted)) == std::vector<std::string>{"update Application/a"});
}

TEST_CASE_METHOD(LettingGo, "a redirect URL goes after the connector that is replaced is deleted", "[let-go]") {
    const auto web = application("a").list(model::path::redirect_uris_web, {url_of("c")}).secret("s");
    apply({web, connector("c").by_secret("a", "s")});
    const auto replaced =
        plan({web, connector("c").by_secret("a", "s").set(model::path::display_name, "New").allows_replacement()});
    const auto lets_go = std::find_if(replaced.steps.begin(), replaced.steps.end(), [](const auto& step) {
        return step.summary.find("lets go of 1 redirect URI, after Connector/c") != std::string::npos;
    });
    REQUIRE(lets_go != replaced.steps.end());
    CHECK(waits(replaced, "create Connector/c", "delete Connector/c"));
    for (const auto& step : replaced.steps) {
        if (name_of(step) == "create Connector/c")
            CHECK(std::find(lets_go->after.begin(), lets_go->after.end(), step.id) != lets_go->after.end());
        const auto* sent =
            step.address == app("a") && step.id != lets_go->id && step.changed.contains("redirectUris.web")
                ? step.values.find("redirectUris.web")->second.as_list()
                : nullptr;
        if (sent != nullptr) CHECK_FALSE(sent->empty());
    }
}

TEST_CASE_METHOD(LettingGo, "a renamed secret goes after everybody was given the new one", "[let-go]") {
    apply({application("a").secret("b").delivered_to("/out/b")});
    const std::vector<model::Declaration> renamed = {application("a").secret("c").delivered_to("/out/b")};
    const auto made = plan(renamed);
    CHECK(waits(made, "drop clientSecrets/b of Application/a", "add secretDeliveries/c of Application/a"));
    const auto& secrets = made.resources.at(0).changes;
    const auto gone = std::find_if(secrets.begin(), secrets.end(),
                                   [](const auto& change) { return change.op == Change::Op::remove; });
    REQUIRE(gone != secrets.end());
    CHECK(gone->risk == model::Risk::medium);
    apply(renamed);
}

}  // namespace regent::plan::testing
