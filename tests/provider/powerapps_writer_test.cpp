#include "model/attributes.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::powerapps::test;
using graph::test::attribute;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

std::set<std::string, std::less<>> about(std::string_view where) {
    return {std::string(where)};
}

std::set<std::string> members(const json& object) {
    std::set<std::string> names;
    for (const auto& member : object.items()) names.insert(member.key());
    return names;
}

/// Of our service principal.
constexpr const char* our_id = "33333333-3333-3333-3333-333333333333";

json mark_of(Platform& platform, const std::string& who = "Sample") {
    return platform.connector(who)["openApiDefinition"].value("x-regent", json());
}

}  // namespace

TEST_CASE("a connector is created with the properties that Microsoft's own client sends, and nothing else") {
    Platform platform;
    platform.switches({{"unknownProperties", "refuse"}});
    platform.hand_over("first-secret", "key-1");
    platform.done(step(Work::create, secret_sample()));
    const auto sent = platform.sent(net::Method::post);
    CHECK(members(sent) == std::set<std::string>{"displayName", "description", "iconBrandColor", "environment",
                                                 "backendService", "capabilities", "policyTemplateInstances",
                                                 "openApiDefinition", "connectionParameters"});
    CHECK(sent["environment"] == json{{"name", Platform::sales}});
    CHECK(sent["backendService"] == json{{"serviceUrl", "https://management.azure.com/"}});
    auto marked = definition();
    marked["x-regent"] = {{"owner", "regent.dev"}, {"name", "sample"},       {"environment", Platform::sales},
                          {"title", "Sample"},     {"secretKeyId", "key-1"}, {"savedBy", our_id}};
    CHECK(sent["openApiDefinition"] == marked);
    const auto& settings = sent["connectionParameters"]["token"]["oAuthSettings"];
    CHECK(settings["customParameters"]["resourceUri"]["value"] ==
          settings["properties"]["AzureActiveDirectoryResourceId"]);
    CHECK(settings["redirectMode"] == "GlobalPerConnector");
    CHECK(settings["properties"]["IsFirstParty"] == "False");
}

TEST_CASE("a creation answers with the connector's name and redirect URL, whichever success the service chooses") {
    const int status = GENERATE(200, 201, 202, 204);
    Platform platform;
    platform.switches({{"createStatus", status}});
    platform.hand_over("first-secret", "key-1");
    const auto result = platform.done(step(Work::create, secret_sample()));
    const auto stored = platform.connector("Sample");
    CHECK(result.outputs.at("name") == stored["name"]);
    CHECK(result.outputs.at("redirectUrl") ==
          stored["properties"]["connectionParameters"]["token"]["oAuthSettings"]["redirectUrl"]);
    CHECK(platform.connectors_titled("Sample") == 1);
    CHECK(platform.bodies(net::Method::post).size() == 1);
}

TEST_CASE("a connector with a secret of ours says who saved it, and another's save puts the secret in doubt") {
    const std::string called = GENERATE("objectId", "appId");
    Platform platform;
    platform.switches({{"applicationSavesAs", called}});
    platform.hand_over("first-secret", "key-1");
    platform.done(step(Work::create, secret_sample()));
    const auto in_doubt = [](const model::ObservedResource& there) {
        const auto marks = attribute(there, path::marks);
        const auto& list = *marks.as_list();
        CHECK(std::find(list.begin(), list.end(), model::Value("secretKey:key-1")) != list.end());
        return std::find(list.begin(), list.end(), model::Value("secretInDoubt")) != list.end();
    };
    CHECK_FALSE(in_doubt(platform.sample()));
    CHECK(mark_of(platform)["savedBy"] == platform.connector("Sample")["properties"]["modifiedBy"]["id"]);

    platform.change(platform.connector("Sample")["name"], {{"patch", {{"clientSecret", "made-by-hand"}}}});
    const auto there = platform.sample();
    CHECK(in_doubt(there));
    REQUIRE(there.remarks.size() == 1);
    CHECK(there.remarks[0].rfind("Somebody Else (somebody.else@contoso.example) saved it last", 0) == 0);

    SECTION("a new one ends it") {
        const auto by_hand = platform.kept_secret("Sample");
        platform.hand_over("second-secret", "key-1");
        platform.done(step(Work::update, there, secret_sample()));
        CHECK_FALSE(in_doubt(platform.sample()));
        CHECK(platform.kept_secret("Sample") != by_hand);
    }
    SECTION("a save of ours without one does not") {
        platform.hand_over_nothing();
        const auto values = with(secret_sample(), path::marks, model::List{"secretInDoubt", "secretKey:key-1"});
        platform.done(step(Work::update, there, values, about(path::description)));
        CHECK(in_doubt(platform.sample()));
    }
}

