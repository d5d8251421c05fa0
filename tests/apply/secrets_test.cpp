#include "apply/secret_keeper.hpp"
#include "apply/stage.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::apply;
using namespace regent::apply::testing;
using plan::Work;
using provider::ErrorKind;

namespace {

const model::Address secret_app{"Application", "app"};
const model::Address secret_arm{"Connector", "arm"};
const model::Address arm_test{"Connector", "arm-test"};

// Long enough to live on the heap, and found nowhere else.
const std::string secret_value = "Zq8~the-value-that-must-never-be-written-anywhere~8qZ";

provider::StepResult issued() {
    provider::StepResult result;
    result.outputs = {{"clientSecrets/arm/keyId", "k-1"}};
    result.secret_outputs.emplace("clientSecrets/arm/secretText", model::Secret(secret_value));
    result.detail = "expires 2027-03-13";
    return result;
}

struct Received {
    std::string secret, key_id;
};

void issue_and_receive(Stage& stage, std::map<std::string, Received>& received) {
    stage.writer.on("add clientSecrets/arm of Application/app",
                    [](const plan::Step&, const provider::StepInput&) { return issued(); });
    for (const auto& connector : {secret_arm, arm_test}) {
        stage.writer.on("create " + model::to_string(connector),
                        [&received](const plan::Step& step, const provider::StepInput& input) {
                            received[step.address.name] = {input.secrets.at("auth.clientSecret").reveal(),
                                                           input.secret_key_ids.at("auth.clientSecret")};
                            return provider::StepResult{};
                        });
    }
}

model::Map signs_in_with_secret() {
    return {{"auth.clientSecret", output_of(secret_app, "clientSecrets/arm/secretText")},
            {"marks", model::List{model::Reference{secret_app, "clientSecrets/arm/keyId", "secretKey:", ""}}}};
}

}  // namespace

TEST_CASE("a secret goes to every connector that needs it and is written down nowhere", "[apply][secrets]") {
    Stage stage;
    stage.options.parallel = 1;
    std::map<std::string, Received> received;
    issue_and_receive(stage, received);
    PlanBuilder plan;
    const int secret = plan.step(Work::add, secret_app, {}, "clientSecrets/arm");
    plan.step(Work::create, secret_arm, {secret}, "", signs_in_with_secret());
    plan.step(Work::create, arm_test, {secret}, "", signs_in_with_secret());

    const auto result = stage.run(plan.plan());

    CHECK(result.complete());
    for (const auto* name : {"arm", "arm-test"}) {
        CHECK(received[name].secret == secret_value);
        CHECK(received[name].key_id == "k-1");
    }
    const auto sent = stage.writer.values_of("create Connector/arm");
    CHECK(sent.at("auth.clientSecret").as_reference() != nullptr);  // beside the values, never among them
    CHECK(sent.at("marks") == model::List{"secretKey:k-1"});

    const auto heard = stage.store->heard();
    CHECK(std::count(heard.begin(), heard.end(), "delivered k-1 of Application/app to Connector/arm") == 1);
    CHECK(std::count(heard.begin(), heard.end(), "delivered k-1 of Application/app to Connector/arm-test") == 1);

    const auto stored = stage.content_of_all_files();
    CHECK(stored.find("k-1") != std::string::npos);  // the search finds what is there
    CHECK(stored.find(secret_value) == std::string::npos);
    for (const auto& words : stage.listener.heard) CHECK(words.find(secret_value) == std::string::npos);
}

TEST_CASE("a connector that failed was not delivered to", "[apply][secrets]") {
    Stage stage;
    std::map<std::string, Received> received;
    issue_and_receive(stage, received);
    stage.writer.fail("create Connector/arm", ErrorKind::rejected);
    PlanBuilder plan;
    const int secret = plan.step(Work::add, secret_app, {}, "clientSecrets/arm");
    plan.step(Work::create, secret_arm, {secret}, "", signs_in_with_secret());
    CHECK_FALSE(stage.run(plan.plan()).complete());
    for (const auto& words : stage.store->heard()) CHECK_FALSE(words.starts_with("delivered"));
}

