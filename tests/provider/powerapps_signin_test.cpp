#include "model/attributes.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::powerapps::test;
using graph::test::attribute;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

/// How connectors sign in: client secrets, managed identities, and moving between them.

namespace {

std::set<std::string, std::less<>> about(std::string_view where) {
    return {std::string(where)};
}

plan::Step awaiting(const model::Map& values) {
    auto waiting = step(Work::await, values);
    waiting.part = "identity";
    return waiting;
}

json settings_of(Platform& platform) {
    return platform.connector("Sample")["properties"]["connectionParameters"]["token"]["oAuthSettings"];
}

model::Map keeping(const std::string& key_id, model::Map values = secret_sample()) {
    return with(std::move(values), path::marks, model::List{"secretKey:" + key_id});
}

void create_with_secret(Platform& platform) {
    platform.hand_over("first-secret", "key-1");
    platform.done(step(Work::create, secret_sample()));
    platform.hand_over_nothing();
    platform.wiretap().forget();
}

}  // namespace

TEST_CASE("a connector's mark names the secret it was given") {
    Platform platform;
    create_with_secret(platform);
    const auto there = platform.sample();
    for (const auto& [where, value] : keeping("key-1")) {
        INFO(where);
        CHECK(attribute(there, where) == value);
    }
    CHECK(there.outputs.at("redirectUrl").find("https://global.consent.azure-apim.net/redirect/sample-5f") == 0);
    CHECK_FALSE(there.outputs.contains("identity/subject"));
}

TEST_CASE("an update that is not about the sign-in keeps the secret, whatever the service does without one") {
    const std::string without_secret = GENERATE("keep", "drop");
    Platform platform;
    platform.switches({{"patchWithoutSecret", without_secret}});
    create_with_secret(platform);
    const auto secret = platform.kept_secret("Sample");
    REQUIRE(secret.size() == 64);
    for (const auto where : {path::description, path::icon_brand_color}) {
        platform.done(step(Work::update, platform.sample(), with(keeping("key-1"), where, "#123456"), about(where)));
    }
    CHECK(platform.kept_secret("Sample") == secret);
    for (const auto& body : platform.bodies(net::Method::patch))
        CHECK_FALSE(body["properties"].contains("connectionParameters"));
    CHECK(attribute(platform.sample(), path::marks) == model::Value(model::List{"secretKey:key-1"}));
}

TEST_CASE("a new secret travels in the whole block, with its key id in the same request") {
    Platform platform;
    platform.switches({{"patchWithoutSecret", "drop"}});
    create_with_secret(platform);
    const auto first = platform.kept_secret("Sample");
    const auto there = platform.sample();
    platform.hand_over("second-secret", "key-2");
    platform.done(step(Work::update, there, secret_sample(), about(path::auth_client_secret)));
    CHECK(platform.kept_secret("Sample") != first);
    const auto sent = platform.sent(net::Method::patch);
    CHECK(sent["connectionParameters"]["token"]["oAuthSettings"]["clientSecret"] == "second-secret");
    CHECK(sent["openApiDefinition"]["x-regent"]["secretKeyId"] == "key-2");
    CHECK(sent["connectionParameters"].contains("token:TenantId"));
    CHECK(sent.contains("openApiDefinition"));  // alone, connection parameters are a 500
    CHECK(platform.sample().outputs == there.outputs);
}

TEST_CASE("a changed setting is written with its block, and keeps the secret where the service keeps it") {
    Platform platform;
    create_with_secret(platform);
    const auto secret = platform.kept_secret("Sample");
    const auto values = keeping("key-1", with(secret_sample(), path::auth_resource, "https://graph.microsoft.com"));
    platform.done(step(Work::update, platform.sample(), values, about(path::auth_resource)));
    CHECK(platform.kept_secret("Sample") == secret);
    CHECK(attribute(platform.sample(), path::auth_resource) == model::Value("https://graph.microsoft.com"));
    CHECK_FALSE(
        platform.sent(net::Method::patch)["connectionParameters"]["token"]["oAuthSettings"].contains("clientSecret"));
}

