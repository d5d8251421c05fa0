#pragma once

#include "plan/plan.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace regent::plan {

/// Steps under construction: each has a key, and names the keys it must come after. Names that lead nowhere are
/// ignored, so that a step can say "after the object was written, if it is written at all".
class StepGraph {
public:
    /// "Application/a", "Application/a complete", "Application/a federatedCredentials/x": one step each.
    [[nodiscard]] static std::string key(const model::Address& address, std::string_view part = {},
                                         std::string_view kind = {});

    /// Adds a step and returns it for filling in; the same key twice is the same step.
    Step& add(const std::string& key, const model::Address& address, std::string part, Work work);
    void after(const std::string& key, const std::string& earlier);
    /// The same, told by the earlier one: `later` may be added afterwards, or never.
    void before(const std::string& key, const std::string& later) { before_.emplace_back(key, later); }
    /// Comes after `earlier` unless that makes a circle of steps: what is better first, and does without.
    void after_if_possible(const std::string& key, const std::string& earlier) { soft_.emplace_back(key, earlier); }
    /// Puts each of `last`, one after the other, behind every one of `others` that does not wait for it, itself or by
    /// way of however many steps. So it makes no circle where there is none.
    void put_last(const std::vector<std::string>& last, const std::vector<std::string>& others);
    [[nodiscard]] bool has(const std::string& key) const { return drafts_.contains(key); }
    [[nodiscard]] std::vector<std::string> keys() const;

    /// Numbers the steps in an order of work: by wave (the longest way from the beginning), then by kind, name and
    /// part. Of a circle, which nobody should have made, the steps are there and wait for each other.
    [[nodiscard]] std::vector<Step> take();

private:
    struct Draft {
        Step step;
        std::vector<std::string> after;
        int wave = 0;
    };
    int wave_of(const std::string& key);
    std::map<std::string, Draft> drafts_;
    [[nodiscard]] bool is_behind(const std::string& key, const std::string& earlier) const;
    std::vector<std::pair<std::string, std::string>> before_;  ///< earlier, later
    std::vector<std::pair<std::string, std::string>> soft_;    ///< later, earlier
};

}  // namespace regent::plan
