#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <chrono>
#include <vector>

namespace regent::plan {

/// How old an answer of Power Apps may be at most, for all that is known: nobody says, and "some minutes" is what its
/// documentation has people wait after a save.
inline constexpr std::chrono::minutes oldest_answer{10};

/// Connectors of Power Apps that regent made less than `oldest_answer` ago and that no answer shows. They may be there
/// all the same, and as they have no key of our choosing a second one would be made, and the first be nobody's. Until
/// then they are left alone, with all that hangs on them. What was made earlier no answer is too old to show: somebody
/// deleted it, and it is made again at once.
[[nodiscard]] std::vector<Withheld> not_seen_yet(const Items& items, const History& history,
                                                 std::chrono::system_clock::time_point now);

}  // namespace regent::plan
