#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using nlohmann::json;
namespace path = regent::model::path;

namespace {

std::string name_of(std::size_t i) {
    return fmt::format("app-{:04}", i);
}
std::string id_of(std::size_t i) {
    return fmt::format("bbbbbbbb-0000-4444-8888-{:012}", i);
}
std::string application_at(std::size_t i) {
    return fmt::format("/v1.0/applications(appId='{}')", id_of(i));
}

/// `count` applications of ours with a federated credential and a service principal each.
void fill(Tenant& tenant, std::size_t count) {
    auto applications = json::array(), principals = json::array();
    for (std::size_t i = 0; i < count; ++i) {
        applications.push_back({{"displayName", name_of(i)},
                                {"appId", id_of(i)},
                                {"uniqueName", "regent.dev." + name_of(i)},
                                {"tags", {Tenant::owner_tag}},
                                {"federatedIdentityCredentials",
                                 {{{"name", "ci"},
                                   {"issuer", "https://issuer.example"},
                                   {"subject", name_of(i)},
                                   {"audiences", {"api://AzureADTokenExchange"}}}}}});
        principals.push_back({{"appId", id_of(i)}, {"displayName", name_of(i)}});
    }
    tenant.seed(applications, principals);
}

std::vector<std::string> names(std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(name_of(i));
    return all;
}

/// A look by somebody who looks again and again.
struct Look {
    model::Snapshot seen;
    ReadFrom from = ReadFrom::tenant;
    std::size_t requests = 0;
};

Look look_again(Tenant& tenant, const std::vector<std::string>& names, const std::set<model::Address>& anew = {}) {
    tenant.forget_requests();
    Look look;
    const auto from = tenant.observe_changes(tenant.scope(names, {Tenant::arm}), {true, anew}, look.seen);
    if (!from) FAIL(from.error().message << " | " << from.error().service);
    look.from = *from;
    look.requests = tenant.requests().size();
    return look;
}

/// What a look that remembers nothing sees must be what one that remembers sees.
void check_same(Tenant& tenant, const std::vector<std::string>& names, const model::Snapshot& remembered) {
    const auto whole = tenant.look(names, {Tenant::arm});
    REQUIRE(remembered.resources.size() == whole.resources.size());
    for (const auto& [address, resource] : whole.resources) {
        const auto& known = remembered.resources.at(address);
        INFO(to_string(address));
        CHECK(known.id == resource.id);
        CHECK(known.attributes == resource.attributes);
        CHECK(known.outputs == resource.outputs);
        CHECK(known.provider_data == resource.provider_data);
        CHECK(known.deleted == resource.deleted);
    }
    CHECK(remembered.orphans.size() == whole.orphans.size());
    CHECK(remembered.obstacles.size() == whole.obstacles.size());
}

std::string display_name(const model::Snapshot& seen, std::size_t i) {
    return attribute(seen.resources.at(address(name_of(i))), path::display_name).text_or({});
}

}  // namespace

TEST_CASE("a second look at a quiet tenant costs a handful of requests, however large it is") {
    const std::size_t count = GENERATE(30, 700);
    Tenant tenant;
    fill(tenant, count);
    CHECK(look_again(tenant, names(count)).from == ReadFrom::tenant);
    const auto quiet = look_again(tenant, names(count));
    CHECK(quiet.from == ReadFrom::memory);
    CHECK(quiet.requests <= 6);
    check_same(tenant, names(count), quiet.seen);
}

TEST_CASE("what was changed behind everybody's back is seen at the next look, and costs one request more") {
    Tenant tenant;
    fill(tenant, 300);
    look_again(tenant, names(300));
    const auto quiet = look_again(tenant, names(300)).requests;
    tenant.change(application_at(7), {{"patch", {{"web", {{"redirectUris", {"https://attacker.example/"}}}}}}});
    const auto seen = look_again(tenant, names(300));
    CHECK(seen.from == ReadFrom::memory);
    CHECK(seen.requests == quiet + 1);
    const auto uris = attribute(seen.seen.resources.at(address(name_of(7))), path::redirect_uris_web);
    CHECK(uris == model::Value(model::List{"https://attacker.example/"}));
    check_same(tenant, names(300), seen.seen);
}

