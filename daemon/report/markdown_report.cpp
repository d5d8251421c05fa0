#include "plan/obstacles.hpp"
#include "report/change_lines.hpp"
#include "report/credential_lines.hpp"
#include "report/markdown_text.hpp"
#include "report/risk_lines.hpp"
#include "report/run_report.hpp"
#include "report/text_layout.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::report {
namespace {

using plan::Action;

/// A comment on GitHub holds 65,536 characters, others less; the rest of the comment needs some of it.
constexpr std::size_t most_diff_bytes = 40'000;
constexpr std::size_t most_rows = 200;

/// What a reviewer must not miss comes first.
constexpr std::array order = {Action::remove, Action::replace, Action::create, Action::adopt, Action::update};

std::vector<const plan::ResourceChange*> in_order(const plan::Plan& plan) {
    std::vector<const plan::ResourceChange*> changed;
    for (const auto action : order) {
        for (const auto& resource : plan.resources) {
            if (resource.action == action) changed.push_back(&resource);
        }
    }
    const auto goes = [](const auto* resource) {
        return resource->action == Action::remove || resource->action == Action::replace;
    };
    std::stable_sort(changed.begin(), changed.end(), [&](const auto* a, const auto* b) {
        if (goes(a) != goes(b)) return goes(a);
        return a->risk > b->risk;
    });
    return changed;
}

std::string heading(const plan::Plan& plan) {
    const auto environment = code_span(plan.environment);
    if (is_missing(plan)) {
        return fmt::format("### :warning: No plan{}: {} to mend first",
                           plan.environment.empty() ? std::string{} : " for " + environment,
                           count_of(plan.problems.size(), "mistake"));
    }
    const auto deleted = plan.summary.remove + plan.summary.replace;
    if (deleted != 0) {
        return fmt::format("### :warning: Plan for {}: {} will be **deleted**", environment,
                           count_of(deleted, "object"));
    }
    if (!plan.problems.empty()) {
        return fmt::format("### :warning: Plan for {}: {} to mend first", environment,
                           count_of(plan.problems.size(), "mistake"));
    }
    if (highest_risk(plan) == model::Risk::high)
        return fmt::format("### :warning: Plan for {}, with changes of **high risk**", environment);
    if (plan.empty() && plan.summary.nothing_to_do()) return fmt::format("### Plan for {}: no changes", environment);
    return fmt::format("### Plan for {}", environment);
}

std::size_t drifted_in(const plan::ResourceChange& resource) {
    return static_cast<std::size_t>(std::count_if(resource.changes.begin(), resource.changes.end(),
                                                  [](const auto& change) { return change.drift; }));
}

std::vector<std::string> forcing_fields(const plan::ResourceChange& resource) {
    std::vector<std::string> fields;
    for (const auto& change : resource.changes) {
        if (change.forces_replacement) fields.push_back(code_cell(change.path));
    }
    return fields;
}

/// The cell "What": a sentence of ours, in which everything that came from elsewhere is code.
std::string what_happens(const plan::ResourceChange& resource) {
    const auto drifted = resource.action == Action::create ? 0 : drifted_in(resource);
    const auto asked_for = resource.changes.size() - drifted;
    std::vector<std::string> parts;
    std::string first{past_word_for(resource)};
    if (resource.action == Action::remove && resource.reason == plan::Reason::manifest_gone)
        first += ": no manifest declares it any more";
    if (resource.action == Action::replace) {
        first = fmt::format("deleted and created again, forced by {}", fmt::join(forcing_fields(resource), ", "));
    }
    const bool counts = resource.action == Action::update || resource.action == Action::adopt;
    if (counts && asked_for != 0) first += ", " + count_of(asked_for, "change");
    if (resource.action == Action::update && drifted != 0 && asked_for == 0) first.clear();
    if (!first.empty()) parts.push_back(first);
    if (drifted != 0) parts.push_back(fmt::format("puts back {} made outside", count_of(drifted, "change")));
    for (const auto& change : resource.changes) {
        if (change.sensitive && change.op == plan::Change::Op::add)
            parts.push_back("secret " + code_cell(change.element) + " issued");
    }
    for (const auto& warning : resource.warnings) parts.push_back(":warning: " + code_cell(warning));
    return fmt::format("{}", fmt::join(parts, "; "));
}

std::string where(const plan::ResourceChange& resource) {
    if (resource.place.file.empty()) return "";
    if (resource.action == Action::remove) return "was in " + code_cell(resource.place.file.str());
    return code_cell(shown(resource.place));
}

std::string level(model::Risk risk) {
    return risk == model::Risk::high ? "**high**" : std::string(to_string(risk));
}

/// Each thing to look at with its reason, the riskiest first.
std::string risk_list(const RunReport& report) {
    const auto risks = risk_lines(report);
    if (risks.empty()) return "";
    std::string text = "\n**Risks: " + risk_counts(risks) + "**\n\n";
    for (std::size_t i = 0; i < risks.size() && i < most_rows; ++i) {
        const auto& risk = risks[i];
        text += fmt::format("- {}: {} {}: {}\n", level(risk.risk), code_span(risk.object), code_span(risk.what),
                            code_span(risk.reason));
    }
    if (risks.size() > most_rows) text += fmt::format("- {} more\n", risks.size() - most_rows);
    return text;
}

std::string table(const std::vector<const plan::ResourceChange*>& changed) {
    std::string text = "| | Object | What | Risk | Where |\n|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < changed.size() && i < most_rows; ++i) {
        const auto& resource = *changed[i];
        text += fmt::format("| {} | {} | {} | {} | {} |\n", code_span(sign_of(resource.action)),
                            code_cell(model::to_string(resource.address)), what_happens(resource), level(resource.risk),
                            where(resource));
    }
    if (changed.size() > most_rows) text += fmt::format("| | {} more | | | |\n", changed.size() - most_rows);
    return text;
}

