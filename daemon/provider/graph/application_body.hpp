#pragma once

#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>

namespace regent::provider::graph {

/// Takes away what an application that is being created has anyway: members that are null.
void leave_out_nulls(nlohmann::json& body);

/// The body that writes one federated credential; `value` is {issuer, subject, audience, description}.
[[nodiscard]] nlohmann::json credential_body(const model::Value& value);

}  // namespace regent::provider::graph
