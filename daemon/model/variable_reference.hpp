#pragma once

#include <string_view>

namespace regent::model {

/// `@environmentVariables("contoso_Host")`: an environment variable of a solution, which the service puts in when a
/// connector of the solution is saved. It names a value and is none, a secret's as well.
/// https://learn.microsoft.com/connectors/custom-connectors/environment-variables
///
/// True when `text` is such a reference and nothing beside it.
[[nodiscard]] bool is_variable_reference(std::string_view text) noexcept;

/// True when `text` speaks of environment variables, well formed or not.
[[nodiscard]] bool mentions_variable(std::string_view text) noexcept;

/// True when each reference in `text` is well formed; also when there is none.
[[nodiscard]] bool variables_are_well_formed(std::string_view text) noexcept;

}  // namespace regent::model
