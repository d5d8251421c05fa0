#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

const std::string credentials(path::federated_credentials);

plan::Step credential_step(Work work, const std::string& name, model::Value value) {
    return step(work, "portal", {{credentials, model::Map{{name, std::move(value)}}}}, credentials + "/" + name);
}

plan::Step credential_step(Work work, const model::ObservedResource& observed, const std::string& name,
                           model::Value value) {
    return step(work, observed, {{credentials, model::Map{{name, std::move(value)}}}}, credentials + "/" + name);
}

json credentials_of(Tenant& tenant) {
    json by_name = json::object();
    const auto application = tenant.application("regent.dev.portal");
    for (const auto& one : application["federatedIdentityCredentials"])
        by_name[one["name"].get<std::string>()] = one["subject"];
    return by_name;
}

}  // namespace

TEST_CASE("the service principal of a new application is created once, and its id is told") {
    Tenant tenant;
    const auto created = tenant.done(step(Work::create, "portal", portal()));
    const auto add = step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal");
    const auto first = tenant.done(add);
    CHECK(first.outputs.at("servicePrincipal/id") == tenant.principal_of(created.outputs.at("appId"))["id"]);
    CHECK(tenant.done(add).outputs == first.outputs);

    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    CHECK(attribute(observed, path::service_principal) == model::Value(true));
    CHECK(observed.outputs.at("servicePrincipal/id") == first.outputs.at("servicePrincipal/id"));
}

TEST_CASE("a tenant that does not know the upsert of service principals gets a plain creation") {
    Tenant tenant;
    tenant.fault("status", "PATCH", "servicePrincipals(appId", {{"status", 405}, {"count", -1}});
    const auto created = tenant.done(step(Work::create, "portal", portal()));
    const auto add = step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal");
    const auto first = tenant.done(add);
    CHECK(first.outputs.at("servicePrincipal/id") == tenant.principal_of(created.outputs.at("appId"))["id"]);
    CHECK(tenant.done(add).outputs == first.outputs);  // 409 "already in use" is no failure
}

TEST_CASE("a service principal that went with its application comes back with it") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto add = step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal");
    const auto principal = tenant.done(add).outputs.at("servicePrincipal/id");
    tenant.done(step(Work::remove, tenant.look().orphans.at(0)));
    tenant.input.own_outputs.clear();

    const auto snapshot = tenant.look({"portal"});
    const auto& deleted = snapshot.resources.at(address("portal"));
    auto create = step(Work::create, deleted, portal());
    create.restore = true;
    tenant.done(create);
    const auto again = step(Work::add, deleted, {{std::string(path::service_principal), true}}, "servicePrincipal");
    SECTION("at once") {}
    SECTION("not made anew where nobody may look into the recycle bin") {
        // A 403 is asked once more with a new token.
        tenant.fault("status", "GET", "deletedItems/microsoft.graph.servicePrincipal", {{"status", 403}, {"count", 2}});
        const auto refused = tenant.apply(again);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::forbidden);
        CHECK(refused.error().help.find("`Application.Read.All`") != std::string::npos);
    }
    CHECK(tenant.done(again).outputs.at("servicePrincipal/id") == principal);
}

TEST_CASE("that nobody may look into the recycle bin is another answer than that it is empty") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    auto scope = tenant.scope({"portal"});
    scope.wanted.front().managed.emplace(path::service_principal);
    const auto is_unknown = [&] {
        model::Snapshot seen;
        REQUIRE(tenant.observe(scope, seen));
        return model::is_principal_in_bin_unknown(seen.resources.at(address("portal")));
    };
    CHECK_FALSE(is_unknown());
    tenant.fault("status", "GET", "deletedItems/microsoft.graph.servicePrincipal", {{"status", 403}, {"count", -1}});
    CHECK(is_unknown());
}

TEST_CASE("a service principal in the recycle bin is not made anew because its restoration met something") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    auto add = step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal");
    const auto principal = tenant.done(add).outputs.at("servicePrincipal/id");
    tenant.change("/v1.0/servicePrincipals/" + principal, {{"delete", true}});
    add.restore = true;
    const auto meets = [&](const std::string& kind, int status, int count = 1) {
        tenant.fault(kind, "POST", "/restore", {{"status", status}, {"count", count}});
    };
    SECTION("another write, as others wrote to the tenant") {
        meets("status", 409, 2);
        CHECK(tenant.done(add).outputs.at("servicePrincipal/id") == principal);
    }
    SECTION("a replica that does not know it as deleted yet") {
        meets("status", 404, 2);
        CHECK(tenant.done(add).outputs.at("servicePrincipal/id") == principal);
    }
    SECTION("a lost answer") {
        meets("error_after", 502);
        CHECK(tenant.done(add).outputs.at("servicePrincipal/id") == principal);
    }
    SECTION("another write, again and again") {
        meets("status", 409, -1);
        const auto refused = tenant.apply(add);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().help.find("lies in the recycle bin") != std::string::npos);
    }
}

