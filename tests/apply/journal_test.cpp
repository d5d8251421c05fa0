#include "apply/stage.hpp"
#include "plan/given_back.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::apply;
using namespace regent::apply::testing;
using plan::Work;
using provider::ErrorKind;

namespace {

const model::Address journal_app{"Application", "app"};
const model::Address journal_arm{"Connector", "arm"};

struct Crash {};

ScriptedWriter::Answer remembering(bool& may_have_been_sent, std::string& operation_id) {
    return [&](const plan::Step&, const provider::StepInput& input) {
        may_have_been_sent = input.may_have_been_sent;
        operation_id = input.operation_id;
        return provider::StepResult{};
    };
}

}  // namespace

TEST_CASE("killed at any point, the journal says whether a creation may have been sent", "[apply][journal][crash]") {
    struct Row {
        const char* point;
        bool sent;
        std::size_t unresolved;
    };
    const auto row =
        GENERATE(Row{"before_intent", false, 0}, Row{"after_intent", false, 1}, Row{"before_send", false, 1},
                 Row{"after_answer", true, 1}, Row{"after_outcome", true, 0}, Row{"after_observed", true, 0});
    const auto secret = GENERATE(false, true);
    CAPTURE(row.point, secret);

    PlanBuilder plan;
    if (secret) {
        plan.step(Work::add, journal_app, {}, "clientSecrets/arm");
    } else {
        plan.step(Work::create, journal_arm);
    }
    Stage stage;
    stage.options.crash_point = [&](std::string_view point, const plan::Step&) {
        if (point == row.point) throw Crash{};
    };
    CHECK_THROWS_AS(stage.run(plan.plan()), Crash);
    CHECK(stage.writer.asked().size() == (row.sent ? 1U : 0U));
    stage.restart();
    CHECK(stage.store->unresolved("dev")->size() == row.unresolved);

    // The next run is told, and when it has succeeded nothing is open any more.
    stage.options.crash_point = nullptr;
    bool told = false;
    std::string operation;
    stage.writer.on(name_of(plan.at(1)), remembering(told, operation));
    CHECK(stage.run(plan.plan()).complete());
    // A connector that a killed run made may not be shown everywhere yet; a secret that is not shown harms nobody.
    CHECK(told == (row.unresolved == 1 || (row.sent && !secret)));
    CHECK(stage.store->unresolved("dev")->empty());
}

TEST_CASE("what a recorded run made was seen, and what is made anew is seen", "[apply][journal]") {
    Stage stage;
    PlanBuilder plan;
    plan.step(Work::create, journal_arm);
    (void)stage.run(plan.plan());
    bool told = false;
    std::string operation;
    SECTION("recorded") {
        store::RunRecord run;
        run.finished_at = "2999-01-01T00:00:00Z";
        REQUIRE(stage.store->record_run("dev", run));
    }
    SECTION("made anew") {
        plan.at(1).observed = std::make_shared<model::ObservedResource>();
    }
    stage.writer.on(name_of(plan.at(1)), remembering(told, operation));
    CHECK(stage.run(plan.plan()).complete());
    CHECK_FALSE(told);
}

TEST_CASE("a crash ends the run: no other step begins", "[apply][crash]") {
    Stage stage;
    stage.options.parallel = 1;
    stage.options.crash_point = [](std::string_view point, const plan::Step&) {
        if (point == "before_send") throw Crash{};
    };
    PlanBuilder plan;
    plan.step(Work::create, journal_arm);
    plan.step(Work::update, journal_app);
    CHECK_THROWS_AS(stage.run(plan.plan()), Crash);
    CHECK(stage.writer.asked().empty());
}

TEST_CASE("every step passes the six crash points in order", "[apply][crash]") {
    Stage stage;
    std::vector<std::string> passed;
    stage.options.crash_point = [&](std::string_view point, const plan::Step&) { passed.emplace_back(point); };
    PlanBuilder plan;
    plan.step(Work::create, journal_arm);
    (void)stage.run(plan.plan());
    CHECK(passed == std::vector<std::string>{"before_intent", "after_intent", "before_send", "after_answer",
                                             "after_outcome", "after_observed"});
}

TEST_CASE("only creations without a key of their own are journalled", "[apply][journal]") {
    Stage stage;
    PlanBuilder plan;
    plan.step(Work::create, journal_app);
    plan.step(Work::add, journal_app, {}, "servicePrincipal");
    plan.step(Work::add, journal_app, {}, "federatedCredentials/ci");
    plan.step(Work::update, journal_arm);
    plan.step(Work::drop, journal_app, {}, "clientSecrets/old");
    plan.step(Work::remove, journal_arm);
    CHECK(stage.run(plan.plan()).complete());
    CHECK(stage.store->heard().empty());
}

