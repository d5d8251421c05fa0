#include "provider/graph/extension_steps.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

namespace regent::provider::graph {
namespace {

using net::Method;
using nlohmann::json;

std::string extensions_path(const StepContext& context) {
    return fmt::format("/applications/{}/extensionProperties", context.object_id());
}

/// The property as Graph shows it; null when it shows none of that name.
tl::expected<json, ProviderError> shown_property(const StepContext& context, const std::string& what) {
    auto app_id = context.app_id();
    std::erase(app_id, '-');
    const auto full_name = fmt::format("extension_{}_{}", app_id, context.element());
    const Patience patience{what, context.is_fresh(), context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience,
                                 [&] { return context.client.send(Method::get, extensions_path(context), what); });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    const auto* list = member(*answer->body, "value");
    if (list == nullptr || !list->is_array()) return tl::unexpected(context.client.incomplete(what, "no list"));
    const auto it = std::find_if(list->begin(), list->end(), [&](const json& property) {
        const auto name = member_text(property, "name");
        return name == full_name || name == context.element();
    });
    return it == list->end() ? json() : *it;
}

std::set<std::string> targets_of(const json& property) {
    std::set<std::string> targets;
    if (const auto* list = member(property, "targetObjects"); list != nullptr && list->is_array())
        for (const auto& target : *list) targets.insert(target.is_string() ? target.get<std::string>() : "");
    return targets;
}

/// One of that name that is another property is the one that was removed a moment ago, on a replica that has not heard.
bool is_the_same(const json& shown, const json& wanted) {
    const auto* multiple = member(shown, "isMultiValued");
    return shown.is_object() && member_text(shown, "dataType") == member_text(wanted, "dataType") &&
           targets_of(shown) == targets_of(wanted) &&
           (multiple != nullptr && *multiple == true) == wanted.at("isMultiValued").get<bool>();
}

bool says_that_it_exists(const GraphAnswer& answer) {
    return answer.error_message().find("extension property exists") != std::string::npos;
}

/// What the recycle bin gives back cannot be read before. A property of that name which is another one is taken away by
/// the look at what was restored, in the same run, and made anew.
bool came_back_as_another(const StepContext& context, const json& shown) {
    const auto& observed = context.step.observed;
    return shown.is_object() && observed && observed->deleted;
}

StepResult made_anew_next() {
    StepResult result;
    result.detail = "came back as another property of that name, and is made anew next";
    return result;
}

/// Somebody made one of that name, perhaps an earlier try whose answer was lost: is it what is wanted, as soon as it
/// shows? Nothing when it is not.
tl::expected<std::optional<StepResult>, ProviderError> shows_in_time(const StepContext& context, const json& wanted,
                                                                     const std::string& what) {
    using namespace std::chrono_literals;
    using std::chrono::milliseconds;
    const milliseconds grace = context.options.replication_grace;
    for (milliseconds pause = 1s, waited = 0s;; pause = std::min<milliseconds>(pause * 2, 15s)) {
        auto there = shown_property(context, what);
        if (!there) return tl::unexpected(std::move(there.error()));
        if (is_the_same(*there, wanted)) return StepResult{};
        if (came_back_as_another(context, *there)) return made_anew_next();
        if (waited >= grace) return std::nullopt;
        context.progress("waiting until it can be seen");
        const auto wait = std::min(pause, grace - waited);
        if (!context.client.wait(wait)) return tl::unexpected(context.client.stopped(what));
        waited += wait;
    }
}

}  // namespace

StepOutcome add_extension_property(const StepContext& context) {
    const auto what = fmt::format("add the extension property \"{}\" to {}", context.element(), context.address());
    const auto all = context.step.values.find(model::path::extension_properties);
    const auto* value = all == context.step.values.end() ? nullptr : all->second.find(context.element());
    if (value == nullptr || context.object_id().empty())
        return tl::unexpected(context.bug("nothing is known of its extension property"));
    const auto* type = value->find("dataType");
    const auto* targets = value->find("targetObjects");
    const auto* multiple = value->find("isMultiValued");
    const json body{{"name", context.element()},
                    {"dataType", type == nullptr ? "String" : type->text_or("String")},
                    {"targetObjects", targets == nullptr ? json::array() : model::to_json(*targets)},
                    {"isMultiValued", multiple != nullptr && *multiple == model::Value(true)}};
    auto there = shown_property(context, what);
    if (!there) return tl::unexpected(std::move(there.error()));
    if (is_the_same(*there, body)) return StepResult{};
    if (came_back_as_another(context, *there)) return made_anew_next();
    // Sent twice, it is refused the second time.
    auto answer = context.send(Method::post, extensions_path(context), what, &body);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok()) return StepResult{};
    if (says_that_it_exists(*answer)) {
        auto shows = shows_in_time(context, body, what);
        if (!shows) return tl::unexpected(std::move(shows.error()));
        if (*shows) return std::move(**shows);
    }
    return tl::unexpected(context.client.refused(what, *answer));
}

StepOutcome drop_extension_property(const StepContext& context) {
    const auto what = fmt::format("remove the extension property \"{}\" of {}", context.element(), context.address());
    auto there = shown_property(context, what);
    if (!there) return tl::unexpected(std::move(there.error()));
    const auto id = member_text(*there, "id");
    if (id.empty()) return StepResult{};
    const Patience patience{what, false, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        auto deleted = context.client.send(Method::del, extensions_path(context) + "/" + percent_encoded(id), what);
        if (deleted && deleted->status == 404) deleted->status = 204;  // gone is what was wanted
        return deleted;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    return StepResult{};
}

}  // namespace regent::provider::graph
