#pragma once

#include "model/value.hpp"
#include "provider/graph/certificates_json.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <set>
#include <string>
#include <string_view>

namespace regent::provider::graph {

/// The `$select` of everything read_principal() looks at.
[[nodiscard]] std::string_view principal_members() noexcept;

/// What a service principal says itself: not what the directory copies from its application.
struct ServicePrincipal {
    std::string id;
    model::Map attributes;  ///< of the application, by path; tags are those of both but regent's
    ReadCertificates certificates;
};
/// The error says what is not as documented. https://learn.microsoft.com/graph/api/resources/serviceprincipal
using ReadPrincipal = tl::expected<ServicePrincipal, std::string>;
[[nodiscard]] ReadPrincipal read_principal(const nlohmann::json& principal);

/// The body of a PATCH of the properties in `changed`.
[[nodiscard]] nlohmann::json principal_body(const std::set<std::string, std::less<>>& changed,
                                            const model::Map& values);

}  // namespace regent::provider::graph
