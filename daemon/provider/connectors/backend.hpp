#pragma once

#include "plan/plan.hpp"

#include <string>
#include <string_view>

namespace regent::provider::connectors {

/// Which service keeps the connector that `step` is about (model::backend). What is there counts before what is
/// wanted: a removal knows nothing else, and no step carries a connector from one service to another.
[[nodiscard]] std::string backend_of(const plan::Step& step);

/// For Writer::carries_out(): exactly one of the back ends says yes, and of one that is not there nobody takes the
/// place.
[[nodiscard]] bool is_kept_by(std::string_view backend, const plan::Step& step);

}  // namespace regent::provider::connectors
