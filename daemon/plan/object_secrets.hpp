#pragma once

#include "plan/object_work.hpp"

namespace regent::plan {

// What becomes of client secrets was decided for all objects together (plan_secrets()); here it is told in the object's
// line, and made into steps.

void describe_secrets(ObjectWork& work);
void plan_secret_steps(ObjectWork& work);

}  // namespace regent::plan
