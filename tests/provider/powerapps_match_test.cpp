#include "model/attributes.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::powerapps::test;
using nlohmann::json;
using plan::Work;
using Obstacle = model::Obstacle::Kind;
namespace path = regent::model::path;

namespace {

const json our_mark{{"owner", "regent.dev"}, {"name", "sample"}};
const json their_mark{{"owner", "team-b.dev"}, {"name", "sample"}};

model::Snapshot look(Platform& platform, const model::Scope& scope, model::Snapshot snapshot = {}) {
    const auto read = platform.observe(scope, snapshot);
    if (!read) FAIL(words_of(read.error()));
    return snapshot;
}

/// What Graph's observer found before: the application that connectors sign in with.
model::Snapshot with_application(model::Ownership ownership) {
    model::Snapshot snapshot;
    model::ObservedResource application;
    application.address = {std::string(model::kind::application), "client"};
    application.ownership = ownership;
    application.outputs.emplace(model::output::app_id, Platform::client_id);
    snapshot.resources.emplace(application.address, application);
    return snapshot;
}

model::Reference to_application() {
    return {{std::string(model::kind::application), "client"}, std::string(model::output::app_id), "", ""};
}

model::Obstacle only_obstacle(const model::Snapshot& snapshot) {
    REQUIRE(snapshot.obstacles.size() == 1);
    CHECK(snapshot.obstacles.front().address == address());
    // One that a manifest only watches is there all the same.
    if (snapshot.obstacles.front().kind != Obstacle::adopt_target_taken)
        CHECK_FALSE(snapshot.resources.contains(address()));
    CHECK_FALSE(snapshot.obstacles.front().help.empty());
    return snapshot.obstacles.front();
}

bool names(const std::string& text, const std::string& name) {
    return text.find(name) != std::string::npos;
}

}  // namespace

TEST_CASE("a connector is found by its mark when its manifest has another title by now") {
    Platform platform;
    platform.done(step(Work::create, open_sample("Another title")));
    platform.seed("Sample", nullptr, {}, Platform::sales, "shared_namesake");
    const auto snapshot = platform.look();
    CHECK(graph::test::attribute(snapshot.resources.at(address()), path::display_name) ==
          model::Value("Another title"));
    // Were it made anew under the manifest's title, the service would refuse that: somebody's connector has it.
    REQUIRE(snapshot.obstacles.size() == 1);
    CHECK(snapshot.obstacles.front().address == address());
    CHECK(names(snapshot.obstacles.front().message, "shared_namesake"));
}

TEST_CASE("who makes a connector from our definition has a copy, which is told and is not ours") {
    Platform platform;
    platform.hand_over("first-secret", "key-1");
    platform.done(step(Work::create, secret_sample()));
    if (GENERATE(false, true)) {  // saved once more: then the mark names the connector, too
        platform.done(step(Work::update, platform.sample(), secret_sample(), {std::string(path::description)}));
    }
    const std::string name = platform.connector("Sample")["name"];
    const auto mark = platform.connector("Sample")["openApiDefinition"]["x-regent"];
    const auto copy = platform.seed("Copy of Sample", mark, Platform::client_id);
    platform.seed("Sample", mark, Platform::client_id, Platform::sales_prod, "shared_in-another-environment");

    const auto both = platform.look();
    CHECK(both.obstacles.empty());
    CHECK(both.resources.at(address()).id == name);
    REQUIRE(both.orphans.size() == 2);
    for (const auto& orphan : both.orphans) {
        CHECK(orphan.ownership == model::Ownership::unclaimed);
        // Its secret is another one's, and nobody is to go on keeping an old one for it.
        CHECK(graph::test::attribute(orphan, path::marks) == model::Value(model::List{}));
        REQUIRE_FALSE(orphan.remarks.empty());
        CHECK(names(orphan.remarks.back(), "Connector/sample"));
    }

    // The original deleted by hand, with its manifest and without.
    platform.change(name, {{"delete", true}});
    const auto alone = platform.look();
    CHECK(alone.resources.empty());
    CHECK(alone.obstacles.empty());
    const auto unwanted = platform.look(std::vector<std::string>{});
    for (const auto& orphan : unwanted.orphans) {
        CHECK(orphan.ownership == model::Ownership::unclaimed);
        const auto refused = platform.apply(step(Work::remove, orphan));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::conflict);
    }
    CHECK_FALSE(platform.connector(copy).is_null());
}

