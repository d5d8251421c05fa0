#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace regent::provider::connectors {

/// Gives `definition` the scheme, host and path of `service_url`; nothing is done with a URL that is none.
void put_service_url(nlohmann::json& definition, std::string_view service_url);

/// Requests go to `service_url` (backendService.serviceUrl), which can be saved without the definition: where the two
/// disagree, `definition` is given the place that counts, and a member `x-place-of-definition` with the one it had, so
/// that it is none of a manifest whichever of the two somebody changed.
void tell_service_url(nlohmann::json& definition, std::string_view service_url);

/// Takes that member out of the text of a definition again, which nobody is to find in a file, and says what it held;
/// empty, and `definition` as it was, when there is none.
[[nodiscard]] std::string take_other_place(std::string& definition);

/// The same in a definition that is sent back to a service, where nobody is to find it either. The place that counts
/// stays: services refuse a definition that disagrees with the URL which is sent along.
void leave_out_other_place(nlohmann::json& definition);

}  // namespace regent::provider::connectors
