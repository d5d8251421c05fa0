#include "apply/applied_values.hpp"

#include "model/attributes.hpp"
#include "plan/declarers.hpp"
#include "plan/given_back.hpp"
#include "plan/handed_over.hpp"
#include "plan/not_seen_yet.hpp"
#include "plan/seen_only.hpp"
#include "plan/set_parts.hpp"
#include "plan/vouching.hpp"

#include <algorithm>

namespace regent::apply {
namespace {

const model::Attribute* row_of(const plan::Step& step, std::string_view path) {
    const auto* table = model::attributes_of(step.address.kind);
    return table == nullptr ? nullptr : table->find(path);
}

/// The bytes of files are not remembered: that they are the same says their digest.
model::Value remembered(const plan::Step& step, std::string_view path, const model::Value& value) {
    const auto* row = row_of(step, path);
    return row == nullptr ? value : without_sent_member(*row, value);
}

/// Whether the tenant held `value` already. What the service means by absence is absent from what was read.
bool is_there(const plan::Step& step, const std::string& path, const model::Value& value) {
    const auto& observed = *step.observed;
    if (const auto found = observed.attributes.find(path); found != observed.attributes.end())
        return found->second == value;
    const auto* row = row_of(step, path);
    return row != nullptr && says_nothing(*row, value) && !observed.unreadable.contains(path);
}

/// Whether the step writes to an application that was there, and was found by its key alone.
bool was_found(const plan::Step& step) {
    return step.address.kind == model::kind::application && step.observed != nullptr &&
           step.observed->ownership == model::Ownership::ours;
}

/// Remembers `now` at `path`, and which of its elements were there before, and neither a manifest nor an earlier run
/// had asked for: only what was added is known to be asked for.
void remember_list(model::Map& known, const std::string& path, const model::Value& before, model::Value now) {
    const auto contains = [](const model::List& list, const model::Value& key) {
        return std::find(list.begin(), list.end(), key) != list.end();
    };
    const auto there = plan::keys_of(before);
    const auto* seen_before = plan::seen_only_in(known, path);
    const auto remembered = known.find(path);
    const auto applied = remembered == known.end() ? model::List{} : plan::keys_of(remembered->second);
    model::List seen;
    for (const auto& key : plan::keys_of(now)) {
        const bool was_asked_for = contains(applied, key) && (seen_before == nullptr || !contains(*seen_before, key));
        if (contains(there, key) && !was_asked_for) seen.push_back(key);
    }
    plan::note_seen_only(known, path, std::move(seen));
    known.insert_or_assign(path, std::move(now));
}

model::Value principal_in(const model::Map& known) {
    const auto principal = known.find(plan::principal_id);
    return principal == known.end() ? model::Value{} : principal->second;
}

}  // namespace

std::pair<std::string, std::string> split_part(const std::string& part) {
    const auto slash = part.find('/');
    if (slash == std::string::npos) return {part, ""};
    return {part.substr(0, slash), part.substr(slash + 1)};
}

AppliedValues::AppliedValues(const plan::Plan& plan, std::map<model::Address, model::Map> last_applied,
                             std::string repository)
    : known_(std::move(last_applied)), repository_(std::move(repository)) {
    std::map<model::Address, model::Map> shares_of;
    for (const auto& step : plan.steps) {
        if (step.work == plan::Work::add) added_.emplace(step.address, step.part);
        const auto shares = step.values.find(model::path::shares);
        const auto [path, id] = split_part(step.part);
        if (step.work != plan::Work::add || path != model::path::shares || shares == step.values.end()) continue;
        if (const auto* share = shares->second.find(id)) shares_of[step.address].insert_or_assign(id, *share);
    }
    for (const auto& step : plan.steps) {
        if (step.work != plan::Work::remove || step.observed == nullptr) continue;
        if (step.address.kind != model::kind::connector || !step.part.empty()) continue;
        const auto made = std::find_if(plan.steps.begin(), plan.steps.end(), [&, &gone = step](const auto& other) {
            return other.work == plan::Work::create && other.address == gone.address && other.part.empty();
        });
        if (made == plan.steps.end()) continue;
        auto left = plan::left_by(*step.observed, made->values, std::move(shares_of[step.address]));
        if (!left.is_empty()) carried_.insert_or_assign(step.address, std::move(left));
    }
}

const model::Map& AppliedValues::record(const plan::Step& step, std::chrono::system_clock::time_point now) {
    auto& known = known_[step.address];
    if (known.empty() && was_found(step)) known.emplace(plan::found_by_key, true);
    if (const auto removed = known.find(plan::removed_here); removed != known.end()) known.erase(removed);
    // What was handed to somebody is no property of the object.
    const bool delivery = step.part.starts_with(std::string(model::path::secret_deliveries) + "/");
    if (step.work == plan::Work::await || delivery) return known;
    if (step.part.empty()) {
        record_object(step, now, known);
    } else {
        record_part(step, known);
        record_given_back(step, known);
    }
    plan::add_declarer(repository_, known);
    return known;
}

const model::Map& AppliedValues::record_handing_over(const plan::Step& step, const std::string& key_id) {
    auto& known = known_[step.address];
    const auto place = step.values.find(model::path::secret_deliveries);
    if (place != step.values.end()) plan::note_handed_over(known, model::delivery_id(place->second), key_id);
    return known;
}

const model::Map* AppliedValues::before_removal(const plan::Step& step) {
    if (step.observed == nullptr || step.address.kind != model::kind::connector || !step.part.empty()) return nullptr;
    const auto left = carried_.find(step.address);
    if (left == carried_.end() && !known_.contains(step.address)) return nullptr;
    auto& known = known_[step.address];
    if (left != carried_.end()) known.insert_or_assign(std::string(plan::to_give_back), left->second.remembered());
    return &known;
}

const model::Map& AppliedValues::give_up(const plan::Step& step) {
    auto& known = known_[step.address];
    record_given_back(step, known);
    return known;
}

const model::Map* AppliedValues::forget(const model::Address& address) {
    const auto it = known_.find(address);
    if (it == known_.end()) return nullptr;
    auto left = plan::ToGiveBack::in(it->second);
    const bool is_known_one =
        address.kind == model::kind::application && !it->second.empty() && !it->second.contains(plan::found_by_key);
    const auto principal = principal_in(it->second);
    known_.erase(it);
    if (!left && !is_known_one) return nullptr;
    auto& known = known_[address];
    if (is_known_one) known.emplace(plan::removed_here, true);
    if (is_known_one && !principal.is_null()) known.emplace(plan::principal_id, principal);
    if (!left) return &known;
    left->of.clear();
    known.emplace(plan::to_give_back, left->remembered());
    return &known;
}

/// One that was given, or is taken away, need not be given any more.
void AppliedValues::record_given_back(const plan::Step& step, model::Map& known) {
    const auto [path, id] = split_part(step.part);
    auto left = plan::ToGiveBack::in(known);
    if (path != model::path::shares || !left) return;
    left->shares.erase(id);
    left->settings.clear();
    left->lost_keys.clear();
    if (left->is_empty()) {
        known.erase(std::string(plan::to_give_back));
    } else {
        known.insert_or_assign(std::string(plan::to_give_back), left->remembered());
    }
}

void AppliedValues::record_object(const plan::Step& step, std::chrono::system_clock::time_point now,
                                  model::Map& known) {
    if (step.work == plan::Work::create) {
        const bool found = step.restore && known.contains(plan::found_by_key);
        auto left = plan::ToGiveBack::in(known);
        const auto principal = step.restore ? principal_in(known) : model::Value{};
        known.clear();
        if (!principal.is_null()) known.emplace(plan::principal_id, principal);
        if (found) known.emplace(plan::found_by_key, true);
        if (step.address.kind == model::kind::application)
            known.emplace(plan::time_made, std::int64_t{std::chrono::system_clock::to_time_t(now)});
        // It has the settings now, and is still to be shared.
        if (left && !left->shares.empty()) {
            left = plan::ToGiveBack{{}, std::move(left->shares), {}};
            known.emplace(plan::to_give_back, left->remembered());
        }
    }
    if (step.work == plan::Work::adopt) known.erase(std::string(plan::found_by_key));
    for (const auto& path : step.changed) {
        const auto value = step.values.find(path);
        if (value == step.values.end()) {
            known.erase(path);
        } else {
            remember_list(known, path, value_before(step, path, known), remembered(step, path, value->second));
        }
        touched_.emplace(step.address, path);
    }
    if (step.observed == nullptr) return;
    // What the manifest asks for and the tenant had already is remembered as well, as after an adoption.
    for (const auto& [path, value] : step.values) {
        if (is_there(step, path, value)) remember_list(known, path, value, remembered(step, path, value));
    }
}

void AppliedValues::record_part(const plan::Step& step, model::Map& known) {
    const auto [path, element] = split_part(step.part);
    const auto* row = row_of(step, path);
    if (row != nullptr && row->one_by_one) return record_member(step, path, known);
    if (!element.empty() && (row == nullptr || row->compare == model::Compare::named))
        return record_element(step, path, element, known);
    // What has a part to itself is called by its path.
    auto paths = step.changed;
    if (paths.empty()) paths.insert(path);
    for (const auto& changed : paths) {
        const auto* attribute = row_of(step, changed);
        const auto value = step.values.find(changed);
        if (attribute != nullptr && attribute->compare == model::Compare::set && attribute->part.empty()) {
            record_group(step, *attribute, known);
        } else if (value != step.values.end()) {
            known.insert_or_assign(changed, remembered(step, changed, value->second));
        } else {
            known.insert_or_assign(changed, step.work != plan::Work::drop);
        }
    }
}

/// One member of a set that was added or taken away by a request of its own.
void AppliedValues::record_member(const plan::Step& step, const std::string& path, model::Map& known) {
    const auto before = value_before(step, path, known);
    auto members = before.as_list() == nullptr ? model::List{} : *before.as_list();
    touched_.emplace(step.address, path);
    const auto wanted = step.values.find(path);
    const auto* list = wanted == step.values.end() ? nullptr : wanted->second.as_list();
    for (const auto& member : list == nullptr ? model::List{} : *list) {
        std::erase(members, member);
        if (step.work != plan::Work::drop) members.push_back(member);
    }
    std::sort(members.begin(), members.end());
    remember_list(known, path, before, std::move(members));
}

/// Of a set that several requests write, what this one writes; the rest is as it was.
void AppliedValues::record_group(const plan::Step& step, const model::Attribute& attribute, model::Map& known) {
    const std::string path(attribute.path);
    const auto before = value_before(step, path, known);
    model::List elements;
    if (before.as_list() != nullptr) {
        for (const auto& element : *before.as_list()) {
            if (plan::part_of_element(attribute, element) != step.part) elements.push_back(element);
        }
    }
    touched_.emplace(step.address, path);
    if (const auto wanted = step.values.find(path);
        wanted != step.values.end() && wanted->second.as_list() != nullptr) {
        for (const auto& element : *wanted->second.as_list()) elements.push_back(element);
    }
    remember_list(known, path, before, std::move(elements));
}

/// What the attribute held before the step: what an earlier step of this run left, or what was observed.
model::Value AppliedValues::value_before(const plan::Step& step, const std::string& path,
                                         const model::Map& known) const {
    const bool from_run = touched_.contains({step.address, path}) || step.observed == nullptr;
    const auto& map = from_run ? known : step.observed->attributes;
    const auto it = map.find(path);
    return it == map.end() ? model::Value{} : it->second;
}

void AppliedValues::record_element(const plan::Step& step, const std::string& path, const std::string& element,
                                   model::Map& known) {
    // Elements that other manifests or nobody declared are part of what was there when we were done, or they would look
    // like changes made outside in the next run: so the collection begins with what was observed.
    const auto before = value_before(step, path, known);
    auto elements = before.as_map() == nullptr ? model::Map{} : *before.as_map();
    touched_.emplace(step.address, path);

    const auto wanted = step.values.find(path);
    const auto* value = wanted == step.values.end() ? nullptr : wanted->second.find(element);
    if (step.work == plan::Work::drop) {
        // The old key of a secret that is rotated goes under the name that its new key has.
        if (!added_.contains({step.address, step.part})) elements.erase(element);
    } else if (value != nullptr) {
        elements.insert_or_assign(element, *value);
    }
    remember_list(known, path, before, std::move(elements));
}

}  // namespace regent::apply
