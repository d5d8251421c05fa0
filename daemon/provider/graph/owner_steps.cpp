#include "provider/graph/owner_steps.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

namespace regent::provider::graph {
namespace {

using net::Method;
using nlohmann::json;

/// The one owner that the step is about; empty when the step does not say.
std::string owner_of(const StepContext& context) {
    const auto it = context.step.values.find(model::path::owners);
    const auto* list = it == context.step.values.end() ? nullptr : it->second.as_list();
    return list == nullptr || list->size() != 1 ? std::string{} : list->front().text_or({});
}

/// Named by its application, which may have been made moments ago.
bool is_one_of_ours(const StepContext& context) {
    return context.element().rfind(model::kind::application, 0) == 0;
}

bool says(const GraphAnswer& answer, std::string_view words) {
    return answer.status == 400 && answer.error_message().find(words) != std::string::npos;
}

}  // namespace

StepOutcome add_owner(const StepContext& context) {
    const auto owner = owner_of(context);
    const auto what = fmt::format("make {} an owner of {}", owner, context.address());
    if (owner.empty() || context.object_id().empty())
        return tl::unexpected(context.bug("nothing is known of its owner"));
    const json body{{"@odata.id", fmt::format("{}/v1.0/directoryObjects/{}", context.options.origin, owner)}};
    const auto path = fmt::format("/applications/{}/owners/$ref", context.object_id());
    const Patience patience{what, context.is_fresh() || is_one_of_ours(context), context.options.replication_grace,
                            context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        auto added = context.client.send(Method::post, path, what, &body);
        // https://learn.microsoft.com/graph/api/application-post-owners
        if (added && says(*added, "added object references already exist")) added->status = 204;
        return added;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok()) return StepResult{};
    auto error = context.client.refused(what, *answer);
    if (answer->status == 404)
        error.help = fmt::format("is {} the object id of a user or service principal of this tenant?", owner);
    return tl::unexpected(std::move(error));
}

StepOutcome drop_owner(const StepContext& context) {
    const auto owner = owner_of(context);
    const auto what = fmt::format("remove the owner {} of {}", owner, context.address());
    if (owner.empty() || context.object_id().empty())
        return tl::unexpected(context.bug("nothing is known of its owner"));
    // The plan never asks for it; without this owner, regent may no longer be allowed to write the application.
    auto caller = context.client.caller_object_id();
    if (!caller) return tl::unexpected(std::move(caller.error()));
    if (*caller == owner) return tl::unexpected(context.bug("regent would take itself away as its owner"));
    const auto path = fmt::format("/applications/{}/owners/{}/$ref", context.object_id(), owner);
    const Patience patience{what, false, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        auto removed = context.client.send(Method::del, path, what);
        const bool gone =
            removed && (removed->status == 404 || says(*removed, "removed object references do not exist"));
        if (gone) removed->status = 204;  // gone is what was wanted
        return removed;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    return StepResult{};
}

}  // namespace regent::provider::graph
