#pragma once

#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <vector>

namespace regent::plan {

/// Whether `object` is the application that regent signs in as.
[[nodiscard]] bool is_own_application(const model::ObservedResource& object, const model::Snapshot& observed);

/// The application that regent signs in as, to be withheld when its manifest would take something away that regent may
/// be signing in by: a certificate, a trusted token, a permission, the account itself. Which of them is in use nobody
/// can tell from the directory, and the run that takes it away is the last one: nothing could bring it back.
[[nodiscard]] std::vector<Withheld> changes_to_own_sign_in(const model::Snapshot& observed, const Items& items);

}  // namespace regent::plan
