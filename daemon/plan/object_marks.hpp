#pragma once

#include "plan/object_work.hpp"

namespace regent::plan {

/// Which marks the object is to carry: what regent writes down on it, because nothing else can be asked later. The
/// result stands in `work.marks`.
void plan_marks(ObjectWork& work);

}  // namespace regent::plan
