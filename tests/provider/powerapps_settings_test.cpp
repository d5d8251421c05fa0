#include "model/attributes.hpp"
#include "model/file_content.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::powerapps::test;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

const std::string key_parameters =
    R"({"api_key":{"type":"securestring","uiDefinition":{"displayName":"API Key","constraints":{"required":"true"}}}})";
const std::string github_parameters =
    R"({"token":{"type":"oauthSetting","oauthSettings":{"identityProvider":"github","clientId":"contoso","scopes":["repo"]}}})";
const std::string picture = std::string("\x89PNG\r\n\x1A\n", 8) + std::string("\0\1\2", 3);
const std::string code = "public class Script : ScriptBase {}";

/// A connector described by settings in the service's own words.
model::Map settings_sample(const std::string& parameters) {
    auto values = open_sample();
    for (auto it = values.begin(); it != values.end();) it = it->first.rfind("auth.", 0) == 0 ? values.erase(it) : ++it;
    values.insert_or_assign(std::string(path::connection_parameters), parameters);
    return values;
}

model::Scope managing(Platform& platform, std::set<std::string, std::less<>> paths) {
    auto scope = platform.scope({"sample"});
    for (auto& wanted : scope.wanted) wanted.managed = paths;
    return scope;
}

model::ObservedResource observed(Platform& platform, std::set<std::string, std::less<>> paths) {
    return platform.look(managing(platform, std::move(paths))).resources.at(address());
}

plan::Step update(Platform& platform, model::Map values, std::set<std::string, std::less<>> changed,
                  std::set<std::string, std::less<>> managed = {}) {
    auto step = powerapps::test::step(Work::update, std::move(values));
    step.changed = std::move(changed);
    step.observed = std::make_shared<const model::ObservedResource>(observed(platform, std::move(managed)));
    return step;
}

Platform with_secret(const std::string& secret) {
    powerapps::PowerAppsOptions options;
    options.machine_secret = [secret](const std::string& name) -> tl::expected<model::Secret, std::string> {
        if (name != "contoso") return tl::unexpected(std::string("there is no such file"));
        return model::Secret(secret);
    };
    return Platform(options);
}

}  // namespace

TEST_CASE("connection parameters of any kind are sent as they are and read back as they are") {
    Platform platform;
    platform.done(step(Work::create, settings_sample(key_parameters)));
    CHECK(platform.sent(net::Method::post)["connectionParameters"] == json::parse(key_parameters));
    const auto sample = observed(platform, {});
    CHECK(json::parse(sample.attributes.at(std::string(path::connection_parameters)).text_or("")) ==
          json::parse(key_parameters));
}

TEST_CASE("a machine's secret goes into every OAuth block, under the one name that the service knows") {
    auto platform = with_secret("machine-secret-text");
    auto values = settings_sample(github_parameters);
    values.insert_or_assign(std::string(path::client_secret_from), "contoso/1");
    platform.done(step(Work::create, values));
    const auto token = platform.sent(net::Method::post)["connectionParameters"]["token"];
    CHECK(token["oAuthSettings"]["clientSecret"] == "machine-secret-text");
    CHECK(!token.contains("oauthSettings"));
    CHECK(!platform.kept_secret("Sample").empty());
    const auto sample = observed(platform, {});
    CHECK(sample.attributes.at(std::string(path::client_secret_from)) == model::Value("contoso/1"));
    CHECK(json(platform.connector("Sample")).dump().find("machine-secret-text") == std::string::npos);
}

TEST_CASE("a secret that is not on the machine stops the step before anything is sent, and names the file") {
    auto platform = with_secret("x");
    auto values = settings_sample(github_parameters);
    values.insert_or_assign(std::string(path::client_secret_from), "other/");
    const auto result = platform.apply(step(Work::create, values));
    REQUIRE(!result);
    CHECK(result.error().code == "RG0720");
    CHECK(result.error().help.find("connector.other") != std::string::npos);
    CHECK(platform.bodies(net::Method::post).empty());
}

TEST_CASE("the service's words never carry the machine's secret") {
    auto platform = with_secret("machine-secret-text");
    platform.fault("status", "POST", "/apis", {{"status", 400}, {"message", "bad machine-secret-text here"}});
    auto values = settings_sample(github_parameters);
    values.insert_or_assign(std::string(path::client_secret_from), "contoso/1");
    const auto result = platform.apply(step(Work::create, values));
    REQUIRE(!result);
    CHECK(result.error().service.find("machine-secret-text") == std::string::npos);
    CHECK(result.error().service.find("***") != std::string::npos);
}

