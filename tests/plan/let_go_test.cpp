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

TEST_CASE_METHOD(LettingGo, "a redirect URL goes after the connector whose manifest is gone was deleted", "[let-go]") {
    apply({application("a").list(model::path::redirect_uris_web, {url_of("x")}).credential("fic", identity_of("x")),
           connector("x").by_managed_identity("a")});
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    const auto graph = graph_of(
        {application("a").list(model::path::redirect_uris_web, {}).list(model::path::federated_credentials, {})}, in);
    const auto observed = tenant.observe(graph);
    const auto made = make_plan(graph, observed, {}, today);
    CHECK(waits(made, "complete Application/a", "delete Connector/x"));
    CHECK(waits(made, "drop federatedCredentials/fic of Application/a", "delete Connector/x"));
    tenant.carry_out(made, observed, dice);
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

namespace {

/// x signs in by its identity, as a; then it is to sign in as b.
struct GoingOver : LettingGo {
    GoingOver() { apply({trusting("a"), application("b"), connector("x").by_managed_identity("a")}); }
    static Document trusting(const std::string& name) {
        return application(name)
            .list(model::path::redirect_uris_web, {url_of("x")})
            .credential("fic", identity_of("x"));
    }
    static Document letting_go() {
        return application("a").list(model::path::redirect_uris_web, {}).list(model::path::federated_credentials, {});
    }
    Document as_b = connector("x").by_managed_identity("b");
    /// What becomes of x and of a, and why x waits.
    static std::string withheld(const Plan& plan) {
        for (const auto& step : plan.steps)
            if (step.address != app("b")) return "there is a step: " + name_of(step);
        const auto it = std::find_if(plan.withheld.begin(), plan.withheld.end(),
                                     [](const auto& one) { return one.address == con("x"); });
        return it == plan.withheld.end() ? "nothing is told" : it->message;
    }
};

}  // namespace

TEST_CASE_METHOD(GoingOver, "another application trusts an identity before its connector goes over", "[let-go]") {
    const auto made = plan({letting_go(), trusting("b"), as_b});
    CHECK(waits(made, "update Connector/x", "add federatedCredentials/fic of Application/b"));
    CHECK(waits(made, "update Connector/x", "update Application/b"));
    CHECK(waits(made, "drop federatedCredentials/fic of Application/a", "update Connector/x"));
    CHECK(waits(made, "complete Application/a", "update Connector/x"));
    apply({letting_go(), trusting("b"), as_b});
}

TEST_CASE_METHOD(GoingOver, "a connector whose next application is not given its trust goes on as it does",
                 "[let-go]") {
    const std::string credential =
        "waits for Application/b, which is not given the federated credential \"fic\" that trusts its identity: nobody "
        "could sign in any more, so it goes on signing in as it does, and nothing else of it is changed";
    SECTION("since that is only watched") {
        CHECK(withheld(plan({letting_go(), trusting("b").is(model::ManagementPolicy::observe), as_b})) == credential);
    }
    SECTION("since it is left to others") {
        CHECK(withheld(plan({letting_go(), trusting("b").ignores("federatedCredentials"), as_b})) == credential);
    }
    SECTION("since there is no room") {
        model::Map there;
        for (int i = 0; i < 20; ++i) there.emplace(std::to_string(i), trust("https://ci/", std::to_string(i)));
        tenant.find(app("b"))->attributes["federatedCredentials"] = std::move(there);
        CHECK(withheld(plan({letting_go(), application("b").list(model::path::redirect_uris_web, {url_of("x")}),
                             federated_credential("fic", "b", identity_of("x")), as_b})) == credential);
    }
    SECTION("and neither does its redirect URL") {
        CHECK(withheld(plan({letting_go(), trusting("b").ignores("redirectUris.web"), as_b}))
                  .find("its redirect URL (`redirectUris.web`)") != std::string::npos);
    }
}

TEST_CASE_METHOD(GoingOver, "what a connector signs in by stays where it is only watched, or left to people",
                 "[let-go]") {
    SECTION("it is only watched") {
        as_b.is(model::ManagementPolicy::observe);
    }
    SECTION("its sign-in is left to people") {
        as_b.ignores("auth");
    }
    const auto made = plan({letting_go(), trusting("b"), as_b});
    CHECK(
        std::none_of(made.steps.begin(), made.steps.end(), [](const auto& step) { return step.address != app("b"); }));
    const auto a = std::find_if(made.resources.begin(), made.resources.end(),
                                [](const auto& resource) { return resource.address == app("a"); });
    REQUIRE(a != made.resources.end());
    CHECK(a->warnings.size() == 2);
}

TEST_CASE_METHOD(GoingOver, "the same where the application that it is to sign in as is not there yet", "[let-go]") {
    auto as_n = connector("x").by_managed_identity("n");
    const auto made = plan({letting_go(), application("b"), trusting("n"), as_n.is(model::ManagementPolicy::observe)});
    CHECK(
        std::none_of(made.steps.begin(), made.steps.end(), [](const auto& step) { return step.address == app("a"); }));
}

TEST_CASE_METHOD(GoingOver, "two connectors that change places are no circle", "[let-go]") {
    const auto other = [](const std::string& name, const std::string& identity) {
        return application(name).credential("fic", identity_of(identity));
    };
    apply({other("a", "x"), other("b", "y"), connector("x").by_managed_identity("a"),
           connector("y").by_managed_identity("b")});
    const std::vector<model::Declaration> swapped = {other("a", "y"), other("b", "x"),
                                                     connector("x").by_managed_identity("b"),
                                                     connector("y").by_managed_identity("a")};
    apply(swapped);
}

namespace {

/// x signs in by a client secret of a; then by one of b.
struct GoingOverBySecret : LettingGo {
    GoingOverBySecret() {
        apply({asking("a"), application("b").set(model::path::service_principal, false),
               connector("x").by_secret("a", "s")});
    }
    static Document asking(const std::string& name) {
        return application(name)
            .secret("s")
            .set(model::path::service_principal, true)
            .list(model::path::redirect_uris_web, {url_of("x")});
    }
    static Document letting_go() { return application("a").secret("s").list(model::path::redirect_uris_web, {}); }
    Document as_b = connector("x").by_secret("b", "s");
};

}  // namespace

TEST_CASE_METHOD(GoingOverBySecret, "a connector goes over to another secret when all else is there that it takes",
                 "[let-go]") {
    const auto made = plan({letting_go(), asking("b"), as_b});
    CHECK(waits(made, "update Connector/x", "add clientSecrets/s of Application/b"));
    CHECK(waits(made, "update Connector/x", "add servicePrincipal of Application/b"));
    CHECK(waits(made, "update Connector/x", "update Application/b"));
    CHECK(waits(made, "complete Application/a", "update Connector/x"));
    apply({letting_go(), asking("b"), as_b});
}

TEST_CASE_METHOD(GoingOverBySecret, "a connector whose next application is not given its redirect URL stays as it is",
                 "[let-go]") {
    const auto made = plan({letting_go(), asking("b").ignores("redirectUris.web"), as_b});
    CHECK(std::none_of(made.steps.begin(), made.steps.end(),
                       [](const auto& step) { return step.address == con("x") || step.address == app("a"); }));
    const auto withheld = std::find_if(made.withheld.begin(), made.withheld.end(),
                                       [](const auto& one) { return one.address == con("x"); });
    REQUIRE(withheld != made.withheld.end());
    CHECK(withheld->message.find("waits for Application/b, which is not given its redirect URL") == 0);
}

TEST_CASE_METHOD(GoingOverBySecret, "a connector that is given another secret of its application waits for that alone",
                 "[let-go]") {
    const auto made = plan({asking("a").secret("t").set(model::path::display_name, "New"), application("b"),
                            connector("x").by_secret("a", "t")});
    CHECK(waits(made, "update Connector/x", "add clientSecrets/t of Application/a"));
    CHECK_FALSE(waits(made, "update Connector/x", "update Application/a"));
}

TEST_CASE_METHOD(LettingGo, "a connector keeps its secret while nobody can make its application trust its identity",
                 "[let-go]") {
    const auto with = [](Document document) { return document.secret("s").credential("fic", identity_of("x")); };
    apply({application("a").secret("s"), with_secret});
    const auto made =
        plan({with(application("a")).is(model::ManagementPolicy::observe), connector("x").by_managed_identity("a")});
    CHECK(names_of(made) == std::vector<std::string>{});
    CHECK(std::count_if(made.withheld.begin(), made.withheld.end(), [](const auto& withheld) {
              return withheld.why == Withheld::Why::waits_for_withheld && withheld.address == con("x");
          }) == 1);
    apply({with(application("a")), connector("x").by_managed_identity("a")});
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
