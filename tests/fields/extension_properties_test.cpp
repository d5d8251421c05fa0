#include "fields/field_stage.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

TEST_CASE("an extension property that changes is removed and made anew, and the plan says what is lost") {
    FieldStage stage;
    stage.declare("extensionProperties: [{name: costCenter, targetObjects: [User]}]");
    stage.apply();
    const auto id = stage.there()["_extensionProperties"][0]["id"];
    stage.declare("extensionProperties: [{name: costCenter, targetObjects: [User], dataType: Integer}]");
    const auto plan = stage.plan();
    CHECK(plan.resources.front().warnings.size() == 1);
    stage.apply();
    const auto properties = stage.there()["_extensionProperties"];
    REQUIRE(properties.size() == 1);
    CHECK(properties[0]["dataType"] == "Integer");
    CHECK(properties[0]["id"] != id);
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("adding an extension property whose answer was lost does not fail on what it made itself") {
    FieldStage stage;
    SECTION("no answer") {
        stage.tenant().fault("drop_after", "POST", "/extensionProperties");
    }
    SECTION("503 with Retry-After") {
        stage.tenant().fault("error_after", "POST", "/extensionProperties", {{"status", 503}, {"retryAfter", 1}});
    }
    SECTION("500") {
        stage.tenant().fault("error_after", "POST", "/extensionProperties", {{"status", 500}});
    }
    stage.declare("extensionProperties: [{name: costCenter, targetObjects: [User]}]");
    stage.apply();
    CHECK(stage.there()["_extensionProperties"].size() == 1);
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("extension properties that cannot be are told before anything is sent") {
    FieldStage stage;
    CHECK(stage.complaints("extensionProperties: [{name: cost center, targetObjects: [User]}]").find("RG0486") !=
          std::string::npos);
    CHECK(stage.complaints("extensionProperties: [{name: x, targetObjects: []}]").find("RG0486") != std::string::npos);
    CHECK(stage.complaints("extensionProperties: [{name: x, targetObjects: [Printer]}]").find("RG0208") !=
          std::string::npos);
}