TEST_CASE("a step whose secret was not issued in this run fails before anything is sent", "[apply][secrets]") {
    Stage stage;
    PlanBuilder plan;
    plan.step(Work::update, secret_arm, {}, "", signs_in_with_secret());
    const auto result = stage.run(plan.plan());
    CHECK(result.outcomes.front().state == StepState::failed);
    CHECK(result.outcomes.front().error.message.find("clientSecrets/arm/secretText") != std::string::npos);
    CHECK(stage.writer.asked().empty());
}

TEST_CASE("a secret is held until the last step that needs it is over, however it ended", "[apply][secrets]") {
    PlanBuilder plan;
    const int secret = plan.step(Work::add, secret_app, {}, "clientSecrets/arm");
    const int first = plan.step(Work::create, secret_arm, {secret}, "", signs_in_with_secret());
    const int second = plan.step(Work::create, arm_test, {secret}, "", signs_in_with_secret());
    SecretKeeper keeper(plan.plan());
    const auto reference = output_of(secret_app, "clientSecrets/arm/secretText");

    keeper.keep(secret_app, issued().secret_outputs);
    keeper.step_over(plan.at(secret));
    REQUIRE(keeper.find(reference) != nullptr);
    keeper.step_over(plan.at(first));
    CHECK(keeper.find(reference)->reveal() == secret_value);
    keeper.step_over(plan.at(second));
    CHECK(keeper.find(reference) == nullptr);
    CHECK(keeper.held() == 0);

    keeper.keep(secret_app, issued().secret_outputs);  // nobody waits for it any more
    CHECK(keeper.held() == 0);
}

TEST_CASE("a secret that no step needs is not kept at all", "[apply][secrets]") {
    PlanBuilder plan;
    plan.step(Work::add, secret_app, {}, "clientSecrets/arm");
    SecretKeeper keeper(plan.plan());
    keeper.keep(secret_app, issued().secret_outputs);
    CHECK(keeper.held() == 0);
}

TEST_CASE("rotating a secret leaves its name among what was applied", "[apply][secrets][history]") {
    Stage stage;
    PlanBuilder plan;
    const model::Map wanted{{"clientSecrets", model::Map{{"arm", model::Map{{"validForSeconds", 100}}}}}};
    const int added = plan.step(Work::add, secret_app, {}, "clientSecrets/arm", wanted);
    const int dropped = plan.step(Work::drop, secret_app, {added}, "clientSecrets/arm");
    plan.at(dropped).key_id = "k-0";
    CHECK(stage.run(plan.plan()).complete());
    CHECK(stage.store->history("dev")->last_applied.at(secret_app) == wanted);
}

TEST_CASE("which key a place was handed last is remembered, also after the secret left its manifest",
          "[apply][secrets]") {
    Stage stage;
    stage.writer.on("add clientSecrets/arm of Application/app",
                    [](const plan::Step&, const provider::StepInput&) { return issued(); });
    const model::Map place{{"type", "file"}, {"path", "/delivered/arm"}};
    PlanBuilder plan;
    const int secret = plan.step(Work::add, secret_app, {}, "clientSecrets/arm");
    plan.step(
        Work::add, secret_app, {secret}, "secretDeliveries/arm",
        {{"secretDeliveries", place}, {"delivered.secret", output_of(secret_app, "clientSecrets/arm/secretText")}});
    CHECK(stage.run(plan.plan()).complete());
    const model::Map remembered{{"file:/delivered/arm", "k-1"}};
    CHECK(stage.store->history("dev")->last_applied.at(secret_app).at("handedOver") == model::Value(remembered));

    PlanBuilder later;
    later.step(Work::drop, secret_app, {}, "clientSecrets/arm");
    CHECK(stage.run(later.plan()).complete());
    CHECK(stage.store->history("dev")->last_applied.at(secret_app).at("handedOver") == model::Value(remembered));
    CHECK(stage.content_of_all_files().find(secret_value) == std::string::npos);
}
