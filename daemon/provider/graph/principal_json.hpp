#pragma once

#include "model/snapshot.hpp"
#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <set>
#include <string>
#include <string_view>

namespace regent::provider::graph {

/// The `$select` of everything read_principal() looks at.
[[nodiscard]] std::string_view principal_members() noexcept;

/// Takes the service principal's own properties into the application's `resource`: not those that the directory copies
/// from the application. Tags are shown together with the application's; regent's are left out. The error says what is
/// not as documented. https://learn.microsoft.com/graph/api/resources/serviceprincipal
[[nodiscard]] tl::expected<void, std::string> read_principal(const nlohmann::json& principal,
                                                             model::ObservedResource& resource);

/// The body of a PATCH of the properties in `changed`.
[[nodiscard]] nlohmann::json principal_body(const std::set<std::string, std::less<>>& changed,
                                            const model::Map& values);

}  // namespace regent::provider::graph
