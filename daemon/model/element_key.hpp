#pragma once

#include "model/value.hpp"

namespace regent::model {

/// What tells an element of a set from the others, as one line: a text itself, a map's members in the order of their
/// names with blanks between ("797f4846-… user_impersonation delegated"). A Reference while one of the members is one.
[[nodiscard]] Value element_key(const Value& element);

}  // namespace regent::model