TEST_CASE("applications that come, go, lose their mark or their service principal are noticed") {
    Tenant tenant;
    fill(tenant, 250);
    const auto all = names(250);
    look_again(tenant, all);
    SECTION("deleted") {
        tenant.change(application_at(3), {{"delete", true}});
    }
    SECTION("without its tags") {
        tenant.change(application_at(3), {{"patch", {{"tags", json::array()}}}});
    }
    SECTION("a new one with our tag that no manifest wants") {
        tenant.seed({{{"displayName", "left behind"},
                      {"uniqueName", "regent.dev.left-behind"},
                      {"tags", {Tenant::owner_tag}}}});
    }
    SECTION("its service principal deleted") {
        tenant.change(fmt::format("/v1.0/servicePrincipals(appId='{}')", id_of(3)), {{"delete", true}});
    }
    const auto seen = look_again(tenant, all);
    CHECK(seen.from == ReadFrom::memory);
    check_same(tenant, all, seen.seen);
}

TEST_CASE("manifests that come and go change what is looked for, not what is known") {
    Tenant tenant;
    fill(tenant, 60);
    look_again(tenant, names(40));
    const auto more = look_again(tenant, names(60));
    CHECK(more.from == ReadFrom::memory);
    check_same(tenant, names(60), more.seen);
    check_same(tenant, names(20), look_again(tenant, names(20)).seen);
}

TEST_CASE("a federated credential is no change of its application: only what is asked for anew shows it") {
    Tenant tenant;
    fill(tenant, 40);
    look_again(tenant, names(40));
    tenant.change(application_at(5), {{"patch", {{"federatedIdentityCredentials", json::array()}}}});
    const auto credentials = [](const model::Snapshot& seen) {
        return attribute(seen.resources.at(address(name_of(5))), path::federated_credentials).as_map()->size();
    };
    CHECK(credentials(look_again(tenant, names(40)).seen) == 1);
    const auto anew = look_again(tenant, names(40), {address(name_of(5))});
    CHECK(anew.from == ReadFrom::memory);
    CHECK(credentials(anew.seen) == 0);
    check_same(tenant, names(40), anew.seen);
}

TEST_CASE("a token that is not taken any more means that everything is read") {
    Tenant tenant;
    fill(tenant, 40);
    tenant.switches({{"deltaExpiredStatus", GENERATE(400, 410)}});
    look_again(tenant, names(40));
    tenant.change(application_at(5), {{"patch", {{"displayName", "renamed"}}}});
    tenant.simulator().control("POST", "clock", R"({"advanceSeconds": 700000})");
    const auto seen = look_again(tenant, names(40));
    CHECK(seen.from == ReadFrom::tenant);
    CHECK(display_name(seen.seen, 5) == "renamed");
    CHECK(look_again(tenant, names(40)).from == ReadFrom::memory);
}

TEST_CASE("a tenant without delta queries is read whole every time, and not asked again") {
    Tenant tenant;
    fill(tenant, 40);
    tenant.fault("status", "GET", "/delta", {{"status", 400}, {"count", -1}});
    CHECK(look_again(tenant, names(40)).from == ReadFrom::tenant);
    CHECK(look_again(tenant, names(40)).from == ReadFrom::tenant);
    for (const auto& request : tenant.requests()) CHECK(request.target.find("/delta") == std::string::npos);
}

TEST_CASE("after a look that failed half-way nothing that was remembered is trusted") {
    Tenant tenant;
    fill(tenant, 40);
    look_again(tenant, names(40));
    tenant.change(application_at(5), {{"patch", {{"displayName", "renamed"}}}});
    // The change is told, and then the application cannot be read.
    tenant.fault("status", "GET", "$expand", {{"status", 403}});
    model::Snapshot nothing;
    REQUIRE_FALSE(tenant.observe_changes(tenant.scope(names(40), {Tenant::arm}), {true, {}}, nothing));
    CHECK(nothing.resources.empty());
    const auto seen = look_again(tenant, names(40));
    CHECK(seen.from == ReadFrom::tenant);
    CHECK(display_name(seen.seen, 5) == "renamed");
}

TEST_CASE("a round of changes that comes only half is an error, never a quiet tenant") {
    Tenant tenant;
    fill(tenant, 4);
    look_again(tenant, names(4));
    tenant.fault("truncate", "GET", "/applications/delta", {{"count", -1}});
    model::Snapshot nothing;
    CHECK_FALSE(tenant.observe_changes(tenant.scope(names(4)), {true, {}}, nothing));
    CHECK(nothing.resources.empty());
}