TEST_CASE("a creation whose answer is lost does not find the copy of an earlier one of ours") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto mark = platform.connector("Sample")["openApiDefinition"]["x-regent"];
    const std::string name = platform.connector("Sample")["name"];
    const auto copy = platform.seed("Copy of Sample", mark);
    platform.change(name, {{"delete", true}});
    platform.input.may_have_been_sent = true;
    platform.done(step(Work::create, with(open_sample(), path::description, "ours")));
    CHECK(platform.connector(copy)["properties"]["description"] != "ours");
    CHECK(platform.connector("Sample")["properties"]["description"] == "ours");
}

TEST_CASE("what somebody else made with our mark and our title is for a person to decide") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto mark = platform.connector("Sample")["openApiDefinition"]["x-regent"];
    REQUIRE_FALSE(mark.contains("connector"));  // saved but once
    platform.change(platform.connector("Sample")["name"], {{"delete", true}});
    const auto copy = platform.seed("Sample", mark, {}, Platform::sales, "shared_made-by-mary");
    const json mary{{"id", "88888888-8888-8888-8888-888888888888"}, {"displayName", "Mary"}, {"type", "User"}};
    platform.change(copy, {{"patch", {{"properties", {{"createdBy", mary}}}}}});

    const auto obstacle = only_obstacle(platform.look());
    CHECK(obstacle.kind == Obstacle::several_matches);
    CHECK(names(obstacle.message, copy));
    CHECK(names(obstacle.message, "Mary"));
    CHECK(names(obstacle.help, "adopt: {connector: " + copy + "}"));

    // Neither is it removed with its manifest, nor taken for a creation whose answer was lost.
    const auto unwanted = platform.look(std::vector<std::string>{});
    REQUIRE(unwanted.orphans.size() == 1);
    CHECK(unwanted.orphans.front().ownership == model::Ownership::unclaimed);
    platform.input.may_have_been_sent = true;
    static_cast<void>(platform.apply(step(Work::create, with(open_sample(), path::description, "ours"))));
    CHECK(platform.connector(copy)["properties"]["description"] != "ours");
}

TEST_CASE("what somebody made and wrote our mark on is given nothing of an application that does not know it") {
    Platform platform;
    const auto name = std::string("shared_planted");
    auto mark = our_mark;
    auto signs_in_with = std::string();
    SECTION("the mark says that it was written onto this one, by whoever made it") {
        mark.update({{"connector", name}, {"savedBy", "66666666-6666-6666-6666-666666666666"}});
    }
    SECTION("the mark of a connector that was saved but once") {
        mark.update({{"savedBy", "66666666-6666-6666-6666-666666666666"}, {"title", "Sample"}});
    }
    SECTION("no mark, and a sign-in with the application") {
        mark = nullptr;
        signs_in_with = Platform::client_id;
    }
    platform.seed("Sample", mark, signs_in_with, Platform::sales, name);
    const json mallory{{"id", "66666666-6666-6666-6666-666666666666"}, {"displayName", "Mallory"}, {"type", "User"}};
    platform.change(name, {{"patch", {{"properties", {{"createdBy", mallory}}}}}});
    auto scope = platform.scope({"sample"});
    scope.wanted.front().client_id = to_application();
    auto tenant = with_application(model::Ownership::ours);
    CHECK(names(only_obstacle(look(platform, scope, tenant)).message, name));

    const auto is_ours = [&](const model::Snapshot& snapshot) {
        const auto found = snapshot.resources.find(address());
        if (found == snapshot.resources.end()) return false;
        CHECK(found->second.provider_data.at("madeBy") == "others");
        return found->second.ownership == model::Ownership::ours;
    };
    if (mark == nullptr) return;
    // Whoever remembers it, or names it, says that it is ours.
    scope.wanted.front().remembered_id = name;
    CHECK(is_ours(look(platform, scope, tenant)));
    scope.wanted.front().remembered_id.clear();
    scope.wanted.front().adopt = name;
    CHECK(is_ours(look(platform, scope, tenant)));
    // An application that is to be made in the same run knows nobody, and who signs in otherwise has secrets, too.
    scope.wanted.front().adopt.clear();
    CHECK_FALSE(is_ours(look(platform, scope, {})));
    scope.wanted.front().client_id = {};
    CHECK_FALSE(is_ours(look(platform, scope, tenant)));
}