TEST_CASE("settings that a manifest leaves to others travel in the block as they were observed") {
    Platform platform;
    create_with_secret(platform);
    auto values = keeping("key-1", with(secret_sample(), path::auth_resource, "https://graph.microsoft.com"));
    for (const auto where : {path::auth_scopes, path::auth_tenant_id, path::auth_type})
        values.erase(std::string(where));
    const auto before = platform.sample();
    platform.done(step(Work::update, before, values, about(path::auth_resource)));
    auto expected = before.attributes;
    expected.insert_or_assign(std::string(path::auth_resource), "https://graph.microsoft.com");
    const auto after = platform.sample().attributes;
    // The same once more, in the service's own words.
    expected.insert_or_assign(std::string(path::connection_parameters),
                              after.at(std::string(path::connection_parameters)));
    CHECK(after == expected);
}

TEST_CASE("one of two places of the resource changed by a person is a difference") {
    Platform platform;
    create_with_secret(platform);
    platform.change(platform.connector("Sample")["name"],
                    {{"patch",
                      {{"properties",
                        {{"connectionParameters",
                          {{"token",
                            {{"oAuthSettings",
                              {{"customParameters", {{"resourceUri", {{"value", "https://else.example"}}}}}}}}}}}}}}}});
    const auto there = platform.sample();
    CHECK_FALSE(attribute(there, path::auth_resource) == secret_sample().at(std::string(path::auth_resource)));
    platform.done(step(Work::update, there, keeping("key-1"), about(path::auth_resource)));
    CHECK(attribute(platform.sample(), path::auth_resource) == secret_sample().at(std::string(path::auth_resource)));
}

TEST_CASE("a connector with a managed identity gives issuer, subject and redirect URL once the service has made them") {
    Platform platform;
    platform.switches({{"subjectDelaySeconds", 200}, {"replicaLagSeconds", 5}});
    const auto created = platform.done(step(Work::create, identity_sample()));
    CHECK(created.outputs.contains("redirectUrl"));
    CHECK_FALSE(created.outputs.contains("identity/subject"));
    CHECK_FALSE(created.outputs.contains("identity/issuer"));
    const auto sent = platform.sent(net::Method::post)["connectionParameters"]["token"]["oAuthSettings"];
    CHECK_FALSE(sent.contains("clientSecret"));
    CHECK(sent["properties"]["FederatedIdentityCredentials"]["Subject"] == "");

    platform.input.own_outputs = created.outputs;
    std::vector<std::string> told;
    platform.input.progress = [&](std::string_view words) { told.emplace_back(words); };
    const auto result = platform.done(awaiting(identity_sample()));
    const auto federated = settings_of(platform)["properties"]["FederatedIdentityCredentials"];
    CHECK(result.outputs.at("identity/subject") == federated["Subject"]);
    CHECK(result.outputs.at("identity/issuer") == federated["Issuer"]);
    CHECK(result.outputs.at("redirectUrl") == created.outputs.at("redirectUrl"));
    CHECK(platform.clock().slept() >= std::chrono::seconds(199));
    CHECK_FALSE(told.empty());

    const auto there = platform.sample();
    CHECK(there.outputs == result.outputs);
    CHECK(attribute(there, path::auth_type) == model::Value("managedIdentity"));
}

TEST_CASE("a managed identity stays the same over updates, and another one is seen") {
    Platform platform;
    platform.switches({{"subjectDelaySeconds", 0}});
    platform.done(step(Work::create, identity_sample()));
    const auto before = platform.sample();
    REQUIRE(before.outputs.contains("identity/subject"));
    platform.done(step(Work::update, before,
                       with(identity_sample(), path::auth_resource, "https://graph.microsoft.com"),
                       about(path::auth_resource)));
    CHECK(platform.sample().outputs == before.outputs);
    platform.change(before.id, {{"newManagedIdentity", true}});
    CHECK(platform.sample().outputs.at("identity/subject") != before.outputs.at("identity/subject"));
}

