#include "provider/graph/unchanged_principal.hpp"

#include "model/attributes.hpp"
#include "plan/canonical.hpp"
#include "provider/graph/graph_errors.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/principal_json.hpp"
#include "provider/graph/unchanged_lists.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace regent::provider::graph {
namespace {

using model::Map;
using model::Value;
using nlohmann::json;
namespace path = model::path;

constexpr std::array texts = {path::principal_notification_addresses, path::principal_alternative_names};
constexpr std::array lists = {path::principal_notification_addresses, path::principal_alternative_names,
                              path::principal_tags, path::principal_certificates, path::principal_encryption_key};

std::set<std::string> texts_in(const Map& map, std::string_view name) {
    std::set<std::string> found;
    const auto it = map.find(name);
    const auto* list = it == map.end() ? nullptr : it->second.as_list();
    if (list == nullptr) return found;
    for (const auto& text : *list) found.insert(text.text_or({}));
    return found;
}

std::set<std::string> key_ids(const json& principal) {
    std::set<std::string> ids;
    const auto* keys = member(principal, "keyCredentials");
    if (keys == nullptr || !keys->is_array()) return ids;
    for (const auto& key : *keys) ids.insert(lower_case(member_text(key, "keyId")));
    return ids;
}

bool same(std::string_view name, const Map& a, const Map& b) {
    const auto& attribute = *model::attributes_of(model::kind::application)->find(name);
    const auto value = [&](const Map& map) {
        const auto it = map.find(name);
        return plan::canonical(attribute, it == map.end() ? Value{} : it->second);
    };
    return plan::same_value(attribute, value(a), value(b));
}

/// Whether this run has written the list at `name` without `tag`.
bool has_left_out(const Map& written, std::string_view name, const std::string& tag) {
    return written.contains(name) && !texts_in(written, name).contains(tag);
}

/// What was added counts, and what was taken away and would come back by what this step writes. The directory shows an
/// application's tags here as well, which this run may have changed.
bool has_other_tags(const StepContext& context, const Map& written, const Map& fresh) {
    const auto there = texts_in(context.step.observed->attributes, path::principal_tags);
    const auto wanted = texts_in(context.step.values, path::principal_tags);
    const auto now = texts_in(fresh, path::principal_tags);
    auto known = there;
    known.insert(wanted.begin(), wanted.end());
    known.merge(texts_in(written, path::principal_tags));
    known.merge(texts_in(written, path::tags));
    if (!std::includes(known.begin(), known.end(), now.begin(), now.end())) return true;
    return std::any_of(there.begin(), there.end(), [&](const auto& tag) {
        return wanted.contains(tag) && !now.contains(tag) && !has_left_out(written, path::tags, tag) &&
               !has_left_out(written, path::principal_tags, tag);
    });
}

/// The first list that somebody changed; empty: none.
std::string changed_list(const StepContext& context, const Map& written, const json& principal) {
    const auto& changed = context.step.changed;
    const auto fresh = read_principal(principal);
    if (!fresh) return {};  // what cannot be understood is no proof of anything
    const auto& observed = *context.step.observed;
    for (const auto name : texts) {
        const bool is_same = same(name, observed.attributes, fresh->attributes) ||
                             (written.contains(name) && same(name, written, fresh->attributes));
        if (changed.contains(name) && !is_same) return std::string(name);
    }
    if (changed.contains(path::principal_tags) && has_other_tags(context, written, fresh->attributes))
        return std::string(path::principal_tags);
    if (!changed.contains(path::principal_certificates) && !changed.contains(path::principal_encryption_key)) return {};
    const auto now = key_ids(principal);
    const bool is_same =
        now == key_ids(keys_there(of_principal, &observed)) ||
        (written.contains(path::principal_certificates) && now == texts_in(written, path::principal_certificates));
    return is_same ? std::string{} : std::string(path::principal_certificates);
}

}  // namespace

std::string principal_path(const std::string& app_id) {
    return "/servicePrincipals(appId=" + key_literal(app_id) + ")";
}

tl::expected<json, ProviderError> unchanged_principal(const StepContext& context, const std::string& what) {
    const bool writes_any =
        std::any_of(lists.begin(), lists.end(), [&](const auto& name) { return context.step.changed.contains(name); });
    if (!writes_any) return json();
    const auto written = context.written.of(context.object_id());
    // Without `$select`, as reads that select `keyCredentials` are limited to 150 a minute for the whole tenant:
    // https://learn.microsoft.com/graph/api/serviceprincipal-list
    auto answer = until_unchanged(context, principal_path(context.app_id()), what,
                                  [&](const json& principal) { return changed_list(context, written, principal); });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return answer->ok() ? *answer->body : json();
}

void remember_principal(const StepContext& context, const json& keys) {
    for (const auto name :
         {path::principal_notification_addresses, path::principal_alternative_names, path::principal_tags}) {
        const auto it = context.step.values.find(name);
        if (context.step.changed.contains(name) && it != context.step.values.end())
            context.written.remember(context, name, it->second);
    }
    if (!keys.is_array()) return;
    model::List ids;
    for (const auto& key : keys) ids.emplace_back(lower_case(member_text(key, "keyId")));
    context.written.remember(context, path::principal_certificates, std::move(ids));
}

}  // namespace regent::provider::graph