/// GitHub colours a line by its first character, and knows '+', '-' and '!'.
char diff_sign(Action action) {
    if (action == Action::create) return '+';
    return action == Action::remove ? '-' : '!';
}

std::string field_lines(const plan::ResourceChange& resource, const RunReport& report) {
    auto text = fmt::format("{} {}\n", diff_sign(resource.action), shown(resource.address));
    for (const auto& line : change_lines(resource.changes, report, fate_of(resource))) {
        const char sign = line.sign == ' ' ? '+' : line.sign == '~' ? '!' : line.sign;
        text += fmt::format("{}     {} {}{}\n", sign, padded(model::with_visible_controls(line.path), 22), line.text,
                            line.remark.empty() ? "" : "   (" + line.remark + ")");
    }
    return text;
}

std::string fields(const std::vector<const plan::ResourceChange*>& changed, const RunReport& report) {
    std::string lines;
    std::size_t left_out = 0;
    for (const auto* resource : changed) {
        auto block = field_lines(*resource, report);
        if (lines.size() + block.size() > most_diff_bytes) {
            ++left_out;
        } else {
            lines += block;
        }
    }
    if (left_out != 0) {
        lines += fmt::format("  {} left out here, for the length of a comment: see `regent plan -o diff`\n",
                             count_of(left_out, "object"));
    }
    return "<details><summary>Fields</summary>\n\n" + fenced(lines, "diff") + "\n</details>\n";
}

std::string drift_list(const plan::Plan& plan) {
    std::string text;
    for (const auto& resource : plan.resources) {
        if (const auto deleted = deleted_outside(resource); !deleted.empty())
            text += fmt::format("- {}: {}\n", code_span(model::to_string(resource.address)), deleted);
        for (const auto& change : outside_changes(resource)) {
            const auto field = change.element.empty() ? change.path : change.path + " \"" + change.element + "\"";
            text += fmt::format("- {}: {}\n", code_span(model::to_string(resource.address)), code_span(field));
        }
    }
    return text.empty() ? "" : "\n**Changed outside since the last run**\n\n" + text;
}

