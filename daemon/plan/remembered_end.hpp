#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <string>
#include <string_view>

namespace regent::plan {

/// Remembered of an object that is not written to: what its manifest says of its end, one of the words below. Beside
/// the attributes of History::last_applied.
///
/// On what regent writes, a mark says so. What is only watched, or was only to be created, is not written for its
/// mark's sake, and a connector's mark is part of its definition.
inline constexpr std::string_view end_said = "endSaid";
inline constexpr std::string_view end_prevented = "preventDelete", end_keeps = "keep";

/// Empty: nothing, or its marks say it. An object that is only watched stays when its manifest goes, unless that says
/// otherwise: whoever had nothing changed does not mean to have it deleted.
[[nodiscard]] std::string_view end_to_remember(const Item& item);
/// Empty: nothing is remembered.
[[nodiscard]] std::string remembered_end(const History& history, const model::Address& address);

/// What a person should know who wrote a protection that is not on the object; empty where there is none, or it is.
[[nodiscard]] std::string warning_of_unwritten_end(const Item& item);

}  // namespace regent::plan
