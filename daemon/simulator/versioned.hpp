#pragma once

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace regent::simulator {

/// Objects by id, with their recent past: a late replica answers with what an object was some seconds ago, or does not
/// know it yet. What others name them by
/// (appId, uniqueName, identifierUris, …) is found without a walk.
class Versioned {
public:
    using Json = nlohmann::json;

    /// The object as a replica sees it that lags `lag` behind `now`; null pointer when it knows none. Valid until the
    /// next put() or erase() of the same id.
    [[nodiscard]] const Json* find(const std::string& id, Time now, std::chrono::seconds lag = {}) const;
    /// All objects that hold `value` in `member`, a text or a list of texts, whatever its case.
    [[nodiscard]] std::vector<const Json*> holders(std::string_view member, std::string_view value, Time now,
                                                   std::chrono::seconds lag = {}) const;
    /// Can holders() be asked for this member?
    [[nodiscard]] static bool is_key(std::string_view member);
    /// In the order of creation.
    [[nodiscard]] std::vector<const Json*> all(Time now, std::chrono::seconds lag = {}) const;

    /// What became of one object between two numbers: every put and erase has one, ascending.
    struct Change {
        std::string id;
        const Json* before = nullptr;  ///< null: it was not there, or nobody remembers
        const Json* after = nullptr;   ///< null: it is gone
    };
    /// The number of the last change that a replica has seen at `at`.
    [[nodiscard]] std::uint64_t number_at(Time at) const;
    /// Positions are those of creation. Nothing when the object there has not changed.
    [[nodiscard]] std::size_t positions() const noexcept { return entries_.size(); }
    [[nodiscard]] std::optional<Change> change(std::size_t position, std::uint64_t since, std::uint64_t until) const;
    /// Another one after a clear().
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

    void put(const std::string& id, Json object, Time now);
    void erase(const std::string& id, Time now);
    void clear();

private:
    struct Version {
        Time since;
        std::optional<Json> object;  ///< nothing: deleted
        std::uint64_t number;
    };
    using Versions = std::deque<Version>;

    static const Json* version(const Versions& versions, Time at);
    void number_next(Time now);
    void note_keys(const Json& object, std::size_t position, bool is_new);

    std::deque<Versions> entries_;
    std::vector<std::string> ids_;                       ///< by position
    std::vector<std::pair<Time, std::uint64_t>> times_;  ///< when which number was reached, both ascending
    std::uint64_t number_ = 0, generation_ = 0;
    std::unordered_map<std::string, std::size_t> positions_;
    /// "member=value" → who holds it now or held it once: an index forgets nothing, whoever asks it looks again.
    std::unordered_map<std::string, std::vector<std::size_t>> by_key_;
};

}  // namespace regent::simulator
