#pragma once

#include "provider/connectors/dataverse/dataverse_provider.hpp"
#include "provider/graph_tenant.hpp"
#include "provider/powerapps_platform.hpp"
#include "provider/wiretap.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace regent::provider::dataverse::test {

/// A pretend Power Platform whose environment "sales" keeps connectors in Dataverse, with a client that is signed in to
/// it: owner "regent", environment "dev".
class Organization {
public:
    explicit Organization(DataverseOptions options = {}, const std::string& url = {});

    using Json = nlohmann::json;

    void fault(const std::string& kind, const std::string& method, const std::string& path, Json more = Json::object());
    void switches(const Json& power_apps);
    void seed(const Json& state);
    void change(const std::string& id, const Json& body);
    /// The rows that are there, whoever made them.
    [[nodiscard]] std::vector<Json> rows();
    /// The only one.
    [[nodiscard]] Json row();
    [[nodiscard]] Json state();
    /// Writes that went to Dataverse.
    [[nodiscard]] std::vector<net::Request> writes();

    /// Wants these manifests' connectors, titled "Sample", in "ContosoConnectors".
    [[nodiscard]] model::Scope scope(const std::vector<std::string>& names = {"sample"}) const;
    [[nodiscard]] tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into);
    [[nodiscard]] model::Snapshot look(const std::vector<std::string>& names = {"sample"});
    [[nodiscard]] model::Snapshot look(const model::Scope& scope);
    [[nodiscard]] model::ObservedResource sample();
    [[nodiscard]] tl::expected<StepResult, ProviderError> apply(const plan::Step& step);
    StepResult done(const plan::Step& step);

    StepInput input;
    [[nodiscard]] provider::test::Wiretap& wiretap() { return *wiretap_; }
    [[nodiscard]] graph::test::SharedClock& clock() { return clock_; }
    [[nodiscard]] simulator::Simulator& simulator() { return simulator_; }
    [[nodiscard]] Writer& writer() { return *writer_; }
    /// The Observer of Power Apps, which sees the same connectors.
    [[nodiscard]] Observer& power_apps_observer() { return *power_apps_; }

private:
    simulator::Simulator simulator_;
    graph::test::SharedClock clock_;
    net::SystemRng rng_;
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<provider::test::Wiretap> wiretap_;
    std::unique_ptr<net::TokenSource> tokens_;
    std::unique_ptr<net::Session> session_;
    std::unique_ptr<Observer> observer_, power_apps_;
    std::unique_ptr<Writer> writer_;
    std::vector<model::Dataverse> dataverses_;
};

/// Values of a connector in the solution: without sign-in, with a managed identity.
[[nodiscard]] model::Map open_row(const std::string& title = "Sample");
[[nodiscard]] model::Map identity_row(const std::string& title = "Sample");

}  // namespace regent::provider::dataverse::test