TEST_CASE("an answer without the generated fields is completed by reading") {
    Platform platform;
    platform.hand_over("first-secret", "key-1");
    platform.wiretap().alter([](const net::Request& request, net::Outcome& outcome) {
        if (request.method != net::Method::post || request.target.find("/apis?") == std::string::npos) return;
        auto answer = json::parse(outcome.body);
        answer["properties"]["connectionParameters"]["token"]["oAuthSettings"].erase("redirectUrl");
        outcome.body = answer.dump();
    });
    CHECK(platform.done(step(Work::create, secret_sample())).outputs.contains("redirectUrl"));
}

TEST_CASE("a title that is taken in the environment is a conflict, or a second connector, as the service has it") {
    Platform platform;
    platform.seed("Sample");
    SECTION("refused") {
        const auto refused = platform.apply(step(Work::create, open_sample()));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::conflict);
        CHECK(refused.error().service.find("409 ApiAlreadyExists \"An api with the display name 'Sample'") !=
              std::string::npos);
        CHECK(refused.error().help.find("displayName") != std::string::npos);
        CHECK(platform.connectors_titled("Sample") == 1);
        CHECK(mark_of(platform).is_null());
    }
    SECTION("its name is varied") {
        platform.switches({{"duplicateTitle", "vary"}});
        const auto name = platform.done(step(Work::create, open_sample())).outputs.at("name");
        CHECK(platform.connectors_titled("Sample") == 2);
        CHECK(platform.sample().id == name);
    }
}

TEST_CASE("the same title may be taken in another environment") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    platform.done(step(Work::create, with(open_sample(), path::environment, Platform::sales_prod), "other"));
    CHECK(platform.connectors_titled("Sample") == 2);
}

TEST_CASE("no second connector comes of a lost answer, where the service would make one") {
    const std::string kind = GENERATE("drop_after", "truncate", "error_after");
    const int lag = GENERATE(0, 20);
    Platform platform;
    platform.switches({{"duplicateTitle", "vary"}, {"replicaLagSeconds", lag}});
    platform.fault(kind, "POST", "/apis?");
    const auto result = platform.done(step(Work::create, open_sample()));
    CHECK(platform.connectors_titled("Sample") == 1);
    CHECK(result.outputs.at("name") == platform.connector("Sample")["name"]);
}

TEST_CASE("an answer that stays lost is told, and the next run finishes what it finds") {
    Platform platform;
    platform.switches({{"duplicateTitle", "vary"}, {"replicaLagSeconds", 300}});
    platform.hand_over("first-secret", "key-1");
    platform.fault("drop_after", "POST", "/apis?");
    const auto lost = platform.apply(step(Work::create, secret_sample()));
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == ErrorKind::outcome_unknown);
    CHECK(lost.error().code == "RG0707");
    CHECK(platform.clock().slept() >= std::chrono::seconds(60));

    platform.clock().sleep_for(std::chrono::seconds(300));
    platform.input.may_have_been_sent = true;
    platform.hand_over("second-secret", "key-2");
    const auto first_kept = platform.kept_secret("Sample");
    const auto result = platform.done(step(Work::create, secret_sample()));
    CHECK(platform.connectors_titled("Sample") == 1);
    CHECK(result.outputs.contains("redirectUrl"));
    // It has the secret that its mark names.
    CHECK(platform.kept_secret("Sample") != first_kept);
    CHECK(mark_of(platform)["secretKeyId"] == "key-2");
}

