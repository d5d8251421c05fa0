// Connectors in solutions, over real HTTP: made once whatever becomes of the answer, read back equal, changed only when
// they are as they were seen, and never said to work before Power Apps has them.

#include "model/attributes.hpp"
#include "provider/dataverse_platform.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::dataverse::test;
using nlohmann::json;
using plan::Work;
using powerapps::test::address;
using powerapps::test::Platform;
using powerapps::test::step;
using powerapps::test::with;
using powerapps::test::words_of;
namespace path = regent::model::path;

namespace {

json mark_in(const json& row) {
    return json::parse(row.at("openapidefinition").get<std::string>()).at("x-regent");
}

std::string text_of(const model::ObservedResource& resource, std::string_view name) {
    const auto it = resource.attributes.find(name);
    return it == resource.attributes.end() ? "(absent)" : it->second.text_or("(no text)");
}

bool says(const std::vector<std::string>& sentences, const std::string& words) {
    return std::any_of(sentences.begin(), sentences.end(),
                       [&](const auto& sentence) { return sentence.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("what was made in a solution is read back equal, with redirect URL and identity", "[dataverse]") {
    Organization organization;
    organization.switches({{"subjectDelaySeconds", 0}});
    const auto values = identity_row();
    const auto made = organization.done(step(Work::create, values));
    CHECK(made.outputs.at("name").rfind("shared_contoso-5fsample-5f", 0) == 0);
    CHECK(made.outputs.contains("redirectUrl"));
    CHECK(made.outputs.contains("identity/subject"));
    const auto row = organization.row();
    CHECK(row.at("name") == "contoso_Sample");
    CHECK(row.at("_solutions") == json{"ContosoConnectors"});
    CHECK(mark_in(row).at("name") == "sample");
    const auto seen = organization.sample();
    CHECK(seen.ownership == model::Ownership::ours);
    for (const auto& [name, value] : values) {
        INFO(name);
        CHECK(seen.attributes.at(name) == value);
    }
    CHECK(seen.outputs.at("redirectUrl") == made.outputs.at("redirectUrl"));
    CHECK(seen.remarks.empty());
}

TEST_CASE("the id of a connector follows from its name, so that making it twice makes it once", "[dataverse]") {
    for (const auto* fault : {"drop_after", "error_after", "drop_before"}) {
        Organization organization;
        organization.fault(fault, "POST", "/connectors", {{"status", 502}});
        const auto made = organization.apply(step(Work::create, identity_row()));
        INFO(fault);
        if (!made) FAIL(words_of(made.error()));
        CHECK(organization.rows().size() == 1);
    }
    Organization one, other;
    one.done(step(Work::create, open_row()));
    other.done(step(Work::create, open_row()));
    CHECK(one.row().at("connectorid") == other.row().at("connectorid"));
    CHECK(std::string(one.row().at("connectorid"))[14] == '5');
    // An earlier run was killed after the request: this one finds the row under its key and goes on.
    one.done(step(Work::create, open_row("Sample")));
    CHECK(one.rows().size() == 1);
}

TEST_CASE("a name that somebody else's connector has is a conflict with words", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto refused = organization.apply(step(Work::create, open_row(), "second"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(refused.error().service.find("0x80040237") != std::string::npos);
    CHECK(refused.error().help.find("displayName") != std::string::npos);
}

TEST_CASE("a change is made in the version that was seen, and in no other", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto seen = organization.sample();
    organization.done(
        step(Work::update, seen, with(open_row(), path::description, "new"), {std::string(path::description)}));
    CHECK(organization.row().at("description") == "new");
    CHECK_FALSE(json::parse(organization.writes().back().body).contains("connectionparameters"));
    const auto stale = organization.apply(
        step(Work::update, seen, with(open_row(), path::description, "newer"), {std::string(path::description)}));
    REQUIRE_FALSE(stale);
    CHECK(stale.error().kind == ErrorKind::conflict);
    CHECK(stale.error().help.find("plan again") != std::string::npos);
    organization.switches({{"dataverseEtags", "refused"}});
    organization.done(step(Work::update, organization.sample(), with(open_row(), path::description, "newest"),
                           {std::string(path::description)}));
    CHECK(organization.row().at("description") == "newest");
}

TEST_CASE("every damage is seen under its name and repaired", "[dataverse]") {
    struct Damage {
        const char* column;
        json value;
        std::string_view path;
    };
    auto values = identity_row();
    values.insert_or_assign(std::string(path::capabilities), model::List{"actions"});
    values.insert_or_assign(std::string(path::policies), R"([{"templateId":"setheader"}])");
    auto other = json::parse(R"({"token":{"type":"oauthSetting","oAuthSettings":{"identityProvider":"aad"}}})");
    for (const auto& damage :
         {Damage{"displayname", "Other", path::display_name}, Damage{"description", "Other", path::description},
          Damage{"iconbrandcolor", "#000000", path::icon_brand_color},
          Damage{"capabilities", "118690004", path::capabilities},
          Damage{"policytemplateinstances", "[]", path::policies},
          Damage{"connectionparameters", other.dump(), path::auth_client_id},
          Damage{"openapidefinition", R"({"swagger":"2.0"})", path::definition}}) {
        INFO(damage.column);
        Organization organization;
        organization.done(step(Work::create, values));
        const auto before = organization.sample();
        organization.switches({{"dataverseSync", "off"}});  // a damaged definition is nothing that Power Apps takes
        organization.change(before.id, {{"patch", {{damage.column, damage.value}}}});
        organization.switches({{"dataverseSync", "on"}});
        const auto damaged = organization.sample();
        CHECK(damaged.ownership == model::Ownership::ours);
        CHECK(damaged.attributes.at(std::string(damage.path)) != values.at(std::string(damage.path)));
        organization.done(step(Work::update, damaged, values, {std::string(damage.path), std::string(path::marks)}));
        const auto repaired = organization.sample();
        for (const auto& [name, value] : values) CHECK(repaired.attributes.at(name) == value);
    }
}

TEST_CASE("a row that Power Apps does not take over is never called done", "[dataverse]") {
    dataverse::DataverseOptions options;
    options.sync_patience = std::chrono::seconds(5);
    Organization organization(options);
    organization.switches({{"dataverseSync", "off"}});
    const auto made = organization.apply(step(Work::create, identity_row()));
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == ErrorKind::not_yet);
    CHECK(made.error().code == "RG0722");
    const auto seen = organization.sample();
    CHECK_FALSE(seen.outputs.contains("redirectUrl"));
    CHECK(says(seen.remarks, "Power Apps does not know it"));
    organization.switches({{"dataverseSync", "on"}});
    organization.change(seen.id, {{"patch", json::object()}});
    CHECK(organization.sample().remarks.empty());
    organization.switches({{"dataverseSync", "off"}});
    const auto changed =
        organization.apply(step(Work::update, organization.sample(), with(identity_row(), path::description, "new"),
                                {std::string(path::description)}));
    REQUIRE_FALSE(changed);
    CHECK(changed.error().message.find("`description`") != std::string::npos);
    CHECK(says(organization.sample().remarks, "has not taken it over"));
}

TEST_CASE("what Power Apps makes late is waited for", "[dataverse]") {
    Organization organization;
    organization.switches({{"internalIdDelaySeconds", 5}, {"syncDelaySeconds", 20}, {"subjectDelaySeconds", 120}});
    const auto made = organization.done(step(Work::create, identity_row()));
    CHECK(made.outputs.contains("redirectUrl"));
    CHECK_FALSE(made.outputs.contains("identity/subject"));
    auto await = step(Work::await, organization.sample(), identity_row());
    await.part = "identity";
    CHECK(organization.done(await).outputs.contains("identity/subject"));
}

TEST_CASE("an identity that never comes is waited for once, counted from when the row was saved", "[dataverse]") {
    Organization organization;
    organization.switches({{"subjectDelaySeconds", 86400}});
    organization.done(step(Work::create, identity_row()));
    auto await = step(Work::await, organization.sample(), identity_row());
    await.part = "identity";
    for (const auto& [least, most] : {std::pair{300, 340}, std::pair{15, 30}}) {
        const auto before = organization.clock().slept();
        const auto result = organization.apply(await);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == "RG0708");
        CHECK(organization.clock().slept() - before >= std::chrono::seconds(least));
        CHECK(organization.clock().slept() - before <= std::chrono::seconds(most));
    }
}

TEST_CASE("Power Apps's own Observer leaves connectors of solutions alone", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    auto scope = organization.scope({});
    scope.power_platform_environments = {Platform::sales};
    model::Snapshot snapshot;
    REQUIRE(organization.power_apps_observer().observe(scope, snapshot));
    CHECK(snapshot.orphans.empty());
    CHECK(organization.look(scope).orphans.size() == 1);
}

TEST_CASE("each step goes to the writer of its back end, and to no other's", "[dataverse]") {
    Organization organization;
    Platform platform;
    const auto ours = step(Work::create, open_row());
    CHECK(organization.writer().carries_out(ours));
    CHECK_FALSE(platform.writer().carries_out(ours));
    const auto theirs = step(Work::create, powerapps::test::open_sample());
    CHECK_FALSE(organization.writer().carries_out(theirs));
    CHECK(platform.writer().carries_out(theirs));
    const auto nobodys = step(Work::create, with(open_row(), path::backend, "unheard-of"));
    CHECK_FALSE(organization.writer().carries_out(nobodys));
    CHECK_FALSE(platform.writer().carries_out(nobodys));
    organization.done(ours);
    const auto removal = step(Work::remove, organization.sample());
    CHECK(organization.writer().carries_out(removal));
    CHECK_FALSE(platform.writer().carries_out(removal));
}

TEST_CASE("whose a row is says its mark, and its key when a person replaced the definition", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto id = organization.sample().id;
    const auto plain = powerapps::test::definition().dump();
    organization.change(id, {{"patch", {{"openapidefinition", plain}}}});
    CHECK(organization.sample().ownership == model::Ownership::ours);
    auto foreign = powerapps::test::definition();
    foreign["x-regent"] = {{"owner", "others.dev"}, {"name", "sample"}};
    organization.change(id, {{"patch", {{"openapidefinition", foreign.dump()}}}});
    const auto snapshot = organization.look();
    CHECK(snapshot.resources.empty());
    REQUIRE(snapshot.obstacles.size() == 1);
    CHECK(snapshot.obstacles[0].kind == model::Obstacle::Kind::foreign_owner);
}

TEST_CASE("a row keeps its id under another name, and nothing is made under the one it had", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto id = organization.sample().id;
    auto scope = organization.scope({"renamed"});
    scope.wanted[0].previous_names = {"sample"};
    const auto before = organization.look(scope);
    REQUIRE(before.resources.contains(address("renamed")));
    const auto& found = before.resources.at(address("renamed"));
    CHECK(found.attributes.at(std::string(path::marks)) == model::Value(model::List{"named:sample"}));
    organization.done(step(Work::update, found, open_row(), {std::string(path::marks)}));
    CHECK(mark_in(organization.row()).at("name") == "renamed");
    CHECK(organization.look(organization.scope({"renamed"})).resources.at(address("renamed")).id == id);

    // A manifest of the name it was made under would write to it.
    const auto both = organization.look(organization.scope({"renamed", "sample"}));
    CHECK(both.resources.contains(address("renamed")));
    CHECK_FALSE(both.resources.contains(address()));
    REQUIRE(both.obstacles.size() == 1);
    CHECK(both.obstacles[0].address == address());
    CHECK(both.obstacles[0].message.find("is called renamed by now") != std::string::npos);
    const auto refused = organization.apply(step(Work::create, open_row("Another")));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(mark_in(organization.row()).at("name") == "renamed");

    // Alone, it has its row again.
    const auto back = organization.look();
    REQUIRE(back.resources.contains(address()));
    CHECK(back.resources.at(address()).attributes.at(std::string(path::marks)) ==
          model::Value(model::List{"named:renamed"}));
    CHECK(back.orphans.empty());
}

TEST_CASE("an answer from before a rename shows the row that is remembered, and none to be deleted", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    auto scope = organization.scope({"renamed"});
    scope.wanted[0].remembered_id = organization.sample().id;
    const auto snapshot = organization.look(scope);
    CHECK(snapshot.resources.contains(address("renamed")));
    CHECK(snapshot.orphans.empty());
}

TEST_CASE("a row without its mark is found by the id of the name before", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto id = organization.sample().id;
    organization.change(id, {{"patch", {{"openapidefinition", powerapps::test::definition().dump()}}}});
    auto scope = organization.scope({"renamed"});
    scope.wanted[0].previous_names = {"sample"};
    CHECK(organization.look(scope).resources.at(address("renamed")).id == id);
}

TEST_CASE("a connector that people made is adopted when the manifest says so, and not before", "[dataverse]") {
    Organization organization;
    const std::string id = "7b0e0000-0000-4000-8000-000000000007";
    const json row{{"connectorid", id},     {"_environment", Platform::sales},
                   {"name", "contoso_Old"}, {"displayname", "Sample"},
                   {"connectortype", 1},    {"openapidefinition", powerapps::test::definition().dump()}};
    organization.seed({{"rows", {row}}});
    const auto before = organization.look();
    REQUIRE(before.obstacles.size() == 1);
    CHECK(before.obstacles[0].kind == model::Obstacle::Kind::unclaimed_namesake);
    CHECK(before.obstacles[0].help.find(id) != std::string::npos);
    auto scope = organization.scope();
    scope.wanted[0].adopt = id;
    const auto found = organization.look(scope).resources.at(address());
    CHECK(found.ownership == model::Ownership::unclaimed);
    auto adoption = step(Work::adopt, found, open_row(), {std::string(path::marks), std::string(path::solution)});
    adoption.adopt_id = id;
    organization.done(adoption);
    CHECK(mark_in(organization.row()).at("owner") == "regent.dev");
    CHECK(organization.row().at("_solutions") == json{"ContosoConnectors"});
    CHECK(organization.look(scope).resources.at(address()).ownership == model::Ownership::ours);
    scope.wanted[0].adopt.clear();
    scope.wanted[0].remembered_id = id;
    CHECK(organization.look(scope).resources.at(address()).ownership == model::Ownership::ours);
}

TEST_CASE("a row that somebody made from our definition, or a solution import brought, is not ours", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, identity_row()));
    const auto ours = organization.sample();
    auto copy = organization.row();
    for (const auto* made : {"connectorinternalid", "@odata.etag", "versionnumber"}) copy.erase(made);
    auto import = copy;
    copy["connectorid"] = "7b0e0000-0000-4000-8000-000000000007";
    copy["name"] = "contoso_Copy";
    copy["displayname"] = "Sample by Mary";
    import["_environment"] = Platform::sales_prod;
    organization.seed({{"rows", {copy, import}}});
    auto scope = organization.scope();
    scope.dataverses.push_back({Platform::sales_prod, {}, {}});
    const auto snapshot = organization.look(scope);
    CHECK(snapshot.obstacles.empty());
    CHECK(snapshot.resources.at(address()).id == ours.id);
    CHECK(snapshot.resources.at(address()).outputs == ours.outputs);
    REQUIRE(snapshot.orphans.size() == 1);
    CHECK(snapshot.orphans[0].ownership == model::Ownership::unclaimed);
    CHECK(snapshot.orphans[0].id == copy["connectorid"]);

    organization.done(step(Work::remove, ours));
    CHECK(organization.look(scope).resources.empty());
    scope.wanted.clear();
    for (const auto& orphan : organization.look(scope).orphans) {
        CHECK(orphan.ownership == model::Ownership::unclaimed);
        CHECK_FALSE(organization.apply(step(Work::remove, orphan)));
    }
    CHECK(organization.rows().size() == 2);
}

TEST_CASE("a row that somebody else made is not ours by its mark, nor by its id", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, identity_row()));
    const auto id = organization.sample().id;
    const auto marked = organization.row();
    for (const bool has_mark : {true, false}) {
        INFO(has_mark);
        organization.change(id, {{"delete", true}});
        auto planted = marked;
        planted["_createdby_value"] = "66666666-6666-4666-8666-666666666666";
        if (!has_mark) planted["openapidefinition"] = powerapps::test::definition().dump();
        organization.seed({{"rows", {planted}}});
        const auto snapshot = organization.look();
        CHECK(snapshot.resources.empty());
        CHECK(snapshot.orphans.empty());
        REQUIRE(snapshot.obstacles.size() == 1);
        CHECK(snapshot.obstacles[0].message.find("66666666-6666-4666-8666-666666666666") != std::string::npos);
        // Planted between the look and the save.
        const auto refused = organization.apply(step(Work::create, identity_row()));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::conflict);
        CHECK(organization.row().at("openapidefinition") == planted["openapidefinition"]);
        // Somebody or something vouches for it.
        auto scope = organization.scope();
        scope.wanted[0].remembered_id = id;
        CHECK(organization.look(scope).resources.at(address()).ownership == model::Ownership::ours);
        scope = organization.scope();
        scope.wanted[0].adopt = id;
        CHECK(organization.look(scope).resources.at(address()).ownership == model::Ownership::ours);
    }
}

