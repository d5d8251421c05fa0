#pragma once

#include "model/value.hpp"
#include "plan/plan.hpp"
#include "provider/connectors/step_errors.hpp"
#include "provider/provider.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace regent::provider::powerapps {

/// What the service calls the connector that a step writes to; empty when it is still to be made.
[[nodiscard]] std::string connector_name(const plan::Step& step, const StepInput& input);

/// Where the object is, which for a removal only the tenant knows.
[[nodiscard]] std::string environment_of(const plan::Step& step);

/// What the service says of `connector` for steps that wait for it.
[[nodiscard]] StepResult result_of(const nlohmann::json& connector);

void tell_progress(const StepInput& input, std::string_view words);

using connectors::bug;
using connectors::error_of;
using connectors::interrupted;

}  // namespace regent::provider::powerapps
