#include "provider/connectors/powerapps/identity_arrival.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/identity_wait.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/connectors/powerapps/written_step.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::powerapps {

using namespace std::chrono_literals;

tl::expected<StepResult, ProviderError> await_identity(PowerAppsClient& client, net::Clock& clock,
                                                       const connectors::IdentityPatience& whole,
                                                       const plan::Step& step, const StepInput& input) {
    const auto environment = environment_of(step);
    const auto name = connector_name(step, input);
    std::chrono::milliseconds waited{0}, patience = whole.since_save;
    // Nobody can sign in meanwhile: what is asked too late is added to that.
    for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(3s))) {
        auto connector = client.get(environment, name);
        // A connector of a moment ago may not be on every replica yet.
        if (!connector && connector.error().kind != ErrorKind::not_found)
            return tl::unexpected(std::move(connector.error()));
        if (connector) {
            patience = connectors::wait_for_identity(whole, facts_of(*connector).changed_time, clock.now() - waited);
            auto result = result_of(*connector);
            result.detail.clear();
            const auto type = text_of(step.values, model::path::auth_type);
            const auto awaited = type.empty() || type == "managedIdentity" ? model::output::identity_subject
                                                                           : model::output::redirect_url;
            if (result.outputs.contains(awaited)) return result;
        }
        if (waited >= patience) break;
        tell_progress(input, fmt::format("waiting for the identity ({} s; can take 5 minutes)",
                                         std::chrono::duration_cast<std::chrono::seconds>(waited).count()));
        if (!clock.sleep_for(wait)) return tl::unexpected(interrupted(step));
        waited += wait;
    }
    return tl::unexpected(ProviderError{
        .kind = ErrorKind::not_yet,
        .message = fmt::format("{} has no managed identity yet after {} s", to_string(step.address),
                               std::chrono::duration_cast<std::chrono::seconds>(waited).count()),
        .service = {},
        .request_id = {},
        .time = {},
        .help = "the service fills in the subject up to some minutes after saving; the next run goes on from here",
        .retry_after = {},
        .code = "RG0708"});
}

}  // namespace regent::provider::powerapps
