#pragma once

#include "model/value.hpp"

#include <string>
#include <string_view>

namespace regent::store {

/// The text for the column `attributes` of an object of `kind`. Keeps what the kind's table describes as readable:
/// write-only attributes, attributes that no table knows, and values that still hold a Reference are left out.
[[nodiscard]] std::string to_applied_json(std::string_view kind, const model::Map& values);

/// The way back. Text that is no JSON object reads as "nothing remembered".
[[nodiscard]] model::Map from_applied_json(std::string_view text);

}  // namespace regent::store
