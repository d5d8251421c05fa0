#pragma once

#include "manifest/load_declaration.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace regent::manifest {

/// Whether a Connector's `spec` says that it is kept in a solution.
[[nodiscard]] bool is_in_solution(const Values& spec);

/// What is wrong with the environment variables that a text of a connector names.
struct VariableMistake {
    static constexpr std::string_view code = "RG0645";
    std::string message, note, help;

    void say(model::Diagnostic& d) const;
};
/// `in_solution`: whether the connector is in one. Nothing when the text names none, or as it should.
[[nodiscard]] std::optional<VariableMistake> variable_mistake(std::string_view text, bool in_solution);

/// Whether `node` names environment variables, and so is nothing that other rules could look at. Reports what is wrong
/// with them.
bool check_variables(const Node& node, bool in_solution, Findings& findings);

}  // namespace regent::manifest