TEST_CASE(
    "a connector that a list leaves out is asked for by the name that is remembered, before it is taken for gone") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto name = platform.connector("Sample").at("name").get<std::string>();
    platform.switches({{"listLagSeconds", 600}});
    auto scope = platform.scope({"sample"});
    CHECK_FALSE(look(platform, scope, {}).resources.contains(address()));
    scope.wanted.front().remembered_id = name;
    CHECK(look(platform, scope, {}).resources.at(address()).id == name);
    SECTION("and once more a little later, where an answer of that name is an old one, too") {
        platform.switches({{"replicaLagSeconds", 3}});
        CHECK(look(platform, scope, {}).resources.at(address()).id == name);
    }
    SECTION("and is gone when nobody has it under that name") {
        scope.wanted.front().remembered_id = "shared_gone";
        CHECK_FALSE(look(platform, scope, {}).resources.contains(address()));
    }
    SECTION("and whoever is stopped between the two looks has seen nothing") {
        scope.wanted.front().remembered_id = "shared_gone";
        platform.clock().stop();
        model::Snapshot seen;
        const auto stopped = platform.observe(scope, seen);
        REQUIRE_FALSE(stopped);
        CHECK(stopped.error().kind == ErrorKind::interrupted);
    }
}

TEST_CASE("a connector that others made is ours by its mark when its application, which is surely ours, knows it") {
    Platform platform;
    const auto name = std::string("shared_sample");
    auto mark = our_mark;
    mark["connector"] = name;
    platform.seed("Sample", mark, Platform::client_id, Platform::sales, name);
    const json former{{"id", "77777777-7777-7777-7777-777777777777"}, {"displayName", "regent"}, {"type", "User"}};
    platform.change(name, {{"patch", {{"properties", {{"createdBy", former}}}}}});
    auto scope = platform.scope({"sample"});
    scope.wanted.front().client_id = to_application();
    auto tenant = with_application(model::Ownership::ours);
    CHECK_FALSE(look(platform, scope, tenant).resources.contains(address()));
    auto remembered = scope;
    remembered.wanted.front().remembered_id = name;
    const auto mine = look(platform, remembered, tenant).resources.at(address());
    const auto url = mine.outputs.at(std::string(model::output::redirect_url));
    tenant.resources.begin()->second.attributes[std::string(path::redirect_uris_web)] = model::List{url};
    // It was merely found by its key: whoever planted it may have planted both.
    CHECK_FALSE(look(platform, scope, tenant).resources.contains(address()));
    auto application = scope.wanted.front();
    application.address = tenant.resources.begin()->first;
    SECTION("remembered as one that regent made") {
        tenant.resources.begin()->second.id = "0b1e0000-0000-4000-8000-000000000001";
        application.remembered_id = tenant.resources.begin()->second.id;
    }
    SECTION("adopted by its manifest") {
        application.adopt = Platform::client_id;
    }
    scope.wanted.push_back(application);
    CHECK(look(platform, scope, tenant).resources.contains(address()));
}

TEST_CASE("a person decides that what others made is ours") {
    Platform platform;
    const auto copy = platform.seed("Sample", our_mark);
    platform.change(copy, {{"patch", {{"properties", {{"createdBy", {{"id", "somebody else"}}}}}}}});
    CHECK(only_obstacle(platform.look()).kind == Obstacle::several_matches);
    auto scope = platform.scope({"sample"});
    scope.wanted[0].adopt = copy;
    CHECK(platform.look(scope).resources.at(address()).id == copy);
}

TEST_CASE("a copy is adopted by its name, and is a connector of its own from then on") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto mark = platform.connector("Sample")["openApiDefinition"]["x-regent"];
    const auto copy = platform.seed("Copy of Sample", mark);
    auto scope = platform.scope({"sample", "copy"});
    scope.wanted[1].display_name = "Copy of Sample";
    scope.wanted[1].adopt = copy;
    const auto found = platform.look(scope).resources.at(address("copy"));
    CHECK(found.id == copy);
    CHECK(found.ownership == model::Ownership::unclaimed);
    auto adoption = step(Work::adopt, found, open_sample("Copy of Sample"), {std::string(path::marks)});
    adoption.address = address("copy");
    adoption.adopt_id = copy;
    platform.done(adoption);
    const auto after = platform.look(scope);
    CHECK(after.resources.at(address("copy")).ownership == model::Ownership::ours);
    CHECK(after.resources.at(address()).id != copy);
    CHECK(after.orphans.empty());
}

