#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::provider;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

/// What every provider promises to the planner and the applier, whatever service it speaks to.

namespace {

struct Target {
    std::string method, path;
};

/// One provider before its simulated service, with one small object to write.
class Stand {
public:
    Stand() = default;
    virtual ~Stand() = default;
    Stand(const Stand&) = delete;
    Stand& operator=(const Stand&) = delete;

    virtual tl::expected<void, ProviderError> observe(model::Snapshot& into) = 0;
    virtual tl::expected<StepResult, ProviderError> apply(const plan::Step& step) = 0;
    virtual StepInput& input() = 0;
    virtual graph::test::SharedClock& clock() = 0;
    virtual simulator::Simulator& simulator() = 0;
    virtual std::size_t objects() = 0;
    virtual plan::Step creation() = 0;
    /// What an observation reads, once per kind of request.
    virtual std::vector<Target> reads() = 0;
    virtual Target write(Work work) = 0;

    void fault(const std::string& kind, const Target& target, json more = json::object()) {
        more["kind"] = kind;
        more["match"] = {{"method", target.method}, {"path", target.path}};
        simulator().control("POST", "faults", more.dump());
    }
    StepResult done(const plan::Step& step) {
        auto result = apply(step);
        if (!result) FAIL(powerapps::test::words_of(result.error()));
        return *result;
    }
    model::Snapshot look() {
        model::Snapshot snapshot;
        const auto read = observe(snapshot);
        if (!read) FAIL(powerapps::test::words_of(read.error()));
        return snapshot;
    }
    model::ObservedResource observed() {
        const auto snapshot = look();
        const auto found = snapshot.resources.find(creation().address);
        REQUIRE(found != snapshot.resources.end());
        return found->second;
    }
    plan::Step on(Work work, const model::ObservedResource& there, std::string_view where, model::Value value) {
        auto step = creation();
        step.work = work;
        step.observed = std::make_shared<const model::ObservedResource>(there);
        step.values.insert_or_assign(std::string(where), std::move(value));
        step.changed = {std::string(where)};
        return step;
    }
    plan::Step removal(const model::ObservedResource& there) {
        plan::Step step;
        step.address = there.address;
        step.work = Work::remove;
        step.observed = std::make_shared<const model::ObservedResource>(there);
        return step;
    }
};

class GraphStand final : public Stand {
public:
    tl::expected<void, ProviderError> observe(model::Snapshot& into) override {
        return tenant_.observe(tenant_.scope({"portal"}, {graph::test::Tenant::arm}), into);
    }
    tl::expected<StepResult, ProviderError> apply(const plan::Step& step) override { return tenant_.apply(step); }
    StepInput& input() override { return tenant_.input; }
    graph::test::SharedClock& clock() override { return tenant_.clock(); }
    simulator::Simulator& simulator() override { return tenant_.simulator(); }
    std::size_t objects() override { return tenant_.applications_called("Portal"); }
    plan::Step creation() override {
        auto values = graph::test::portal();
        values.insert_or_assign(std::string(path::description), "the portal");
        return graph::test::step(Work::create, "portal", std::move(values));
    }
    std::vector<Target> reads() override {
        return {{"GET", "/v1.0/applications?"}, {"POST", "/$batch"}, {"POST", "/oauth2/v2.0/token"}};
    }
    Target write(Work work) override {
        if (work == Work::create) return {"PATCH", "/applications(uniqueName"};
        return {work == Work::remove ? "DELETE" : "PATCH", "/v1.0/applications/"};
    }

private:
    graph::test::Tenant tenant_;
};

class PowerAppsStand final : public Stand {
public:
    PowerAppsStand() {
        // So that an observation has more than one page and more than one definition to read.
        platform_.switches({{"pageSize", 1}});
        platform_.seed("Somebody's");
        platform_.seed("Somebody else's");
    }
    tl::expected<void, ProviderError> observe(model::Snapshot& into) override {
        return platform_.observe(platform_.scope({"sample"}), into);
    }
    tl::expected<StepResult, ProviderError> apply(const plan::Step& step) override { return platform_.apply(step); }
    StepInput& input() override { return platform_.input; }
    graph::test::SharedClock& clock() override { return platform_.clock(); }
    simulator::Simulator& simulator() override { return platform_.simulator(); }
    std::size_t objects() override { return platform_.connectors_titled("Sample"); }
    plan::Step creation() override { return powerapps::test::step(Work::create, powerapps::test::open_sample()); }
    std::vector<Target> reads() override {
        return {{"GET", "/apis?"}, {"GET", "skiptoken"}, {"GET", "/blob/"}, {"POST", "/oauth2/v2.0/token"}};
    }
    Target write(Work work) override {
        if (work == Work::create) return {"POST", "/apis?"};
        return {work == Work::remove ? "DELETE" : "PATCH", "/apis/"};
    }

private:
    powerapps::test::Platform platform_;
};

std::unique_ptr<Stand> make_stand(const std::string& service) {
    if (service == "Graph") return std::make_unique<GraphStand>();
    return std::make_unique<PowerAppsStand>();
}

#define FOR_BOTH_PROVIDERS()                                     \
    const std::string service = GENERATE("Graph", "Power Apps"); \
    INFO("provider of " << service);                             \
    const auto stand = make_stand(service)

using Outputs = std::map<std::string, std::string, std::less<>>;

bool shows(const model::ObservedResource& there, const Outputs& outputs) {
    return !outputs.empty() && std::all_of(outputs.begin(), outputs.end(), [&](const auto& output) {
        const auto found = there.outputs.find(output.first);
        return found != there.outputs.end() && found->second == output.second;
    });
}

std::size_t count_of(Stand& stand, const std::string& method, const std::string& target) {
    const auto all = stand.simulator().requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& request) {
        return request.method == method && request.target.find(target) != std::string::npos;
    }));
}

}  // namespace

