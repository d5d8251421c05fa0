#pragma once

#include "plan/plan.hpp"

#include <string>
#include <string_view>

namespace regent::plan {

/// Remembered of an application, beside the attributes of History::last_applied: which of its keys each place of a
/// `deliverTo` was handed last, a map from model::delivery_id() to the key's id. A place says itself what it holds;
/// this is for when it cannot be looked at.
inline constexpr std::string_view handed_over = "handedOver";

void note_handed_over(model::Map& remembered, const std::string& place, const std::string& key_id);
/// The key of `application` that `place` was handed last; empty: none that is known.
[[nodiscard]] std::string handed_over_to(const History& history, const model::Address& application,
                                         const std::string& place);

}  // namespace regent::plan
