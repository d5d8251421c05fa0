#pragma once

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// Objects by id, with their recent past: a late replica answers with what an object was some seconds ago, or does not
/// know it yet.
class Versioned {
public:
    using Json = nlohmann::json;

    /// The object as a replica sees it that lags `lag` behind `now`; null pointer when it knows none.
    [[nodiscard]] const Json* find(const std::string& id, Time now, std::chrono::seconds lag = {}) const {
        const auto it = objects_.find(id);
        return it == objects_.end() ? nullptr : version(it->second, now - lag);
    }
    [[nodiscard]] std::vector<const Json*> all(Time now, std::chrono::seconds lag = {}) const {
        std::vector<const Json*> found;
        for (const auto& id : order_) {
            if (const auto* object = find(id, now, lag)) found.push_back(object);
        }
        return found;
    }
    void put(const std::string& id, Json object, Time now) {
        auto& versions = objects_[id];
        if (versions.empty()) order_.push_back(id);
        versions.push_back({now, std::move(object)});
        while (versions.size() > 16) versions.pop_front();
    }
    void erase(const std::string& id, Time now) {
        const auto it = objects_.find(id);
        if (it != objects_.end()) it->second.push_back({now, std::nullopt});
    }
    void clear() {
        objects_.clear();
        order_.clear();
    }
    [[nodiscard]] std::size_t size(Time now) const { return all(now).size(); }

private:
    struct Version {
        Time since;
        std::optional<Json> object;  ///< nothing: deleted
    };
    static const Json* version(const std::deque<Version>& versions, Time at) {
        for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
            if (it->since <= at) return it->object ? &*it->object : nullptr;
        }
        return nullptr;
    }
    std::map<std::string, std::deque<Version>> objects_;
    std::vector<std::string> order_;  ///< of creation: the order of lists
};

}  // namespace regent::simulator