TEST_CASE("every provider shows exactly what it was told to create") {
    FOR_BOTH_PROVIDERS();
    const auto created = stand->done(stand->creation());
    const auto there = stand->observed();
    CHECK(there.ownership == model::Ownership::ours);
    for (const auto& [where, value] : stand->creation().values) {
        INFO(where);
        CHECK(graph::test::attribute(there, where) == value);
    }
    CHECK(shows(there, created.outputs));
}

TEST_CASE("every provider gives an error, and no part of a view, when anything it reads stays unreadable") {
    struct Failure {
        const char* kind;
        json more;
    };
    const std::vector<Failure> failures{{"status", {{"status", 500}, {"count", -1}}},
                                        {"status", {{"status", 502}, {"body", "empty"}, {"count", -1}}},
                                        {"status", {{"status", 403}, {"body", "html"}, {"count", -1}}},
                                        {"status", {{"status", 400}, {"count", -1}}},
                                        {"status", {{"status", 200}, {"body", "html"}, {"count", -1}}},
                                        {"drop_before", {{"count", -1}}},
                                        {"truncate", {{"count", -1}}}};
    for (const std::string service : {"Graph", "Power Apps"}) {
        const auto places = make_stand(service)->reads().size();
        for (std::size_t place = 0; place < places; ++place) {
            for (const auto& failure : failures) {
                const auto stand = make_stand(service);
                stand->done(stand->creation());
                const auto target = stand->reads()[place];
                // The token of the creation is still good: a new sign-in is needed to see one fail.
                if (target.path.find("token") != std::string::npos) continue;
                INFO(service << ": " << failure.kind << " " << failure.more << " on " << target.path);
                stand->fault(failure.kind, target, failure.more);
                model::Snapshot snapshot;
                const auto read = stand->observe(snapshot);
                REQUIRE_FALSE(read);
                CHECK(snapshot.resources.empty());
                CHECK(snapshot.orphans.empty());
                CHECK(snapshot.obstacles.empty());
                CHECK_FALSE(read.error().message.empty());
                CHECK_FALSE(read.error().code.empty());
            }
        }
    }
}

TEST_CASE("every provider sees the same after one mishap on any read") {
    for (const std::string service : {"Graph", "Power Apps"}) {
        const auto places = make_stand(service)->reads().size();
        for (std::size_t place = 0; place < places; ++place) {
            for (const auto* kind : {"status", "drop_before", "truncate"}) {
                const auto stand = make_stand(service);
                const auto target = stand->reads()[place];
                INFO(service << ": " << kind << " on " << target.path);
                stand->fault(kind, target);
                stand->done(stand->creation());
                stand->fault(kind, target);
                CHECK(stand->observed().ownership == model::Ownership::ours);
            }
        }
    }
}

TEST_CASE("no provider makes a second object when the answer to a creation is lost") {
    for (const auto* kind : {"drop_before", "drop_after", "truncate", "error_after"}) {
        for (const std::string service : {"Graph", "Power Apps"}) {
            INFO(service << ": " << kind);
            const auto stand = make_stand(service);
            stand->fault(kind, stand->write(Work::create));
            const auto first = stand->apply(stand->creation());
            const auto made = stand->objects();
            CHECK(made <= 1);
            if (first) {
                CHECK(made == 1);
            } else {
                // Nothing was made, and whether it was could not be known.
                CHECK(first.error().kind == ErrorKind::outcome_unknown);
                CHECK_FALSE(first.error().help.empty());
                CHECK(made == 0);
            }
            // The next run finds the journal's entry open.
            stand->input().may_have_been_sent = true;
            const auto again = stand->done(stand->creation());
            CHECK(stand->objects() == 1);
            CHECK(shows(stand->observed(), again.outputs));
        }
    }
}

TEST_CASE("no provider's update touches what the step does not mean") {
    FOR_BOTH_PROVIDERS();
    stand->done(stand->creation());
    const auto before = stand->observed();
    stand->done(stand->on(Work::update, before, path::description, "another description"));
    auto expected = before.attributes;
    expected.insert_or_assign(std::string(path::description), "another description");
    const auto after = stand->observed();
    CHECK(after.attributes == expected);
    CHECK(after.outputs == before.outputs);
    CHECK(after.id == before.id);
}

