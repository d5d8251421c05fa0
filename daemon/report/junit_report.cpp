#include "formats/junit.hpp"
#include "plan/obstacles.hpp"
#include "report/change_lines.hpp"
#include "report/outside_faces.hpp"
#include "report/places.hpp"
#include "report/warning_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::report {
namespace {

using formats::JunitCase;

JunitCase case_at(const model::Address& address, const model::Place& place, const RunReport& report) {
    const auto span = place_in_git(place, report);
    JunitCase one;
    one.name = shown(address);
    one.classname = address.kind;
    one.file = span.file;
    one.line = span.line;
    return one;
}

std::string lines_of(const std::vector<plan::Change>& changes, const RunReport& report, Fate fate) {
    std::string text;
    for (const auto& line : change_lines(changes, report, fate))
        text += fmt::format("{} {} {}{}\n", line.sign, line.path, line.text,
                            line.remark.empty() ? "" : "   (" + line.remark + ")");
    return text;
}

void fail(JunitCase& one, std::string type, std::string message, std::string text) {
    one.state = JunitCase::State::failed;
    one.type = std::move(type);
    one.message = std::move(message);
    one.text = std::move(text);
}

JunitCase case_of(const plan::ResourceChange& resource, const RunReport& report, bool drift_only) {
    auto one = case_at(resource.address, resource.place, report);
    if (resource.action == plan::Action::none) return one;
    const auto outside = outside_changes(resource);
    if (const auto deleted = deleted_outside(resource); !deleted.empty()) {
        fail(one, "drift", deleted, drift_only ? std::string{} : lines_of(resource.changes, report, fate_of(resource)));
    } else if (!outside.empty()) {
        fail(one, "drift", fmt::format("{} made outside", count_of(outside.size(), "change")),
             lines_of(drift_only ? outside : resource.changes, report, fate_of(resource)));
    } else if (!drift_only) {
        fail(one, std::string(to_string(resource.action)),
             fmt::format("to {}: {}", to_string(resource.action), count_of(resource.changes.size(), "change")),
             lines_of(resource.changes, report, fate_of(resource)));
    }
    return one;
}

JunitCase case_of(const plan::Withheld& withheld, const RunReport& report, bool drift_only) {
    auto one = case_at(withheld.address, withheld.place, report);
    const auto outside = outside_changes(withheld.changes);
    const auto message = model::with_visible_controls(withheld.message);
    if (!outside.empty()) {
        fail(one, "drift", message, lines_of(withheld.changes, report, Fate::left_alone));
    } else if (!drift_only && plan::is_obstacle(withheld) && !plan::passes_by_itself(withheld)) {
        fail(one, "cannot-be-done", message,
             withheld.help.empty() ? std::string{} : "help: " + model::with_visible_controls(withheld.help) + "\n");
    } else {
        one.state = JunitCase::State::skipped;
        one.message = message;
    }
    return one;
}

/// Beside the cases that they are about; nobody fails because of one.
void add_warnings(std::vector<JunitCase>& cases, const RunReport& report) {
    for (const auto& line : warning_lines(report)) {
        const auto about = std::find_if(cases.begin(), cases.end(), [&](const auto& one) {
            return !line.object.empty() && one.name == line.object;
        });
        if (about != cases.end()) {
            about->output += fmt::format("warning: {}\n", line.text);
            continue;
        }
        JunitCase one;
        one.name = line.object.empty() ? line.code : line.object;
        one.classname = "manifests";
        one.file = line.span.file;
        one.line = line.span.line;
        one.output = fmt::format("warning: {}\n{}", line.text,
                                 line.help.empty() ? std::string{} : fmt::format("help: {}\n", line.help));
        cases.push_back(std::move(one));
    }
}

}  // namespace

std::string write_junit(const RunReport& report, bool drift_only) {
    const auto& plan = *report.plan;
    std::vector<JunitCase> cases;
    const auto is_withheld = [&](const auto& address) {
        return std::any_of(plan.withheld.begin(), plan.withheld.end(),
                           [&](const auto& withheld) { return withheld.address == address; });
    };
    for (const auto& resource : plan.resources) {
        // One that is left alone has its case below.
        if (resource.action != plan::Action::none || !is_withheld(resource.address))
            cases.push_back(case_of(resource, report, drift_only));
    }
    for (const auto& withheld : plan.withheld) cases.push_back(case_of(withheld, report, drift_only));
    for (const auto& problem : plan.problems) {
        JunitCase one;
        const auto span = span_in_git(problem.span, report);
        one.name = problem.subject.empty() ? problem.code : model::with_visible_controls(problem.subject);
        one.classname = "manifests";
        one.file = span.file;
        one.line = span.line;
        fail(one, problem.code, model::with_visible_controls(problem.message),
             model::with_visible_controls(problem.help));
        cases.push_back(std::move(one));
    }
    if (is_missing(plan)) {
        JunitCase none;
        none.name = "plan";
        none.classname = "manifests";
        fail(none, "no-plan", model::with_visible_controls(summary_line(report)), {});
        cases.push_back(std::move(none));
    }
    add_warnings(cases, report);
    return formats::write_junit(fmt::format("regent plan {}", model::with_visible_controls(plan.environment)), cases);
}

}  // namespace regent::report