TEST_CASE("a creation that may have been sent is not sent again while a connector cannot be read") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    platform.switches({{"duplicateTitle", "vary"}});
    platform.fault("status", "GET", "/blob/", {{"status", 404}, {"count", -1}});
    platform.input.may_have_been_sent = true;
    const auto refused = platform.apply(step(Work::create, open_sample()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::incomplete);
    CHECK(platform.connectors_titled("Sample") == 1);
}

TEST_CASE("a creation that may have been sent is not sent again by a run that is asked to stop") {
    Platform platform;
    platform.input.may_have_been_sent = true;
    platform.clock().stop();
    const auto refused = platform.apply(step(Work::create, open_sample()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::interrupted);
    CHECK(platform.connectors_titled("Sample") == 0);
}

TEST_CASE("an update carries no display name, no metadata and no sign-in that it is not about") {
    const int status = GENERATE(200, 204);
    Platform platform;
    platform.switches({{"updateStatus", status}, {"unknownProperties", "refuse"}});
    platform.hand_over("first-secret", "key-1");
    platform.done(step(Work::create, secret_sample()));
    platform.hand_over_nothing();
    const auto there = platform.sample();
    auto changed = definition();
    changed["basePath"] = "/v2";
    auto values = with(secret_sample(), path::definition, changed.dump());
    values = with(values, path::marks, model::List{"secretKey:key-1"});
    platform.done(step(Work::update, there, values, about(path::definition)));
    CHECK(members(platform.sent(net::Method::patch)) ==
          std::set<std::string>{"description", "iconBrandColor", "environment", "backendService", "openApiDefinition"});
    const auto after = platform.sample();
    CHECK(after.outputs == there.outputs);
    CHECK(attribute(after, path::definition) == model::Value(changed.dump()));
    CHECK(attribute(after, path::marks) == model::Value(model::List{"secretKey:key-1"}));
    CHECK(platform.connector("Sample")["properties"]["backendService"]["serviceUrl"] ==
          "https://management.azure.com/v2");
}

TEST_CASE("what a manifest does not say or leaves to others, an update leaves as it is") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto before = platform.sample();
    auto values = open_sample();
    std::string_view left;
    SECTION("the description") {
        left = path::description;
    }
    SECTION("the colour") {
        left = path::icon_brand_color;
    }
    SECTION("the definition, in which the mark travels") {
        left = path::definition;
    }
    REQUIRE_FALSE(left.empty());
    values.erase(std::string(left));
    values = with(values, path::marks, model::List{"preventDelete"});
    platform.done(step(Work::update, before, values, about(path::marks)));
    auto expected = before.attributes;
    expected.insert_or_assign(std::string(path::marks), model::List{"preventDelete"});
    CHECK(platform.sample().attributes == expected);
}

TEST_CASE("what somebody saved since the look stays where the manifest leaves it to others") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto before = platform.sample();
    const auto name = platform.connector("Sample")["name"].get<std::string>();
    auto values = with(open_sample(), path::description, "Changed");
    const auto looks = [&] {
        auto requests = platform.wiretap().requests();
        return std::count_if(requests.begin(), requests.end(), [&](const auto& request) {
            return request.method == net::Method::get && request.target.find("/apis/" + name) != std::string::npos;
        });
    };
    const auto after_update = [&] {
        platform.wiretap().forget();
        platform.done(step(Work::update, before, values, about(path::description)));
        return looks();
    };
    SECTION("the definition") {
        values.erase(std::string(path::definition));
        platform.change(name, {{"patch",
                                {{"openApiDefinition", {{"info", {{"version", "9.9"}}}, {"host", "new.example"}}},
                                 {"properties", {{"backendService", {{"serviceUrl", "https://new.example/"}}}}}}}});
        after_update();
        const auto there = platform.connector("Sample");
        CHECK(there["openApiDefinition"]["info"]["version"] == "9.9");
        CHECK(there["openApiDefinition"]["host"] == "new.example");
        CHECK(there["openApiDefinition"]["x-regent"]["name"] == "sample");
        CHECK(there["properties"]["backendService"]["serviceUrl"] == "https://new.example/");
        CHECK(there["properties"]["description"] == "Changed");
    }
    SECTION("and where nothing was saved, a look is all that it costs") {
        const auto without = after_update();
        values.erase(std::string(path::definition));
        values = with(values, path::description, "Changed again");
        platform.change(name, {{"patch", {{"openApiDefinition", {{"info", {{"version", "9.9"}}}}}}}});
        const auto again = platform.sample();
        platform.wiretap().forget();
        platform.done(step(Work::update, again, values, about(path::description)));
        CHECK(looks() == without + 1);
    }
    SECTION("one that became another manifest's is not written") {
        values.erase(std::string(path::definition));
        platform.change(name, {{"patch", {{"openApiDefinition", {{"x-regent", {{"name", "other"}}}}}}}});
        const auto refused = platform.apply(step(Work::update, before, values, about(path::description)));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == "RG0706");
        CHECK(refused.error().message.find("it became Connector/other since then") != std::string::npos);
    }
}

