#pragma once

#include "provider/graph/step_context.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <string>

namespace regent::provider::graph {

/// The service principal of `context` as it is right before a step writes lists of it or its keys, which Graph takes as
/// a whole: a certificate for SAML that somebody made meanwhile would be gone, and its private key with it. An error
/// (RG0706) when one of those lists is neither as it was read nor as this run wrote it. Null when the step writes none
/// of them, or it could not be read: the write will say why.
[[nodiscard]] tl::expected<nlohmann::json, ProviderError> unchanged_principal(const StepContext& context,
                                                                              const std::string& what);
/// To be called after it was written with `keys`, its `keyCredentials`.
void remember_principal(const StepContext& context, const nlohmann::json& keys);

[[nodiscard]] std::string principal_path(const std::string& app_id);

}  // namespace regent::provider::graph
