#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using std::chrono::hours;

/// An application with a secret that a connector signs in with, in place.
class Delivered {
public:
    Delivered() { apply(documents); }

    Plan plan(const std::vector<model::Declaration>& wanted) {
        const auto graph = graph_of(wanted, in);
        return make_plan(graph, tenant.observe(graph), {}, today);
    }
    void apply(const std::vector<model::Declaration>& wanted) {
        const auto graph = graph_of(wanted, in);
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
        const auto again = plan(wanted);
        REQUIRE(names_of(again) == std::vector<std::string>{});
        REQUIRE(tenant.connector_without_secret(graph, again) == "");
    }
    model::ObservedSecret& secret() { return tenant.find(app("a"))->secrets.at(0); }
    Reason reason_of(const Plan& plan, const std::string& name) {
        for (const auto& step : plan.steps) {
            if (name_of(step) == name) return step.reason;
        }
        FAIL("no step " << name);
        return Reason::in_sync;
    }

    model::Environment in = environment();
    std::vector<model::Declaration> documents = {application("a").secret("s"), connector("x").by_secret("a", "s")};
    PretendTenant tenant;
    Dice dice{1};
};

const std::string issue_of_secret = "add clientSecrets/s of Application/a";
const std::string drop_of_secret = "drop clientSecrets/s of Application/a";
const std::vector<std::string> reissue = {issue_of_secret, "update Connector/x", drop_of_secret};

}  // namespace

TEST_CASE_METHOD(Delivered, "a secret that is there, valid and delivered is left alone", "[secrets]") {
    CHECK(plan(documents).empty());
}

TEST_CASE_METHOD(Delivered, "a secret that was taken away is issued again and delivered", "[secrets]") {
    tenant.find(app("a"))->secrets.clear();
    const auto again = plan(documents);
    CHECK(names_of(again) == std::vector<std::string>{issue_of_secret, "update Connector/x"});
    CHECK(reason_of(again, issue_of_secret) == Reason::secret_missing);
    CHECK(again.summary.secrets == 1);
    apply(documents);
}

TEST_CASE_METHOD(Delivered, "a secret is renewed inside its rotateBefore, and the old one goes after delivery",
                 "[secrets]") {
    secret().ends_at = today + hours(24 * 30) + hours(1);
    CHECK(plan(documents).empty());
    secret().ends_at = today + hours(24 * 30);
    const auto due = plan(documents);
    REQUIRE(names_of(due) == reissue);
    CHECK(reason_of(due, issue_of_secret) == Reason::secret_expiring);
    CHECK(due.steps[2].key_id == secret().key_id);
    CHECK(due.steps[2].after == std::vector<int>{2});
    apply(documents);
    CHECK(tenant.find(app("a"))->secrets.size() == 1);
}

TEST_CASE_METHOD(Delivered, "a secret that its connector does not name was not delivered", "[secrets]") {
    tenant.find(con("x"))->attributes["marks"] = model::List{"secretKey:another"};
    const auto again = plan(documents);
    CHECK(names_of(again) == reissue);
    CHECK(reason_of(again, issue_of_secret) == Reason::secret_not_delivered);
    apply(documents);
}

TEST_CASE_METHOD(Delivered, "an update of a connector keeps its secret, unless policy says to reissue", "[secrets]") {
    tenant.find(con("x"))->attributes["definition"] = "drifted";
    CHECK(names_of(plan(documents)) == std::vector<std::string>{"update Connector/x"});
    in.policy.connector_secret_on_update = model::Policy::SecretOnUpdate::reissue;
    tenant.secret_on_update = model::Policy::SecretOnUpdate::reissue;
    const auto again = plan(documents);
    CHECK(names_of(again) == reissue);
    CHECK(reason_of(again, issue_of_secret) == Reason::secret_needed);
    apply(documents);
}

TEST_CASE_METHOD(Delivered, "a change of nothing but marks is an update too, where policy says to reissue",
                 "[secrets]") {
    in.policy.connector_secret_on_update = model::Policy::SecretOnUpdate::reissue;
    tenant.secret_on_update = model::Policy::SecretOnUpdate::reissue;
    documents[1].management.prevent_delete = true;
    CHECK(names_of(plan(documents)) == reissue);
    apply(documents);
}