TEST_CASE("a connector whose secret may be gone since the look is not saved over the one who saved it") {
    Platform platform;
    platform.hand_over("first-secret", "key-1");
    platform.done(step(Work::create, secret_sample()));
    platform.hand_over_nothing();
    const auto before = platform.sample();
    platform.change(platform.connector("Sample")["name"], {{"patch", {{"clientSecret", "made-by-hand"}}}});
    auto values = with(secret_sample(), path::marks, model::List{"secretKey:key-1"});
    values.erase(std::string(path::definition));
    const auto refused = platform.apply(step(Work::update, before, values, about(path::description)));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "RG0706");
    CHECK(refused.error().message.find("Somebody Else (somebody.else@contoso.example) saved it meanwhile") !=
          std::string::npos);
    SECTION("with a new one it is") {
        platform.hand_over("second-secret", "key-2");
        platform.done(step(Work::update, before, values, about(path::description)));
        CHECK(mark_of(platform)["secretKeyId"] == "key-2");
    }
}

TEST_CASE("a definition that is left to others gets no member of regent's, wherever requests go") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    platform.change(platform.connector("Sample")["name"],
                    {{"patch", {{"properties", {{"backendService", {{"serviceUrl", "https://else.example/"}}}}}}}});
    const auto before = platform.connector("Sample")["openApiDefinition"];
    auto values = with(open_sample(), path::description, "Changed");
    values.erase(std::string(path::definition));
    platform.done(step(Work::update, platform.sample(), values, about(path::description)));
    const auto after = platform.connector("Sample");
    CHECK(after["properties"]["backendService"]["serviceUrl"] == "https://else.example/");
    CHECK(after["openApiDefinition"]["host"] == "else.example");
    CHECK(members(after["openApiDefinition"]) == members(before));
}

TEST_CASE("a definition that the service drops in silence is an error, and seen by the next look") {
    Platform platform;
    platform.switches({{"dropRejectedSwagger", true}});
    platform.done(step(Work::create, open_sample()));
    auto bad = definition();
    bad["swagger"] = "3.0";
    const auto dropped = platform.apply(step(
        Work::update, platform.sample(), with(open_sample(), path::definition, bad.dump()), about(path::definition)));
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().code == "RG0721");
    CHECK(attribute(platform.sample(), path::definition) == model::Value(definition().dump()));
}

TEST_CASE("a definition that the service refuses is refused in its words, and nothing is made") {
    Platform platform;
    auto bad = definition();
    bad["paths"]["/subscriptions"]["get"].erase("operationId");
    const auto refused = platform.apply(step(Work::create, with(open_sample(), path::definition, bad.dump())));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::rejected);
    CHECK(refused.error().code == "RG0705");
    CHECK(refused.error().service.find("swagger") != std::string::npos);
    CHECK(refused.error().help.find("OpenAPI") != std::string::npos);
    CHECK(platform.connectors_titled("Sample") == 0);
}

TEST_CASE("an update of a connector that was deleted behind our back says so and makes none") {
    Platform platform;
    const auto name = platform.done(step(Work::create, open_sample())).outputs.at("name");
    const auto there = platform.sample();
    platform.change(name, {{"delete", true}});
    const auto refused = platform.apply(
        step(Work::update, there, with(open_sample(), path::description, "new"), about(path::description)));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::not_found);
    CHECK(refused.error().service.find("CustomApiNotFound") != std::string::npos);
    CHECK(refused.error().help.find("next run makes it again") != std::string::npos);
    CHECK(platform.connectors_titled("Sample") == 0);
    CHECK(platform.look().resources.empty());
}

