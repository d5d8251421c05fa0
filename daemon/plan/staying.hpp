#pragma once

#include "plan/resolution.hpp"

#include <string>

namespace regent::plan {

/// Has `value`, which is an element of `attribute` in the tenant, stay as it is there, beside what the manifests list,
/// or instead of what they list under its `name` (empty in a set).
void keep_as_it_is(Item& item, ResolvedAttribute& attribute, const std::string& name, const model::Value& value);

}  // namespace regent::plan
