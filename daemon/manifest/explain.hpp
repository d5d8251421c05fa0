#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace regent::manifest {

/// Several lines about an error code ("RG0204"), a kind ("Application") or a field ("Application.spec.redirectUris");
/// nothing when there is no such thing. Lines are at most 80 characters wide, in ASCII where the subject allows it.
[[nodiscard]] std::optional<std::string> explain(std::string_view what);

/// What to say when explain() knows nothing: "nothing is called `RG0240`; did you mean `RG0204`?".
[[nodiscard]] std::string explain_nothing_found(std::string_view what);

}  // namespace regent::manifest
