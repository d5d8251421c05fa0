#include "provider/graph/extension_steps.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::provider::graph {
namespace {

using net::Method;
using nlohmann::json;

std::string path_of(const StepContext& context) {
    return fmt::format("/applications/{}/extensionProperties", context.object_id());
}

/// The id of the property, empty when there is none of that name.
tl::expected<std::string, ProviderError> id_of(const StepContext& context, const std::string& what) {
    auto app_id = context.app_id();
    std::erase(app_id, '-');
    const auto full_name = fmt::format("extension_{}_{}", app_id, context.element());
    const Patience patience{what, context.is_fresh(), context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience,
                                 [&] { return context.client.send(Method::get, path_of(context), what); });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    const auto* list = member(*answer->body, "value");
    if (list == nullptr || !list->is_array()) return tl::unexpected(context.client.incomplete(what, "no list"));
    const auto it = std::find_if(list->begin(), list->end(), [&](const json& property) {
        const auto name = member_text(property, "name");
        return name == full_name || name == context.element();
    });
    return it == list->end() ? std::string{} : member_text(*it, "id");
}

}  // namespace

StepOutcome add_extension_property(const StepContext& context) {
    const auto what = fmt::format("add the extension property \"{}\" to {}", context.element(), context.address());
    const auto all = context.step.values.find(model::path::extension_properties);
    const auto* value = all == context.step.values.end() ? nullptr : all->second.find(context.element());
    if (value == nullptr || context.object_id().empty())
        return tl::unexpected(context.bug("nothing is known of its extension property"));
    auto there = id_of(context, what);
    if (!there) return tl::unexpected(std::move(there.error()));
    if (!there->empty()) return StepResult{};
    const auto* type = value->find("dataType");
    const auto* targets = value->find("targetObjects");
    const auto* multiple = value->find("isMultiValued");
    const json body{{"name", context.element()},
                    {"dataType", type == nullptr ? "String" : type->text_or("String")},
                    {"targetObjects", targets == nullptr ? json::array() : model::to_json(*targets)},
                    {"isMultiValued", multiple != nullptr && *multiple == model::Value(true)}};
    auto answer = context.must(Method::post, path_of(context), what, &body, {.idempotent = false});
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return StepResult{};
}

StepOutcome drop_extension_property(const StepContext& context) {
    const auto what = fmt::format("remove the extension property \"{}\" of {}", context.element(), context.address());
    auto there = id_of(context, what);
    if (!there) return tl::unexpected(std::move(there.error()));
    if (there->empty()) return StepResult{};
    const Patience patience{what, false, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        auto deleted = context.client.send(Method::del, path_of(context) + "/" + percent_encoded(*there), what);
        if (deleted && deleted->status == 404) deleted->status = 204;  // gone is what was wanted
        return deleted;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    return StepResult{};
}

}  // namespace regent::provider::graph