TEST_CASE("a federated credential is added, changed, renamed and removed") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.done(credential_step(Work::add, "github", credential("repo:contoso/portal:ref:refs/heads/main", "from CI")));
    tenant.done(credential_step(Work::add, "github", credential("repo:contoso/portal:ref:refs/heads/main", "from CI")));
    CHECK(credentials_of(tenant) == json{{"github", "repo:contoso/portal:ref:refs/heads/main"}});

    auto snapshot = tenant.look({"portal"});
    auto observed = snapshot.resources.at(address("portal"));
    const auto* there = attribute(observed, credentials).find("github");
    REQUIRE(there != nullptr);
    CHECK(*there == credential("repo:contoso/portal:ref:refs/heads/main", "from CI"));

    tenant.done(credential_step(Work::change, observed, "github", credential("repo:contoso/portal:environment:prod")));
    const auto stored = tenant.application("regent.dev.portal")["federatedIdentityCredentials"][0];
    CHECK(stored["subject"] == "repo:contoso/portal:environment:prod");
    CHECK(stored["description"].is_null());

    // The pair of issuer and subject may be there once only, so the old name goes first.
    tenant.done(credential_step(Work::drop, observed, "github", {}));
    tenant.done(
        credential_step(Work::add, observed, "github-prod", credential("repo:contoso/portal:environment:prod")));
    CHECK(credentials_of(tenant) == json{{"github-prod", "repo:contoso/portal:environment:prod"}});
    tenant.done(credential_step(Work::drop, observed, "github", {}));
}

TEST_CASE("a flexible credential is shown, and never written") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.change("/v1.0/applications(uniqueName='regent.dev.portal')/federatedIdentityCredentials",
                  {{"put",
                    {{"name", "flexible"},
                     {"issuer", "https://token.actions.githubusercontent.com"},
                     {"subject", nullptr},
                     {"audiences", {"api://AzureADTokenExchange"}},
                     {"description", nullptr}}}});
    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    REQUIRE(attribute(observed, credentials).find("flexible") != nullptr);
    CHECK(attribute(observed, credentials).find("flexible")->find("subject")->text_or("?").empty());
    REQUIRE(observed.remarks.size() == 1);
    CHECK(observed.remarks[0].find("\"flexible\"") != std::string::npos);
    tenant.forget_requests();
    const auto refused = tenant.apply(credential_step(Work::change, observed, "flexible", credential("repo:a/b:c")));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::rejected);
    CHECK(tenant.writes() == 0);
}

TEST_CASE("what was just created may be unknown to a replica for minutes, in every guise") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.fault("status", "PATCH", "/federatedIdentityCredentials(name=", {{"status", 404}, {"count", 4}});
    tenant.fault("status", "PATCH", "servicePrincipals(appId", {{"status", 404}, {"count", 3}});
    tenant.fault("status", "PATCH", "/v1.0/applications/", {{"status", 404}, {"count", 2}});
    tenant.done(credential_step(Work::add, "github", credential("repo:contoso/portal:environment:prod")));
    tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
    tenant.done(step(Work::complete, "portal", {{std::string(path::notes), "late"}}));
    CHECK(tenant.application("regent.dev.portal")["notes"] == "late");
    CHECK(tenant.clock().slept() >= std::chrono::seconds(1 + 2 + 4 + 8 + 1 + 2 + 4 + 1 + 2));
}

TEST_CASE("an object that is not fresh and not there is not waited for as long") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto observed = tenant.look({"portal"}).resources.at(address("portal"));
    tenant.change("/v1.0/applications(uniqueName='regent.dev.portal')", {{"delete", true}});
    const auto refused = tenant.apply(step(Work::update, observed, {{std::string(path::notes), "late"}}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::not_found);
    CHECK(tenant.clock().slept() <= std::chrono::seconds(20));
}

TEST_CASE("another write on the same object is waited for") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto observed = tenant.look({"portal"}).resources.at(address("portal"));
    tenant.fault("status", "PATCH", "/v1.0/applications/", {{"status", 409}, {"count", 3}, {"retryAfter", "2.5"}});
    tenant.done(step(Work::update, observed, {{std::string(path::notes), "after all"}}));
    CHECK(tenant.application("regent.dev.portal")["notes"] == "after all");
    CHECK(tenant.clock().slept() >= std::chrono::milliseconds(7500));
}

TEST_CASE("waiting ends when the process is asked to stop") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.fault("status", "PATCH", "/v1.0/applications/", {{"status", 404}, {"count", -1}});
    tenant.clock().stop();
    const auto stopped = tenant.apply(step(Work::complete, "portal", {{std::string(path::notes), "late"}}));
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().kind == ErrorKind::interrupted);
    CHECK(stopped.error().code == "RG0710");
}
