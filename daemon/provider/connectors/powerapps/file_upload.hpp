#pragma once

#include "plan/plan.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

#include <string>

namespace regent::provider::powerapps {

/// Uploads what the step sends of files, and puts their addresses into `options`. Names come from the content: uploads
/// at the same time cannot collide.
[[nodiscard]] tl::expected<void, ProviderError> upload_files(PowerAppsClient& client, const plan::Step& step,
                                                             const StepInput& input, const std::string& environment,
                                                             WriteOptions& options);

}  // namespace regent::provider::powerapps