TEST_CASE("every provider's update survives one mishap") {
    for (const auto* kind : {"drop_before", "drop_after", "truncate", "error_after", "status"}) {
        for (const std::string service : {"Graph", "Power Apps"}) {
            INFO(service << ": " << kind);
            const auto stand = make_stand(service);
            stand->done(stand->creation());
            const auto before = stand->observed();
            stand->fault(kind, stand->write(Work::update));
            stand->done(stand->on(Work::update, before, path::description, "another description"));
            CHECK(graph::test::attribute(stand->observed(), path::description) == model::Value("another description"));
        }
    }
}

TEST_CASE("what a provider removed is gone, and removing it again is fine") {
    FOR_BOTH_PROVIDERS();
    stand->done(stand->creation());
    const auto there = stand->observed();
    stand->done(stand->removal(there));
    CHECK(stand->objects() == 0);
    const auto snapshot = stand->look();
    const auto found = snapshot.resources.find(there.address);
    CHECK((found == snapshot.resources.end() || found->second.deleted));
    CHECK(snapshot.orphans.empty());
    stand->done(stand->removal(there));
}

TEST_CASE("every provider's removal survives one mishap") {
    for (const auto* kind : {"drop_before", "drop_after", "truncate", "error_after", "status"}) {
        for (const std::string service : {"Graph", "Power Apps"}) {
            INFO(service << ": " << kind);
            const auto stand = make_stand(service);
            stand->done(stand->creation());
            const auto there = stand->observed();
            stand->fault(kind, stand->write(Work::remove));
            stand->done(stand->removal(there));
            CHECK(stand->objects() == 0);
        }
    }
}

TEST_CASE("every provider waits as long as a throttled service asks, and then goes on") {
    FOR_BOTH_PROVIDERS();
    const auto target = stand->write(Work::create);
    stand->fault("status", target, {{"status", 429}, {"retryAfter", 17}});
    stand->done(stand->creation());
    CHECK(stand->clock().slept() >= std::chrono::seconds(17));
    CHECK(count_of(*stand, target.method, target.path) == 2);
    CHECK(stand->objects() == 1);

    stand->fault("status", stand->reads().front(), {{"status", 429}, {"retryAfter", 40}});
    CHECK(stand->observed().ownership == model::Ownership::ours);
    CHECK(stand->clock().slept() >= std::chrono::seconds(57));
}

TEST_CASE("every provider says how long a service wants to be left alone when that is too long") {
    FOR_BOTH_PROVIDERS();
    stand->fault("status", stand->write(Work::create), {{"status", 429}, {"retryAfter", 4000}, {"count", -1}});
    const auto refused = stand->apply(stand->creation());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::throttled);
    CHECK(refused.error().retry_after >= std::chrono::seconds(4000));
    CHECK(stand->objects() == 0);
}

TEST_CASE("every provider quotes a service that forbids, names the request and says how to mend it") {
    FOR_BOTH_PROVIDERS();
    for (const bool writing : {true, false}) {
        INFO((writing ? "writing" : "reading"));
        const auto target = writing ? stand->write(Work::create) : stand->reads().front();
        stand->fault("status", target, {{"status", 403}, {"count", -1}});
        ProviderError error;
        if (writing) {
            const auto refused = stand->apply(stand->creation());
            REQUIRE_FALSE(refused);
            error = refused.error();
        } else {
            model::Snapshot snapshot;
            const auto refused = stand->observe(snapshot);
            REQUIRE_FALSE(refused);
            error = refused.error();
        }
        CHECK(error.kind == ErrorKind::forbidden);
        CHECK(error.code == "RG0704");
        CHECK(error.service.find("403 Authorization_RequestDenied \"The service is switched to fail.\"") !=
              std::string::npos);
        CHECK(error.request_id.size() == 36);
        CHECK(error.time.size() == 20);
        CHECK_FALSE(error.help.empty());
        stand->simulator().control("DELETE", "faults");
    }
}

TEST_CASE("no provider's error holds a secret it was handed") {
    const std::string secret = "Q8q~never.to.be.seen";
    for (const auto* kind : {"status", "error_after", "drop_before", "truncate"}) {
        for (const int status : {400, 403, 409, 500}) {
            for (const std::string service : {"Graph", "Power Apps"}) {
                INFO(service << ": " << kind << " " << status);
                const auto stand = make_stand(service);
                auto creation = stand->creation();
                if (service == "Power Apps")
                    creation = powerapps::test::step(Work::create, powerapps::test::secret_sample());
                stand->input().secrets.emplace(path::auth_client_secret, model::Secret(secret));
                stand->input().secret_key_ids.emplace(path::auth_client_secret, "key-1");
                stand->fault(kind, stand->write(Work::create), {{"status", status}, {"count", -1}});
                const auto refused = stand->apply(creation);
                if (!refused) CHECK(powerapps::test::words_of(refused.error()).find(secret) == std::string::npos);
                if (refused) CHECK(refused->detail.find(secret) == std::string::npos);
            }
        }
    }
}
