#include "fields/field_stage.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

namespace {

const std::string png = "\x89PNG\r\n\x1a\n one";
const std::string other_png = "\x89PNG\r\n\x1a\n two";

}  // namespace

TEST_CASE("a logo is sent when its bytes are others than those sent last") {
    FieldStage stage;
    stage.file("logo.png", png);
    stage.declare("logo: logo.png");
    stage.apply();
    const auto first = stage.there().at("_logoSha256");
    CHECK(stage.plan().steps.empty());
    stage.file("logo.png", other_png);
    const auto plan = stage.plan();
    CHECK(changed_paths(plan) == std::set<std::string>{"logo"});
    CHECK(words_of(plan).find("iVBORw") == std::string::npos);
    stage.apply();
    CHECK(stage.there().at("_logoSha256") != first);
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("a run that ended between the picture and its mark sends the picture once more") {
    FieldStage stage;
    stage.file("logo.png", png);
    stage.declare("logo: logo.png");
    stage.apply();
    stage.damage({{"tags", {"regent:owner:regent.dev"}}});
    CHECK(changed_paths(stage.plan()) == std::set<std::string>{"logo"});
    stage.apply();
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("other changes of an application keep the mark of its logo") {
    FieldStage stage;
    stage.file("logo.png", png);
    stage.declare("logo: logo.png\ntags: [hr]");
    stage.apply();
    stage.declare("logo: logo.png\ntags: [hr, internal]");
    CHECK(changed_paths(stage.plan()) == std::set<std::string>{"tags"});
    stage.apply();
    CHECK(stage.plan().steps.empty());
    // Also those made while no manifest speaks of the logo: it cannot be taken away, so it is still there.
    stage.declare("tags: [hr]");
    stage.apply();
    stage.declare("logo: logo.png\ntags: [hr]");
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("what is no picture, too large or nothing at all is told before anything is sent") {
    FieldStage stage;
    stage.file("logo.svg", "<svg/>");
    stage.file("large.png", png + std::string(100 * 1024, 'x'));
    CHECK(stage.complaints("logo: logo.svg").find("no PNG, JPEG or GIF") != std::string::npos);
    CHECK(stage.complaints("logo: large.png").find("at most 100 KB") != std::string::npos);
    CHECK(stage.complaints("logo: \"\"").find("cannot be taken away") != std::string::npos);
    CHECK(stage.complaints("logo: none.png").find("RG0481") != std::string::npos);
}
