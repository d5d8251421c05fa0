#pragma once

#include "model/attributes.hpp"
#include "model/value.hpp"

#include <string>

namespace regent::plan {

/// The part whose request writes `element` of a set with requests of its own:
/// "permissions.adminConsent.delegated/797f…", or the path alone where one request writes the whole. What is not known
/// yet is called by who brings it forth.
[[nodiscard]] std::string part_of_element(const model::Attribute& attribute, const model::Value& element);

/// The members of `list` that `part` writes.
[[nodiscard]] model::List elements_of_part(const model::Attribute& attribute, const std::string& part,
                                           const model::Value& list);

}  // namespace regent::plan
