#include "simulator/versioned.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace regent::simulator {
namespace {

constexpr std::array<std::string_view, 7> keys{"id",          "appId",      "uniqueName", "identifierUris",
                                               "principalId", "resourceId", "clientId"};
constexpr std::size_t remembered_versions = 16;

std::string index_key(std::string_view member, std::string_view value) {
    return std::string(member) + "=" + lower(std::string(value));
}

bool holds(const nlohmann::json& object, std::string_view member, std::string_view value) {
    const auto it = object.find(member);
    if (it == object.end()) return false;
    const auto is_it = [&](const nlohmann::json& text) {
        return text.is_string() && same_text(text.get_ref<const std::string&>(), value);
    };
    return it->is_array() ? std::any_of(it->begin(), it->end(), is_it) : is_it(*it);
}

}  // namespace

const Versioned::Json* Versioned::find(const std::string& id, Time now, std::chrono::seconds lag) const {
    const auto it = positions_.find(id);
    return it == positions_.end() ? nullptr : version(entries_[it->second], now - lag);
}

std::vector<const Versioned::Json*> Versioned::holders(std::string_view member, std::string_view value, Time now,
                                                       std::chrono::seconds lag) const {
    std::vector<const Json*> found;
    const auto it = by_key_.find(index_key(member, value));
    if (it == by_key_.end()) return found;
    for (const auto position : it->second) {
        const auto* object = version(entries_[position], now - lag);
        if (object != nullptr && holds(*object, member, value)) found.push_back(object);
    }
    return found;
}

bool Versioned::is_key(std::string_view member) {
    return std::find(keys.begin(), keys.end(), member) != keys.end();
}

std::vector<const Versioned::Json*> Versioned::all(Time now, std::chrono::seconds lag) const {
    std::vector<const Json*> found;
    found.reserve(entries_.size());
    for (const auto& entry : entries_) {
        if (const auto* object = version(entry, now - lag)) found.push_back(object);
    }
    return found;
}

void Versioned::put(const std::string& id, Json object, Time now) {
    const auto [it, is_new] = positions_.emplace(id, entries_.size());
    if (is_new) {
        entries_.emplace_back();
        ids_.push_back(id);
    }
    number_next(now);
    note_keys(object, it->second, is_new);
    auto& versions = entries_[it->second];
    versions.push_back({now, std::move(object), number_});
    while (versions.size() > remembered_versions) versions.pop_front();
}

void Versioned::erase(const std::string& id, Time now) {
    const auto it = positions_.find(id);
    if (it == positions_.end()) return;
    number_next(now);
    entries_[it->second].push_back({now, std::nullopt, number_});
}

void Versioned::clear() {
    entries_.clear();
    positions_.clear();
    by_key_.clear();
    ids_.clear();
    times_.clear();
    ++generation_;
}

void Versioned::number_next(Time now) {
    ++number_;
    // Times are told in the order of changes, but for seeds, which were always there.
    if (times_.empty() || times_.back().first < now) {
        times_.emplace_back(now, number_);
    } else {
        times_.back().second = number_;
    }
}

std::uint64_t Versioned::number_at(Time at) const {
    const auto later = std::upper_bound(times_.begin(), times_.end(), at,
                                        [](Time moment, const auto& entry) { return moment < entry.first; });
    return later == times_.begin() ? 0 : std::prev(later)->second;
}

std::optional<Versioned::Change> Versioned::change(std::size_t position, std::uint64_t since,
                                                   std::uint64_t until) const {
    const auto& versions = entries_[position];
    const auto newest_up_to = [&](std::uint64_t number) -> const Version* {
        const auto found = std::find_if(versions.rbegin(), versions.rend(),
                                        [&](const auto& version) { return version.number <= number; });
        return found == versions.rend() ? nullptr : &*found;
    };
    const auto* after = newest_up_to(until);
    if (after == nullptr || after->number <= since) return std::nullopt;
    const auto* before = newest_up_to(since);
    const auto object_of = [](const Version* version) {
        return version != nullptr && version->object ? &*version->object : nullptr;
    };
    return Change{ids_[position], object_of(before), object_of(after)};
}

const Versioned::Json* Versioned::version(const Versions& versions, Time at) {
    for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
        if (it->since <= at) return it->object ? &*it->object : nullptr;
    }
    return nullptr;
}

void Versioned::note_keys(const Json& object, std::size_t position, bool is_new) {
    const auto note = [&](std::string_view member, const Json& value) {
        if (!value.is_string()) return;
        auto& holders = by_key_[index_key(member, value.get_ref<const std::string&>())];
        if (is_new || std::find(holders.begin(), holders.end(), position) == holders.end()) holders.push_back(position);
    };
    for (const auto member : keys) {
        const auto it = object.find(member);
        if (it == object.end()) continue;
        if (it->is_array()) {
            for (const auto& value : *it) note(member, value);
        } else {
            note(member, *it);
        }
    }
}

}  // namespace regent::simulator
