#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace regent::plan {

/// What is remembered of a connector that is deleted to be made anew, until its successor has been shared: with whom,
/// and as long as it is not known to be deleted, which one it was. Beside the attributes of History::last_applied.
inline constexpr std::string_view shares_to_give_back = "sharesToGiveBack";

struct SharesToGiveBack {
    std::string of;  ///< the id of the one that is deleted; empty: it is gone
    model::Map shares;

    [[nodiscard]] model::Value remembered() const;
    [[nodiscard]] static std::optional<SharesToGiveBack> in(const model::Map& last_applied);
};

/// Adds to `items` the shares that a run which ended between deleting a connector and sharing its successor left for
/// the next one. Where a manifest says who may use it, that counts.
void give_shares_back(const History& history, Items& items);

/// Has `plan` forget what is remembered for nothing: the connector was not deleted after all, its manifest says who may
/// use it by now, or there is neither a manifest nor a connector any more.
void forget_shares_given_back(const History& history, const model::Snapshot& observed, const Items& items, Plan& plan);

/// Whether `step` gives a connector a share that no manifest declares, since the one had it whose place it takes.
[[nodiscard]] bool gives_share_back(const Plan& plan, const Step& step);

}  // namespace regent::plan
