#pragma once

#include "plan/object_work.hpp"

namespace regent::plan {

/// Attributes that are written by requests of their own: elements one by one, members of a set, or what one request
/// writes together.
void plan_parts(ObjectWork& work);

}  // namespace regent::plan