TEST_CASE("an identity that never comes is an error that says to run again, and leaves the connector there") {
    Platform platform;
    platform.switches({{"subjectDelaySeconds", 86400}});
    platform.input.own_outputs = platform.done(step(Work::create, identity_sample())).outputs;
    const auto result = platform.apply(awaiting(identity_sample()));
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::not_yet);
    CHECK(result.error().code == "RG0708");
    CHECK(result.error().help.find("the next run goes on from here") != std::string::npos);
    // What passes of real time meanwhile is waited as well.
    CHECK(platform.clock().slept() >= std::chrono::seconds(300));
    CHECK(platform.connectors_titled("Sample") == 1);

    auto later = step(Work::await, platform.sample(), identity_sample());
    later.part = "identity";
    platform.input.own_outputs.clear();
    // The next run does not begin to wait anew.
    const auto before = platform.clock().slept();
    REQUIRE_FALSE(platform.apply(later));
    CHECK(platform.clock().slept() - before < std::chrono::seconds(30));
    platform.clock().sleep_for(std::chrono::hours(24));
    CHECK(platform.done(later).outputs.contains("identity/subject"));
}

TEST_CASE("waiting for an identity ends when the process is asked to stop") {
    Platform platform;
    platform.input.own_outputs = platform.done(step(Work::create, identity_sample())).outputs;
    platform.clock().stop();
    const auto result = platform.apply(awaiting(identity_sample()));
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::interrupted);
}

TEST_CASE("a tenant without the preview, or without a tenant's GUID, refuses a managed identity in its own words") {
    Platform platform;
    auto values = identity_sample();
    std::string words;
    SECTION("not rolled out") {
        platform.switches({{"managedIdentityAvailable", false}});
        words = "is a preview that is not available in this tenant";
    }
    SECTION("common") {
        values = with(values, path::auth_tenant_id, "common");
        words = "The tenant id 'common' can not be used with a managed identity";
    }
    const auto refused = platform.apply(step(Work::create, values));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::rejected);
    CHECK(refused.error().service.find(words) != std::string::npos);
    const bool not_there = words.find("preview") != std::string::npos;
    CHECK((refused.error().help.find("keep the client secret") != std::string::npos) == not_there);
    CHECK(platform.connectors_titled("Sample") == 0);
}

TEST_CASE("moving from a client secret to a managed identity takes the secret away, and back gives a new one") {
    Platform platform;
    platform.switches({{"subjectDelaySeconds", 0}});
    create_with_secret(platform);
    const auto with_secret = platform.sample();
    platform.done(step(Work::update, with_secret, identity_sample(), about(path::auth_type)));
    CHECK(platform.kept_secret("Sample").empty());
    CHECK_FALSE(platform.connector("Sample")["openApiDefinition"]["x-regent"].contains("secretKeyId"));
    const auto with_identity = platform.sample();
    CHECK(attribute(with_identity, path::auth_type) == model::Value("managedIdentity"));
    CHECK(attribute(with_identity, path::marks) == model::Value(model::List{}));
    CHECK(with_identity.outputs.at("redirectUrl") == with_secret.outputs.at("redirectUrl"));
    CHECK(with_identity.outputs.contains("identity/subject"));

    platform.hand_over("second-secret", "key-2");
    platform.done(step(Work::update, with_identity, secret_sample(), about(path::auth_type)));
    const auto again = platform.sample();
    CHECK(attribute(again, path::auth_type) == model::Value("clientSecret"));
    CHECK(attribute(again, path::marks) == model::Value(model::List{"secretKey:key-2"}));
    CHECK_FALSE(again.outputs.contains("identity/subject"));
}

TEST_CASE("a connector that shall sign in with nothing loses its block") {
    Platform platform;
    create_with_secret(platform);
    platform.done(step(Work::update, platform.sample(), open_sample(), about(path::auth_type)));
    const auto there = platform.sample();
    CHECK(attribute(there, path::auth_type) == model::Value("none"));
    CHECK_FALSE(there.outputs.contains("redirectUrl"));
    CHECK(platform.kept_secret("Sample").empty());
}

TEST_CASE("a service that quotes a secret back is not quoted with it") {
    Platform platform;
    const std::string secret = "Q8q~never.to.be.seen";
    platform.hand_over(secret, "key-1");
    platform.wiretap().alter([&](const net::Request& request, net::Outcome& outcome) {
        if (request.body.find(secret) == std::string::npos) return;
        outcome.status = 400;
        outcome.body = json{{"error", {{"code", "Bad"}, {"message", "'" + secret + "' and again " + secret}}}}.dump();
    });
    const auto refused = platform.apply(step(Work::create, secret_sample()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().service == "Power Apps: 400 Bad \"'***' and again ***\"");
    CHECK(words_of(refused.error()).find(secret) == std::string::npos);
}
