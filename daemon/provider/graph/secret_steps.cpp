#include "provider/graph/secret_steps.hpp"

#include "model/attributes.hpp"
#include "provider/graph/graph_errors.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/service_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace regent::provider::graph {
namespace {

using net::Method;
using nlohmann::json;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// How often a secret is asked for when answers are lost.
constexpr int max_issues = 3;
/// How long a lost secret is looked for. What turns up later is dropped by the next plan, which knows it by its name.
constexpr milliseconds longest_look = 60s;
constexpr milliseconds longest_pause_between_looks = 8s;
/// How long a new secret is tried before somebody else's patience is asked for.
constexpr milliseconds longest_trial = 180s;

const model::Value* declared_secret(const StepContext& context) {
    const auto all = context.step.values.find(model::path::client_secrets);
    return all == context.step.values.end() ? nullptr : all->second.find(context.element());
}

/// "arm (regent 5f3a91c2)"; "arm (regent 5f3a91c2 keep 86400s)" says that its predecessor stays that long, whatever the
/// manifest says.
std::string display_name(const StepContext& context) {
    const auto* secret = declared_secret(context);
    const auto* keep = secret == nullptr ? nullptr : secret->find("keepOldOnceSeconds");
    if (keep == nullptr || keep->as_integer() == nullptr)
        return fmt::format("{} (regent {})", context.element(), context.input.operation_id);
    return fmt::format("{} (regent {} keep {}s)", context.element(), context.input.operation_id, *keep->as_integer());
}

json request_for(const StepContext& context) {
    json credential{{"displayName", display_name(context)}};
    const auto* secret = declared_secret(context);
    const auto* valid_for = secret == nullptr ? nullptr : secret->find("validForSeconds");
    if (valid_for != nullptr && valid_for->as_integer() != nullptr) {
        const auto end = context.client.now() + std::chrono::seconds(*valid_for->as_integer());
        credential["endDateTime"] = format_time(end);
    }
    return json{{"passwordCredential", std::move(credential)}};
}

StepOutcome issued(const StepContext& context, json& credential, const std::string& what) {
    const auto key_id = lower_case(member_text(credential, "keyId"));
    auto* text = credential.is_object() && credential.contains("secretText") && credential["secretText"].is_string()
                     ? credential["secretText"].get_ptr<std::string*>()
                     : nullptr;
    if (key_id.empty() || text == nullptr || text->empty())
        return tl::unexpected(context.client.incomplete(what, "no secret in it"));
    if (member_text(credential, "displayName") != display_name(context))
        return tl::unexpected(context.client.incomplete(what, "another secret than the one asked for"));
    const auto name = context.element();
    StepResult result;
    result.outputs.emplace(model::output::secret_key_id(name), key_id);
    result.secret_outputs.emplace(model::output::secret_text(name), model::Secret(std::move(*text)));
    const auto ends = parse_time(member_text(credential, "endDateTime"));
    result.outputs.emplace(model::output::secret_ends_at(name), ends ? format_time(*ends) : std::string{});
    if (ends) result.detail = "expires " + format_day(*ends);
    return result;
}

/// The application's secrets as a replica shows them; nothing when it does not know the application.
tl::expected<std::optional<json>, ProviderError> read_secrets(const StepContext& context, const std::string& what) {
    auto answer = context.client.send(Method::get,
                                      "/applications/" + context.object_id() + "?$select=id,passwordCredentials", what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->status == 404) return std::optional<json>{};
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    const auto* list = member(*answer->body, "passwordCredentials");
    if (lower_case(member_text(*answer->body, "id")) != context.object_id() || list == nullptr || !list->is_array())
        return tl::unexpected(context.client.incomplete(what, "not the secrets of this application"));
    return std::optional<json>(*list);
}

/// Calls `settled` with the secrets that can be read, after pauses of 1, 2, 4, 8 seconds, until it is content or
/// `patience` is over; false in that case.
template <typename Settled>
tl::expected<bool, ProviderError> watch_secrets(const StepContext& context, const std::string& what,
                                                milliseconds patience, const Settled& settled) {
    milliseconds waited{0};
    for (milliseconds pause = 1s;; pause = std::min(pause * 2, longest_pause_between_looks)) {
        auto secrets = read_secrets(context, what);
        if (!secrets) return tl::unexpected(std::move(secrets.error()));
        if (*secrets) {
            auto content = settled(**secrets);
            if (!content || *content) return content;
        }
        if (waited >= patience) return false;
        const auto wait = std::min(pause, patience - waited);
        if (!context.client.wait(wait)) return tl::unexpected(context.client.stopped(what));
        waited += wait;
    }
}

/// Removing is done when the secret cannot be seen any more: the answers for an unknown key id differ.
tl::expected<void, ProviderError> remove_secret(const StepContext& context, const std::string& key_id,
                                                const std::string& what) {
    const json body{{"keyId", key_id}};
    auto answer = context.send(Method::post, "/applications/" + context.object_id() + "/removePassword", what, &body);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok()) return {};
    if (answer->status != 400 && answer->status != 404) return tl::unexpected(context.client.refused(what, *answer));
    const auto lacks_it = [&](const json& secrets) -> tl::expected<bool, ProviderError> {
        return std::none_of(secrets.begin(), secrets.end(), [&](const auto& secret) {
            return lower_case(member_text(secret, "keyId")) == lower_case(key_id);
        });
    };
    const auto patience = std::min<milliseconds>(context.options.replication_grace, longest_look);
    auto gone = watch_secrets(context, what, answer->status == 404 ? 0ms : patience, lacks_it);
    if (!gone) return tl::unexpected(std::move(gone.error()));
    if (*gone || answer->status == 404) return {};
    return tl::unexpected(context.client.refused(what, *answer));
}