TEST_CASE("a mark that does not say where it was written counts under the manifest's title or the remembered name") {
    Platform platform;
    const auto ours = platform.seed("Sample", our_mark);
    const auto renamed = platform.seed("An older title", our_mark, {}, Platform::sales, "shared_older");
    SECTION("the title decides") {
        const auto snapshot = platform.look();
        CHECK(snapshot.resources.at(address()).id == ours);
        REQUIRE(snapshot.orphans.size() == 1);
        CHECK(snapshot.orphans[0].ownership == model::Ownership::unclaimed);
    }
    SECTION("what the store remembers comes before it") {
        auto scope = platform.scope({"sample"});
        scope.wanted[0].remembered_id = renamed;
        CHECK(platform.look(scope).resources.at(address()).id == renamed);
    }
    SECTION("without either a person decides, and nothing is replaced") {
        platform.change(ours, {{"delete", true}});
        const auto obstacle = only_obstacle(platform.look());
        CHECK(names(obstacle.message, renamed));
        CHECK(names(obstacle.help, "An older title"));
    }
    SECTION("without a manifest it is not removed") {
        for (const auto& orphan : platform.look(std::vector<std::string>{}).orphans)
            CHECK(orphan.ownership == model::Ownership::unclaimed);
    }
}

TEST_CASE("a connector whose mark a person wiped is found by the name the store remembers") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const std::string name = platform.connector("Sample")["name"];
    platform.change(name, {{"patch", {{"openApiDefinition", {{"x-regent", nullptr}, {"host", "else.example"}}}}}});
    auto scope = platform.scope({"sample"});
    scope.wanted[0].remembered_id = name;
    const auto snapshot = platform.look(scope);
    const auto& there = snapshot.resources.at(address());
    CHECK(there.id == name);
    CHECK(there.ownership == model::Ownership::ours);
    CHECK(snapshot.obstacles.empty());

    // The next update marks it again, and then it needs no memory.
    platform.done(step(Work::update, there, open_sample(), {std::string(path::definition)}));
    CHECK(platform.sample().id == name);
}

TEST_CASE("a remembered name that somebody else's mark is on is not ours") {
    Platform platform;
    const auto name = platform.seed("Sample", their_mark);
    auto scope = platform.scope({"sample"});
    scope.wanted[0].remembered_id = name;
    const auto obstacle = only_obstacle(platform.look(scope));
    CHECK(obstacle.kind == Obstacle::foreign_owner);
    CHECK(names(obstacle.message, "team-b.dev"));
}

TEST_CASE("a mark that a person damaged is none") {
    const json damaged = GENERATE(json("regent.dev"), json{{"owner", "regent.dev"}}, json{{"name", "sample"}},
                                  json{{"owner", 1}, {"name", "sample"}}, json::array());
    Platform platform;
    platform.seed("Sample", damaged);
    CHECK(only_obstacle(platform.look()).kind == Obstacle::unclaimed_namesake);
}

TEST_CASE("a connector without mark is found by its title when it signs in with an application of ours") {
    const bool by_reference = GENERATE(true, false);
    Platform platform;
    const auto name = platform.seed("Sample", nullptr, Platform::client_id);
    const json ours{{"id", "33333333-3333-3333-3333-333333333333"}};
    platform.change(name, {{"patch", {{"properties", {{"createdBy", ours}}}}}});
    auto scope = platform.scope({"sample"});
    if (by_reference) {
        scope.wanted[0].client_id = to_application();
    } else {
        scope.wanted[0].client_id = Platform::client_id;
    }
    const auto snapshot = look(platform, scope, with_application(model::Ownership::ours));
    CHECK(snapshot.resources.at(address()).id == name);
    CHECK(snapshot.resources.at(address()).ownership == model::Ownership::ours);
}

