#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using nlohmann::json;
namespace path = regent::model::path;

namespace {

constexpr std::size_t count = 150;
/// More owners than a list of applications shows.
constexpr std::size_t crowded = 7, crowd = 30;
/// In which the service principals of so few applications are asked for.
constexpr std::size_t batches_of_principals = 8;

std::string name_of(std::size_t i) {
    return fmt::format("app-{:04}", i);
}

std::string owner_of(std::size_t i, std::size_t k = 0) {
    return fmt::format("cccccccc-{:04}-4444-8888-{:012}", k, i);
}

void fill(Tenant& tenant) {
    auto applications = json::array(), principals = json::array();
    for (std::size_t i = 0; i < count; ++i) {
        auto owners = json::array();
        for (std::size_t k = 0; k < (i == crowded ? crowd : i % 3); ++k) owners.push_back(owner_of(i, k));
        const auto app_id = fmt::format("bbbbbbbb-0000-4444-8888-{:012}", i);
        principals.push_back({{"appId", app_id}, {"displayName", name_of(i)}});
        applications.push_back({{"displayName", name_of(i)},
                                {"appId", app_id},
                                {"uniqueName", "regent.dev." + name_of(i)},
                                {"tags", {Tenant::owner_tag}},
                                {"owners", std::move(owners)}});
    }
    tenant.seed(applications, principals);
}

/// All applications; `declaring` of their manifests name owners.
model::Scope scope_of(Tenant& tenant, std::size_t declaring) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(name_of(i));
    auto scope = tenant.scope(names);
    for (std::size_t i = 0; i < declaring; ++i) scope.wanted[i].on_demand.emplace(path::owners);
    return scope;
}

void check_owners(const model::Snapshot& seen, std::size_t declaring) {
    REQUIRE(seen.resources.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
        INFO(name_of(i));
        const auto& attributes = seen.resources.at(address(name_of(i))).attributes;
        REQUIRE(attributes.contains(path::owners) == (i < declaring));
        if (i >= declaring) continue;
        const auto& owners = *attributes.find(path::owners)->second.as_list();
        REQUIRE(owners.size() == (i == crowded ? crowd : i % 3));
        for (std::size_t k = 0; k < owners.size(); ++k)
            REQUIRE(std::find(owners.begin(), owners.end(), model::Value(owner_of(i, k))) != owners.end());
    }
}

std::size_t asked(Tenant& tenant, std::string_view word) {
    const auto requests = tenant.requests();
    return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), [&](const auto& request) {
        return request.target.find(word) != std::string::npos;
    }));
}

}  // namespace

TEST_CASE("owners of many applications come in pages of a hundred, of all that have too many for a list one by one") {
    Tenant tenant;
    fill(tenant);
    model::Snapshot seen;
    REQUIRE(tenant.observe(scope_of(tenant, count), seen));
    check_owners(seen, count);
    CHECK(asked(tenant, "$expand=owners") == 2);
    CHECK(asked(tenant, "$batch") == batches_of_principals + 1);  // the crowded one
    CHECK(tenant.writes() == 0);
}

TEST_CASE("owners of a few among many applications are asked for one by one") {
    Tenant tenant;
    fill(tenant);
    model::Snapshot seen;
    REQUIRE(tenant.observe(scope_of(tenant, 30), seen));
    check_owners(seen, 30);
    CHECK(asked(tenant, "$expand=owners") == 0);
    CHECK(asked(tenant, "$batch") == batches_of_principals + 2);
}

TEST_CASE("a tenant that does not list owners is asked one by one, and the refusal is remembered") {
    Tenant tenant;
    fill(tenant);
    tenant.fault("status", "GET", "$expand=owners", {{"status", 400}, {"count", -1}});
    for (const std::size_t refusals : {1, 0}) {
        tenant.forget_requests();
        model::Snapshot seen;
        REQUIRE(tenant.observe(scope_of(tenant, count), seen));
        check_owners(seen, count);
        CHECK(asked(tenant, "$expand=owners") == refusals);
    }
}

TEST_CASE("a list of owners that breaks off is an error, not applications without owners") {
    Tenant tenant;
    fill(tenant);
    tenant.fault("status", "GET", "$skiptoken", {{"status", 400}, {"count", -1}});
    model::Snapshot seen;
    const auto read = tenant.observe(scope_of(tenant, count), seen);
    REQUIRE_FALSE(read);
    CHECK(seen.resources.empty());
}

TEST_CASE("who looks again and again reads owners again only of what has changed") {
    Tenant tenant;
    fill(tenant);
    const auto scope = scope_of(tenant, count);
    model::Snapshot first, second, third;
    REQUIRE(tenant.observe_changes(scope, {true, {}}, first));
    tenant.forget_requests();
    REQUIRE(tenant.observe_changes(scope, {true, {}}, second) == ReadFrom::memory);
    check_owners(second, count);
    CHECK(asked(tenant, "owners") == 0);
    CHECK(tenant.requests().size() <= 6);

    tenant.change("/v1.0/applications(uniqueName='regent.dev.app-0004')",
                  {{"patch", {{"notes", "somebody was here"}, {"owners", {owner_of(4, 99)}}}}});
    REQUIRE(tenant.observe_changes(scope, {true, {}}, third) == ReadFrom::memory);
    const auto& owners = third.resources.at(address(name_of(4))).attributes.find(path::owners)->second;
    CHECK(owners == model::Value(model::List{owner_of(4, 99)}));
}
