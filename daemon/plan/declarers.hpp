#pragma once

#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <string>
#include <string_view>

namespace regent::plan {

/// Remembered of an object: the repositories whose manifests declared it, a list of what source::name_of_folder() calls
/// them. Beside the attributes of History::last_applied.
///
/// The database is one for all repositories of a user, and what it keeps is filed under the owner's name: two that name
/// no owner share it, and each would take what the other one made for something that left its own manifests.
inline constexpr std::string_view declared_by = "declaredBy";

/// Of many only the last few are kept: one more than `repository` says as much as a hundred. An empty one is nobody.
void add_declarer(const std::string& repository, model::Map& remembered);

/// Whether `repository` is among those that declared an object of which `remembered` is kept, as far as that says who
/// did. Not after read_as().
[[nodiscard]] bool may_have_declared(const std::string& repository, const model::Map& remembered);

/// Has `history` say of each object what its list means for a plan of `repository`: whether that is in it, and who
/// else. For an empty one, whose name could not be read, it says who else only.
void read_as(const std::string& repository, History& history);

/// Whether what was read so lacks the repository that it was read as.
[[nodiscard]] bool is_news_of_declarer(const model::Map& remembered);

/// Why an object that no manifest declares any more may not be this repository's: "no run on this machine knew it".
/// Empty when it is, as far as the history was read as somebody.
[[nodiscard]] std::string doubt_of_origin(const History& history, const model::Address& address);

/// Says of each object that is there and is to be changed who else declared it, where the Environment names no owner:
/// two repositories keep it then, and each undoes without a word what the other one writes.
void warn_of_other_declarers(const DesiredGraph& desired, const History& history, Plan& plan);

}  // namespace regent::plan