TEST_CASE("beside our row one with its mark and another maker is a copy", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto ours = organization.sample().id;
    auto planted = organization.row();
    auto definition = powerapps::test::definition();
    planted["connectorid"] = "7b0e0000-0000-4000-8000-000000000007";
    planted["name"] = "contoso_Planted";
    definition["x-regent"] = mark_in(planted);
    definition["x-regent"]["connector"] = planted["connectorid"];
    planted["openapidefinition"] = definition.dump();
    planted["_createdby_value"] = "66666666-6666-4666-8666-666666666666";
    organization.seed({{"rows", {planted}}});
    const auto snapshot = organization.look();
    CHECK(snapshot.obstacles.empty());
    CHECK(snapshot.resources.at(address()).id == ours);
    REQUIRE(snapshot.orphans.size() == 1);
    CHECK(snapshot.orphans[0].ownership == model::Ownership::unclaimed);
}

TEST_CASE("without the database a row is ours whose identity an application that a manifest adopts trusts",
          "[dataverse]") {
    Organization organization;
    organization.switches({{"subjectDelaySeconds", 0}});
    const auto made = organization.done(step(Work::create, identity_row()));
    organization.change(organization.sample().id,
                        {{"patch", {{"_createdby_value", "66666666-6666-4666-8666-666666666666"}}}});
    auto scope = organization.scope();
    scope.wanted[0].client_id = model::Value("55555555-5555-4555-8555-555555555555");
    model::ObservedResource application;
    application.address = {std::string(model::kind::application), "sample"};
    application.ownership = model::Ownership::ours;
    application.outputs = {{"appId", "55555555-5555-4555-8555-555555555555"}};
    scope.wanted.emplace_back();
    scope.wanted[1].address = application.address;
    scope.wanted[1].adopt = "55555555-5555-4555-8555-555555555555";
    for (const bool trusts : {false, true}) {
        INFO(trusts);
        if (trusts)
            application.attributes.insert_or_assign(
                std::string(path::federated_credentials),
                model::Map{{"sample", model::Map{{"subject", made.outputs.at("identity/subject")}}}});
        model::Snapshot snapshot;
        snapshot.resources.emplace(application.address, application);
        REQUIRE(organization.observe(scope, snapshot));
        CHECK(snapshot.resources.contains(address()) == trusts);
        CHECK(snapshot.obstacles.size() == (trusts ? 0 : 1));
    }
    // Merely found by its key, and so perhaps planted together with the row.
    scope.wanted[1].adopt.clear();
    model::Snapshot snapshot;
    snapshot.resources.emplace(application.address, application);
    REQUIRE(organization.observe(scope, snapshot));
    CHECK_FALSE(snapshot.resources.contains(address()));
}

