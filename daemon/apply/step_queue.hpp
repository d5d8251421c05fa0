#pragma once

#include "apply/applier.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace regent::apply {

/// Which step may begin, and what becomes of those that cannot: the order of work as a value, without threads. Not
/// thread-safe.
class StepQueue {
public:
    explicit StepQueue(const plan::Plan& plan);

    /// The next step that may begin: all it waits for is done, nothing is under way for its object; the lowest id
    /// first. Waits for a connector's identity and what comes after them are before all others: until then the
    /// connector cannot sign in. The step counts as under way until settle(). Null pointer: nothing can begin now.
    [[nodiscard]] const plan::Step* begin_next();
    /// Records how a step ended. Returns the steps that this decided without them ever beginning, each with its
    /// outcome: what waited for a failed step is skipped, for a waiting one is waiting, for a stopped one is stopped.
    std::vector<StepOutcome> settle(const StepOutcome& outcome);
    /// Ends everything that has not begun as stopped. What is under way still settles.
    std::vector<StepOutcome> stop_rest();

    [[nodiscard]] bool anything_under_way() const noexcept { return !under_way_.empty(); }
    /// One per step in the plan's order. Steps that nothing ever allowed to begin (a circle) are failed.
    [[nodiscard]] std::vector<StepOutcome> outcomes() const;

private:
    [[nodiscard]] bool can_begin(int id) const { return !busy_.contains(by_id_.at(id)->address); }
    void decide_dependants(int step, std::vector<StepOutcome>& decided);
    [[nodiscard]] std::optional<StepOutcome> verdict_on(const plan::Step& step) const;

    const std::vector<plan::Step>& steps_;
    std::map<int, const plan::Step*> by_id_;
    std::map<int, std::vector<int>> dependants_;
    std::map<int, std::size_t> open_;  ///< step → how many of the steps it waits for are not settled
    std::set<int> ready_;
    std::set<int> urgent_;  ///< steps that end a time in which a connector cannot sign in
    std::set<int> under_way_;
    std::set<model::Address> busy_;  ///< objects of the steps under way
    std::map<int, StepOutcome> settled_;
};

}  // namespace regent::apply
