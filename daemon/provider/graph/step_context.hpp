#pragma once

#include "plan/plan.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/graph/graph_provider.hpp"
#include "provider/graph/patient_write.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <tl/expected.hpp>

#include <string>

namespace regent::provider::graph {

using StepOutcome = tl::expected<StepResult, ProviderError>;

class WrittenLists;

/// What carrying out one step has at hand. Lives as long as the call.
struct StepContext {
    const plan::Step& step;
    const StepInput& input;
    const GraphOptions& options;
    GraphClient& client;
    PermissionsCatalogue& catalogue;
    WrittenLists& written;

    /// Of the object, as an earlier step of this run or the observation knows it.
    [[nodiscard]] std::string object_id() const;
    [[nodiscard]] std::string app_id() const;
    [[nodiscard]] std::string service_principal_id() const;
    /// Behind the slash of the part: "arm" of "clientSecrets/arm".
    [[nodiscard]] std::string element() const;
    [[nodiscard]] std::string address() const { return to_string(step.address); }
    [[nodiscard]] std::string key() const { return options.identity.key_of(step.address); }
    /// Made or restored in this run.
    [[nodiscard]] bool is_fresh() const { return !step.observed || step.observed->deleted; }
    /// Its service principal, made or restored in this run.
    [[nodiscard]] bool is_principal_fresh() const;
    /// The observed uniqueName; empty when there is none, or nothing was observed.
    [[nodiscard]] std::string observed_key() const;

    /// May people with personal accounts use it, as far as this step knows?
    [[nodiscard]] bool is_for_personal_accounts() const;
    /// Sends until it is accepted, see until_accepted(). `what` as in GraphClient.
    [[nodiscard]] tl::expected<GraphAnswer, ProviderError> send(net::Method method, const std::string& path,
                                                                const std::string& what,
                                                                const nlohmann::json* body = nullptr,
                                                                SendOptions options = {}) const;
    /// The same, and an error when it was not accepted in the end.
    [[nodiscard]] tl::expected<GraphAnswer, ProviderError> must(net::Method method, const std::string& path,
                                                                const std::string& what,
                                                                const nlohmann::json* body = nullptr,
                                                                SendOptions options = {}) const;
    void progress(std::string_view words) const {
        if (input.progress) input.progress(words);
    }
    /// A step that makes no sense: a mistake of regent's own.
    [[nodiscard]] ProviderError bug(const std::string& why) const;
    /// The object is not as it was observed.
    [[nodiscard]] ProviderError changed_since(const std::string& what, const std::string& why) const;

private:
    [[nodiscard]] std::string output(std::string_view name) const;
};

}  // namespace regent::provider::graph
