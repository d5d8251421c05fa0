#pragma once

#include "model/snapshot.hpp"
#include "provider/graph/application_marks.hpp"
#include "provider/graph/application_properties.hpp"
#include "provider/graph/permissions_catalogue.hpp"
#include "provider/graph/principal_json.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace regent::provider::graph {

/// The `$select` of everything read_application() looks at.
[[nodiscard]] std::string application_members(const Paths& on_demand);

/// An application as Graph shows it, in the model's terms; `federatedIdentityCredentials` must be in it. Address,
/// ownership and service principal are left to others. A member that is missing though it was asked for is an error and
/// not an empty value, since planning would take the emptiness for the truth; null is empty. Of the attributes that are
/// read on demand those in `on_demand` are.
[[nodiscard]] tl::expected<model::ObservedResource, std::string> read_application(const nlohmann::json& application,
                                                                                  const PermissionNames& names,
                                                                                  const Paths& on_demand = {});

/// Notes the service principal; null pointer: there is none.
void set_service_principal(model::ObservedResource& resource, const ServicePrincipal* principal);

/// What `application` (or a body that is sent) asks for in `requiredResourceAccess`, by API, id and type as Graph
/// writes them, in one order: names go over to other ids, and what was read with a name would then be compared with
/// another permission.
[[nodiscard]] std::string asked_permissions(const nlohmann::json& application);

namespace provider_data {
inline constexpr std::string_view tags = "tags";                           ///< all tags, as a JSON list
inline constexpr std::string_view unique_name = "uniqueName";              ///< empty: none
inline constexpr std::string_view previous_names = "previousNames";        ///< ",a,b,": of one that is remembered only
inline constexpr std::string_view asked_permissions = "askedPermissions";  ///< as the function of this name says it
}  // namespace provider_data

}  // namespace regent::provider::graph
