// What a finished apply says it did.

#include "controller/outcome_counts.hpp"

#include "model/attributes.hpp"

#include <catch2/catch.hpp>

namespace regent::controller::testing {

TEST_CASE("a connector that was only waited for does not count as updated") {
    plan::Plan plan;
    plan::Step await, update;
    await.id = 1;
    await.address = {std::string(model::kind::connector), "c"};
    await.part = "identity";
    await.work = plan::Work::await;
    update.id = 2;
    update.address = {std::string(model::kind::application), "a"};
    update.work = plan::Work::update;
    plan.steps = {await, update};
    apply::ApplyResult result;
    result.outcomes.resize(2);
    for (auto& outcome : result.outcomes) outcome.state = apply::StepState::done;
    CHECK(count_outcomes(plan, result).updated == 1);
}

}  // namespace regent::controller::testing
