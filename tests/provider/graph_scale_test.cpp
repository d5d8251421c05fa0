#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <utility>

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

/// `count` applications with a redirect URI, a secret, two credentials and a service principal each; the first `ours`
/// carry our key and mark. `lone`: the one without service principal.
void fill(Tenant& tenant, std::size_t count, std::size_t ours, std::optional<std::size_t> lone = {}) {
    auto applications = json::array(), principals = json::array();
    for (std::size_t i = 0; i < count; ++i) {
        json application{{"displayName", name_of(i)},
                         {"appId", id_of(i)},
                         {"web", {{"redirectUris", {"https://" + name_of(i) + ".contoso.com/"}}}},
                         {"passwordCredentials",
                          {{{"keyId", id_of(i)}, {"displayName", "ci"}, {"endDateTime", "2027-12-31T00:00:00Z"}}}}};
        for (const auto* subject : {"one", "two"}) {
            application["federatedIdentityCredentials"].push_back({{"name", subject},
                                                                   {"issuer", "https://issuer.example"},
                                                                   {"subject", name_of(i) + subject},
                                                                   {"audiences", {"api://AzureADTokenExchange"}}});
        }
        if (i < ours) {
            application["uniqueName"] = "regent.dev." + name_of(i);
            application["tags"] = {Tenant::owner_tag};
        }
        applications.push_back(std::move(application));
        if (i != lone) principals.push_back({{"appId", id_of(i)}, {"displayName", name_of(i)}});
    }
    tenant.seed(applications, principals);
}

std::vector<std::string> names(std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(name_of(i));
    return all;
}

void check_complete(const model::Snapshot& seen, std::size_t count) {
    REQUIRE(seen.resources.size() == count);
    CHECK(seen.obstacles.empty());
    for (std::size_t i = 0; i < count; ++i) {
        const auto& resource = seen.resources.at(address(name_of(i)));
        const auto* credentials = attribute(resource, path::federated_credentials).as_map();
        const bool whole = resource.outputs.at("appId") == id_of(i) && credentials->size() == 2 &&
                           resource.secrets.size() == 1 && resource.outputs.contains("servicePrincipal/id") &&
                           credentials->at("one").find("subject")->text_or({}) == name_of(i) + "one";
        if (!whole) FAIL(name_of(i) << " is not complete");
    }
}

}  // namespace

TEST_CASE("a tenant of 1,000 applications is read in at most 30 requests, however many of them are ours") {
    const std::size_t ours = GENERATE(1000, 40);
    Tenant tenant;
    fill(tenant, 1000, ours);
    const auto seen = tenant.look(names(ours), {Tenant::arm});
    check_complete(seen, ours);
    INFO(tenant.requests().size() << " requests");
    CHECK(tenant.requests().size() <= 30);
    CHECK(tenant.writes() == 0);
}

TEST_CASE("1,000 manifests for an empty tenant cost a list of it, not a thousand reads") {
    Tenant tenant;
    fill(tenant, 1000, 0);
    const auto seen = tenant.look([] {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < 1000; ++i) all.push_back(fmt::format("new-{}", i));
        return all;
    }());
    CHECK(seen.resources.empty());
    CHECK(tenant.requests().size() <= 8);
}

TEST_CASE("a tenant that refuses $expand is read as completely, in batches") {
    Tenant tenant;
    tenant.switches({{"expandFederatedIdentityCredentials", false}});
    fill(tenant, 300, 250);
    check_complete(tenant.look(names(250)), 250);
    // Not asked again: the refusal is remembered.
    tenant.forget_requests();
    check_complete(tenant.look(names(250)), 250);
    for (const auto& request : tenant.requests()) CHECK(request.target.find("$expand") == std::string::npos);
}

