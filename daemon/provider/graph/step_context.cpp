#include "provider/graph/step_context.hpp"

#include "model/attributes.hpp"
#include "provider/graph/application_json.hpp"
#include "provider/graph/exposed_api.hpp"

#include <fmt/format.h>

namespace regent::provider::graph {

std::string StepContext::object_id() const {
    const auto own = input.own_outputs.find(model::output::object_id);
    if (own != input.own_outputs.end()) return own->second;
    return step.observed ? step.observed->id : std::string{};
}

std::string StepContext::app_id() const {
    return output(model::output::app_id);
}

std::string StepContext::service_principal_id() const {
    return output(model::output::service_principal_id);
}

std::string StepContext::output(std::string_view name) const {
    const auto own = input.own_outputs.find(name);
    if (own != input.own_outputs.end()) return own->second;
    if (!step.observed) return {};
    const auto observed = step.observed->outputs.find(name);
    return observed == step.observed->outputs.end() ? std::string{} : observed->second;
}

bool StepContext::is_principal_fresh() const {
    return is_fresh() || input.own_outputs.contains(model::output::service_principal_id);
}

std::string StepContext::element() const {
    const auto slash = step.part.find('/');
    return slash == std::string::npos ? std::string{} : step.part.substr(slash + 1);
}

std::string StepContext::observed_key() const {
    if (!step.observed) return {};
    const auto it = step.observed->provider_data.find(provider_data::unique_name);
    return it == step.observed->provider_data.end() ? std::string{} : it->second;
}

bool StepContext::is_for_personal_accounts() const {
    const auto says_so = [](const model::Map& attributes) {
        const auto audience = attributes.find(model::path::sign_in_audience);
        return audience != attributes.end() &&
               audience->second.text_or({}).find("PersonalMicrosoftAccount") != std::string::npos;
    };
    return says_so(step.values) || (step.observed && says_so(step.observed->attributes));
}

tl::expected<GraphAnswer, ProviderError> StepContext::send(net::Method method, const std::string& path,
                                                           const std::string& what, const nlohmann::json* body,
                                                           SendOptions send_options) const {
    send_options.personal_accounts = is_for_personal_accounts();
    const bool may_be_late = is_fresh() || !disabled_before(step).empty();
    const Patience patience{what, may_be_late, options.replication_grace, input.progress};
    return until_accepted(client, patience, [&] { return client.send(method, path, what, body, send_options); });
}

tl::expected<GraphAnswer, ProviderError> StepContext::must(net::Method method, const std::string& path,
                                                           const std::string& what, const nlohmann::json* body,
                                                           SendOptions send_options) const {
    auto answer = send(method, path, what, body, send_options);
    if (answer && !answer->ok()) return tl::unexpected(client.refused(what, *answer));
    return answer;
}

ProviderError StepContext::bug(const std::string& why) const {
    ProviderError error;
    error.kind = ErrorKind::rejected;
    error.code = "RG0705";
    error.message = fmt::format("{} cannot be written: {}", address(), why);
    error.help = "this is a mistake in regent; please report it";
    return error;
}

ProviderError StepContext::changed_since(const std::string& what, const std::string& why) const {
    ProviderError error;
    error.kind = ErrorKind::conflict;
    error.code = "RG0706";
    error.message = fmt::format("did not {}: {}", what, why);
    error.help = "nothing was changed; the next run reads the tenant again and plans anew";
    return error;
}

}  // namespace regent::provider::graph
