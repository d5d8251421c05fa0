#include "provider/graph/unchanged_lists.hpp"

#include "model/attributes.hpp"
#include "plan/canonical.hpp"
#include "provider/graph/application_json.hpp"
#include "provider/graph/json_access.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <set>

namespace regent::provider::graph {
namespace {

using namespace std::chrono_literals;
using model::List;
using model::Map;
using model::Value;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds patience = 15s;

const model::Attribute* list_at(std::string_view path) {
    const auto* attribute = model::attributes_of(model::kind::application)->find(path);
    const bool is_list = attribute != nullptr && !attribute->own_step &&
                         (attribute->compare == model::Compare::set || attribute->compare == model::Compare::named);
    return is_list ? attribute : nullptr;
}

/// Marks and other tags are one list there.
bool is_tag_list(std::string_view path) {
    return path == model::path::tags || path == model::path::marks;
}

bool same(const model::Attribute& attribute, const Map& a, const Map& b) {
    const auto value = [&](const Map& map) {
        const auto it = map.find(attribute.path);
        return plan::canonical(attribute, it == map.end() ? Value{} : it->second);
    };
    return plan::same_value(attribute, value(a), value(b));
}

std::set<std::string> tags_in(const model::ObservedResource& resource) {
    const auto it = resource.provider_data.find(provider_data::tags);
    const auto tags = it == resource.provider_data.end() ? json() : json::parse(it->second, nullptr, false);
    return tags.is_array() ? tags.get<std::set<std::string>>() : std::set<std::string>{};
}

/// The tags of others: our own are nobody else's to write.
std::set<std::string> tags_of_others(const model::ObservedResource& resource) {
    auto tags = tags_in(resource);
    std::erase_if(tags, [](const auto& tag) { return tag.starts_with(tag_prefix); });
    return tags;
}

std::string asked_in(const model::ObservedResource& resource) {
    const auto it = resource.provider_data.find(provider_data::asked_permissions);
    return it == resource.provider_data.end() ? std::string{} : it->second;
}

class Comparison {
public:
    Comparison(const StepContext& context, Map written) : context_(context), written_(std::move(written)) {}

    [[nodiscard]] bool is_about_lists() const {
        return std::any_of(context_.step.changed.begin(), context_.step.changed.end(),
                           [](const auto& path) { return list_at(path) != nullptr; });
    }

    /// The first list that is neither as it was read nor as this run has written it; empty: none.
    [[nodiscard]] std::string changed(const json& application) const {
        const auto fresh = read_application(application, PermissionNames({}));
        if (!fresh) return {};  // what cannot be understood is no proof of anything
        const auto& observed = *context_.step.observed;
        for (const auto& path : context_.step.changed) {
            const auto* attribute = list_at(path);
            if (attribute == nullptr) continue;
            const bool is_same = is_tag_list(path) ? same_tags(*fresh)
                                 : path == model::path::permissions
                                     ? same_permissions(*fresh)
                                     : same(*attribute, observed.attributes, fresh->attributes) ||
                                           (written_.contains(path) && same(*attribute, written_, fresh->attributes));
            if (!is_same) return is_tag_list(path) ? std::string(model::path::tags) : path;
        }
        return {};
    }

private:
    bool same_tags(const model::ObservedResource& fresh) const {
        const auto now = tags_of_others(fresh);
        if (now == tags_of_others(*context_.step.observed)) return true;
        const auto it = written_.find(model::path::tags);
        const auto* list = it == written_.end() ? nullptr : it->second.as_list();
        if (list == nullptr) return false;
        std::set<std::string> ours;
        for (const auto& tag : *list) ours.insert(tag.text_or({}));
        return now == ours;
    }

    /// By their ids: the name that was read may be another permission's by now, also by what this run did to the API.
    bool same_permissions(const model::ObservedResource& fresh) const {
        const auto now = asked_in(fresh);
        if (now == asked_in(*context_.step.observed)) return true;
        const auto it = written_.find(provider_data::asked_permissions);
        return it != written_.end() && now == it->second.text_or({});
    }

    const StepContext& context_;
    const Map written_;
};

}  // namespace

void WrittenLists::remember(const StepContext& context, const json& body) {
    const std::lock_guard lock(mutex_);
    auto& lists = by_object_[context.object_id()];
    for (const auto& path : context.step.changed) {
        const auto it = context.step.values.find(path);
        if (list_at(path) != nullptr && it != context.step.values.end()) lists.insert_or_assign(path, it->second);
    }
    if (context.step.changed.contains(model::path::permissions))
        lists.insert_or_assign(std::string(provider_data::asked_permissions), asked_permissions(body));
}

void WrittenLists::remember(const StepContext& context, std::string_view path, Value list) {
    const std::lock_guard lock(mutex_);
    by_object_[context.object_id()].insert_or_assign(std::string(path), std::move(list));
}

Map WrittenLists::of(const std::string& object_id) const {
    const std::lock_guard lock(mutex_);
    const auto it = by_object_.find(object_id);
    return it == by_object_.end() ? Map{} : it->second;
}

tl::expected<GraphAnswer, ProviderError> until_unchanged(const StepContext& context, const std::string& path,
                                                         const std::string& what,
                                                         const std::function<std::string(const json&)>& changed) {
    const auto grace = std::min<milliseconds>(patience, context.options.replication_grace);
    for (milliseconds pause = 1s, waited = 0s;; pause *= 2) {
        auto answer = context.client.send(net::Method::get, path, what);
        if (!answer || !answer->ok()) return answer;
        const auto list = changed(*answer->body);
        if (list.empty()) return answer;
        if (waited >= grace)
            return tl::unexpected(context.changed_since(what, "somebody changed `" + list + "` meanwhile"));
        context.progress("looking again: `" + list + "` is not as it was read");
        const auto wait = std::min(pause, grace - waited);
        if (!context.client.wait(wait)) return tl::unexpected(context.client.stopped(what));
        waited += wait;
    }
}

tl::expected<void, ProviderError> lists_are_unchanged(const StepContext& context, const std::string& what) {
    if (!context.step.observed || context.step.observed->deleted) return {};
    const auto id = context.object_id();
    const Comparison comparison(context, context.written.of(id));
    if (!comparison.is_about_lists()) return {};
    // Without `$select`: reads of one that select `keyCredentials` are limited to 150 a minute.
    auto answer = until_unchanged(context, "/applications/" + id, what, [&](json application) {
        application["federatedIdentityCredentials"] = json::array();  // written by requests of their own
        return comparison.changed(application);
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return {};  // was it refused, the write will say it better
}

}  // namespace regent::provider::graph