TEST_CASE("an unmarked namesake of nobody is never taken") {
    Platform platform;
    auto scope = platform.scope({"sample"});
    model::Snapshot before;
    std::string name;
    SECTION("it signs in with nothing") {
        name = platform.seed("Sample");
        before = with_application(model::Ownership::ours);
        scope.wanted[0].client_id = to_application();
    }
    SECTION("it signs in with another application") {
        name = platform.seed("Sample", nullptr, "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee");
        before = with_application(model::Ownership::ours);
        scope.wanted[0].client_id = to_application();
    }
    SECTION("the application is not ours yet") {
        name = platform.seed("Sample", nullptr, Platform::client_id);
        before = with_application(model::Ownership::unclaimed);
        scope.wanted[0].client_id = to_application();
    }
    SECTION("the manifest names an application that is nobody's we know") {
        name = platform.seed("Sample", nullptr, Platform::client_id);
        scope.wanted[0].client_id = Platform::client_id;
    }
    SECTION("another title is remembered") {
        name = platform.seed("Sample");
        scope.wanted[0].remembered_id = "shared_gone";
    }
    const auto snapshot = look(platform, scope, before);
    const auto obstacle = only_obstacle(snapshot);
    CHECK(obstacle.kind == Obstacle::unclaimed_namesake);
    CHECK(names(obstacle.message, name));
    CHECK(names(obstacle.help, "adopt: {connector: " + name + "}"));
}

TEST_CASE("two unmarked namesakes that sign in with our application are an obstacle that names both") {
    Platform platform;
    const auto first = platform.seed("Sample", nullptr, Platform::client_id);
    const auto second = platform.seed("Sample", nullptr, Platform::client_id, Platform::sales, "shared_sample-2");
    auto scope = platform.scope({"sample"});
    scope.wanted[0].client_id = to_application();
    const auto snapshot = look(platform, scope, with_application(model::Ownership::ours));
    const auto obstacle = only_obstacle(snapshot);
    CHECK(names(obstacle.message, first));
    CHECK(names(obstacle.message, second));
}

TEST_CASE("two connectors with the same mark are an obstacle, and neither is deleted") {
    Platform platform;
    const auto first = platform.seed("Sample", our_mark);
    const auto second = platform.seed("Sample", our_mark, {}, Platform::sales, "shared_sample-2");
    const auto snapshot = platform.look();
    const auto obstacle = only_obstacle(snapshot);
    CHECK(obstacle.kind == Obstacle::several_matches);
    CHECK(names(obstacle.message, first));
    CHECK(names(obstacle.message, second));
    CHECK(snapshot.orphans.empty());
}

TEST_CASE("a connector under the name that its manifest had before is the same, and is given the new one") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    auto scope = platform.scope({"renamed"});
    scope.wanted[0].previous_names = {"older", "sample"};
    const auto before = look(platform, scope);
    REQUIRE(before.resources.contains(address("renamed")));
    const auto& found = before.resources.at(address("renamed"));
    CHECK(graph::test::attribute(found, path::marks) == model::Value(model::List{"named:sample"}));
    CHECK(before.orphans.empty());
    platform.done(step(Work::update, found, open_sample(), {std::string(path::marks)}));
    scope.wanted[0].previous_names.clear();
    const auto after = look(platform, scope);
    REQUIRE(after.resources.contains(address("renamed")));
    CHECK(after.resources.at(address("renamed")).id == found.id);
    CHECK(graph::test::attribute(after.resources.at(address("renamed")), path::marks) == model::Value(model::List{}));
}

TEST_CASE("an answer from before a rename shows the connector that is remembered, and none to be deleted") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    auto scope = platform.scope({"renamed"});
    scope.wanted[0].remembered_id = platform.look().resources.at(address()).id;
    const auto snapshot = look(platform, scope);
    CHECK(snapshot.resources.contains(address("renamed")));
    CHECK(snapshot.orphans.empty());
}

TEST_CASE("a connector under its name and one under the name before are an obstacle, and neither is deleted") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    platform.done(step(Work::create, open_sample("Another title"), "renamed"));
    const auto there = platform.look(platform.scope({"sample", "renamed"}));
    auto scope = platform.scope({"renamed"});
    scope.wanted[0].previous_names = {"sample"};
    const auto snapshot = look(platform, scope);
    REQUIRE(snapshot.obstacles.size() == 1);
    CHECK(snapshot.obstacles[0].kind == Obstacle::several_matches);
    for (const auto* name : {"sample", "renamed"})
        CHECK(names(snapshot.obstacles[0].message, there.resources.at(address(name)).id));
    CHECK(snapshot.resources.empty());
    CHECK(snapshot.orphans.empty());
}