/// Takes away what a lost answer may have left behind.
tl::expected<void, ProviderError> clean_up(const StepContext& context) {
    const auto what = fmt::format("look for a secret of {} whose value was lost", context.address());
    const auto name = display_name(context);
    context.progress("the answer was lost; looking what became of it");
    const auto found_and_removed = [&](const json& secrets) -> tl::expected<bool, ProviderError> {
        bool found = false;
        for (const auto& secret : secrets) {
            if (member_text(secret, "displayName") != name) continue;
            found = true;
            auto removed = remove_secret(context, member_text(secret, "keyId"), what);
            if (!removed) return tl::unexpected(std::move(removed.error()));
        }
        return found;
    };
    const auto patience = std::min<milliseconds>(context.options.replication_grace, longest_look);
    auto looked = watch_secrets(context, what, patience, found_and_removed);
    if (!looked) return tl::unexpected(std::move(looked.error()));
    return {};
}

ProviderError given_up(const StepContext& context, ProviderError error) {
    error.kind = ErrorKind::outcome_unknown;
    error.code = "RG0707";
    error.message = fmt::format("the answers to issuing the secret \"{}\" of {} were lost, {} times", context.element(),
                                context.address(), max_issues);
    error.help =
        "nobody has its value, and none of them is used; the next run removes what was left and issues another";
    return error;
}

/// Who is given a secret uses it at once, and the old one goes soon after. So nobody is given it before it is taken.
StepOutcome usable(const StepContext& context, StepOutcome made) {
    const auto app_id = context.app_id();
    if (!made || !context.options.accepts_secret || app_id.empty()) return made;
    const auto& text = made->secret_outputs.at(model::output::secret_text(context.element()));
    const auto patience = std::min<milliseconds>(context.options.replication_grace, longest_trial);
    milliseconds waited{0};
    for (milliseconds pause = 1s; !context.options.accepts_secret(app_id, text);
         pause = std::min(pause * 2, longest_pause_between_looks)) {
        if (waited >= patience) {
            ProviderError error;
            error.kind = ErrorKind::not_yet;
            error.code = "RG0723";
            error.message =
                fmt::format("the new secret \"{}\" of {} is refused where it signs in, for {} s now", context.element(),
                            context.address(), std::chrono::duration_cast<std::chrono::seconds>(waited).count());
            error.help = "nobody was given it, and the one in use stays; the next run issues another and removes it";
            return tl::unexpected(std::move(error));
        }
        context.progress("waiting until sign-in takes the new secret");
        const auto wait = std::min(pause, patience - waited);
        if (!context.client.wait(wait)) return tl::unexpected(context.client.stopped("try the new secret"));
        waited += wait;
    }
    return made;
}

}  // namespace

StepOutcome issue_secret(const StepContext& context) {
    const auto what = fmt::format("issue the secret \"{}\" of {}", context.element(), context.address());
    if (context.object_id().empty() || context.input.operation_id.empty())
        return tl::unexpected(context.bug("a secret needs the object's id and an operation id"));
    const auto body = request_for(context);
    const auto path = "/applications/" + context.object_id() + "/addPassword";
    for (int issue = 1;; ++issue) {
        auto answer = context.send(Method::post, path, what, &body, {.idempotent = false});
        if (answer && answer->ok()) return usable(context, issued(context, *answer->body, what));
        const bool lost = answer ? leaves_outcome_open(*answer) : answer.error().kind == ErrorKind::outcome_unknown;
        auto error = answer ? context.client.refused(what, *answer) : std::move(answer.error());
        if (!lost) return tl::unexpected(std::move(error));
        if (auto cleaned = clean_up(context); !cleaned) return tl::unexpected(std::move(cleaned.error()));
        if (issue == max_issues) return tl::unexpected(given_up(context, std::move(error)));
    }
}

StepOutcome drop_secret(const StepContext& context) {
    if (context.step.key_id.empty()) return tl::unexpected(context.bug("nobody said which secret is to go"));
    const auto what = fmt::format("remove the secret {} of {}", context.step.key_id, context.address());
    if (auto removed = remove_secret(context, context.step.key_id, what); !removed)
        return tl::unexpected(std::move(removed.error()));
    return StepResult{};
}

}  // namespace regent::provider::graph
