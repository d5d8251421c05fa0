#include "controller/holds.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace std::chrono_literals;

namespace {

const model::Address app{"Application", "app"};
const model::Address connector{"Connector", "arm"};
const model::Address other{"Application", "other"};

plan::Step step(int id, model::Address address, std::vector<int> after = {}) {
    plan::Step made;
    made.id = id;
    made.address = std::move(address);
    made.after = std::move(after);
    return made;
}

plan::Plan circle() {
    plan::Plan plan;
    plan.id = "7d0a4c19";
    plan.steps = {step(1, app), step(2, connector, {1}), step(3, app, {2}), step(4, other)};
    return plan;
}

std::vector<int> ids(const plan::Plan& plan) {
    std::vector<int> found;
    for (const auto& step : plan.steps) found.push_back(step.id);
    return found;
}

}  // namespace

TEST_CASE("what is held is not written, what needs it waits, and the rest goes on") {
    const auto held = controller::without_held(circle(), {{connector, {}}});
    CHECK(ids(held.plan) == std::vector<int>{1, 4});
    CHECK(held.waits_for == std::map<model::Address, model::Address>{{app, connector}});
    CHECK(held.plan.id == "7d0a4c19");
}

TEST_CASE("holding the first object of a chain holds the chain") {
    const auto held = controller::without_held(circle(), {{app, {}}});
    CHECK(ids(held.plan) == std::vector<int>{4});
    CHECK(held.waits_for == std::map<model::Address, model::Address>{{connector, app}});
}

namespace {

plan::Step step_of(int id, model::Address address, std::vector<int> after, const std::string& path,
                   model::Value value) {
    auto made = step(id, std::move(address), std::move(after));
    made.changed = {path};
    made.values.emplace(path, std::move(value));
    return made;
}

model::Value output_of(const model::Address& address, const std::string& output) {
    return model::Reference{address, output, "", ""};
}

}  // namespace

TEST_CASE("a connector keeps its secret while its application cannot be made to trust its identity") {
    plan::Plan plan;
    plan.steps = {step_of(1, connector, {}, "auth.type", "managedIdentity"), step(2, connector, {1}),
                  step_of(3, app, {2}, "federatedCredentials",
                          model::Map{{"arm", model::Map{{"subject", output_of(connector, "identity/subject")}}}}),
                  step(4, other)};
    plan.steps[1].part = "identity";
    plan.steps[2].part = "federatedCredentials/arm";
    plan.steps[2].work = plan::Work::add;
    const auto held = controller::without_held(plan, {{app, {}}});
    CHECK(ids(held.plan) == std::vector<int>{4});
    CHECK(held.waits_for == std::map<model::Address, model::Address>{{connector, app}});
    CHECK(ids(controller::without_held(plan, {{other, {}}}).plan) == std::vector<int>{1, 2, 3});

    plan.steps[0].changed = {"description"};  // no other way to sign in
    CHECK(ids(controller::without_held(plan, {{app, {}}}).plan) == std::vector<int>{1, 2, 4});
}

TEST_CASE("a secret is not issued while all who are to have it are held") {
    const model::Address second{"Connector", "second"};
    const auto secret = output_of(app, "clientSecrets/s/secretText");
    plan::Plan plan;
    plan.steps = {step_of(1, app, {}, "clientSecrets", model::Map{{"s", model::Map{}}}),
                  step_of(2, connector, {1}, "auth.clientSecret", secret),
                  step_of(3, second, {1}, "auth.clientSecret", secret), step(4, app, {2, 3}), step(5, app)};
    plan.steps[0].part = "clientSecrets/s";
    plan.steps[0].work = plan::Work::add;
    CHECK(ids(controller::without_held(plan, {{connector, {}}}).plan) == std::vector<int>{1, 3, 5});
    const auto held = controller::without_held(plan, {{connector, {}}, {second, {}}});
    CHECK(ids(held.plan) == std::vector<int>{5});
    CHECK(held.waits_for == std::map<model::Address, model::Address>{{app, connector}});
}

TEST_CASE("a plan without holds is as it was") {
    CHECK(ids(controller::without_held(circle(), {}).plan) == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("back-off doubles up to a quarter of an hour, and never asks before the service said") {
    CHECK(controller::back_off(1, false, 0ms) == 30s);
    CHECK(controller::back_off(2, false, 0ms) == 60s);
    CHECK(controller::back_off(6, false, 0ms) == 15min);
    CHECK(controller::back_off(1000, false, 0ms) == 15min);
    CHECK(controller::back_off(1, true, 0ms) == 15min);
    CHECK(controller::back_off(1, false, 3600'500ms) == 3601s);
}

TEST_CASE("what the service makes by itself is looked for again soon, and later the longer it takes") {
    CHECK(controller::look_again_after(0s) == 5s);
    CHECK(controller::look_again_after(40s) == 5s);
    CHECK(controller::look_again_after(320s) == 40s);
    CHECK(controller::look_again_after(24h) == 15min);
}

TEST_CASE("a pause beats a back-off, and ends when it said it would") {
    const controller::Time now{1h};
    std::map<model::Address, controller::ObjectMemory> memory;
    memory[app].next_try = now + 30s;
    memory[connector].breaker_until = now + 1h;
    controller::Pause pause{"dev", app, "vendor maintenance", "bob (uid 1000)", now, now + 10min};
    auto holds = controller::holds_at(now, memory, {pause});
    CHECK(holds.at(app).why == controller::Hold::Why::paused);
    CHECK(holds.at(app).message == "by bob (uid 1000): \"vendor maintenance\"");
    CHECK(holds.at(connector).why == controller::Hold::Why::breaker_open);
    holds = controller::holds_at(now + 10min, memory, {pause});
    CHECK_FALSE(holds.contains(app));
    CHECK_FALSE(controller::holds_at(now + 1h, memory, {}).contains(connector));
}

TEST_CASE("a breaker that opens again stays open longer, up to a night") {
    CHECK(controller::breaker_pause(1) == 1h);
    CHECK(controller::breaker_pause(2) == 2h);
    CHECK(controller::breaker_pause(50) == 8h);
}

TEST_CASE("a pause that was noted while the clock was a year ahead holds nothing once it is right") {
    const controller::Time now{std::chrono::hours(24 * 365 * 56)};
    controller::ObjectMemory wrong;
    wrong.next_try = wrong.breaker_until = now + std::chrono::hours(24 * 365);
    CHECK(controller::holds_at(now, {{app, wrong}}, {}).empty());
    controller::ObjectMemory right;
    right.next_try = now + 15min;
    CHECK(controller::holds_at(now, {{app, right}}, {}).size() == 1);
}
