#include "provider/graph/owner_steps.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace regent::provider::graph {
namespace {

using namespace std::chrono_literals;
using net::Method;
using nlohmann::json;
using std::chrono::milliseconds;

/// What is owned: an application, or its service principal, whose owners are others.
struct Owned {
    std::string path, words;
    bool is_fresh = false;
};

bool is_of_principal(const StepContext& context) {
    return context.step.part.rfind(model::path::principal_owners, 0) == 0;
}

/// Nothing when its id is not known.
std::optional<Owned> owned_of(const StepContext& context) {
    const bool principal = is_of_principal(context);
    const auto id = principal ? context.service_principal_id() : context.object_id();
    if (id.empty()) return std::nullopt;
    if (!principal) return Owned{"/applications/" + id + "/owners", context.address(), context.is_fresh()};
    return Owned{"/servicePrincipals/" + id + "/owners", "the service principal of " + context.address(),
                 context.is_principal_fresh()};
}

/// The one owner that the step is about; empty when the step does not say.
std::string owner_of(const StepContext& context) {
    const auto it =
        context.step.values.find(is_of_principal(context) ? model::path::principal_owners : model::path::owners);
    const auto* list = it == context.step.values.end() ? nullptr : it->second.as_list();
    return list == nullptr || list->size() != 1 ? std::string{} : list->front().text_or({});
}

/// Named by its application, which may have been made moments ago.
bool is_one_of_ours(const StepContext& context) {
    return context.element().rfind(model::kind::application, 0) == 0;
}

/// A managed identity may have been made moments before this run, on another replica.
constexpr milliseconds grace_of_new_owners = 15s;

/// When one of both is not there, the one that is owned or its owner: is it the owner, as far as can be seen? One that
/// nobody has would be waited for in every run.
bool is_nobody(const StepContext& context, const std::string& owner, const GraphAnswer& refusal,
               const std::string& what) {
    if (is_one_of_ours(context) || context.input.known_principals.contains(owner)) return false;
    // https://learn.microsoft.com/graph/api/directoryobject-get demands Directory.Read.All.
    const auto there =
        context.client.send(Method::get, "/directoryObjects/" + percent_encoded(owner) + "?$select=id", what);
    if (there && there->ok()) return false;
    return (there && there->status == 404) || refusal.error_message().find(owner) != std::string::npos;
}

bool refuses_with(const GraphAnswer& answer, std::string_view words) {
    return answer.status == 400 && answer.error_message().find(words) != std::string::npos;
}

}  // namespace

StepOutcome add_owner(const StepContext& context) {
    const auto owner = owner_of(context);
    const auto owned = owned_of(context);
    if (owner.empty() || !owned) return tl::unexpected(context.bug("nothing is known of its owner"));
    const auto what = fmt::format("make {} an owner of {}", owner, owned->words);
    const json body{{"@odata.id", fmt::format("{}/v1.0/directoryObjects/{}", context.options.origin, owner)}};
    bool nobody = false;
    const auto worth = [&](const GraphAnswer& refusal) {
        const milliseconds whole = context.options.replication_grace;
        nobody = is_nobody(context, owner, refusal, what);
        return nobody ? std::min(whole, grace_of_new_owners) : whole;
    };
    const Patience patience{what, owned->is_fresh || is_one_of_ours(context), context.options.replication_grace,
                            context.input.progress, worth};
    auto answer = until_accepted(context.client, patience, [&] {
        auto added = context.client.send(Method::post, owned->path + "/$ref", what, &body);
        // https://learn.microsoft.com/graph/api/application-post-owners, …/serviceprincipal-post-owners
        if (added && refuses_with(*added, "added object references already exist")) added->status = 204;
        return added;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok()) return StepResult{};
    auto error = context.client.refused(what, *answer);
    if (error.kind == ErrorKind::forbidden) error.help += ". To add an owner, it needs `Directory.Read.All` as well";
    if (nobody) {
        error.kind = ErrorKind::rejected;
        error.code = code_of(error.kind);
        error.help = fmt::format(
            "nobody in this tenant has this id, as far as can be seen: it must be the object id of a user, or of a "
            "service principal, which is not its application's; `az ad user show --id {0}` and `az ad sp show --id "
            "{0}` look for it",
            owner);
    }
    return tl::unexpected(std::move(error));
}

StepOutcome drop_owner(const StepContext& context) {
    const auto owner = owner_of(context);
    const auto owned = owned_of(context);
    if (owner.empty() || !owned) return tl::unexpected(context.bug("nothing is known of its owner"));
    const auto what = fmt::format("remove the owner {} of {}", owner, owned->words);
    // The plan never asks for it; without this owner, regent may no longer be allowed to write what it owned.
    auto caller = context.client.caller_object_id();
    if (!caller) return tl::unexpected(std::move(caller.error()));
    if (*caller == owner) return tl::unexpected(context.bug("regent would take itself away as its owner"));
    const auto path = fmt::format("{}/{}/$ref", owned->path, owner);
    const Patience patience{what, false, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        auto removed = context.client.send(Method::del, path, what);
        const bool gone =
            removed && (removed->status == 404 || refuses_with(*removed, "removed object references do not exist"));
        if (gone) removed->status = 204;  // gone is what was wanted
        return removed;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    return StepResult{};
}

}  // namespace regent::provider::graph
