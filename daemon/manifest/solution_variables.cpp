#include "manifest/solution_variables.hpp"

#include "model/attributes.hpp"
#include "model/variable_reference.hpp"

namespace regent::manifest {

bool is_in_solution(const Values& spec) {
    return spec.text("backend") == model::backend::solution;
}

void VariableMistake::say(model::Diagnostic& d) const {
    if (!note.empty()) d.notes.push_back(note);
    d.help = help;
}

// The text is not quoted: a secret may stand in it.
std::optional<VariableMistake> variable_mistake(std::string_view text, bool in_solution) {
    if (!model::mentions_variable(text)) return std::nullopt;
    if (!in_solution)
        return VariableMistake{"environment variables are put in only where a connector is in a solution",
                               "the service takes the text as it is elsewhere",
                               "write the value itself; in a solution, which is another connector, say `backend: "
                               "solution`"};
    if (model::variables_are_well_formed(text)) return std::nullopt;
    return VariableMistake{"this is no reference to an environment variable",
                           {},
                           "write `@environmentVariables(\"prefix_Name\")`, with the variable's schema name in double "
                           "quotes"};
}

bool check_variables(const Node& node, bool in_solution, Findings& findings) {
    if (!model::mentions_variable(node.text)) return false;
    if (const auto mistake = variable_mistake(node.text, in_solution))
        mistake->say(findings.bad_value(VariableMistake::code, node, mistake->message));
    return true;
}

}  // namespace regent::manifest