TEST_CASE("who made a row is asked once, and not of one that is remembered", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto asked = [&] {
        const auto requests = organization.wiretap().requests();
        return std::count_if(requests.begin(), requests.end(),
                             [](const auto& r) { return r.target.find("WhoAmI") != std::string::npos; });
    };
    auto scope = organization.scope();
    scope.wanted[0].remembered_id = organization.row().at("connectorid");
    CHECK(organization.look(scope).resources.size() == 1);
    CHECK(asked() == 0);
    CHECK(organization.look().resources.size() == 1);
    CHECK(organization.look().resources.size() == 1);
    CHECK(asked() == 1);
}

TEST_CASE("only what is ours is removed, looked up once more", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto orphans = organization.look(organization.scope({})).orphans;
    REQUIRE(orphans.size() == 1);
    CHECK(orphans[0].address == address());
    auto foreign = powerapps::test::definition();
    foreign["x-regent"] = {{"owner", "others.dev"}, {"name", "sample"}};
    const auto kept = organization.row().at("openapidefinition");
    organization.change(orphans[0].id, {{"patch", {{"openapidefinition", foreign.dump()}}}});
    const auto refused = organization.apply(step(Work::remove, orphans[0]));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    organization.change(orphans[0].id, {{"patch", {{"openapidefinition", kept}}}});
    organization.done(step(Work::remove, orphans[0]));
    CHECK(organization.rows().empty());
    CHECK(organization.state().at("connectors").empty());
    organization.done(step(Work::remove, orphans[0]));
}

