#pragma once

#include "net/clock.hpp"
#include "net/session.hpp"
#include "net/system_clock.hpp"
#include "net/transport.hpp"
#include "plan/plan.hpp"
#include "provider/graph/graph_provider.hpp"
#include "simulator/simulator.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace regent::provider::graph::test {

/// Time that passes by being slept through, for the client and for the simulated tenant alike.
class SharedClock final : public net::Clock {
public:
    explicit SharedClock(simulator::Simulator& simulator) : simulator_(simulator) {}
    [[nodiscard]] std::chrono::system_clock::time_point now() const override;
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override;
    bool sleep_for(std::chrono::milliseconds duration) override;
    [[nodiscard]] std::chrono::milliseconds slept() const;
    /// From now on nobody waits for anything.
    void stop() { stopped_ = true; }

private:
    simulator::Simulator& simulator_;
    mutable std::mutex mutex_;
    std::chrono::milliseconds passed_{0};
    std::chrono::seconds told_{0};
    std::atomic<bool> stopped_ = false;
};

/// A pretend tenant with a client that is signed in to it: owner "regent", environment "dev".
class Tenant {
public:
    explicit Tenant(GraphOptions options = {});

    using Json = nlohmann::json;
    static constexpr const char* owner_tag = "regent:owner:regent.dev";
    static constexpr const char* arm = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
    static constexpr const char* arm_user_impersonation = "41094075-9dad-400e-a0bd-54e686782033";

    /// What the tenant holds beside what it comes with. Ids of applications are chosen when left out.
    void seed(const Json& applications, const Json& service_principals = Json::array());
    void seed_deleted(const Json& applications);
    /// Something goes wrong with requests of `method` whose target holds `path`.
    void fault(const std::string& kind, const std::string& method, const std::string& path, Json more = Json::object());
    void switches(const Json& graph);
    void replicas_lag(int seconds);
    void change(const std::string& path, const Json& body);
    [[nodiscard]] Json state();
    /// The application with this uniqueName, display name or appId; null when there is none.
    [[nodiscard]] Json application(const std::string& who);
    [[nodiscard]] std::size_t applications_called(const std::string& display_name);
    [[nodiscard]] Json principal_of(const std::string& app_id);

    /// Requests since the last call of forget_requests(), tokens included.
    [[nodiscard]] std::vector<simulator::LoggedRequest> requests();
    [[nodiscard]] std::size_t writes();
    void forget_requests();

    [[nodiscard]] tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                                            ReadProgress& progress = unwatched());
    /// As somebody does who looks again and again.
    [[nodiscard]] tl::expected<ReadFrom, ProviderError> observe_changes(const model::Scope& scope,
                                                                        const ReadOrder& order, model::Snapshot& into);
    /// The same; the test fails when it cannot be read.
    [[nodiscard]] model::Snapshot look(const std::vector<std::string>& names = {},
                                       const std::set<std::string>& apis = {});
    [[nodiscard]] model::Scope scope(const std::vector<std::string>& names,
                                     const std::set<std::string>& apis = {}) const;
    [[nodiscard]] tl::expected<StepResult, ProviderError> apply(const plan::Step& step);
    /// The same; the test fails when it is refused. Outputs are remembered for the object's next steps.
    StepResult done(const plan::Step& step);

    StepInput input;  ///< of the next apply()
    [[nodiscard]] Writer& writer() { return *writer_; }
    [[nodiscard]] SharedClock& clock() { return clock_; }
    [[nodiscard]] simulator::Simulator& simulator() { return simulator_; }

private:
    simulator::Simulator simulator_;
    SharedClock clock_;
    net::SystemRng rng_;
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<net::TokenSource> tokens_;
    std::unique_ptr<net::Session> session_;
    std::unique_ptr<Observer> observer_;
    std::unique_ptr<Writer> writer_;
    std::size_t mark_ = 0;
};

[[nodiscard]] model::Address address(const std::string& name);
/// A step that writes all of `values`.
[[nodiscard]] plan::Step step(plan::Work work, const std::string& name, model::Map values = {}, std::string part = {});
/// The same on something that was observed.
[[nodiscard]] plan::Step step(plan::Work work, const model::ObservedResource& observed, model::Map values = {},
                              std::string part = {});
/// The values of a small application.
[[nodiscard]] model::Map portal();
[[nodiscard]] model::Value credential(const std::string& subject, const std::string& description = {});
/// As the planner sees it: absence is what it means to the service.
[[nodiscard]] const model::Value& attribute(const model::ObservedResource& resource, std::string_view path);

}  // namespace regent::provider::graph::test
