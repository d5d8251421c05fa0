#include "cli/plan_output.hpp"

#include "cli/repository.hpp"
#include "cli/version.hpp"
#include "report/outside_faces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace regent::cli {
namespace fs = std::filesystem;

bool is_plan_format(const std::string& format) {
    static constexpr std::array<std::string_view, 9> formats = {"text", "json",  "jsonl", "markdown", "diff",
                                                                "html", "sarif", "junit", "github"};
    return std::find(formats.begin(), formats.end(), format) != formats.end();
}

void print_plan(const controller::Planned& planned, const GlobalOptions& global, report::TextOptions text,
                Terminal& terminal) {
    auto report = planned.report;
    report.plan = &planned.plan;
    report.tool_version = version_text;
    report.path_prefix = path_in_git(global.directory);
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
    } else if (global.output == "html") {
        terminal.out(report::write_html(report));
    } else if (global.output == "sarif") {
        terminal.out(report::write_sarif(report));
    } else if (global.output == "junit") {
        terminal.out(report::write_junit(report, text.drift_only));
    } else if (global.output == "github") {
        terminal.out(report::write_github(report));
    } else if (global.output == "diff") {
        terminal.out(report::write_diff(report, text.colour));
    }
}

void print_selection(const plan::Selection& selection, Terminal& terminal) {
    const auto names = [](const std::set<model::Address>& addresses) {
        std::string text;
        for (const auto& address : addresses) text += (text.empty() ? "" : ", ") + to_string(address);
        return model::with_visible_controls(text);
    };
    if (!selection.needed.empty()) terminal.err(fmt::format("note: needed as well: {}\n", names(selection.needed)));
    if (!selection.left_out.empty())
        terminal.err(fmt::format("note: not selected, left as they are: {}\n", names(selection.left_out)));
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
