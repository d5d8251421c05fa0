#pragma once

#include "plan/resolution.hpp"

#include <string>

namespace regent::plan {

/// The application has this permission already, which its API took back since: by its name where it is disabled, by its
/// id alone where it is published no more. Whoever wrote the manifest made no mistake.
[[nodiscard]] bool was_asked_before(const model::Element& permission, const Item& item, const Items& items);

/// Has such a permission stay as it is there, so that the rest of the application can be had, and nobody consented to
/// it anew; what was consented to stays. Answers with what that means, the end of a sentence.
[[nodiscard]] std::string keep_as_asked(const model::Element& permission, Item& item, const Items& items);

}  // namespace regent::plan