std::string withheld_list(const plan::Plan& plan) {
    std::string obstacles, alone;
    for (const auto& withheld : plan.withheld) {
        (plan::is_obstacle(withheld) ? obstacles : alone) +=
            fmt::format("- {}: {}\n", code_span(model::to_string(withheld.address)), code_span(withheld.message));
    }
    return (obstacles.empty() ? "" : "\n**Cannot be done**\n\n" + obstacles) +
           (alone.empty() ? "" : "\n**Seen and left alone**\n\n" + alone);
}

std::string undeclared_list(const plan::Plan& plan) {
    std::string text;
    for (const auto& resource : plan.resources) {
        for (const auto& there : resource.undeclared) {
            text += fmt::format("- {}: {}\n", code_span(model::to_string(resource.address)), code_span(there));
        }
    }
    return text.empty() ? "" : "\n**There, and declared by no manifest**\n\n" + text;
}

std::string refusal_list(const RunReport& report) {
    if (report.refusals.empty()) return "";
    std::string text = "\n**Apply refuses this plan**\n\n";
    for (const auto& refusal : report.refusals) {
        text += fmt::format("- {}\n", code_span(refusal.message));
        if (!refusal.help.empty()) text += fmt::format("  {}\n", code_span(refusal.help));
    }
    return text;
}

std::string problem_list(const plan::Plan& plan) {
    if (plan.problems.empty()) return "";
    std::string text = is_missing(plan)
                           ? "\n**Mistakes in the manifests; nothing is read or applied until they are mended**\n\n"
                           : "\n**Mistakes that the tenant revealed; nothing is applied until they are mended**\n\n";
    for (const auto& problem : plan.problems) {
        text += fmt::format("- {}: {}\n", code_span(shown(problem.span.begin())), code_span(problem.message));
        if (!problem.help.empty()) text += fmt::format("  {}\n", code_span(problem.help));
    }
    return text;
}

/// "2026-09-14 09:02 UTC" of RFC 3339.
std::string minute_of(const std::string& timestamp) {
    if (timestamp.size() < 16) return timestamp;
    return timestamp.substr(0, 10) + " " + timestamp.substr(11, 5) + " UTC";
}

std::string footer(const RunReport& report) {
    const auto& plan = *report.plan;
    auto text = fmt::format("\nPlan {}", code_span(short_id(plan.id)));
    if (!report.revision.empty()) text += " at " + code_span(short_revision(report.revision));
    text += fmt::format(", read {}.", minute_of(report.timestamp));
    if (!plan.empty() && !report.apply_command.empty())
        text += fmt::format(" To apply it: {}", code_span(report.apply_command));
    return text + "\n";
}

}  // namespace

std::string write_markdown(const RunReport& report) {
    const auto& plan = *report.plan;
    const auto changed = in_order(plan);
    auto text =
        fmt::format("<!-- regent:plan:{} -->\n{}\n", model::with_visible_controls(plan.environment), heading(plan));
    if (report.cloud)
        text += fmt::format("\nCloud of {}: sign-in at {}, Graph at {}\n", code_span(report.cloud->metadata),
                            code_span(report.cloud->login), code_span(report.cloud->graph));
    text += problem_list(plan);
    text += refusal_list(report);
    if (!changed.empty()) text += "\n" + table(changed);
    if (is_missing(plan)) return text + fmt::format("\n{}\n", summary_line(report));
    if (changed.empty() && plan.problems.empty()) {
        text += fmt::format("\n{}\n", summary_line(report));
    } else {
        text += fmt::format("\n**{}**\n", counts_text(plan.summary));
    }
    text += risk_list(report);
    text += drift_list(plan);
    text += withheld_list(plan);
    text += undeclared_list(plan);
    text += credential_table(plan);
    if (!changed.empty()) text += "\n" + fields(changed, report);
    return text + footer(report);
}

}  // namespace regent::report
