#include "manifest/explain.hpp"

#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "controller/condition_types.hpp"
#include "controller/reasons.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <vector>

namespace regent::cli {

ExitCode explain(const std::string& what, Terminal& terminal) {
    if (const auto text = manifest::explain(what)) {
        terminal.out(*text);
        return ExitCode::ok;
    }
    if (const auto* reason = controller::find_reason(what)) {
        terminal.out(controller::explain(*reason));
        return ExitCode::ok;
    }
    if (const auto* condition = controller::find_condition(what)) {
        terminal.out(controller::explain(*condition));
        return ExitCode::ok;
    }
    std::vector<std::string_view> names;
    for (const auto& text : controller::reason_texts()) names.push_back(controller::to_string(text.reason));
    for (const auto& text : controller::condition_texts()) names.push_back(text.type);
    const auto near = manifest::did_you_mean(what, names);
    print_error(
        terminal,
        near ? fmt::format("nothing is called `{}`; did you mean `{}`?", what, *near)
             : manifest::explain_nothing_found(what),
        "a code (RG0204), a kind (Application), a field (Application.spec.redirectUris), a reason (Drifted) or a "
        "condition (Ready)");
    return ExitCode::usage;
}

}  // namespace regent::cli
