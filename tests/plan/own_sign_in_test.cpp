// The application that regent signs in as: no plan takes away what it may be signing in by.

#include "plan/declarers.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;
using model::Value;
namespace path = model::path;

class OwnApplication {
public:
    OwnApplication() {
        Dice dice(1);
        const auto graph = graph_of({before()});
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
        app_id = tenant.find(app("regent"))->outputs.at(std::string(model::output::app_id));
    }
    static Document before() {
        return application("regent")
            .set(path::service_principal, true)
            .credential("deploys", trust("https://issuer", "subject"))
            .list(path::redirect_uris_web, {"https://one"});
    }
    Plan plan(const std::vector<model::Declaration>& documents, bool known = true) const {
        const auto graph = graph_of(documents);
        auto observed = tenant.observe(graph);
        if (known) observed.caller_app_id = app_id;
        return make_plan(graph, observed, {}, today);
    }

    PretendTenant tenant;
    std::string app_id;
};

bool withholds_sign_in(const Plan& plan) {
    return std::any_of(plan.withheld.begin(), plan.withheld.end(),
                       [](const auto& withheld) { return withheld.why == Withheld::Why::own_sign_in; });
}

}  // namespace

TEST_CASE("what regent may be signing in by is never taken away", "[own]") {
    const OwnApplication own;
    auto document = OwnApplication::before();
    std::string lost;
    SECTION("a trusted token that goes") {
        document.declaration.attributes.at(std::string(path::federated_credentials)).elements.clear();
        document.declaration.attributes.at(std::string(path::federated_credentials)).exclusive = true;
        lost = "the federated credential \"deploys\"";
    }
    SECTION("a trusted token of another subject") {
        auto& elements = document.declaration.attributes.at(std::string(path::federated_credentials)).elements;
        elements.front().value = trust("https://issuer", "another");
        lost = "the federated credential \"deploys\"";
    }
    SECTION("the account") {
        document.set(path::principal_account_enabled, false);
        lost = "the activation of its service principal";
    }
    SECTION("its own directory") {
        document.set(path::sign_in_audience, "PersonalMicrosoftAccount").set(path::access_token_version, 2);
        lost = "its own tenant among those who sign in";
    }
    SECTION("the application's activation") {
        document.set(path::is_disabled, true);
        lost = "its activation";
    }
    const auto plan = own.plan({document});
    CHECK(plan.steps.empty());
    REQUIRE(withholds_sign_in(plan));
    CHECK(plan.withheld.front().message.find(lost) != std::string::npos);
    CHECK(plan.withheld.front().place.known());
    CHECK_FALSE(own.plan({document}, false).steps.empty());
}

TEST_CASE("what cannot do without the application that regent signs in as is withheld with it", "[own]") {
    const OwnApplication own;
    auto document = OwnApplication::before();
    document.declaration.attributes.at(std::string(path::federated_credentials)).elements.clear();
    document.declaration.attributes.at(std::string(path::federated_credentials)).exclusive = true;
    document.secret("s");
    const auto plan = own.plan({document, connector("x").by_secret("regent", "s")});
    CHECK(plan.steps.empty());
    REQUIRE(withholds_sign_in(plan));
    REQUIRE(plan.withheld.size() == 2);
    CHECK(plan.withheld[1].address == con("x"));
    CHECK(plan.withheld[1].why == Withheld::Why::waits_for_withheld);
}

TEST_CASE("of the application that regent signs in as, what harms nobody is changed", "[own]") {
    const OwnApplication own;
    auto document = OwnApplication::before();
    document.credential("more", trust("https://issuer", "more")).list(path::redirect_uris_web, {});
    const auto plan = own.plan({document});
    CHECK_FALSE(plan.steps.empty());
    CHECK_FALSE(withholds_sign_in(plan));
}

TEST_CASE("the application that regent signs in as is not deleted with its manifest", "[own]") {
    OwnApplication own;
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    const auto graph = graph_of({application("other")}, in);
    auto observed = own.tenant.observe(graph);
    const auto removals = [&] {
        const auto plan = make_plan(graph, observed, {}, today);
        return std::count_if(plan.steps.begin(), plan.steps.end(),
                             [](const auto& step) { return step.work == Work::remove; });
    };
    CHECK(removals() == 1);
    observed.caller_app_id = own.app_id;
    CHECK(removals() == 0);
}

TEST_CASE("a client secret of the application that regent signs in as goes when it ended, not before", "[own]") {
    OwnApplication own;
    auto* there = own.tenant.find(app("regent"));
    model::ObservedSecret secret;
    secret.key_id = "by-hand";
    secret.display_name = "by hand";
    secret.starts_at = today - std::chrono::hours(24);
    secret.ends_at = today + std::chrono::hours(24 * 30);
    there->secrets = {secret};
    auto document = OwnApplication::before();
    document.list(path::client_secrets, {});
    const auto drops = [&](bool known) {
        const auto plan = own.plan({document}, known);
        return std::count_if(plan.steps.begin(), plan.steps.end(),
                             [](const auto& step) { return step.work == Work::drop; });
    };
    CHECK(drops(false) == 1);
    CHECK(drops(true) == 0);
    there->secrets.front().ends_at = today - std::chrono::hours(1);
    CHECK(drops(true) == 1);
}

TEST_CASE("nothing is deleted on the strength of an owner's name that nobody chose, unless it was known here",
          "[removal]") {
    OwnApplication own;
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    in.owner_declared = false;
    const auto graph = graph_of({application("other")}, in);
    const auto observed = own.tenant.observe(graph);
    History history;
    const auto withheld = make_plan(graph, observed, history, today);
    CHECK(withheld.deletes == 0);
    REQUIRE(withheld.withheld.size() == 1);
    CHECK(withheld.withheld.front().why == Withheld::Why::owner_undeclared);
    CHECK(withheld.withheld.front().help.find("owner: " + in.owner) != std::string::npos);
    history.places[app("regent")] = {};
    const auto deletes = [&](const List& declarers) {
        history.last_applied[app("regent")] = Map{{std::string(declared_by), declarers}};
        read_as("/home/a/ours", history);
        return make_plan(graph, observed, history, today).deletes;
    };
    CHECK(deletes({}) == 0);
    CHECK(deletes({"/home/a/theirs"}) == 0);
    CHECK(deletes({"/home/a/theirs", "/home/a/ours"}) == 0);
    CHECK(deletes({"/home/a/ours"}) == 1);
}

}  // namespace regent::plan::testing
