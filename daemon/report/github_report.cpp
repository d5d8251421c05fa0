#include "formats/workflow_commands.hpp"
#include "report/obstacle_lines.hpp"
#include "report/outside_faces.hpp"
#include "report/places.hpp"
#include "report/risk_lines.hpp"
#include "report/warning_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

namespace regent::report {

std::string write_github(const RunReport& report) {
    using Level = formats::Annotation::Level;
    const auto& plan = *report.plan;
    std::vector<formats::Annotation> annotations;
    for (const auto& problem : plan.problems) {
        auto text = model::with_visible_controls(problem.message);
        if (!problem.help.empty()) text += "\nhelp: " + model::with_visible_controls(problem.help);
        annotations.push_back({Level::error, span_in_git(problem.span, report), problem.code, std::move(text)});
    }
    for (const auto& refusal : report.refusals) {
        auto text = "apply refuses this plan: " + model::with_visible_controls(refusal.message);
        if (!refusal.help.empty()) text += "\nhelp: " + model::with_visible_controls(refusal.help);
        annotations.push_back(
            {Level::error, place_in_git({}, report), std::string(code_of(refusal.guard)), std::move(text)});
    }
    for (const auto& line : obstacle_lines(report)) {
        auto text = fmt::format("{}: {}", line.object, line.text);
        if (!line.help.empty()) text += "\nhelp: " + line.help;
        annotations.push_back({line.passes ? Level::warning : Level::error, line.span,
                               line.passes ? "waits" : "cannot be done", std::move(text)});
    }
    for (const auto& line : risk_lines(report)) {
        annotations.push_back({line.risk == model::Risk::high ? Level::warning : Level::notice,
                               place_in_git(line.place, report), fmt::format("{} risk", to_string(line.risk)),
                               fmt::format("{}: {}\n{}", line.object, line.what, line.reason)});
    }
    // Behind the risks: of each level GitHub shows ten.
    for (const auto& line : warning_lines(report)) {
        auto text = line.object.empty() ? line.text : fmt::format("{}: {}", line.object, line.text);
        if (!line.help.empty()) text += "\nhelp: " + line.help;
        annotations.push_back({Level::warning, line.span, line.code.empty() ? "warning" : line.code, std::move(text)});
    }
    auto text = formats::write_annotations(annotations);
    // Not among the ten: what is last must never be what is left out.
    return text +
           formats::write_annotations({{Level::notice,
                                        {},
                                        fmt::format("regent plan {}", model::with_visible_controls(plan.environment)),
                                        summary_line(report)}});
}

}  // namespace regent::report
