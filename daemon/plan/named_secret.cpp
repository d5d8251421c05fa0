#include "plan/named_secret.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace regent::plan {
namespace {

using model::ObservedSecret;
using std::chrono::seconds;

template <typename Which>
const ObservedSecret* newest_of(const NamedSecret& named, const Which& counts) {
    for (const auto& secret : named.valid) {
        for (const auto& consumer : named.consumers) {
            if (counts(consumer) && consumer.key_id == secret.key_id) return &secret;
        }
    }
    return nullptr;
}

}  // namespace

bool NamedSecret::knows(const std::string& key_id) const {
    return std::any_of(valid.begin(), valid.end(), [&](const auto& s) { return s.key_id == key_id; });
}

const ObservedSecret* NamedSecret::newest_named() const {
    return newest_of(*this, [](const auto&) { return true; });
}

const ObservedSecret* NamedSecret::newest_of_written() const {
    return newest_of(*this, [](const auto& consumer) { return consumer.written; });
}

std::vector<const ObservedSecret*> NamedSecret::handed_on(const ObservedSecret& newest) const {
    std::vector<const ObservedSecret*> found;
    for (const auto& secret : valid)
        if (!is_newer(secret, newest)) found.insert(found.begin(), &secret);
    return found;
}

bool NamedSecret::held_by_any(const std::string& key_id) const {
    return may_be_elsewhere(key_id) ||
           std::any_of(consumers.begin(), consumers.end(), [&](const auto& c) { return may_hold(c, key_id); });
}

bool NamedSecret::named_by_any(const std::string& key_id) const {
    return std::any_of(consumers.begin(), consumers.end(), [&](const auto& c) { return c.key_id == key_id; });
}

bool NamedSecret::has_unknown() const {
    return std::any_of(consumers.begin(), consumers.end(), [](const auto& c) { return c.unknown; });
}

bool NamedSecret::has_written() const {
    return std::any_of(consumers.begin(), consumers.end(), [](const auto& c) { return c.written; });
}

bool NamedSecret::may_hold(const SecretConsumer& consumer, const std::string& key_id) const {
    return consumer.key_id == key_id || (consumer.may_hold && !knows(consumer.key_id) && !holds_another(consumer));
}

bool NamedSecret::holds_another(const SecretConsumer& consumer) const {
    return !consumer.in_doubt && others.contains(consumer.key_id);
}

bool NamedSecret::is_held_elsewhere() const {
    return !valid.empty() && newest_named() == nullptr &&
           !std::all_of(consumers.begin(), consumers.end(), [&](const auto& c) { return holds_another(c); });
}

bool NamedSecret::may_be_elsewhere(const std::string& key_id) const {
    return is_held_elsewhere() && (keeps_old_for_places() || valid.back().key_id == key_id);
}

bool NamedSecret::keeps_old_for_places() const {
    const bool keeps_old = seconds_of(*element, "keepOldSeconds") > seconds(0) ||
                           std::any_of(valid.begin(), valid.end(), [](const auto& s) { return s.keeps_old; });
    return keeps_old && std::any_of(consumers.begin(), consumers.end(), [](const auto& c) { return c.target; });
}

std::chrono::system_clock::time_point NamedSecret::end_of_overlap(const ObservedSecret& current) const {
    return current.starts_at + current.keeps_old.value_or(seconds_of(*element, "keepOldSeconds"));
}

bool NamedSecret::is_due(const ObservedSecret& secret, std::chrono::system_clock::time_point now) const {
    return secret.ends_at - now <= seconds_of(*element, "rotateBeforeSeconds");
}

std::chrono::seconds seconds_of(const model::Element& secret, std::string_view member) {
    const auto* value = secret.value.find(member);
    const auto* held = value == nullptr ? nullptr : value->as_integer();
    return seconds(held == nullptr ? 0 : *held);
}

bool is_newer(const ObservedSecret& a, const ObservedSecret& b) {
    return std::tie(a.starts_at, a.key_id) > std::tie(b.starts_at, b.key_id);
}

bool may_precede(const ObservedSecret& secret, const ObservedSecret& current) {
    return secret.starts_at <= current.starts_at;
}

std::string shown(const ObservedSecret& secret) {
    return fmt::format("\"{}\" ({})", secret.name.empty() ? secret.display_name : secret.name, secret.key_id);
}

std::string day_of(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace regent::plan
