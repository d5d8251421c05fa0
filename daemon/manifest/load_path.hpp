#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace regent::manifest {

/// Resolves `relative`, as written in `file`, to a path from the repository's root: "base/arm.regent.yaml" and
/// "openapi/arm.json" give "base/openapi/arm.json"; the root itself is "". The error says in a phrase what is wrong
/// with it: "leaves the repository", "is absolute".
[[nodiscard]] tl::expected<std::string, std::string> repository_path(std::string_view file, std::string_view relative);

}  // namespace regent::manifest
