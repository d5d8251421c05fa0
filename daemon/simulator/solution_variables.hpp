#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace regent::simulator {

/// An environment variable of one environment. What one of the type Secret holds lies in a key vault.
/// https://learn.microsoft.com/power-apps/maker/data-platform/environmentvariables
struct SolutionVariable {
    std::string environment, schema_name, value;
    bool is_secret = false;
};

/// Whether `text` is `@environmentVariables("schema_Name")` and nothing else.
[[nodiscard]] bool is_variable(std::string_view text);

/// Puts the values of variables in where a connector of a solution may name them: host, base path, service address,
/// client, secret, addresses and resource of its sign-ins. Answers with the first name that is none; empty: all are
/// known. https://learn.microsoft.com/connectors/custom-connectors/environment-variables
[[nodiscard]] std::string put_variables_in(nlohmann::json& properties, const std::string& environment,
                                           const std::vector<SolutionVariable>& variables);

}  // namespace regent::simulator
