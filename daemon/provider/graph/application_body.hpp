#pragma once

#include "model/snapshot.hpp"
#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <set>
#include <string>

namespace regent::provider::graph {

using ChangedPaths = std::set<std::string, std::less<>>;

/// The body of a PATCH that writes the attributes `changed` of `values`, and nothing else: collections whole, an empty
/// text as null, nested objects with their changed members only. Permissions, tags and parts are left to others. The
/// two implicit grant settings travel together, the unchanged one as `values` or `observed` (may be null) say, since
/// nobody promises that objects merge at that depth.
[[nodiscard]] nlohmann::json application_body(const ChangedPaths& changed, const model::Map& values,
                                              const model::ObservedResource* observed);

/// Takes away what an application that is being created has anyway: members that are null.
void leave_out_nulls(nlohmann::json& body);

/// The body that writes one federated credential; `value` is {issuer, subject, audience, description}.
[[nodiscard]] nlohmann::json credential_body(const model::Value& value);

}  // namespace regent::provider::graph