TEST_CASE("each journal entry has an operation id of its own, and its outcome the remote id", "[apply][journal]") {
    Stage stage;
    std::vector<std::string> ids;
    stage.options.parallel = 1;
    stage.writer.on("create Connector/arm", [&](const plan::Step&, const provider::StepInput& input) {
        ids.push_back(input.operation_id);
        provider::StepResult result;
        result.outputs = {{"name", "shared_arm"}};
        return result;
    });
    stage.writer.on("add clientSecrets/arm of Application/app",
                    [&](const plan::Step&, const provider::StepInput& input) {
                        ids.push_back(input.operation_id);
                        provider::StepResult result;
                        result.outputs = {{"clientSecrets/arm/keyId", "k-1"}};
                        return result;
                    });
    PlanBuilder plan;
    plan.step(Work::create, journal_arm);
    plan.step(Work::add, journal_app, {}, "clientSecrets/arm");
    CHECK(stage.run(plan.plan()).complete());
    CHECK(ids == std::vector<std::string>{"00000001", "00000002"});
    CHECK(stage.store->heard() == std::vector<std::string>{"begin create Connector/arm ", "finish 0 shared_arm",
                                                           "begin add Application/app clientSecrets/arm",
                                                           "finish 0 k-1"});
}

TEST_CASE("what cannot be written down is not sent", "[apply][journal]") {
    Stage stage;
    stage.store->begin_fails = true;
    PlanBuilder plan;
    plan.step(Work::create, journal_arm);
    plan.step(Work::update, journal_app);
    const auto result = stage.run(plan.plan());
    CHECK(result.outcomes[0].state == StepState::failed);
    CHECK(result.outcomes[0].error.message.find("disk full") != std::string::npos);
    CHECK(stage.writer.asked() == std::vector<std::string>{"update Application/app"});
}

TEST_CASE("a history that cannot be written is a warning, since the tenant is as wanted", "[apply]") {
    Stage stage;
    stage.store->writes_fail = true;
    PlanBuilder plan;
    plan.step(Work::update, journal_app);
    plan.step(Work::update, journal_arm);
    const auto result = stage.run(plan.plan());
    CHECK(result.complete());
    CHECK(result.warnings == std::vector<std::string>{"disk full"});
}

TEST_CASE("after a failed creation the journal stays open unless the answer rules the effect out", "[apply][journal]") {
    struct Row {
        ErrorKind kind;
        std::size_t unresolved;
    };
    const auto row = GENERATE(Row{ErrorKind::outcome_unknown, 1}, Row{ErrorKind::transient, 1},
                              Row{ErrorKind::interrupted, 1}, Row{ErrorKind::incomplete, 1}, Row{ErrorKind::not_yet, 1},
                              Row{ErrorKind::rejected, 0}, Row{ErrorKind::forbidden, 0}, Row{ErrorKind::sign_in, 0},
                              Row{ErrorKind::conflict, 0}, Row{ErrorKind::throttled, 0}, Row{ErrorKind::not_found, 0});
    CAPTURE(provider::to_string(row.kind));
    Stage stage;
    stage.writer.fail("create Connector/arm", row.kind);
    PlanBuilder plan;
    plan.step(Work::create, journal_arm);
    CHECK_FALSE(stage.run(plan.plan()).complete());
    CHECK(stage.store->unresolved("dev")->size() == row.unresolved);
}

TEST_CASE("what was applied is remembered whole, step after step", "[apply][history]") {
    Stage stage;
    stage.writer.succeed("create Application/app", {{"appId", "a-1"}, {"objectId", "o-1"}});
    stage.writer.succeed("create Connector/arm", {{"name", "shared_arm"}, {"redirectUrl", "https://r.example/arm"}});
    PlanBuilder plan;
    const int created = plan.step(Work::create, journal_app, {}, "", {{"displayName", "App"}});
    plan.at(created).values["redirectUris.web"] = model::List{output_of(journal_arm, "redirectUrl")};
    const int connector = plan.step(Work::create, journal_arm, {created});
    plan.step(Work::complete, journal_app, {connector}, "",
              {{"redirectUris.web", model::List{output_of(journal_arm, "redirectUrl")}}});
    plan.step(Work::add, journal_app, {connector}, "servicePrincipal");
    plan.step(Work::add, journal_app, {connector}, "federatedCredentials/ci",
              {{"federatedCredentials", model::Map{{"ci", model::Map{{"issuer", "https://i.example"}}}}}});
    CHECK(stage.run(plan.plan()).complete());

    const auto history = stage.store->history("dev");
    CHECK(history->remote_ids.at(journal_app) == "o-1");
    CHECK(history->remote_ids.at(journal_arm) == "shared_arm");
    CHECK(history->places.at(journal_app).file == "base/app.yaml");
    CHECK(history->last_applied.at(journal_app) ==
          model::Map{{"displayName", "App"},
                     {"madeAt", std::int64_t{1789376531}},
                     {"redirectUris.web", model::List{"https://r.example/arm"}},
                     {"servicePrincipal", true},
                     {"federatedCredentials", model::Map{{"ci", model::Map{{"issuer", "https://i.example"}}}}}});

    SECTION("a later update keeps the rest") {
        PlanBuilder next;
        next.step(Work::update, journal_app, {}, "", {{"displayName", "New name"}});
        CHECK(stage.run(next.plan()).complete());
        const auto values = stage.store->history("dev")->last_applied.at(journal_app);
        CHECK(values.at("displayName") == "New name");
        CHECK(values.at("servicePrincipal") == true);
        CHECK(values.contains("madeAt"));
    }
    SECTION("a removed object is forgotten") {
        PlanBuilder next;
        next.step(Work::remove, journal_app);
        CHECK(stage.run(next.plan()).complete());
        CHECK_FALSE(stage.store->history("dev")->last_applied.contains(journal_app));
    }
    SECTION("a failed update is not remembered") {
        stage.writer.fail("update Application/app", ErrorKind::rejected);
        PlanBuilder next;
        next.step(Work::update, journal_app, {}, "", {{"displayName", "New name"}});
        CHECK_FALSE(stage.run(next.plan()).complete());
        CHECK(stage.store->history("dev")->last_applied.at(journal_app).at("displayName") == "App");
    }
}