TEST_CASE("a service principal that comes about while the tenant is read is not missed") {
    constexpr std::size_t count = 250;
    Tenant tenant;
    fill(tenant, count, count, 7);
    const auto late = tenant.look({name_of(7)}).resources.at(address(name_of(7)));
    REQUIRE_FALSE(late.outputs.contains("servicePrincipal/id"));

    class MakesOneMeanwhile final : public ReadProgress {
    public:
        MakesOneMeanwhile(Tenant& tenant, const model::ObservedResource& late) : tenant_(tenant), late_(late) {}
        void read(const PartRead& part) override {
            const std::lock_guard lock(mutex_);
            // The list of them has come; the applications' may be still on its way.
            if (part.what != "service principals" || part.count < count - 1 || std::exchange(made, true)) return;
            tenant_.done(
                step(plan::Work::add, late_, {{std::string(path::service_principal), true}}, "servicePrincipal"));
        }
        void waits(std::string_view, std::chrono::milliseconds) override {}
        bool made = false;

    private:
        std::mutex mutex_;
        Tenant& tenant_;
        const model::ObservedResource& late_;
    } meanwhile(tenant, late);
    model::Snapshot seen;
    REQUIRE(tenant.observe(tenant.scope(names(count)), seen, meanwhile));
    REQUIRE(meanwhile.made);
    check_complete(seen, count);
}

TEST_CASE("a page that fails on page three is an error, and nothing of the view is kept") {
    Tenant tenant;
    fill(tenant, 450, 450);
    const auto status = GENERATE(500, 400, 403);
    // The first object of page three stands behind 200 others, and a few that are not asked for.
    tenant.fault("status", "GET", "$skiptoken=2", {{"status", status}, {"count", -1}});
    model::Snapshot snapshot;
    snapshot.orphans.emplace_back().id = "from another observer";
    const auto read = tenant.observe(tenant.scope(names(450), {Tenant::arm}), snapshot);
    REQUIRE_FALSE(read);
    CHECK(snapshot.resources.empty());
    CHECK(snapshot.apis.empty());
    CHECK(snapshot.orphans.size() == 1);
    CHECK_FALSE(read.error().message.empty());
}

TEST_CASE("page tokens that expire end in an error, not in half a list") {
    Tenant tenant;
    fill(tenant, 150, 150);
    tenant.switches({{"pageTokensExpire", true}});
    model::Snapshot snapshot;
    const auto read = tenant.observe(tenant.scope(names(150)), snapshot);
    REQUIRE_FALSE(read);
    CHECK(read.error().service.find("Directory_ExpiredPageToken") != std::string::npos);
    CHECK(snapshot.resources.empty());
}

TEST_CASE("throttling inside a batch is waited for, and only what was throttled is asked for again") {
    Tenant tenant;
    fill(tenant, 60, 60);
    tenant.fault("status", "GET", fmt::format("/servicePrincipals(appId='{}')", id_of(7)),
                 {{"status", 429}, {"retryAfter", "11"}, {"count", 2}});
    check_complete(tenant.look(names(60)), 60);
    CHECK(tenant.clock().slept() >= std::chrono::seconds(22));
}

TEST_CASE("an answer inside a batch that is neither there nor gone fails the observation") {
    const int status = GENERATE(400, 403, 423, 500);
    Tenant tenant;
    fill(tenant, 30, 30);
    tenant.fault("status", "GET", fmt::format("/servicePrincipals(appId='{}')", id_of(7)),
                 {{"status", status}, {"count", -1}});
    model::Snapshot snapshot;
    const auto read = tenant.observe(tenant.scope(names(30)), snapshot);
    REQUIRE_FALSE(read);
    CHECK(snapshot.resources.empty());
    CHECK(read.error().request_id.size() == 36);
}

TEST_CASE("one manifest that declares more costs the others nothing: no single read selects keys") {
    Tenant tenant;
    fill(tenant, 300, 0);
    tenant.change("/v1.0/applications(appId='" + id_of(7) + "')", {{"patch", {{"isDisabled", true}}}});
    auto scope = tenant.scope(names(300));
    for (std::size_t i = 0; i < 300; ++i) scope.wanted[i].adopt = id_of(i);
    const std::string declared = GENERATE("owners", "extensionProperties", "isDisabled");
    scope.wanted[7].on_demand.emplace(declared);
    model::Snapshot seen;
    const auto read = tenant.observe(scope, seen);
    INFO(declared << (read ? std::string{} : ": " + read.error().message + " " + read.error().service));
    REQUIRE(read);
    check_complete(seen, 300);
    CHECK(tenant.clock().slept().count() == 0);
    if (declared == "isDisabled")
        CHECK(attribute(seen.resources.at(address(name_of(7))), path::is_disabled) == model::Value(true));
}
