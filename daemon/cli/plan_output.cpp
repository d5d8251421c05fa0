#include "cli/plan_output.hpp"

namespace regent::cli {
namespace fs = std::filesystem;

bool is_plan_format(const std::string& format) {
    return format == "text" || format == "json" || format == "jsonl" || format == "markdown" || format == "diff";
}

void print_plan(const controller::Planned& planned, const GlobalOptions& global, report::TextOptions text,
                Terminal& terminal) {
    auto report = planned.report;
    report.plan = &planned.plan;
    const bool colour = wants_colour(global.colour, terminal.out_is_terminal(), environment_variable);
    text.colour = colour ? report::Colour::on : report::Colour::off;
    text.quiet = global.quiet;
    if (global.output == "text") {
        terminal.out(report::write_text(report, text));
    } else if (global.output == "json") {
        terminal.out(report::write_json(report));
    } else if (global.output == "jsonl") {
        terminal.out(report::write_jsonl(report));
    } else if (global.output == "markdown") {
        terminal.out(report::write_markdown(report));
    } else if (global.output == "diff") {
        terminal.out(report::write_diff(report, text.colour));
    }
}

fs::path state_file(const GlobalOptions& global) {
    if (!global.state_directory.empty()) return global.state_directory / "regent.db";
    if (const auto directory = environment_variable("STATE_DIRECTORY"); directory && !directory->empty()) {
        return fs::path(directory->substr(0, directory->find(':'))) / "regent.db";
    }
    if (const auto state = environment_variable("XDG_STATE_HOME"); state && !state->empty())
        return fs::path(*state) / "regent" / "regent.db";
    const auto home = environment_variable("HOME");
    return fs::path(home.value_or("/var/lib")) / ".local" / "state" / "regent" / "regent.db";
}

}  // namespace regent::cli
