#pragma once

#include "plan/secret_consumers.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace regent::plan {

/// One secret of a manifest beside what the tenant holds under its name.
struct NamedSecret {
    const model::Element* element = nullptr;
    std::vector<SecretConsumer> consumers;
    std::vector<model::ObservedSecret> valid;  ///< newest first
    std::set<std::string> others;              ///< keys of the application's other secrets that are valid

    [[nodiscard]] bool knows(const std::string& key_id) const;
    /// The newest that a consumer names: whoever names another one missed it, and its value is nowhere. Null: none.
    [[nodiscard]] const model::ObservedSecret* newest_named() const;
    /// The same of the consumers that this plan may give a secret.
    [[nodiscard]] const model::ObservedSecret* newest_of_written() const;
    /// The oldest first; what is newer than the newest that anybody names reached nobody.
    [[nodiscard]] std::vector<const model::ObservedSecret*> handed_on(const model::ObservedSecret& newest) const;
    [[nodiscard]] bool held_by_any(const std::string& key_id) const;
    [[nodiscard]] bool named_by_any(const std::string& key_id) const;
    [[nodiscard]] bool has_unknown() const;
    [[nodiscard]] bool has_written() const;
    /// Whether a consumer may hold `key_id`: it names it, or it holds something and names nothing that is there.
    [[nodiscard]] bool may_hold(const SecretConsumer& consumer, const std::string& key_id) const;
    [[nodiscard]] bool holds_another(const SecretConsumer& consumer) const;
    /// Nobody who is to have it names one that is there: it was handed to a place that the manifest does not say any
    /// more, or that has lost it. Who reads it from there, nobody can tell.
    [[nodiscard]] bool is_held_elsewhere() const;
    /// Whether that may be this one. Where no old ones stay beside new ones, what is newer than the oldest is what was
    /// issued in vain since.
    [[nodiscard]] bool may_be_elsewhere(const std::string& key_id) const;
    /// A connector says which one it holds, a place that is not looked at any more does not.
    [[nodiscard]] bool keeps_old_for_places() const;
    /// When those before `current` go: counted from its beginning, by what was said when it was issued, else by the
    /// manifest.
    [[nodiscard]] std::chrono::system_clock::time_point end_of_overlap(const model::ObservedSecret& current) const;
    /// Whether `secret` is within the time before its end in which it is renewed.
    [[nodiscard]] bool is_due(const model::ObservedSecret& secret, std::chrono::system_clock::time_point now) const;
};

/// What a manifest's clientSecrets element says of time.
[[nodiscard]] std::chrono::seconds seconds_of(const model::Element& secret, std::string_view member);

/// By its beginning; of two that began in one second by their key ids, so that the order is the same each time.
[[nodiscard]] bool is_newer(const model::ObservedSecret& a, const model::ObservedSecret& b);
/// Of two that began in one second the directory does not tell which came first: neither is taken early.
[[nodiscard]] bool may_precede(const model::ObservedSecret& secret, const model::ObservedSecret& current);

/// "web" (its key id), as people are told of one.
[[nodiscard]] std::string shown(const model::ObservedSecret& secret);
/// 2026-11-27
[[nodiscard]] std::string day_of(std::chrono::system_clock::time_point time);

}  // namespace regent::plan
