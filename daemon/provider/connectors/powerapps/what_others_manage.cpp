#include "provider/connectors/powerapps/what_others_manage.hpp"

#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "provider/connectors/capabilities.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/connectors/powerapps/connector_reading.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace regent::provider::powerapps {
namespace {

bool is_sign_in(std::string_view path) {
    return path.rfind("auth.", 0) == 0;
}

bool is_capability(std::string_view path) {
    return path == model::path::capabilities || path == model::path::gateway;
}

bool sends_what_others_manage(const Update& update) {
    const auto& step = update.step;
    const bool with_block = update.with_sign_in && !step.values.contains(model::path::connection_parameters);
    const bool with_capabilities = std::any_of(step.changed.begin(), step.changed.end(), is_capability);
    const auto& observed = step.observed->attributes;
    return std::any_of(observed.begin(), observed.end(), [&](const auto& attribute) {
        const auto& path = attribute.first;
        if (step.values.contains(path)) return false;
        return path == model::path::definition || (with_block && is_sign_in(path)) ||
               (with_capabilities && is_capability(path));
    });
}

/// Times of the service are of one length, so that texts compare as they do. A replica that lags behind shows less than
/// what was observed, and is no reason to send that.
bool is_older_or_same(const ConnectorFacts& facts, const model::ObservedResource& observed) {
    const auto before = observed.provider_data.find("changedTime");
    return before != observed.provider_data.end() && !facts.changed_time.empty() &&
           facts.changed_time <= before->second;
}

bool is_in_doubt(const model::ObservedResource& connector) {
    const auto marks = connector.attributes.find(model::path::marks);
    const auto* list = marks == connector.attributes.end() ? nullptr : marks->second.as_list();
    const auto doubt = model::Value(std::string(model::mark::secret_in_doubt));
    return list != nullptr && std::find(list->begin(), list->end(), doubt) != list->end();
}

/// Why it must not be written; empty: it may.
std::string obstacle(const Update& update, const FoundConnector& there, const Identity& identity) {
    // Without one, a person replaced the definition; the planner knew the connector by name or by its sign-in.
    if (!there.mark || connectors::is_copied(*there.mark, {update.environment, there.facts.display_name, update.name}))
        return {};
    if (there.mark->owner != identity.owner + "." + identity.environment)
        return fmt::format("it became {}'s since it was observed", there.mark->owner);
    if (!connectors::is_of(*there.mark, update.step))
        return fmt::format("it became Connector/{} since then", there.mark->name);
    if (!there.mark->secret_in_doubt || update.gives_secret || is_in_doubt(*update.step.observed)) return {};
    return fmt::format("{} saved it meanwhile, and whether it still has its client secret cannot be seen",
                       there.facts.saved_by_words.empty() ? "somebody else" : there.facts.saved_by_words);
}

ProviderError held(const Update& update, const std::string& why) {
    return {.kind = ErrorKind::conflict,
            .message = fmt::format("{} was not saved: {}", update.name, why),
            .service = {},
            .request_id = {},
            .time = {},
            .help = "nothing was changed; the next run reads it again and plans anew",
            .retry_after = {},
            .code = "RG0706"};
}

plan::Step with_observed(const Update& update, const FoundConnector& there) {
    auto step = update.step;
    auto fresh = describe(there, step.address, step.observed->ownership);
    auto observed = std::make_shared<model::ObservedResource>(*step.observed);
    if (there.definition.empty()) fresh.attributes.erase(std::string(model::path::definition));
    for (auto& [path, value] : fresh.attributes) observed->attributes.insert_or_assign(path, std::move(value));
    observed->provider_data = std::move(fresh.provider_data);
    step.observed = std::move(observed);
    return step;
}

}  // namespace

model::Map written_values(const plan::Step& step) {
    auto values = step.values;
    if (!step.observed) return values;
    connectors::complete_capabilities(values, step.observed->attributes);
    for (const auto& [path, value] : step.observed->attributes) {
        if (path == model::path::definition || is_sign_in(path)) values.emplace(path, value);
        // What others manage of them is in the mark all the same, or the mark would forget it.
        if (path == model::path::client_secret_from && value != model::Value("")) values.emplace(path, value);
    }
    return values;
}

tl::expected<plan::Step, ProviderError> with_what_is_there(PowerAppsClient& client, const Identity& identity,
                                                           const Update& update) {
    if (!update.step.observed || !sends_what_others_manage(update)) return update.step;
    auto connector = client.get(update.environment, update.name);
    if (!connector && connector.error().kind == ErrorKind::not_found) return update.step;  // the write says it better
    if (!connector) return tl::unexpected(std::move(connector.error()));
    auto there = found_in(update.environment, std::move(*connector));
    if (is_older_or_same(there.facts, *update.step.observed)) return update.step;
    ReadPart nobody_watches(unwatched(), {});
    if (auto read = read_definition(client, there, nobody_watches); !read)
        return tl::unexpected(std::move(read.error()));
    if (const auto why = obstacle(update, there, identity); !why.empty()) return tl::unexpected(held(update, why));
    return with_observed(update, there);
}

}  // namespace regent::provider::powerapps