TEST_CASE("a solution that is not there is said before anything is made", "[dataverse]") {
    Organization organization;
    for (const auto* name : {"NoSuchSolution", "FabrikamApps"}) {
        auto scope = organization.scope();
        scope.wanted[0].solution = name;
        const auto snapshot = organization.look(scope);
        REQUIRE(snapshot.obstacles.size() == 1);
        CHECK(snapshot.obstacles[0].kind == model::Obstacle::Kind::no_place);
        CHECK(snapshot.obstacles[0].help.find("ContosoConnectors") != std::string::npos);
    }
    organization.done(step(Work::create, open_row()));
    organization.seed(
        {{"solutions", {{{"environment", Platform::sales}, {"uniqueName", "ContosoConnectors"}, {"deleted", true}}}}});
    CHECK(organization.look().obstacles.size() == 1);
}

TEST_CASE("a connector that left its solution is put back", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto id = organization.sample().id;
    organization.change(id, {{"patch", {{"_solutions", {"Default"}}}}});
    const auto seen = organization.sample();
    CHECK(text_of(seen, path::solution) == "Default");
    organization.done(step(Work::update, seen, open_row(), {std::string(path::solution)}));
    CHECK(text_of(organization.sample(), path::solution) == "ContosoConnectors");
}

TEST_CASE("who changes a connector that left its solution, too, is not overwritten", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    const auto id = organization.sample().id;
    organization.change(id, {{"patch", {{"_solutions", {"Default"}}}}});
    const auto seen = organization.sample();
    const auto both = step(Work::update, seen, with(open_row(), path::description, "ours"),
                           {std::string(path::solution), std::string(path::description)});
    organization.change(id, {{"patch", {{"description", "somebody's"}}}});
    const auto refused = organization.apply(both);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(organization.row().at("description") == "somebody's");
    CHECK(organization.row().at("_solutions") == json{"Default"});
    auto anew = both;
    anew.observed = std::make_shared<const model::ObservedResource>(organization.sample());
    organization.done(anew);
    CHECK(organization.row().at("description") == "ours");
    CHECK(text_of(organization.sample(), path::solution) == "ContosoConnectors");
}

