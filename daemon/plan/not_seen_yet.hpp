#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// How old an answer of Power Apps may be at most, for all that is known: nobody says, and "some minutes" is what its
/// documentation has people wait after a save.
inline constexpr std::chrono::minutes oldest_answer{10};

/// Remembered of an application beside the attributes of History::last_applied: when a run made it, or took it out of
/// the recycle bin, in seconds since 1970. History::made_at has it as a time.
inline constexpr std::string_view time_made = "madeAt";

/// Under which History::made_at has when the client secret with this key was issued.
[[nodiscard]] model::Address issued_secret(const std::string& key_id);
/// When regent made `what`; unset: nobody remembers, or it is `lately` ago or longer.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> made_lately(
    const model::Address& what, const History& history, std::chrono::system_clock::time_point now,
    std::chrono::seconds lately);
/// 09:02:11 UTC
[[nodiscard]] std::string clock_text(std::chrono::system_clock::time_point time);

/// What regent made a moment ago and no answer shows: connectors of Power Apps less than `oldest_answer` ago, and
/// applications, which the recycle bin does not show either, less than `replication_grace` ago. They may be there all
/// the same. A connector has no key of our choosing: a second one would be made, and the first be nobody's. An
/// application has one; but its secrets would be issued a second time, for everybody who has them. Until then they are
/// left alone, with all that hangs on them; a secret that an application does not show: see waits() in secret_work.hpp.
/// What was made earlier no answer is too old to show: somebody deleted it, and it is made again at once.
[[nodiscard]] std::vector<Withheld> not_seen_yet(const Items& items, const History& history,
                                                 std::chrono::system_clock::time_point now,
                                                 std::chrono::seconds replication_grace);

}  // namespace regent::plan