TEST_CASE("icon and script are uploaded, and read back by what they hold") {
    Platform platform;
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::icon), model::file_content(picture));
    values.insert_or_assign(std::string(path::script), model::file_content(code));
    values.insert_or_assign(std::string(path::script_operations), model::List{"ListSubscriptions"});
    platform.done(step(Work::create, values));
    const auto sample = observed(platform, {std::string(path::icon), std::string(path::script)});
    CHECK(model::bytes_of_content(sample.attributes.at(std::string(path::icon)).text_or("")) == picture);
    CHECK(model::bytes_of_content(sample.attributes.at(std::string(path::script)).text_or("")) == code);
    CHECK(sample.attributes.at(std::string(path::script_operations)) == model::Value(model::List{"ListSubscriptions"}));
}

TEST_CASE("a picture that storage refuses is sent to another signed address once, and told as what it is") {
    Platform platform;
    platform.done(step(Work::create, settings_sample("{}")));
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::icon), model::file_content(picture));
    const auto step = update(platform, values, {std::string(path::icon)});
    SECTION("once") {
        platform.fault("status", "PUT", "/blob/", {{"status", 403}});
        platform.done(step);
        const auto sample = observed(platform, {std::string(path::icon)});
        CHECK(model::bytes_of_content(sample.attributes.at(std::string(path::icon)).text_or("")) == picture);
    }
    SECTION("always") {
        const auto status = GENERATE(400, 403);
        platform.fault("status", "PUT", "/blob/", {{"status", status}, {"count", -1}});
        const auto result = platform.apply(step);
        REQUIRE(!result);
        CHECK(result.error().kind == ErrorKind::rejected);
        CHECK(result.error().message.rfind("the upload of the icon was refused by ", 0) == 0);
        CHECK(result.error().help.rfind("no connector was changed", 0) == 0);
        CHECK((result.error().help.find("clock") != std::string::npos) == (status == 403));
    }
    SECTION("a page of somebody else's is no upload") {
        platform.fault("status", "PUT", "/blob/", {{"status", 200}, {"body", "html"}, {"count", -1}});
        const auto result = platform.apply(step);
        REQUIRE(!result);
        CHECK(result.error().message.rfind("the upload of the icon was refused by ", 0) == 0);
    }
}

TEST_CASE("a page in place of an answer to a write is no definition that was dropped") {
    Platform platform;
    platform.done(step(Work::create, settings_sample("{}")));
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::description), "other");
    const auto step = update(platform, values, {std::string(path::description)});
    SECTION("once") {
        platform.fault("status", "PATCH", "/apis", {{"status", 200}, {"body", "html"}});
        platform.done(step);
        CHECK(platform.connector("Sample")["properties"]["description"] == "other");
    }
    SECTION("always") {
        platform.fault("status", "PATCH", "/apis", {{"status", 200}, {"body", "html"}, {"count", -1}});
        const auto result = platform.apply(step);
        REQUIRE(!result);
        CHECK(result.error().code == "RG0711");
        CHECK(result.error().help.find("the connector is as it was") != std::string::npos);
    }
}

TEST_CASE("a script that nobody manages is left, and one that is to go is taken away") {
    Platform platform;
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::script), model::file_content(code));
    platform.done(step(Work::create, values));
    values.erase(std::string(path::script));
    values.insert_or_assign(std::string(path::description), "other");
    platform.done(update(platform, values, {std::string(path::description)}));
    const std::set<std::string, std::less<>> managed{std::string(path::script)};
    CHECK(!observed(platform, managed).attributes.at(std::string(path::script)).text_or("").empty());
    values.insert_or_assign(std::string(path::script), "");
    platform.done(update(platform, values, managed, managed));
    CHECK(observed(platform, managed).attributes.at(std::string(path::script)) == model::Value(""));
}

TEST_CASE("what costs requests is read for connectors that manage it only") {
    Platform platform;
    platform.done(step(Work::create, settings_sample("{}")));
    const auto sample = observed(platform, {});
    CHECK(!sample.attributes.contains(std::string(path::icon)));
    CHECK(!sample.attributes.contains(std::string(path::shares)));
}

TEST_CASE("a gateway comes and goes, and the capabilities that nobody manages stay") {
    Platform platform;
    const std::set<std::string, std::less<>> gateway{std::string(path::gateway)};
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::capabilities), model::List{"actions"});
    values.insert_or_assign(std::string(path::gateway), true);
    platform.done(step(Work::create, values));
    CHECK(platform.connector("Sample")["properties"]["capabilities"] == json({"actions", "gateway"}));
    const auto there = observed(platform, {});
    CHECK(there.attributes.at(std::string(path::gateway)) == model::Value(true));
    CHECK(there.attributes.at(std::string(path::capabilities)) == model::Value(model::List{"actions"}));
    values.erase(std::string(path::capabilities));
    values.insert_or_assign(std::string(path::gateway), false);
    platform.done(update(platform, values, gateway));
    CHECK(platform.connector("Sample")["properties"]["capabilities"] == json({"actions"}));
}