TEST_CASE("another display name or environment is another connector: the old one goes, a new one comes") {
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto old = platform.sample();
    const std::string title = GENERATE("Sample", "Sample of today");
    const auto values = with(open_sample(title), path::environment, Platform::sales_prod);
    platform.done(step(Work::remove, old));
    const auto created = platform.done(step(Work::create, values));
    CHECK(created.outputs.at("name") != old.id);
    CHECK(platform.connector(old.id).is_null());
    const auto there = platform.sample();
    CHECK(there.id == created.outputs.at("name"));
    CHECK(attribute(there, path::display_name) == model::Value(title));
    CHECK(attribute(there, path::environment) == model::Value(Platform::sales_prod));

    // A later step of the same run knows it by its outputs.
    platform.input.own_outputs = created.outputs;
    platform.done(step(Work::complete, with(values, path::description, "completed")));
    CHECK(attribute(platform.sample(), path::description) == model::Value("completed"));
}

TEST_CASE("a connector is deleted where it is, and gone is what was wanted, whatever the service calls it") {
    const auto answers = GENERATE(json{{"deleteStatus", 200}, {"deleteAbsentStatus", 404}},
                                  json{{"deleteStatus", 204}, {"deleteAbsentStatus", 400}},
                                  json{{"deleteStatus", 202}, {"deleteAbsentStatus", 204}});
    Platform platform;
    platform.switches(answers);
    platform.done(step(Work::create, with(open_sample(), path::environment, Platform::sales_prod)));
    const auto orphan = platform.look(std::vector<std::string>{}).orphans.at(0);
    platform.done(step(Work::remove, orphan));
    CHECK(platform.connectors_titled("Sample") == 0);
    platform.done(step(Work::remove, orphan));
    // The delete itself met nothing: its first answer had been lost.
    platform.done(step(Work::create, with(open_sample(), path::environment, Platform::sales_prod)));
    platform.fault("drop_after", "DELETE", "/apis/");
    platform.done(step(Work::remove, platform.look(std::vector<std::string>{}).orphans.at(0)));
    CHECK(platform.connectors_titled("Sample") == 0);
}

TEST_CASE("what became another's or was protected since the plan is not deleted") {
    const json mark =
        GENERATE(json{{"owner", "team-b.dev"}, {"name", "sample"}}, json{{"owner", "regent.dev"}, {"name", "another"}},
                 json{{"owner", "regent.dev"}, {"name", "sample"}, {"preventDelete", true}});
    Platform platform;
    platform.done(step(Work::create, open_sample()));
    const auto there = platform.sample();
    platform.change(there.id, {{"patch", {{"openApiDefinition", {{"x-regent", mark}}}}}});
    const auto refused = platform.apply(step(Work::remove, there));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(refused.error().code == "RG0706");
    CHECK(platform.connectors_titled("Sample") == 1);
}

TEST_CASE("a service principal that may not write says so with the service's request id") {
    Platform platform;
    platform.switches({{"servicePrincipalWrites", false}});
    const auto refused = platform.apply(step(Work::create, open_sample()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::forbidden);
    CHECK(refused.error().service.find("403 Forbidden \"The service principal with id") != std::string::npos);
    CHECK(refused.error().help.find("New-PowerAppManagementApp -ApplicationId") != std::string::npos);
    for (const auto& request : platform.simulator().requests())
        CHECK(request.client_request_id != refused.error().request_id);
    CHECK(refused.error().request_id.size() == 36);
}

TEST_CASE("a step that no connector has is a mistake of regent's") {
    Platform platform;
    auto unknown = step(Work::add, open_sample());
    unknown.part = "servicePrincipal";
    const auto refused = platform.apply(unknown);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().help.find("report it") != std::string::npos);
    CHECK(platform.wiretap().requests().empty());
    CHECK(platform.writer().handles(model::kind::connector));
    CHECK_FALSE(platform.writer().handles(model::kind::application));
}
