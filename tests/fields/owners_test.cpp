#include "fields/field_stage.hpp"
#include "fields/owners_of.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

TEST_CASE("regent stays an owner of what it makes without being declared, and may go on writing what it owns") {
    FieldStage stage;
    people(stage);
    stage.tenant().switches({{"builtInClientOwnsOnly", true}});
    stage.declare("owners: [" + anna + "]");
    stage.apply();
    REQUIRE(owners_of(stage.there()).size() == 2);
    const auto self = owners_of(stage.there()).front();
    CHECK(stage.plan().steps.empty());
    stage.declare("owners: []");
    const auto plan = stage.plan();
    REQUIRE(plan.resources.front().warnings.size() == 1);
    CHECK(plan.resources.front().warnings.front().find("nobody is left as an owner") != std::string::npos);
    stage.apply();
    CHECK(owners_of(stage.there()) == std::vector<std::string>{self});
    CHECK(stage.plan().steps.empty());
    // Declared it is an owner like others, and no change.
    stage.declare("owners: [" + self + "]");
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("new owners come before old ones go, so that at no time there is nobody") {
    FieldStage stage;
    people(stage);
    stage.declare("owners: [" + anna + "]");
    stage.apply();
    stage.declare("owners: [" + ben + "]");
    stage.tenant().forget_requests();
    stage.apply();
    std::vector<std::string> writes;
    for (const auto& request : stage.tenant().requests()) {
        if (request.method == "POST" && request.target.find("/owners/$ref") != std::string::npos)
            writes.push_back("add");
        if (request.method == "DELETE") writes.push_back("remove");
    }
    CHECK(writes == std::vector<std::string>{"add", "remove"});
    CHECK(has_owner(stage.there(), ben));
    CHECK_FALSE(has_owner(stage.there(), anna));
}

TEST_CASE("owners are read for those who declare them only, twenty to a request") {
    FieldStage stage;
    people(stage);
    stage.declare("");
    stage.apply();
    stage.tenant().forget_requests();
    CHECK(stage.plan().steps.empty());
    const auto without = stage.tenant().requests().size();
    stage.damage({{"owners", {anna}}});
    CHECK(stage.plan().steps.empty());
    stage.declare("owners: []");
    stage.tenant().forget_requests();
    CHECK(changed_paths(stage.plan()) == std::set<std::string>{"owners"});
    CHECK(stage.tenant().requests().size() == without + 1);
}

TEST_CASE("another application's service principal can be an owner, made in the same run") {
    FieldStage stage;
    people(stage);
    stage.declare_beside(
        "---\napiVersion: regent/v1\nkind: Application\nmetadata: {name: deployer}\nspec: {displayName: Deployer}\n");
    stage.declare("owners: [{applicationRef: {name: deployer}}]");
    stage.apply();
    const auto deployer = stage.tenant().application("regent.dev.deployer");
    const auto principal = stage.tenant().principal_of(deployer.at("appId"));
    CHECK(has_owner(stage.there(), principal.at("id")));
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("an owner that is there already, or gone already, is as good as written") {
    FieldStage stage;
    people(stage);
    stage.declare("owners: [" + anna + "]");
    stage.apply();
    // The answers are lost, so each is sent twice.
    stage.tenant().fault("drop_after", "POST", "/owners/");
    stage.declare("owners: [" + anna + ", " + ben + "]");
    stage.apply();
    CHECK(has_owner(stage.there(), ben));
    CHECK(stage.plan().steps.empty());
}

TEST_CASE(
    "an owner of something new whom nobody knows fails within seconds and by name, and another's replica is late") {
    const auto status = GENERATE(404, 400);
    const std::string nobody = "4f1b7c3e-0000-4444-8888-0123456789ab";
    const bool principal = GENERATE(false, true);
    CAPTURE(status, principal);
    FieldStage stage;
    people(stage);
    stage.tenant().switches({{"unknownOwnerStatus", status}});
    const auto list = "owners: [" + nobody + ", " + anna + "]";
    stage.declare(principal ? "servicePrincipal: {" + list + "}" : list);
    const auto before = stage.tenant().clock().slept();
    const auto result = stage.try_to_apply();
    CHECK(stage.tenant().clock().slept() - before <= std::chrono::seconds(20));
    std::vector<std::string> failed;
    for (const auto& outcome : result.outcomes) {
        if (outcome.state != apply::StepState::failed) continue;
        failed.push_back(outcome.error.message);
        CHECK(outcome.error.code == "RG0705");
        CHECK(outcome.error.help.find("az ad user show --id " + nobody) != std::string::npos);
    }
    REQUIRE(failed.size() == 1);
    CHECK(failed.front().find(nobody) != std::string::npos);
    const auto& owned = principal ? stage.tenant().principal_of(stage.there().at("appId")) : stage.there();
    CHECK(owned.at("owners").size() == 2);

    // A replica that is late by a minute is waited for, whoever the owner is.
    FieldStage late;
    people(late);
    late.tenant().fault(
        "status", "POST", "/owners/$ref",
        {{"status", 400}, {"code", "Request_BadRequest"}, {"message", "Not a valid reference update."}, {"count", 6}});
    late.declare("owners: [" + anna + "]");
    late.apply();
    CHECK(has_owner(late.there(), anna));
}

TEST_CASE("a group owns nothing") {
    FieldStage stage;
    const json groups{{{"id", ben}, {"displayName", "Operators"}}};
    stage.tenant().simulator().control("POST", "state", json{{"graph", {{"groups", groups}}}}.dump());
    stage.declare("owners: [" + ben + "]");
    const auto result = stage.try_to_apply();
    const auto failed = std::find_if(result.outcomes.begin(), result.outcomes.end(),
                                     [](const auto& one) { return one.state == apply::StepState::failed; });
    REQUIRE(failed != result.outcomes.end());
    CHECK(failed->error.service.find("of type 'Group'") != std::string::npos);
}

TEST_CASE("owners that cannot be are told before anything is sent") {
    FieldStage stage;
    people(stage);
    CHECK(stage.complaints("owners: [anna@contoso.example]").find("RG0213") != std::string::npos);
    CHECK(stage.complaints("owners: [" + anna + ", 2F1B7C3E-0000-4444-8888-0123456789AB]").find("RG0217") !=
          std::string::npos);
    std::string many = "owners:\n";
    for (int i = 0; i < 101; ++i) {
        auto number = std::to_string(1000 + i);
        many += "  - 2f1b7c3e-0000-4444-8888-01234567" + number + "\n";
    }
    CHECK(stage.complaints(many).find("RG0480") != std::string::npos);
}