TEST_CASE_METHOD(Delivered, "a connector that somebody else saved gets a new secret", "[secrets]") {
    auto& marks = tenant.find(con("x"))->attributes["marks"];
    auto list = *marks.as_list();
    list.emplace_back("secretInDoubt");
    marks = list;
    const auto again = plan(documents);
    CHECK(names_of(again) == reissue);
    CHECK(reason_of(again, issue_of_secret) == Reason::secret_in_doubt);
    SECTION("and has it then") {
        apply(documents);
        CHECK(tenant.find(app("a"))->secrets.size() == 1);
    }
    SECTION("unless policy says to tell it only; the doubt outlives other changes") {
        in.policy.connector_saved_by_others = model::Policy::SavedByOthers::report;
        CHECK(plan(documents).empty());
        documents[1].management.prevent_delete = true;
        CHECK(names_of(plan(documents)) == std::vector<std::string>{"update Connector/x"});
        apply(documents);
        in.policy.connector_saved_by_others = model::Policy::SavedByOthers::reissue;
        CHECK(names_of(plan(documents)) == reissue);
    }
}

TEST_CASE_METHOD(Delivered, "a connector whose way to sign in is left to people is given no other secret",
                 "[secrets]") {
    documents[1].management.ignore = {"auth"};
    CHECK(plan(documents).empty());
    SECTION("when somebody else saved it") {
        auto& marks = tenant.find(con("x"))->attributes["marks"];
        auto list = *marks.as_list();
        list.emplace_back("secretInDoubt");
        marks = list;
    }
    SECTION("when the secret is due for renewal") {
        secret().ends_at = today + hours(24);
    }
    CHECK(names_of(plan(documents)) == std::vector<std::string>{});
}

TEST_CASE_METHOD(Delivered, "a secret gets another name in one run", "[secrets]") {
    const std::vector<model::Declaration> renamed = {application("a").secret("t"), connector("x").by_secret("a", "t")};
    CHECK(names_of(plan(renamed)) ==
          std::vector<std::string>{"add clientSecrets/t of Application/a", "update Connector/x", drop_of_secret});
    apply(renamed);
    CHECK(tenant.find(app("a"))->secrets.size() == 1);
}

TEST_CASE_METHOD(Delivered, "a secret that an orphaned connector keeps using is not removed", "[secrets]") {
    const std::vector<model::Declaration> without = {application("a")};
    const auto kept = plan(without);
    CHECK(kept.empty());
    REQUIRE(kept.resources.size() == 1);
    REQUIRE(kept.resources[0].warnings.size() == 1);
    CHECK(kept.resources[0].warnings[0].find("Connector/x still signs in with it") != std::string::npos);
}

TEST_CASE_METHOD(Delivered, "a secret stays with an orphaned connector that may be another repository's", "[secrets]") {
    in.policy.on_removal = model::OnRemoval::remove;
    in.owner_declared = false;
    const auto kept = plan({application("a")});
    CHECK(names_of(kept) == std::vector<std::string>{});
    REQUIRE(kept.withheld.size() == 1);
    CHECK(kept.withheld[0].why == Withheld::Why::owner_undeclared);
    REQUIRE(kept.resources.size() == 1);
    REQUIRE(kept.resources[0].warnings.size() == 1);
    CHECK(kept.resources[0].warnings[0].find("Connector/x still signs in with it") != std::string::npos);
}

