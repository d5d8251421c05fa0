#include "provider/graph/restoration_refusals.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace regent::provider::graph {
namespace {

std::string quoted(std::string text) {
    for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 2)) text.insert(at, "'");
    return text;
}

/// "\"Portal\" (application id …)"; nothing when nobody has it, or that cannot be read.
std::optional<std::string> holder_of(const StepContext& context, const std::string& uri) {
    const auto filter = fmt::format("identifierUris/any(u:u eq '{}')", quoted(uri));
    const auto answer = context.client.send(
        net::Method::get, fmt::format("/applications?$filter={}&$select=id,appId,displayName", percent_encoded(filter)),
        "look who has the identifier URI");
    if (!answer || !answer->ok() || !answer->body->is_object()) return std::nullopt;
    const auto* found = member(*answer->body, "value");
    if (found == nullptr || !found->is_array() || found->empty()) return std::nullopt;
    return fmt::format("\"{}\" (application id {})", member_text(found->front(), "displayName"),
                       member_text(found->front(), "appId"));
}

}  // namespace

ProviderError explained_restoration(const StepContext& context, ProviderError error) {
    if (error.kind != ErrorKind::conflict || !context.step.observed) return error;
    const auto it = context.step.observed->attributes.find(model::path::identifier_uris);
    const auto* uris = it == context.step.observed->attributes.end() ? nullptr : it->second.as_list();
    if (uris == nullptr) return error;
    for (const auto& uri : *uris) {
        const auto holder = holder_of(context, uri.text_or({}));
        if (!holder) continue;
        error.help = fmt::format(
            "{} has the identifier URI {} since, which the deleted application had: have it taken away there and run "
            "again. Or delete the old one for good (`az rest --method DELETE --url "
            "{}/v1.0/directory/deletedItems/{}`): a new one is made then, with another application id",
            *holder, uri.text_or({}), context.options.origin, context.object_id());
        return error;
    }
    return error;
}

}  // namespace regent::provider::graph
