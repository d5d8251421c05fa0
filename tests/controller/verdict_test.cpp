#include "controller/verdict.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::controller;

namespace {

const model::Address the_connector{"Connector", "arm"};

plan::Withheld note(plan::Withheld::Why why, const std::string& message) {
    plan::Withheld made;
    made.address = the_connector;
    made.why = why;
    made.message = message;
    return made;
}

/// One connector of which a plan says this.
plan::Plan plan_with(std::vector<plan::Withheld> notes) {
    plan::Plan plan;
    plan.resources.emplace_back().address = the_connector;
    plan.withheld = std::move(notes);
    return plan;
}

std::vector<Verdict> judged(const plan::Plan& now, const std::map<model::Address, apply::StepOutcome>& outcomes = {}) {
    const plan::DesiredGraph desired;
    const model::Snapshot snapshot;
    const report::RunReport report;
    const Holds holds;
    const std::map<model::Address, model::Address> waits_for;
    return verdicts_of({.desired = desired,
                        .before = now,
                        .now = now,
                        .snapshot = snapshot,
                        .report = report,
                        .outcomes = outcomes,
                        .holds = holds,
                        .waits_for = waits_for,
                        .left_alone_message = {},
                        .revision = {}});
}

}  // namespace

TEST_CASE("of several notes about an object the one that a person has to mend counts, in whatever order they stand") {
    using Why = plan::Withheld::Why;
    const auto copy = note(Why::ignored, "a copy of it is there");
    const auto taken = note(Why::unclaimed_namesake, "a connector of this title is there");
    for (const auto& notes : {std::vector{copy, taken}, std::vector{taken, copy}}) {
        const auto now = plan_with(notes);
        const auto verdicts = judged(now);
        REQUIRE(verdicts.size() == 1);
        CHECK(verdicts.front().ready == ConditionStatus::no);
        CHECK(verdicts.front().reason == ConditionReason::conflict);
        CHECK(verdicts.front().message == taken.message);
    }
}

TEST_CASE("where there is no place left nobody is in the way") {
    const auto verdicts = judged(plan_with({note(plan::Withheld::Why::no_place, "20 of 20 federated credentials")}));
    CHECK(verdicts.front().ready == ConditionStatus::no);
    CHECK(verdicts.front().reason == ConditionReason::guard_refused);
    CHECK(verdicts.front().stalled);
}

TEST_CASE("a note about one element does not hide that the rest failed") {
    const auto now = plan_with({note(plan::Withheld::Why::create_only, "one credential has no place")});
    apply::StepOutcome failed;
    failed.state = apply::StepState::failed;
    failed.error.kind = provider::ErrorKind::rejected;
    failed.error.message = "Entra refused";
    const std::map<model::Address, apply::StepOutcome> outcomes{{the_connector, failed}};
    const auto verdicts = judged(now, outcomes);
    CHECK(verdicts.front().ready == ConditionStatus::no);
    CHECK(verdicts.front().message == "Entra refused");
}

TEST_CASE("a vault that cannot be looked at while nothing is due leaves an object ready, and is told") {
    const auto vault = note(plan::Withheld::Why::delivery_not_due, "the vault answered 503");
    const auto verdicts = judged(plan_with({vault}));
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts.front().ready == ConditionStatus::yes);
    CHECK(verdicts.front().synced);
    CHECK_FALSE(verdicts.front().stalled);
    CHECK(verdicts.front().message == vault.message);
}

TEST_CASE("a vault that cannot be looked at hides nothing else about the object") {
    using Why = plan::Withheld::Why;
    const auto vault = note(Why::delivery_not_due, "the vault answered 503");
    auto now = plan_with({vault});
    now.resources.front().action = plan::Action::update;
    CHECK(judged(now).front().ready != ConditionStatus::yes);
    CHECK(judged(plan_with({vault, note(Why::foreign_owner, "taken")})).front().reason == ConditionReason::conflict);
}

TEST_CASE("a secret that is due waits for a vault that does not answer, and needs nobody") {
    const auto verdicts = judged(plan_with({note(plan::Withheld::Why::delivery_waits, "the vault answered 503")}));
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts.front().ready == ConditionStatus::no);
    CHECK(verdicts.front().reason == ConditionReason::service_error);
    CHECK_FALSE(verdicts.front().stalled);
}
