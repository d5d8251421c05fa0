#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace regent::provider::powerapps {

/// Undoes what the service does to a definition before it gives it back: its own tag at each operation, and, where only
/// the form that its gateway serves was to be had, the gateway's host and path in place of the API's (`service_url`).
void undo_service_changes(nlohmann::json& definition, std::string_view connector_name, std::string_view service_url);

}  // namespace regent::provider::powerapps
