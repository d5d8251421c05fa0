#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace regent::plan {

/// What is remembered of a connector that is deleted to be made anew, until its successor has it: with whom it was
/// shared, its settings, and as long as it is not known to be deleted, which one it was. Beside the attributes of
/// History::last_applied. Databases have called it so since it was of shares alone.
inline constexpr std::string_view to_give_back = "sharesToGiveBack";

struct ToGiveBack {
    std::string of;  ///< the id of the one that is deleted; empty: it is gone
    model::Map shares;
    model::Map settings;      ///< by attribute path
    model::List lost_keys{};  ///< headers of its policies that had a key: of a key nothing is remembered

    [[nodiscard]] bool is_empty() const noexcept { return shares.empty() && settings.empty() && lost_keys.empty(); }
    [[nodiscard]] model::Value remembered() const;
    [[nodiscard]] static std::optional<ToGiveBack> in(const model::Map& last_applied);
};

/// Of a connector that is `deleted` to be made anew with the values `sent`: what the new one has from the old one.
[[nodiscard]] ToGiveBack left_by(const model::ObservedResource& deleted, const model::Map& sent, model::Map shares);

/// Adds to `items` what a run which ended between deleting a connector and sharing its successor left for the next one.
/// Where a manifest says it, that counts.
void give_back(const History& history, Items& items);

/// Has `plan` forget what is remembered for nothing: the connector was not deleted after all, its manifest says who may
/// use it by now, or there is neither a manifest nor a connector any more.
void forget_what_was_left(const History& history, const model::Snapshot& observed, const Items& items, Plan& plan);

/// Whether `step` gives a connector a share that no manifest declares, since the one had it whose place it takes.
[[nodiscard]] bool gives_share_back(const Plan& plan, const Step& step);

}  // namespace regent::plan