TEST_CASE("several ways to sign in are taken away") {
    Platform platform;
    const std::string name(path::connection_parameter_sets);
    auto values = settings_sample("{}");
    values.insert_or_assign(name, R"({"values":[{"name":"key","parameters":{"api_key":{"type":"securestring"}}}]})");
    platform.done(step(Work::create, values));
    CHECK(platform.connector("Sample")["properties"].contains("connectionParameterSets"));
    values.insert_or_assign(name, "{}");
    platform.done(update(platform, values, {name}));
    CHECK(observed(platform, {}).attributes.at(name) == model::Value("{}"));
}

TEST_CASE("no host free for a script: the connector is made without it first, then with it") {
    Platform platform;
    platform.switches({{"scriptFailure", "capacity"}});
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::script), model::file_content(code));
    const auto result = platform.apply(step(Work::create, values));
    REQUIRE(!result);
    CHECK(result.error().help.find("no host free") != std::string::npos);
    CHECK(platform.connectors_titled("Sample") == 1);
}

TEST_CASE("shares are given, changed and taken, and the owner's is no share") {
    Platform platform;
    platform.done(step(Work::create, settings_sample("{}")));
    const std::string group = "99999999-8888-7777-6666-555555555555";
    const std::set<std::string, std::less<>> managed{std::string(path::shares)};
    const auto part = [&](Work work, const std::string& role) {
        auto step = update(platform, {}, managed, managed);
        step.work = work;
        step.part = "shares/" + group;
        step.values.insert_or_assign(std::string(path::shares),
                                     model::Map{{group, model::Map{{"type", "Group"}, {"role", role}}}});
        return step;
    };
    const auto shares = [&] { return observed(platform, managed).attributes.at(std::string(path::shares)); };
    CHECK(shares() == model::Value(model::Map{}));
    platform.done(part(Work::add, "CanView"));
    CHECK(*shares().find(group)->find("role") == model::Value("CanView"));
    platform.done(part(Work::change, "CanEdit"));
    CHECK(*shares().find(group)->find("role") == model::Value("CanEdit"));
    platform.done(part(Work::drop, "CanEdit"));
    CHECK(shares() == model::Value(model::Map{}));
}

TEST_CASE("a write whose answer a gateway lost is seen in the tenant and not sent again") {
    Platform platform;
    platform.done(step(Work::create, settings_sample("{}")));
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::description), "other");
    const auto step = update(platform, values, {std::string(path::description)});
    platform.fault("error_after", "PATCH", "/apis", {{"status", 502}, {"body", "empty"}});
    // The definition and its mark are as they were, so whether the write took effect cannot be told by them alone.
    platform.done(step);
    CHECK(platform.connector("Sample")["properties"]["description"] == "other");
}

TEST_CASE("the gateway's own failure is tried again, its complaint about a definition is not") {
    Platform platform;
    platform.done(step(Work::create, settings_sample("{}")));
    auto values = settings_sample("{}");
    values.insert_or_assign(std::string(path::publisher), "Contoso");
    const auto step = update(platform, values, {std::string(path::publisher)});
    SECTION("InternalServerError inside") {
        platform.fault("status", "PATCH", "/apis", {{"status", 400}, {"body", "gateway"}});
        platform.done(step);
        CHECK(platform.connector("Sample")["properties"]["publisher"] == "Contoso");
    }
    SECTION("the definition is what it does not like") {
        platform.fault("status", "PATCH", "/apis",
                       {{"status", 500},
                        {"body", "gateway"},
                        {"message", "Specified swagger has the following errors: 'paths/~1a : is wrong'"}});
        const auto result = platform.apply(step);
        REQUIRE(!result);
        CHECK(result.error().kind == ErrorKind::rejected);
        CHECK(result.error().service.find("Specified swagger has") != std::string::npos);
        CHECK(result.error().service.find("\\\"Code\\\"") == std::string::npos);
        CHECK(result.error().service.find("77777777-7777-7777-7777-777777777777") != std::string::npos);
    }
}

TEST_CASE("an environment that is new is no reason to take a connector for deleted") {
    Platform platform;
    platform.done(step(Work::create, settings_sample("{}")));
    platform.fault("status", "GET", "/apis",
                   {{"status", 404}, {"code", "ServiceToServiceEnvironmentNotFound"}, {"count", -1}});
    model::Snapshot snapshot;
    const auto result = platform.observe(platform.scope({"sample"}), snapshot);
    REQUIRE(!result);
    CHECK(result.error().kind == ErrorKind::transient);
    CHECK(result.error().help.find("minutes") != std::string::npos);
}

TEST_CASE("a definition that the service drops without a word is found out") {
    powerapps::PowerAppsOptions options;
    options.definition_patience = std::chrono::seconds(0);
    Platform platform(options);
    platform.done(step(Work::create, settings_sample("{}")));
    platform.switches({{"dropRejectedSwagger", true}});
    auto values = settings_sample("{}");
    auto broken = definition();
    broken["paths"]["nowhere"] = json::object();
    values.insert_or_assign(std::string(path::definition), broken.dump());
    const auto result = platform.apply(update(platform, values, {std::string(path::definition)}));
    REQUIRE(!result);
    CHECK(result.error().code == "RG0721");
}
