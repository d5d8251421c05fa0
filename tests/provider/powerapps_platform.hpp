#pragma once

#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/graph_tenant.hpp"
#include "provider/wiretap.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace regent::provider::powerapps::test {

/// A pretend Power Platform with a client that is signed in to it: owner "regent", environment "dev".
class Platform {
public:
    explicit Platform(PowerAppsOptions options = {});

    using Json = nlohmann::json;
    static constexpr const char* sales = "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e";
    static constexpr const char* sales_prod = "5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d";
    static constexpr const char* client_id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    static constexpr const char* tenant_id = "11111111-1111-1111-1111-111111111111";

    /// A connector that a person made in the maker portal. `mark` is its x-regent, null for none. Returns its name.
    std::string seed(const std::string& title, const Json& mark = nullptr, const std::string& signs_in_with = {},
                     const std::string& environment = sales, const std::string& name = {});
    void fault(const std::string& kind, const std::string& method, const std::string& path, Json more = Json::object());
    void switches(const Json& power_apps);
    void change(const std::string& connector, const Json& body);
    /// The connector with this title or name; null when there is none.
    [[nodiscard]] Json connector(const std::string& who);
    [[nodiscard]] std::size_t connectors_titled(const std::string& title);
    /// SHA-256 of the secret that the service keeps for a connector; empty without one.
    [[nodiscard]] std::string kept_secret(const std::string& who);

    [[nodiscard]] provider::test::Wiretap& wiretap() { return *wiretap_; }
    /// Bodies of the requests with this method that went to connectors.
    [[nodiscard]] std::vector<Json> bodies(net::Method method);
    /// `properties` of the one body sent with this method.
    [[nodiscard]] Json sent(net::Method method);

    /// Wants the connectors of these manifests, titled "Sample", in the first environment.
    [[nodiscard]] model::Scope scope(const std::vector<std::string>& names) const;
    [[nodiscard]] tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into);
    /// The same; the test fails when it cannot be read.
    [[nodiscard]] model::Snapshot look(const model::Scope& scope);
    [[nodiscard]] model::Snapshot look(const std::vector<std::string>& names = {"sample"});
    /// As a service that looks again and again.
    [[nodiscard]] model::Snapshot look_again(const model::Scope& scope, const ReadOrder& order, ReadFrom from);
    /// The one connector that "sample" is; the test fails when there is none.
    [[nodiscard]] model::ObservedResource sample();
    [[nodiscard]] tl::expected<StepResult, ProviderError> apply(const plan::Step& step);
    StepResult done(const plan::Step& step);
    /// Hands a secret over with the next steps.
    void hand_over(const std::string& secret, const std::string& key_id);
    void hand_over_nothing();

    StepInput input;  ///< of the next apply()
    [[nodiscard]] graph::test::SharedClock& clock() { return clock_; }
    [[nodiscard]] simulator::Simulator& simulator() { return simulator_; }
    [[nodiscard]] Observer& observer() { return *observer_; }
    [[nodiscard]] Writer& writer() { return *writer_; }

private:
    [[nodiscard]] Json connectors();

    simulator::Simulator simulator_;
    graph::test::SharedClock clock_;
    net::SystemRng rng_;
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<provider::test::Wiretap> wiretap_;
    std::unique_ptr<net::TokenSource> tokens_;
    std::unique_ptr<net::Session> session_;
    std::unique_ptr<Observer> observer_;
    std::unique_ptr<Writer> writer_;
};

[[nodiscard]] model::Address address(const std::string& name = "sample");
/// A step that writes all of `values`.
[[nodiscard]] plan::Step step(plan::Work work, model::Map values = {}, const std::string& name = "sample");
/// The same on something that was observed: `changed` are the paths it is about.
[[nodiscard]] plan::Step step(plan::Work work, const model::ObservedResource& observed, model::Map values = {},
                              std::set<std::string, std::less<>> changed = {});
[[nodiscard]] nlohmann::json definition();
/// Values of a connector without sign-in, with a client secret, with a managed identity.
[[nodiscard]] model::Map open_sample(const std::string& title = "Sample");
[[nodiscard]] model::Map secret_sample(const std::string& title = "Sample");
[[nodiscard]] model::Map identity_sample(const std::string& title = "Sample");
[[nodiscard]] model::Map with(model::Map values, std::string_view path, model::Value value);
/// Everything an error tells a person.
[[nodiscard]] std::string words_of(const ProviderError& error);

}  // namespace regent::provider::powerapps::test
