#pragma once

#include "controller/environment_keeper.hpp"
#include "plan/pretend_tenant.hpp"
#include "store/service_store.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace regent::controller::testing {

/// A repository in memory.
class TextTree final : public source::ManifestTree {
public:
    explicit TextTree(std::map<std::string, std::string> files) : files_(std::move(files)) {}
    tl::expected<source::ManifestSet, source::SourceError> read(const std::vector<std::string>& folders) const override;
    tl::expected<std::string, source::SourceError> read_referenced(const std::string& path) const override;
    tl::expected<std::vector<std::string>, source::SourceError> list_referenced(
        const std::string& folder) const override;

private:
    std::map<std::string, std::string> files_;
};

/// Time that only moves when told to, or when somebody sleeps.
class StageClock final : public net::Clock {
public:
    std::chrono::system_clock::time_point now() const override {
        return Time(std::chrono::hours(24 * 365 * 56)) + passed;
    }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::time_point(passed);
    }
    bool sleep_for(std::chrono::milliseconds duration) override {
        passed += duration;
        return true;
    }
    std::chrono::milliseconds passed{0};
};

/// A keeper with a pretend tenant, in virtual time.
class KeeperStage {
public:
    explicit KeeperStage(std::string manifests = one_application);
    ~KeeperStage();

    static const std::string one_application;

    /// One run, as the loop would order it.
    RunStatus run(const std::string& trigger = "interval");
    void set_manifests(const std::string& text, const std::string& commit);
    /// A person approves what waits.
    void approve();

    const ObjectStatus& object(const std::string& name) const;
    const Condition& ready(const std::string& name) const;
    std::vector<Event> events_of(EventType type) const;

    plan::testing::PretendTenant tenant;
    StageClock clock;
    RunOrder order;
    std::vector<Event> events;
    EnvironmentStatus status;
    std::string environment_spec;  ///< lines of the Environment beside the usual ones, with set_manifests()
    std::size_t writes = 0;
    /// What the next observations and steps fail with; Kind::transient with an empty message: they do not.
    std::optional<provider::ProviderError> read_fails, write_fails;
    /// What happens during each observation.
    std::function<void(provider::ReadProgress&)> while_reading;

private:
    class Pretended;
    std::filesystem::path folder_;
    std::atomic<bool> stop_{false};
    Measurements measurements_;
    store::ServiceStores stores_;
    std::unique_ptr<EnvironmentKeeper> keeper_;
};

}  // namespace regent::controller::testing
