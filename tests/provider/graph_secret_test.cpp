#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

const std::string secrets(path::client_secrets);

plan::Step issue(const std::string& name = "arm") {
    return step(Work::add, "portal", {{secrets, model::Map{{name, model::Map{{"validForSeconds", 86400 * 180}}}}}},
                secrets + "/" + name);
}

plan::Step drop(const std::string& key_id) {
    auto dropped = step(Work::drop, "portal", {}, secrets + "/arm");
    dropped.key_id = key_id;
    return dropped;
}

json secrets_of(Tenant& tenant) {
    return tenant.application("regent.dev.portal")["passwordCredentials"];
}

/// True when the tenant lets somebody sign in with it.
bool opens(Tenant& tenant, const std::string& secret) {
    const auto application = tenant.application("regent.dev.portal");
    const auto key = application["passwordCredentials"][0]["keyId"].get<std::string>();
    return secret.substr(0, 3) == application["passwordCredentials"][0]["hint"] &&
           application["_secrets"].contains(key);
}

}  // namespace

TEST_CASE("a secret is issued under its name and operation, and its value leaves only as a secret") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto result = tenant.done(issue());
    REQUIRE(secrets_of(tenant).size() == 1);
    const auto stored = secrets_of(tenant)[0];
    CHECK(stored["displayName"] == "arm (regent 5f3a91c2)");
    CHECK(result.outputs ==
          std::map<std::string, std::string, std::less<>>{{"clientSecrets/arm/keyId", stored["keyId"]},
                                                          {"clientSecrets/arm/endsAt", stored["endDateTime"]}});
    REQUIRE(result.secret_outputs.contains("clientSecrets/arm/secretText"));
    CHECK(opens(tenant, result.secret_outputs.at("clientSecrets/arm/secretText").reveal()));
    CHECK(result.detail.find("expires 20") == 0);

    const auto observed = tenant.look({"portal"}).resources.at(address("portal"));
    REQUIRE(observed.secrets.size() == 1);
    CHECK(observed.secrets[0].name == "arm");
    CHECK(observed.secrets[0].operation_id == "5f3a91c2");
    CHECK(observed.secrets[0].key_id == stored["keyId"]);
    const auto valid_for = observed.secrets[0].ends_at - tenant.clock().now();
    CHECK(valid_for > std::chrono::hours(24 * 180 - 1));
    CHECK(valid_for < std::chrono::hours(24 * 180 + 1));
    // What others refer to is known only when the secret is issued in the same run.
    CHECK_FALSE(observed.outputs.contains("clientSecrets/arm/keyId"));
}

TEST_CASE("a lost answer leaves one secret, and it is the one whose value is known") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    SECTION("it had taken effect") {
        tenant.fault("drop_after", "POST", "addPassword");
    }
    SECTION("it had taken effect, and the answer was an error") {
        tenant.fault("error_after", "POST", "addPassword");
    }
    SECTION("it had taken effect, and the answer said when to come again") {
        tenant.fault("error_after", "POST", "addPassword", {{"status", 503}, {"retryAfter", "3"}});
    }
    SECTION("it had taken effect, and half of the answer came") {
        tenant.fault("truncate", "POST", "addPassword");
    }
    SECTION("it had taken effect, and replicas show it late") {
        tenant.replicas_lag(20);
        tenant.clock().sleep_for(std::chrono::seconds(30));
        tenant.fault("drop_after", "POST", "addPassword");
    }
    SECTION("it had not taken effect") {
        tenant.fault("drop_before", "POST", "addPassword");
    }
    SECTION("the service was busy") {
        tenant.fault("status", "POST", "addPassword", {{"status", 500}});
    }
    SECTION("another write was under way") {
        tenant.fault("status", "POST", "addPassword", {{"status", 409}});
    }
    SECTION("it was throttled") {
        tenant.fault("status", "POST", "addPassword", {{"status", 429}, {"retryAfter", "3"}});
    }
    SECTION("the application was not known everywhere") {
        tenant.fault("status", "POST", "addPassword", {{"status", 404}, {"count", 2}});
    }
    const auto result = tenant.done(issue());
    REQUIRE(secrets_of(tenant).size() == 1);
    CHECK(secrets_of(tenant)[0]["keyId"] == result.outputs.at("clientSecrets/arm/keyId"));
    CHECK(opens(tenant, result.secret_outputs.at("clientSecrets/arm/secretText").reveal()));
}

TEST_CASE("a new secret is given to nobody before sign-in takes it") {
    int refusals = GENERATE(0, 3, 1000);
    int tried = 0;
    graph::GraphOptions options;
    options.accepts_secret = [&](const auto& app_id, const auto& secret) {
        CHECK(app_id.size() == 36);
        CHECK(secret.reveal().size() > 20);
        return ++tried > refusals;
    };
    Tenant tenant(options);
    tenant.done(step(Work::create, "portal", portal()));
    const auto issued = tenant.apply(issue());
    if (refusals < 1000) {
        REQUIRE(issued);
        CHECK(tried == refusals + 1);
        CHECK(issued->secret_outputs.size() == 1);
        return;
    }
    REQUIRE_FALSE(issued);
    CHECK(issued.error().kind == ErrorKind::not_yet);
    CHECK(issued.error().code == "RG0723");
    CHECK(tenant.clock().slept() >= std::chrono::seconds(180));
    CHECK(tenant.clock().slept() < std::chrono::seconds(200));
}

TEST_CASE("other secrets are left alone when a lost one is cleaned up") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.done(issue());
    tenant.input.operation_id = "00000002";
    tenant.fault("drop_after", "POST", "addPassword");
    tenant.done(issue());
    CHECK(secrets_of(tenant).size() == 2);
}

TEST_CASE("answers that are lost again and again end in an unknown outcome, with nothing left behind") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.fault("drop_after", "POST", "addPassword", {{"count", -1}});
    const auto failed = tenant.apply(issue());
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorKind::outcome_unknown);
    CHECK(failed.error().code == "RG0707");
    CHECK(secrets_of(tenant).empty());
}

TEST_CASE("a secret is removed by its key, and one that is gone counts as removed") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto key = tenant.done(issue()).outputs.at("clientSecrets/arm/keyId");
    SECTION("at once") {}
    SECTION("although the answer was lost") {
        tenant.fault("drop_after", "POST", "removePassword");
    }
    SECTION("although the answer was an error") {
        tenant.fault("error_after", "POST", "removePassword");
    }
    tenant.done(drop(key));
    CHECK(secrets_of(tenant).empty());
    tenant.done(drop(key));
}

TEST_CASE("a secret that is gone counts as removed only once no replica shows it") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto key = tenant.done(issue()).outputs.at("clientSecrets/arm/keyId");
    tenant.clock().sleep_for(std::chrono::seconds(60));
    tenant.replicas_lag(10);
    tenant.done(drop(key));
    tenant.done(drop(key));
    CHECK(tenant.clock().slept() >= std::chrono::seconds(70));
}

TEST_CASE("neither refusals nor results show a secret's value") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto result = tenant.done(issue());
    const auto value = result.secret_outputs.at("clientSecrets/arm/secretText").reveal();
    CHECK(result.detail.find(value) == std::string::npos);
    for (const auto& [name, text] : result.outputs) CHECK(text.find(value) == std::string::npos);
    tenant.fault("status", "POST", "addPassword", {{"status", 403}, {"count", -1}});
    const auto refused = tenant.apply(issue("other"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::forbidden);
    CHECK(refused.error().help.find("Application.ReadWrite.OwnedBy") != std::string::npos);
}
