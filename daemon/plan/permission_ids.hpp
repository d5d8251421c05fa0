#pragma once

#include "model/address.hpp"
#include "model/environment.hpp"

#include <string>
#include <string_view>

namespace regent::plan {

/// The id that a scope or a role of `application` gets when the manifest pins none and the tenant holds none of that
/// name: a UUIDv5 (RFC 9562, 5.5) of `<owner>.<environment>.<application>/<name>`, the application's key and the name
/// that tokens carry. So others can ask for a permission before there is an application that exposes it, and a run
/// that is killed and done again makes the same one.
///
/// Scopes and roles share the space: a name stands for one permission of an application, and a scope and a role may
/// have the same name only when they have the same id.
/// https://learn.microsoft.com/graph/api/resources/approle
[[nodiscard]] std::string derived_permission_id(const model::Environment& environment,
                                                const model::Address& application, std::string_view name);

}  // namespace regent::plan
