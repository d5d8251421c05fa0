#include "formats/sarif.hpp"
#include "report/change_lines.hpp"
#include "report/obstacle_lines.hpp"
#include "report/outside_faces.hpp"
#include "report/places.hpp"
#include "report/risk_lines.hpp"
#include "report/warning_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace regent::report {
namespace {

using formats::SarifLevel;

const std::vector<formats::SarifRule>& own_rules() {
    static const std::vector<formats::SarifRule> rules = {
        {"risk-high", "change of high risk",
         "Somebody could get what they should not have, or what cannot be brought back goes. Look at it before it is "
         "applied."},
        {"warning", "worth knowing", "It stops nothing. What to do stands in the message."},
        {"risk-medium", "change of medium risk", "Who signs in, or what for, changes."},
        {"drift", "changed outside", "The tenant was changed by somebody else than regent since its last run."},
        {"cannot-be-done", "cannot be done",
         "A manifest asks for it, and nothing comes of it before a person acts. `apply` ends with 5."},
        {"waits", "waits", "It cannot be done yet, and nobody has to act. `apply` ends with 5 until then."},
        {"refused", "plan that apply refuses", "A guard of the Environment stops this plan."},
        {"no-plan", "no plan",
         "The manifests have mistakes, so the tenant was not read and nothing is known of what would change."}};
    return rules;
}

formats::SarifResult risk_result(const RiskLine& line, const RunReport& report) {
    const bool high = line.risk == model::Risk::high;
    return {high ? "risk-high" : "risk-medium",
            high ? SarifLevel::error : SarifLevel::warning,
            fmt::format("{}: {}: {}", line.object, line.what, line.reason),
            place_in_git(line.place, report),
            {}};
}

formats::SarifResult obstacle_result(ObstacleLine line) {
    auto message = fmt::format("{}: {}", line.object, line.text);
    if (!line.help.empty()) message += "; " + line.help;
    return {line.passes ? "waits" : "cannot-be-done",
            line.passes ? SarifLevel::warning : SarifLevel::error,
            std::move(message),
            std::move(line.span),
            {}};
}

void add_warning(const WarningLine& line, std::vector<formats::SarifRule>& rules,
                 std::vector<formats::SarifResult>& results) {
    const auto rule = line.code.empty() ? std::string("warning") : line.code;
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const auto& one) { return one.id == rule; });
    if (!known) rules.push_back({rule, rule, {}});
    auto message = line.object.empty() ? line.text : fmt::format("{}: {}", line.object, line.text);
    if (!line.help.empty()) message += "; " + line.help;
    results.push_back({rule, SarifLevel::warning, std::move(message), line.span, {}});
}

void add_drift(const model::Address& address, const model::Place& place, const std::vector<plan::Change>& outside,
               const RunReport& report, std::vector<formats::SarifResult>& results) {
    for (const auto& change : outside) {
        results.push_back({"drift",
                           SarifLevel::note,
                           fmt::format("{}: {} was changed outside", shown(address),
                                       model::with_visible_controls(plan::name_of(change))),
                           place_in_git(change.place.known() ? change.place : place, report),
                           {}});
    }
}

}  // namespace

std::string write_sarif(const RunReport& report) {
    const auto& plan = *report.plan;
    auto rules = own_rules();
    std::vector<formats::SarifResult> results;
    for (const auto& problem : plan.problems) {
        rules.push_back({problem.code, problem.code, {}});
        results.push_back({problem.code,
                           SarifLevel::error,
                           model::with_visible_controls(problem.message),
                           span_in_git(problem.span, report),
                           {}});
    }
    // At the first mistake: services refuse a log with a result that is in no file.
    if (is_missing(plan) && !plan.problems.empty())
        results.push_back({"no-plan",
                           SarifLevel::note,
                           model::with_visible_controls(summary_line(report)),
                           span_in_git(plan.problems.front().span, report),
                           {}});
    for (const auto& refusal : report.refusals)
        results.push_back({"refused",
                           SarifLevel::error,
                           model::with_visible_controls(refusal.message),
                           place_in_git({}, report),
                           {}});
    for (auto& line : obstacle_lines(report)) results.push_back(obstacle_result(std::move(line)));
    for (const auto& line : warning_lines(report)) add_warning(line, rules, results);
    for (const auto& line : risk_lines(report)) results.push_back(risk_result(line, report));
    for (const auto& resource : plan.resources) {
        if (const auto deleted = deleted_outside(resource); !deleted.empty())
            results.push_back({"drift",
                               SarifLevel::note,
                               fmt::format("{} {}", shown(resource.address), deleted),
                               place_in_git(resource.place, report),
                               {}});
        add_drift(resource.address, resource.place, outside_changes(resource), report, results);
    }
    for (const auto& withheld : plan.withheld)
        add_drift(withheld.address, withheld.place, outside_changes(withheld.changes), report, results);
    return formats::write_sarif(report.tool_version, rules, results);
}

}  // namespace regent::report
