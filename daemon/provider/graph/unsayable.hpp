#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace regent::provider::graph {

/// What is set on an application (as Graph shows it without `$select`) that read_application() does not look at, so
/// that nobody takes a manifest for the whole of it: "optionalClaims: {…}", "keyCredentials: a certificate …". What is
/// as it is on an application that nobody has touched, and what only the service writes, is no line. A member that
/// nobody here has heard of is one.
[[nodiscard]] std::vector<std::string> unsayable_of(const nlohmann::json& application);

}  // namespace regent::provider::graph
