#include "report/risk_lines.hpp"

#include "report/change_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::report {
namespace {

/// Without the parts that stand under "What apply would do" anyway: the name is enough for an element that has one.
std::string what_of_change(const plan::Change& change, const RunReport& report) {
    auto name = model::with_visible_controls(plan::name_of(change));
    const bool added = change.op == plan::Change::Op::add && change.element.empty();
    const bool removed = change.op == plan::Change::Op::remove;
    if (removed && change.element.empty())
        return fmt::format("{} - {}", name, value_text(change.path, change.before, report));
    if (removed) return fmt::format("{} goes", name);
    if (added) return fmt::format("{} + {}", name, value_text(change.path, change.after, report));
    return name;
}

}  // namespace

std::vector<RiskLine> risk_lines(const RunReport& report) {
    std::vector<RiskLine> lines;
    for (const auto& note : plan::risk_notes(*report.plan)) {
        auto what =
            note.change == nullptr ? std::string(past_word_for(*note.resource)) : what_of_change(*note.change, report);
        lines.push_back({note.risk, shown(note.resource->address), std::move(what),
                         model::with_visible_controls(note.reason), note.place()});
    }
    return lines;
}

std::string risk_counts(const std::vector<RiskLine>& lines) {
    std::string text;
    for (const auto risk : {model::Risk::high, model::Risk::medium}) {
        const auto count =
            std::count_if(lines.begin(), lines.end(), [&](const auto& line) { return line.risk == risk; });
        if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(risk));
    }
    return text;
}

}  // namespace regent::report
