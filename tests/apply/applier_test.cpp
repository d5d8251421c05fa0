#include "apply/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <random>

using namespace regent;
using namespace regent::apply;
using namespace regent::apply::testing;
using plan::Work;
using provider::ErrorKind;

namespace {

const model::Address app{"Application", "app"};
const model::Address portal{"Application", "portal"};
const model::Address arm{"Connector", "arm"};

std::vector<StepState> states(const ApplyResult& result) {
    std::vector<StepState> all;
    for (const auto& outcome : result.outcomes) all.push_back(outcome.state);
    return all;
}

/// Lets threads meet: arrive() returns true when `wanted` of them are there at the same time.
class MeetingPoint {
public:
    explicit MeetingPoint(int wanted) : wanted_(wanted) {}
    bool arrive() {
        std::unique_lock lock(mutex_);
        ++there_;
        changed_.notify_all();
        return changed_.wait_for(lock, std::chrono::seconds(20), [this] { return there_ >= wanted_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int wanted_, there_ = 0;
};

}  // namespace

TEST_CASE("one run carries an id from the application to its connector and the connector's URL back", "[apply]") {
    Stage stage;
    stage.writer.succeed("create Application/app", {{"appId", "a-1"}, {"objectId", "o-1"}});
    stage.writer.succeed("create Connector/arm", {{"name", "shared_arm"}, {"redirectUrl", "https://r.example/arm"}});
    PlanBuilder plan;
    const int created = plan.step(Work::create, app, {}, "", {{"displayName", "App"}});
    const int connector = plan.step(Work::create, arm, {created}, "", {{"auth.clientId", output_of(app, "appId")}});
    plan.step(Work::complete, app, {connector}, "",
              {{"redirectUris.web", model::List{"https://own.example/", output_of(arm, "redirectUrl")}},
               {"identifierUris", model::List{model::Reference{app, "appId", "api://", "/v1"}}}});

    const auto result = stage.run(plan.plan());

    CHECK(result.complete());
    CHECK(stage.writer.asked() ==
          std::vector<std::string>{"create Application/app", "create Connector/arm", "complete Application/app"});
    CHECK(stage.writer.values_of("create Connector/arm").at("auth.clientId") == "a-1");
    const auto completed = stage.writer.values_of("complete Application/app");
    CHECK(completed.at("redirectUris.web") == model::List{"https://own.example/", "https://r.example/arm"});
    CHECK(completed.at("identifierUris") == model::List{"api://a-1/v1"});
}

TEST_CASE("values of objects that exist come from what was observed", "[apply]") {
    Stage stage;
    auto& seen = stage.observed.resources[app];
    seen.outputs = {{"appId", "a-1"}};
    PlanBuilder plan;
    plan.step(Work::update, arm, {}, "", {{"auth.clientId", output_of(app, "appId")}});
    CHECK(stage.run(plan.plan()).complete());
    CHECK(stage.writer.values_of("update Connector/arm").at("auth.clientId") == "a-1");
}

TEST_CASE("a replaced object is never called by its old id", "[apply]") {
    Stage stage;
    stage.observed.resources[arm].outputs = {{"redirectUrl", "https://r.example/old"}};
    PlanBuilder plan;
    const auto value = model::List{output_of(arm, "redirectUrl")};
    const int removed = plan.step(Work::remove, arm);
    const int created = plan.step(Work::create, arm, {removed});
    plan.step(Work::update, app, {created}, "", {{"redirectUris.web", value}});

    SECTION("the new one's URL is used") {
        stage.writer.succeed("create Connector/arm", {{"redirectUrl", "https://r.example/new"}});
        CHECK(stage.run(plan.plan()).complete());
        CHECK(stage.writer.values_of("update Application/app").at("redirectUris.web") ==
              model::List{"https://r.example/new"});
    }
    SECTION("without one, the old is no way out") {
        const auto result = stage.run(plan.plan());
        CHECK(result.outcomes.back().state == StepState::failed);
        CHECK_FALSE(stage.writer.was_asked("update Application/app"));
    }
}

TEST_CASE("a value that no step brought forth fails the step by name, and nothing is sent", "[apply]") {
    Stage stage;
    PlanBuilder plan;
    plan.step(Work::update, arm, {}, "", {{"auth.clientId", output_of(app, "appId")}});
    const auto result = stage.run(plan.plan());
    REQUIRE(result.outcomes.front().state == StepState::failed);
    CHECK(result.outcomes.front().error.message ==
          "Connector/arm needs the `appId` of Application/app for `auth.clientId`, and no step brought it forth");
    CHECK(result.outcomes.front().error.help.find("mistake in regent") != std::string::npos);
    CHECK(stage.writer.asked().empty());
}

TEST_CASE("a step does not wait for values that it does not write", "[apply]") {
    Stage stage;
    PlanBuilder plan;
    SECTION("another attribute of the object") {
        const int id = plan.step(Work::create, app, {}, "", {{"displayName", "App"}});
        plan.at(id).values["redirectUris.web"] = model::List{output_of(arm, "redirectUrl")};
    }
    SECTION("another element of the collection") {
        plan.step(Work::add, app, {}, "federatedCredentials/ci",
                  {{"federatedCredentials",
                    model::Map{{"ci", model::Map{{"issuer", "https://i.example"}}},
                               {"arm-mi", model::Map{{"subject", output_of(arm, "identity/subject")}}}}}});
    }
    CHECK(stage.run(plan.plan()).complete());
}

TEST_CASE("a connector that cannot sign in until its application trusts it is not kept waiting by others", "[apply]") {
    Stage stage;
    stage.options.parallel = 1;
    const model::Address second{"Connector", "second"};
    stage.writer.succeed("await identity of Connector/arm", {{"identity/subject", "s-1"}});
    PlanBuilder plan;
    const int switched = plan.step(Work::update, arm);
    plan.step(Work::update, second);
    plan.step(Work::update, {"Connector", "third"});
    const int awaited = plan.step(Work::await, arm, {switched}, "identity");
    plan.step(
        Work::add, app, {awaited}, "federatedCredentials/arm",
        {{"federatedCredentials", model::Map{{"arm", model::Map{{"subject", output_of(arm, "identity/subject")}}}}}});

    CHECK(stage.run(plan.plan()).complete());
    CHECK(stage.writer.asked() == std::vector<std::string>{"update Connector/arm", "await identity of Connector/arm",
                                                           "add federatedCredentials/arm of Application/app",
                                                           "update Connector/second", "update Connector/third"});
}

TEST_CASE("independent steps run at the same time, up to the limit", "[apply][threads]") {
    Stage stage;
    stage.options.parallel = 2;
    MeetingPoint both(2);
    std::atomic<bool> met = true;
    const auto meet = [&](const plan::Step&, const provider::StepInput&) {
        if (!both.arrive()) met = false;
        return provider::StepResult{};
    };
    stage.writer.on("update Application/app", meet);
    stage.writer.on("update Application/portal", meet);
    PlanBuilder plan;
    plan.step(Work::update, app);
    plan.step(Work::update, portal);
    plan.step(Work::update, arm);
    CHECK(stage.run(plan.plan()).complete());
    CHECK(met);
    CHECK(stage.writer.most_at_once() == 2);
}

TEST_CASE("whatever the plan's shape, order and one step per object hold", "[apply][threads]") {
    std::mt19937 rng(GENERATE(1U, 2U, 3U, 4U, 5U));
    Stage stage;
    stage.options.parallel = 8;
    PlanBuilder plan;
    for (int i = 0; i < 120; ++i) {
        std::set<int> after;
        for (unsigned n = rng() % 3; i > 0 && n > 0; --n)
            after.insert(1 + static_cast<int>(rng() % static_cast<unsigned>(i)));
        const auto name = "x" + std::to_string(rng() % 12);
        plan.step(Work::change, {"Application", name}, {after.begin(), after.end()},
                  "federatedCredentials/" + std::to_string(i));
    }
    const auto result = stage.run(plan.plan());
    CHECK(result.complete());
    CHECK_FALSE(stage.writer.twice_for_one_object());
    CHECK_FALSE(stage.listener.interrupted_itself);

    const auto asked = stage.writer.asked();
    std::map<std::string, std::size_t> position;
    for (std::size_t i = 0; i < asked.size(); ++i) position[asked[i]] = i;
    REQUIRE(position.size() == 120);
    for (const auto& step : plan.plan().steps) {
        for (const int before : step.after) CHECK(position.at(name_of(plan.at(before))) < position.at(name_of(step)));
    }
}

TEST_CASE("when a step fails, what depends on it is skipped and its neighbours go on", "[apply]") {
    Stage stage;
    const auto kind = GENERATE(ErrorKind::rejected, ErrorKind::forbidden, ErrorKind::sign_in, ErrorKind::transient);
    stage.writer.fail("create Application/app", kind);
    PlanBuilder plan;
    const int broken = plan.step(Work::create, app);
    const int second = plan.step(Work::create, arm, {broken});
    plan.step(Work::add, portal, {second}, "federatedCredentials/arm");
    plan.step(Work::update, portal);

    const auto result = stage.run(plan.plan());

    CHECK(states(result) == std::vector{StepState::failed, StepState::skipped, StepState::skipped, StepState::done});
    CHECK(result.outcomes[0].error.kind == kind);
    CHECK(result.outcomes[1].waits_for == app);
    CHECK(result.outcomes[2].waits_for == app);  // where it began, not Connector/arm
    CHECK_FALSE(result.complete());
    CHECK_FALSE(result.interrupted);
}

TEST_CASE("a value that is not there yet is waiting, not failure", "[apply]") {
    Stage stage;
    stage.writer.fail("await identity of Connector/arm", ErrorKind::not_yet);
    PlanBuilder plan;
    const int created = plan.step(Work::create, arm);
    const int awaited = plan.step(Work::await, arm, {created}, "identity");
    const int waiting = plan.step(Work::add, app, {awaited}, "federatedCredentials/arm-mi");
    SECTION("what needs it waits as well") {
        const auto result = stage.run(plan.plan());
        CHECK(states(result) == std::vector{StepState::done, StepState::waiting, StepState::waiting});
        CHECK(result.outcomes.back().waits_for == arm);
    }
    SECTION("a failure beside it weighs more") {
        stage.writer.fail("update Application/portal", ErrorKind::rejected);
        const int failing = plan.step(Work::update, portal);
        plan.step(Work::complete, app, {waiting, failing});
        const auto result = stage.run(plan.plan());
        CHECK(result.outcomes.back().state == StepState::skipped);
        CHECK(result.outcomes.back().waits_for == portal);
    }
}

TEST_CASE("asked to stop, the running step finishes and no other begins", "[apply]") {
    Stage stage;
    std::atomic<bool> stop = false;
    stage.options.stop = &stop;
    stage.options.parallel = 1;
    stage.writer.on("create Application/app", [&](const plan::Step&, const provider::StepInput&) {
        stop = true;
        return provider::StepResult{};
    });
    PlanBuilder plan;
    const int created = plan.step(Work::create, app);
    plan.step(Work::create, arm, {created});
    plan.step(Work::update, portal);
    const auto result = stage.run(plan.plan());
    CHECK(states(result) == std::vector{StepState::done, StepState::stopped, StepState::stopped});
    CHECK(result.interrupted);
    CHECK(stage.writer.asked().size() == 1);
}

TEST_CASE("an object that is paused meanwhile is not begun any more, nor what needs it, and its neighbours go on",
          "[apply]") {
    Stage stage;
    std::atomic<bool> paused = false;
    stage.options.parallel = 1;
    stage.options.may_begin = [&](const plan::Step& step) { return !paused || step.address != arm; };
    stage.writer.on("create Application/app", [&](const plan::Step&, const provider::StepInput&) {
        paused = true;
        return provider::StepResult{};
    });
    PlanBuilder plan;
    const int created = plan.step(Work::create, app);
    const int connector = plan.step(Work::create, arm, {created});
    plan.step(Work::complete, app, {connector});
    plan.step(Work::update, portal);
    const auto result = stage.run(plan.plan());
    CHECK(states(result) == std::vector{StepState::done, StepState::stopped, StepState::stopped, StepState::done});
    CHECK(result.outcomes.at(2).waits_for == arm);
    CHECK(stage.writer.asked().size() == 2);
}

TEST_CASE("a step that gives up because of a signal counts as stopped, with what waits for it", "[apply]") {
    Stage stage;
    stage.writer.fail("await identity of Connector/arm", ErrorKind::interrupted);
    PlanBuilder plan;
    const int awaited = plan.step(Work::await, arm, {}, "identity");
    plan.step(Work::add, app, {awaited}, "federatedCredentials/arm-mi");
    const auto result = stage.run(plan.plan());
    CHECK(states(result) == std::vector{StepState::stopped, StepState::stopped});
    CHECK(result.interrupted);
}

TEST_CASE("a step that can never begin is reported, and the run ends", "[apply]") {
    Stage stage;
    PlanBuilder plan;
    plan.step(Work::update, app, {2});
    plan.step(Work::update, portal, {1});
    const auto result = stage.run(plan.plan());
    CHECK(states(result) == std::vector{StepState::failed, StepState::failed});
    CHECK(result.outcomes.front().error.message.find("never came to its turn") != std::string::npos);
}

TEST_CASE("a writer that throws fails its step and nobody else's", "[apply]") {
    Stage stage;
    stage.writer.on("create Connector/arm", [](const plan::Step&, const provider::StepInput&) -> provider::StepResult {
        throw std::out_of_range("no such key");
    });
    PlanBuilder plan;
    plan.step(Work::create, arm);
    plan.step(Work::update, portal);
    const auto result = stage.run(plan.plan());
    CHECK(states(result) == std::vector{StepState::failed, StepState::done});
    CHECK(result.outcomes.front().error.message.find("no such key") != std::string::npos);
    CHECK(stage.store->unresolved("dev")->size() == 1);  // it may have been sent
}

TEST_CASE("a kind that nobody writes fails its step", "[apply]") {
    Stage stage;
    PlanBuilder plan;
    plan.step(Work::update, {"Unheard", "of"});
    const auto result = stage.run(plan.plan());
    CHECK(result.outcomes.front().error.message == "nobody knows how to write Unheard/of");
}

TEST_CASE("a listener hears of each step in order, and once of one that never began", "[apply]") {
    Stage stage;
    stage.options.parallel = 1;
    stage.writer.on(
        "create Application/app",
        [](const plan::Step&,
           const provider::StepInput& input) -> tl::expected<provider::StepResult, provider::ProviderError> {
            input.progress("throttled by Graph, goes on in 3 s");
            return tl::unexpected(error_of(ErrorKind::rejected));
        });
    PlanBuilder plan;
    const int created = plan.step(Work::create, app);
    plan.step(Work::create, arm, {created});
    (void)stage.run(plan.plan());
    CHECK(stage.listener.heard ==
          std::vector<std::string>{"started create Application/app",
                                   "progress create Application/app: throttled by Graph, goes on in 3 s",
                                   "finished create Application/app", "finished create Connector/arm"});
}

TEST_CASE("an Applier without a source of operation ids is a mistake", "[apply]") {
    Stage stage;
    stage.options.new_operation_id = nullptr;
    CHECK_THROWS_AS(stage.run({}), std::invalid_argument);
}

TEST_CASE("an empty plan is complete at once and asks nobody", "[apply][idempotence]") {
    Stage stage;
    PlanBuilder plan;
    const auto result = stage.run(plan.plan());
    CHECK(result.complete());
    CHECK(stage.writer.asked().empty());
    CHECK(stage.store->heard().empty());
}
