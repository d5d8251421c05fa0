#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/graph_tenant.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

using namespace regent;
using namespace regent::provider;
using graph::test::Tenant;
using nlohmann::json;

namespace {

/// What an observation told, part by part.
class Heard final : public ReadProgress {
public:
    void read(const PartRead& part) override {
        const std::lock_guard lock(mutex_);
        const std::string what(part.what);
        counts[what].push_back(part.count);
        totals[what] = part.total;
        about[what] = part.about;
        services[what] = part.service;
    }
    void waits(std::string_view why, std::chrono::milliseconds duration) override {
        const std::lock_guard lock(mutex_);
        waited.push_back(fmt::format("{} {}", why, duration.count()));
    }

    std::map<std::string, std::vector<std::size_t>> counts;
    std::map<std::string, std::optional<std::size_t>> totals;
    std::map<std::string, bool> about;
    std::map<std::string, std::string> services;
    std::vector<std::string> waited;

private:
    std::mutex mutex_;
};

using Counts = std::vector<std::size_t>;

std::string name_of(int i) {
    return fmt::format("app-{:04}", i);
}

std::string id_of(int i) {
    return fmt::format("bbbbbbbb-0000-4444-8888-{:012}", i);
}

void fill(Tenant& tenant, int count) {
    auto applications = json::array(), principals = json::array();
    for (int i = 0; i < count; ++i) {
        applications.push_back({{"displayName", name_of(i)},
                                {"appId", id_of(i)},
                                {"uniqueName", "regent.dev." + name_of(i)},
                                {"tags", {Tenant::owner_tag}}});
        principals.push_back({{"appId", id_of(i)}, {"displayName", name_of(i)}});
    }
    tenant.seed(applications, principals);
}

std::vector<std::string> names(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back(name_of(i));
    return all;
}

void observe(Tenant& tenant, const model::Scope& scope, Heard& heard) {
    model::Snapshot snapshot;
    REQUIRE(tenant.observe(scope, snapshot, heard));
}

}  // namespace

TEST_CASE("a read tells with every page how many have come, and a total only where it is known") {
    Tenant tenant;
    fill(tenant, 250);
    const auto scope = tenant.scope(names(250), {Tenant::arm});
    Heard first;
    observe(tenant, scope, first);
    CHECK(first.counts["applications"] == Counts{0, 100, 200, 250});
    CHECK_FALSE(first.totals["applications"]);
    CHECK(first.services["applications"] == "Graph");
    CHECK(first.counts["the permissions of APIs"] == Counts{0, 1});
    CHECK(first.totals["the permissions of APIs"] == 1);
    CHECK(first.counts["service principals"].back() >= 250);
    CHECK(first.waited.empty());

    Heard second;
    observe(tenant, scope, second);
    CHECK(second.totals["applications"] == 250);
    CHECK(second.about["applications"]);
}

TEST_CASE("what history remembers is about how many there are, and costs no request") {
    Tenant tenant;
    fill(tenant, 120);
    auto scope = tenant.scope(names(120));
    for (auto& wanted : scope.wanted) wanted.remembered_id = "1";
    tenant.forget_requests();
    Heard heard;
    observe(tenant, scope, heard);
    CHECK(heard.totals["applications"] == 120);
    CHECK(heard.about["applications"]);
    for (const auto& request : tenant.requests()) CHECK(request.target.find("count") == std::string::npos);
}

TEST_CASE("without $expand the credentials are counted by application, out of how many that is") {
    Tenant tenant;
    tenant.switches({{"expandFederatedIdentityCredentials", false}});
    fill(tenant, 50);
    Heard heard;
    observe(tenant, tenant.scope(names(50)), heard);
    auto& counts = heard.counts["federated credentials by application"];
    REQUIRE(counts.size() == 4);
    CHECK(counts.back() == 50);
    CHECK(std::is_sorted(counts.begin(), counts.end()));
    CHECK(heard.totals["federated credentials by application"] == 50);
    CHECK_FALSE(heard.about["federated credentials by application"]);
}

TEST_CASE("a list that is begun again counts from zero again") {
    Tenant tenant;
    fill(tenant, 150);
    tenant.switches({{"pageTokensExpire", true}});
    Heard heard;
    model::Snapshot snapshot;
    REQUIRE_FALSE(tenant.observe(tenant.scope(names(150)), snapshot, heard));
    CHECK(heard.counts["applications"] == Counts{0, 100, 0, 100, 0, 100});
}

TEST_CASE("throttling inside a batch is told, which no session sees") {
    Tenant tenant;
    fill(tenant, 5);
    tenant.fault("status", "GET", fmt::format("/servicePrincipals(appId='{}')", id_of(3)),
                 {{"status", 429}, {"retryAfter", "11"}});
    Heard heard;
    observe(tenant, tenant.scope(names(5)), heard);
    CHECK(heard.waited == std::vector<std::string>{"throttled by Graph 11000"});
    CHECK(heard.counts["service principals"] == Counts{0, 4, 5});
}

TEST_CASE("connectors are counted page by page and their definitions one by one") {
    powerapps::test::Platform platform;
    for (int i = 0; i < 3; ++i) platform.seed(fmt::format("Sample {}", i));
    Heard heard;
    model::Snapshot snapshot;
    REQUIRE(platform.observer().observe(platform.scope({"sample"}), snapshot, heard));
    CHECK(heard.counts["connectors"].back() == 3);
    CHECK_FALSE(heard.totals["connectors"]);
    CHECK(heard.services["connectors"] == "Power Platform");
    CHECK(heard.counts["definitions of connectors"] == Counts{0, 1, 2, 3});
    CHECK(heard.totals["definitions of connectors"] == 3);
}

TEST_CASE("a part of nothing is not told") {
    Tenant tenant;
    Heard heard;
    observe(tenant, tenant.scope({}), heard);
    CHECK_FALSE(heard.counts.contains("the permissions of APIs"));
    CHECK_FALSE(heard.counts.contains("service principals"));
}
