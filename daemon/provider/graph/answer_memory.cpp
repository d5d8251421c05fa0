#include "provider/graph/answer_memory.hpp"

#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

/// Whose changes can be asked for.
constexpr std::array<std::string_view, 3> tracked{"/applications", "/servicePrincipals", "/oauth2PermissionGrants"};

bool is_tracked(std::string_view path) {
    return std::any_of(tracked.begin(), tracked.end(), [&](auto collection) {
        if (!path.starts_with(collection)) return false;
        return path.size() == collection.size() ||
               std::string_view("/(?").find(path[collection.size()]) != std::string_view::npos;
    });
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() &&
                            std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                            std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
        if (escape) out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        if (escape) i += 2;
        if (!escape) out += text[i];
    }
    return out;
}

/// The tag of "tags/any(t:t eq 'regent:owner:…')"; nothing for any other filter.
std::optional<std::string> filtered_tag(const std::string& filter) {
    constexpr std::string_view before = "tags/any(t:t eq '", after = "')";
    if (!filter.starts_with(before) || !filter.ends_with(after) || filter.size() < before.size() + after.size())
        return std::nullopt;
    auto tag = filter.substr(before.size(), filter.size() - before.size() - after.size());
    return tag.find('\'') == std::string::npos ? std::optional(std::move(tag)) : std::nullopt;
}

bool carries(const json& object, const std::string& tag) {
    const auto* tags = member(object, "tags");
    return tags != nullptr && tags->is_array() && std::find(tags->begin(), tags->end(), json(tag)) != tags->end();
}

/// Of tens of thousands of objects the room that a text has left over is as much as half of it.
std::string text_of(const json& value) {
    auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    text.shrink_to_fit();
    return text;
}

bool mentions(const std::string& text, const std::set<std::string>& ids) {
    return std::any_of(ids.begin(), ids.end(), [&](const auto& id) { return text.find(id) != std::string::npos; });
}

/// Other applications are named by "resourceAppId" in it.
std::string own_app_id(const std::string& text) {
    constexpr std::string_view before = "\"appId\":\"";
    const auto at = text.find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return lower_case(text.substr(begin, text.find('"', begin) - begin));
}

std::string object_address(const std::string& collection, const std::string& id, const std::string& options) {
    return collection + "/" + id + (options.empty() ? std::string{} : "?" + options);
}

}  // namespace

std::optional<std::vector<json>> AnswerMemory::list(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(path);
    if (found == lists_.end()) return std::nullopt;
    std::vector<json> objects;
    objects.reserve(found->second.texts.size());
    for (const auto& [id, text] : found->second.texts) objects.push_back(json::parse(text, nullptr, false));
    return objects;
}

void AnswerMemory::keep_list(const std::string& path, const std::vector<json>& objects) {
    List list;
    const auto question = path.find('?');
    list.collection = path.substr(0, question);
    if (std::find(tracked.begin(), tracked.end(), list.collection) == tracked.end()) return;
    for (std::size_t at = question; at != std::string::npos && at + 1 < path.size();) {
        const auto end = path.find('&', at + 1);
        const auto option = path.substr(at + 1, end == std::string::npos ? end : end - at - 1);
        at = end;
        if (option.starts_with("$top=")) continue;
        if (option.starts_with("$filter=")) {
            auto tag = filtered_tag(percent_decoded(option.substr(8)));
            if (!tag) return;
            list.tag = std::move(*tag);
        } else {
            list.options += (list.options.empty() ? "" : "&") + option;
        }
    }
    // Whether an application is there at all is looked up in the list of all of them: that has to be today's.
    if (list.tag.empty() && list.collection == tracked[0]) return;
    for (const auto& object : objects) {
        const auto id = lower_case(member_text(object, "id"));
        if (id.empty()) return;
        list.texts.insert_or_assign(id, text_of(object));
    }
    const std::lock_guard lock(mutex_);
    lists_.insert_or_assign(path, std::move(list));
}

bool AnswerMemory::answer(const std::string& path, json& into) const {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(path);
    if (found == answers_.end()) return false;
    into = json::parse(found->second, nullptr, false);
    return true;
}

void AnswerMemory::keep_answer(const std::string& path, const json& answer) {
    if (!answer.is_object() || !is_tracked(path)) return;
    const std::lock_guard lock(mutex_);
    answers_.insert_or_assign(path, text_of(answer));
}

void AnswerMemory::clear() {
    const std::lock_guard lock(mutex_);
    lists_.clear();
    answers_.clear();
}

std::vector<AnswerMemory::Stale> AnswerMemory::forget(const std::set<std::string>& ids) {
    const std::lock_guard lock(mutex_);
    std::vector<Stale> stale;
    if (ids.empty()) return stale;
    std::erase_if(answers_, [&](const auto& entry) {
        return mentions(lower_case(entry.first), ids) || mentions(lower_case(entry.second), ids);
    });
    for (const auto& [path, list] : lists_) {
        for (const auto& [id, text] : list.texts) {
            if (ids.contains(id) || ids.contains(own_app_id(text)))
                stale.push_back({path, id, object_address(list.collection, id, list.options)});
        }
    }
    return stale;
}

void AnswerMemory::forget_collection(const std::string& collection) {
    const std::lock_guard lock(mutex_);
    const auto is_of = [&](const auto& entry) { return entry.first.starts_with(collection); };
    std::erase_if(lists_, is_of);
    std::erase_if(answers_, is_of);
}

void AnswerMemory::forget_lists_without(const std::string& collection, const std::set<std::string>& ids) {
    const std::lock_guard lock(mutex_);
    std::erase_if(lists_, [&](const auto& entry) {
        const auto& texts = entry.second.texts;
        return entry.second.collection == collection &&
               std::none_of(texts.begin(), texts.end(),
                            [&](const auto& known) { return ids.contains(own_app_id(known.second)); });
    });
}

std::vector<AnswerMemory::Stale> AnswerMemory::belongs_to(const std::string& collection, const json& changed) const {
    const std::lock_guard lock(mutex_);
    std::vector<Stale> entries;
    const auto id = lower_case(member_text(changed, "id"));
    for (const auto& [path, list] : lists_) {
        if (list.collection != collection || list.texts.contains(id)) continue;
        if (list.tag.empty() || carries(changed, list.tag))
            entries.push_back({path, id, object_address(list.collection, id, list.options)});
    }
    return entries;
}

void AnswerMemory::put(const Stale& entry, const json& object) {
    const std::lock_guard lock(mutex_);
    const auto list = lists_.find(entry.list);
    if (list == lists_.end()) return;
    const auto& tag = list->second.tag;
    if (object.is_object() && (tag.empty() || carries(object, tag))) {
        list->second.texts.insert_or_assign(entry.id, text_of(object));
    } else {
        list->second.texts.erase(entry.id);
    }
}

std::size_t AnswerMemory::size() const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [path, list] : lists_) count += list.texts.size();
    return count;
}

bool AnswerMemory::holds(const std::string& collection) const {
    const std::lock_guard lock(mutex_);
    const auto is_of = [&](const auto& entry) { return entry.first.starts_with(collection); };
    return std::any_of(lists_.begin(), lists_.end(), is_of) || std::any_of(answers_.begin(), answers_.end(), is_of);
}

}  // namespace regent::provider::graph