TEST_CASE("environments of the same name in two tenants do not share a journal", "[apply][journal]") {
    Stage stage;
    stage.writer.fail("create Connector/arm", ErrorKind::outcome_unknown);
    stage.options.environment_key = "tenant-1 dev";
    PlanBuilder plan;
    plan.step(Work::create, journal_arm);
    (void)stage.run(plan.plan());
    CHECK(stage.store->unresolved("tenant-1 dev")->size() == 1);
    CHECK(stage.store->unresolved("dev")->empty());
}

TEST_CASE("elements of others that were there are remembered with the one that was written", "[apply][history]") {
    Stage stage;
    auto seen = std::make_shared<model::ObservedResource>();
    seen->attributes["federatedCredentials"] = model::Map{{"theirs", model::Map{}}, {"old", model::Map{}}};
    PlanBuilder plan;
    const int added = plan.step(Work::add, journal_app, {}, "federatedCredentials/ci",
                                {{"federatedCredentials", model::Map{{"ci", model::Map{}}}}});
    const int dropped = plan.step(Work::drop, journal_app, {added}, "federatedCredentials/old");
    plan.at(added).observed = plan.at(dropped).observed = seen;
    CHECK(stage.run(plan.plan()).complete());
    CHECK(stage.store->history("dev")->last_applied.at(journal_app).at("federatedCredentials") ==
          model::Map{{"ci", model::Map{}}, {"theirs", model::Map{}}});
}

TEST_CASE("killed after a connector was deleted to be made anew, who may use it and how it was set is still known",
          "[apply][journal][crash]") {
    const auto point = GENERATE("before_send", "after_answer", "after_observed");
    CAPTURE(point);
    const model::Map share{{"role", "CanEdit"}, {"type", "User"}};
    PlanBuilder plan;
    const int removed = plan.step(Work::remove, journal_arm);
    auto old = std::make_shared<model::ObservedResource>();
    old->id = "shared_old";
    const std::string form = R"({"parameters":{"x-ms-apimTemplateParameter.name":"Accept"},"templateId":"setheader"})",
                      key = R"({"parameters":{"x-ms-apimTemplateParameter.name":"x-api-key",)"
                            R"("x-ms-apimTemplateParameter.value":"only here"},"templateId":"setheader"})";
    const model::Value policies("[" + key + "," + form + "]");
    old->attributes = {{"policies", policies}, {"iconBrandColor", "#999999"}, {"displayName", "Old"}};
    plan.at(removed).observed = old;
    const int created = plan.step(Work::create, journal_arm, {removed}, {},
                                  {{"policies", policies}, {"iconBrandColor", "#999999"}, {"displayName", "New"}});
    plan.step(Work::add, journal_arm, {created}, "shares/mary", {{"shares", model::Map{{"mary", share}}}});

    Stage stage;
    stage.writer.succeed("create Connector/arm", {{"name", "shared_new"}});
    stage.options.crash_point = [&](std::string_view name, const plan::Step& step) {
        if (name == point && step.work == Work::remove) throw Crash{};
    };
    CHECK_THROWS_AS(stage.run(plan.plan()), Crash);
    stage.restart();
    const auto left = plan::ToGiveBack::in(stage.store->history("dev")->last_applied[journal_arm]);
    REQUIRE(left);
    CHECK(left->shares == model::Map{{"mary", share}});
    CHECK(left->settings == model::Map{{"policies", "[" + form + "]"}, {"iconBrandColor", "#999999"}});
    CHECK(left->lost_keys == model::List{"x-api-key"});
    // As long as nobody knows that it is gone, it may be the one that still has them.
    CHECK(left->of == (std::string_view(point) == "after_observed" ? "" : "shared_old"));

    // The next run shares the new one, and nothing is left to do.
    stage.options.crash_point = nullptr;
    CHECK(stage.run(plan.plan()).complete());
    CHECK_FALSE(plan::ToGiveBack::in(stage.store->history("dev")->last_applied[journal_arm]));
}
