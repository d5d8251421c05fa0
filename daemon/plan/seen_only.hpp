#pragma once

#include "model/value.hpp"

#include <string_view>

namespace regent::plan {

/// Where it is remembered, beside the attributes of an object, which elements of its lists no manifest asked for: a map
/// from path to the elements of a set, or the names of named ones.
inline constexpr std::string_view seen_only = "seenOnly";

/// Those of the list at `path`; null when all that is remembered of it was asked for. A list is remembered as it was
/// there, and what somebody takes away of it is put back as a change made outside only where a manifest had asked for
/// it: else whoever asks for it first asks for something new.
[[nodiscard]] const model::List* seen_only_in(const model::Map& remembered, std::string_view path);

/// Notes which elements of the list at `path` were seen only; none: `elements` is empty.
void note_seen_only(model::Map& remembered, std::string_view path, model::List elements);

/// The elements of a list as they are noted: those of a set, the names of a map. Empty for anything else.
[[nodiscard]] model::List keys_of(const model::Value& list);

}  // namespace regent::plan
