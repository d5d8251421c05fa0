#pragma once

#include "plan/object_work.hpp"

namespace regent::plan {

/// Compares every attribute of the object, and lists what is there and no manifest declares. The result stands in
/// `work.compared` and in the object's line.
void find_differences(ObjectWork& work);

}  // namespace regent::plan