TEST_CASE("what came with a managed solution is not touched", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    organization.change(organization.sample().id, {{"patch", {{"ismanaged", true}}}});
    // Who only watches it gets what it brings forth.
    const auto snapshot = organization.look();
    CHECK(snapshot.resources.at(address()).outputs.contains(model::output::connector_name));
    REQUIRE(snapshot.obstacles.size() == 1);
    CHECK(snapshot.obstacles[0].message.find("managed solution") != std::string::npos);
    CHECK(snapshot.obstacles[0].help.find("policy: observe") != std::string::npos);
    CHECK(organization.look(organization.scope({})).orphans.empty());
}

TEST_CASE("no secret ever leaves for Dataverse", "[dataverse][secret]") {
    Organization organization;
    organization.input.secrets.insert_or_assign(std::string(path::auth_client_secret),
                                                model::Secret("a-secret-of-a-test"));
    const auto refused = organization.apply(step(Work::create, with(identity_row(), path::auth_type, "clientSecret")));
    REQUIRE_FALSE(refused);
    CHECK(words_of(refused.error()).find("a-secret-of-a-test") == std::string::npos);
    for (const auto& request : organization.wiretap().requests())
        CHECK(request.body.find("a-secret-of-a-test") == std::string::npos);
    CHECK(organization.rows().empty());
}