TEST_CASE_METHOD(Delivered, "a connector's way to sign in is not sent without its secret", "[secrets]") {
    using model::ManagementPolicy;
    const auto waits_for = [](const Plan& plan, std::string_view issuer) {
        return plan.steps.empty() && plan.withheld.size() == 1 && plan.withheld[0].address == con("x") &&
               plan.withheld[0].why == Withheld::Why::waits_for_withheld &&
               plan.withheld[0].message.find(issuer) != std::string::npos;
    };
    const auto watched = application("a").secret("s").is(ManagementPolicy::observe);
    SECTION("when its application is only watched") {
        const auto other = connector("x").by_secret("a", "s").set(model::path::auth_resource, "https://another");
        CHECK(waits_for(plan({watched, other}), "Application/a"));
    }
    SECTION("but what leaves its way to sign in alone is written") {
        tenant.find(con("x"))->attributes["definition"] = "drifted";
        const auto same = connector("x").by_secret("a", "s");
        CHECK(names_of(plan({watched, same})) == std::vector<std::string>{"update Connector/x"});
        in.policy.connector_secret_on_update = model::Policy::SecretOnUpdate::reissue;
        CHECK(waits_for(plan({watched, same}), "Application/a"));
    }
    SECTION("nor with the id of another application that gives none") {
        apply({application("a").secret("s"), application("b"), connector("x").by_secret("a", "s")});
        const auto watched_too = application("b").secret("s").is(ManagementPolicy::observe);
        const auto moved = connector("x").by_secret("b", "s");
        CHECK(waits_for(plan({application("a").secret("s"), watched_too, moved}), "Application/b"));
    }
}

TEST_CASE_METHOD(Delivered, "a secret goes after the connector that had it", "[secrets]") {
    in.policy.on_removal = model::OnRemoval::remove;
    const std::vector<model::Declaration> without = {application("a")};
    CHECK(names_of(plan(without)) == std::vector<std::string>{"delete Connector/x", drop_of_secret});
    apply(without);
}

TEST_CASE_METHOD(Delivered, "a secret that a watched connector uses stays when another one gets a new one",
                 "[secrets]") {
    documents[1].management.policy = model::ManagementPolicy::observe;
    documents.push_back(connector("y").by_secret("a", "s"));
    const auto both = plan(documents);
    CHECK(names_of(both) == std::vector<std::string>{issue_of_secret, "create Connector/y"});
    apply(documents);
    CHECK(tenant.find(app("a"))->secrets.size() == 2);
}

TEST_CASE_METHOD(Delivered, "a secret made by hand is told, and goes only on request", "[secrets]") {
    tenant.find(app("a"))->secrets.push_back({"hand", "ci", today, today + hours(100), "", ""});
    const auto told = plan(documents);
    CHECK(told.empty());
    REQUIRE(told.resources.at(0).undeclared.size() == 1);
    CHECK(told.resources[0].undeclared[0].find("\"ci\" (hand)") != std::string::npos);

    documents[0].management.remove_undeclared_credentials = true;
    CHECK(names_of(plan(documents)) == std::vector<std::string>{"drop clientSecrets/ci of Application/a"});
    documents[0].management.remove_undeclared_credentials = false;
    auto none = application("a").list(model::path::client_secrets, {});
    CHECK(names_of(plan({none, connector("x").by_managed_identity("a")})).size() == 3);

    const auto other = plan({application("a"), connector("x").by_managed_identity("a")});
    for (const auto& step : other.steps) CHECK(step.key_id != "hand");
}

TEST_CASE_METHOD(Delivered, "going over to a managed identity takes the secret away afterwards", "[secrets]") {
    const std::vector<model::Declaration> without = {application("a"), connector("x").by_managed_identity("a")};
    CHECK(names_of(plan(without)) == std::vector<std::string>{"update Connector/x", drop_of_secret});
    apply(without);
}

TEST_CASE("a connector is not made without the secret that it needs", "[secrets]") {
    PretendTenant tenant;
    tenant.add(app("a"), {{"displayName", "The a"}});
    const auto graph = graph_of(
        {application("a").secret("s").is(model::ManagementPolicy::create_only), connector("x").by_secret("a", "s")});
    const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
    CHECK(plan.empty());
    REQUIRE(std::any_of(plan.withheld.begin(), plan.withheld.end(), [](const auto& withheld) {
        return withheld.address == con("x") && withheld.why == Withheld::Why::waits_for_withheld;
    }));
}

TEST_CASE("a secret that nothing uses is not issued", "[secrets]") {
    const auto graph = graph_of({application("a").secret("s")});
    CHECK(names_of(make_plan(graph, {}, {}, today)) == std::vector<std::string>{"create Application/a"});
}

}  // namespace regent::plan::testing