TEST_CASE("the same title in two environments is two connectors") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    platform.done(step(Work::create, with(open_sample(), path::environment, Platform::sales_prod), "in-production"));
    auto scope = platform.scope({"sample", "in-production"});
    scope.wanted[1].pp_environment = Platform::sales_prod;
    const auto snapshot = platform.look(scope);
    REQUIRE(snapshot.resources.size() == 2);
    CHECK(snapshot.obstacles.empty());
    const auto& here = snapshot.resources.at(address());
    const auto& there = snapshot.resources.at(address("in-production"));
    CHECK(here.id != there.id);
    CHECK(graph::test::attribute(here, path::environment) == model::Value(Platform::sales));
    CHECK(graph::test::attribute(there, path::environment) == model::Value(Platform::sales_prod));
}

TEST_CASE("a namesake in another environment is nobody's concern") {
    Platform platform;
    platform.seed("Sample", nullptr, {}, Platform::sales_prod);
    const auto snapshot = platform.look();
    CHECK(snapshot.resources.empty());
    CHECK(snapshot.obstacles.empty());
}

TEST_CASE("a namesake does not take what the mark of another manifest names") {
    Platform platform;
    const auto name = platform.seed("Sample", our_mark, Platform::client_id);
    auto scope = platform.scope({"another", "sample"});
    scope.wanted[0].client_id = to_application();
    scope.wanted[0].remembered_id = name;
    const auto snapshot = look(platform, scope, with_application(model::Ownership::ours));
    CHECK(snapshot.resources.at(address()).id == name);
    CHECK_FALSE(snapshot.resources.contains(address("another")));
}

TEST_CASE("what carries our mark and is wanted no longer is an orphan, and others' connectors are not") {
    Platform platform;
    platform.seed("Ours", {{"owner", "regent.dev"},
                           {"name", "old"},
                           {"title", "Ours"},
                           {"preventDelete", true},
                           {"secretKeyId", "key-7"}});
    platform.seed("Theirs", their_mark);
    platform.seed("Ours elsewhere", {{"owner", "regent.prod"}, {"name", "sample"}});
    platform.seed("Nobody's");
    const auto snapshot = platform.look();
    REQUIRE(snapshot.orphans.size() == 1);
    CHECK(snapshot.orphans[0].address == address("old"));
    CHECK(graph::test::attribute(snapshot.orphans[0], path::marks) ==
          model::Value(model::List{"preventDelete", "secretKey:key-7"}));
    CHECK(snapshot.resources.empty());
}

TEST_CASE("a connector is adopted by its name, once, and then found by its mark") {
    Platform platform;
    const auto name = platform.seed("Sample", nullptr, Platform::client_id);
    auto scope = platform.scope({"sample"});
    scope.wanted[0].adopt = name;
    const auto there = platform.look(scope).resources.at(address());
    CHECK(there.ownership == model::Ownership::unclaimed);

    auto adoption = step(Work::adopt, there, with(open_sample(), path::description, "ours now"),
                         {std::string(path::description), std::string(path::marks)});
    adoption.adopt_id = name;
    CHECK(platform.done(adoption).outputs.at("name") == name);
    CHECK(platform.connector(name)["openApiDefinition"]["x-regent"] == json{{"owner", "regent.dev"},
                                                                            {"name", "sample"},
                                                                            {"environment", Platform::sales},
                                                                            {"title", "Sample"},
                                                                            {"connector", name}});
    CHECK(platform.kept_secret(name).size() == 64);
    const auto again = platform.look(scope);
    CHECK(again.resources.at(address()).ownership == model::Ownership::ours);
    CHECK(again.obstacles.empty());
}

TEST_CASE("what cannot be adopted is said with its owner, or that it is not there") {
    Platform platform;
    auto scope = platform.scope({"sample"});
    SECTION("it is another owner's") {
        scope.wanted[0].adopt = platform.seed("Sample", their_mark);
        const auto obstacle = only_obstacle(platform.look(scope));
        CHECK(obstacle.kind == Obstacle::adopt_target_taken);
        CHECK(names(obstacle.message, "team-b.dev"));
    }
    SECTION("it is not there") {
        scope.wanted[0].adopt = "shared_sample";
        const auto obstacle = only_obstacle(platform.look(scope));
        CHECK(obstacle.kind == Obstacle::adopt_target_missing);
        CHECK(names(obstacle.message, "shared_sample"));
    }
    SECTION("it is one of Microsoft's") {
        scope.wanted[0].adopt = "shared_office365";
        CHECK(only_obstacle(platform.look(scope)).kind == Obstacle::adopt_target_missing);
    }
}