TEST_CASE("limits are waited out, and refusals carry the service's words and a cure", "[dataverse]") {
    Organization organization;
    organization.fault("status", "GET", "/dataverse/sales/api/data/v9.2/connectors",
                       {{"status", 429}, {"retryAfter", "7"}});
    CHECK(organization.look().resources.empty());
    CHECK(organization.clock().slept() >= std::chrono::seconds(7));
    organization.switches({{"dataverseRights", "read"}});
    const auto refused = organization.apply(step(Work::create, open_row()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::forbidden);
    CHECK(refused.error().service.find("prvCreateconnector") != std::string::npos);
    CHECK(refused.error().help.find("System Customizer") != std::string::npos);
    CHECK_FALSE(refused.error().request_id.empty());
}

TEST_CASE("half a view is none", "[dataverse]") {
    Organization organization;
    organization.done(step(Work::create, open_row()));
    organization.wiretap().alter([](const net::Request& request, net::Outcome& outcome) {
        if (request.target.find("/connectors?") != std::string::npos) outcome.body = R"({"rows": []})";
    });
    model::Snapshot snapshot;
    const auto read = organization.observe(organization.scope(), snapshot);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::incomplete);
    CHECK(snapshot.resources.empty());
}

TEST_CASE("a row that makes no sense is an error with its id, whatever it is", "[dataverse]") {
    const auto row =
        GENERATE(R"({"connectorid": null, "openapidefinition": "{broken"})",
                 R"({"connectorid": 7, "openapidefinition": "{}"})", R"({"openapidefinition": "{}"})", "7",
                 R"({"connectorid": "c0ffee00-0000-4000-8000-000000000001", "openapidefinition": "{broken"})");
    INFO(row);
    Organization organization;
    organization.wiretap().alter([row](const net::Request& request, net::Outcome& outcome) {
        if (request.target.find("/connectors?") != std::string::npos)
            outcome.body = std::string(R"({"value": [)") + row + "]}";
    });
    model::Snapshot snapshot;
    const auto read = organization.observe(organization.scope(), snapshot);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::incomplete);
    CHECK(read.error().code == "RG0711");
    CHECK(read.error().message.find("could not be understood") != std::string::npos);
    CHECK(snapshot.resources.empty());
}

TEST_CASE("the Power Platform is asked where Dataverse is, and a token goes nowhere that was not named",
          "[dataverse]") {
    Organization asked({}, "ask");
    asked.done(step(Work::create, open_row()));
    CHECK(asked.sample().ownership == model::Ownership::ours);
    Organization elsewhere({}, "https://attacker.example");
    model::Snapshot snapshot;
    const auto read = elsewhere.observe(elsewhere.scope(), snapshot);
    REQUIRE_FALSE(read);
    for (const auto& request : elsewhere.wiretap().requests()) {
        if (request.origin != "https://attacker.example") continue;
        // The wiretap stands before the transport, which lets nothing through to there.
        CHECK(elsewhere.rows().empty());
    }
}
