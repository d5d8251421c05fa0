#include "model/attributes.hpp"
#include "plan/risk.hpp"
#include "report/change_lines.hpp"
#include "report/definition.hpp"
#include "report/paint.hpp"
#include "report/run_report.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

namespace regent::report {
namespace {

/// Unchanged lines shown around a change inside a document, as in `diff -u`.
constexpr std::size_t context_lines = 3;

class DiffReport {
public:
    DiffReport(const RunReport& report, Colour colour) : report_(report), colour_(colour) {}

    void object(const plan::ResourceChange& resource) {
        if (resource.action == plan::Action::none) return;
        const auto address = shown(resource.address);
        const bool made = resource.action == plan::Action::create;
        const bool gone = resource.action == plan::Action::remove;
        line('-', Tone::heading, "-- " + (made ? std::string("/dev/null") : "live/" + address));
        line('+', Tone::heading, "++ " + (gone ? std::string("/dev/null") : "wanted/" + address + where(resource)));
        const auto risk = resource.risk == model::Risk::low ? "" : fmt::format(" {} risk", to_string(resource.risk));
        text_ += paint(fmt::format("@@ {} @@{}", to_string(resource.action), risk), Tone::adopt, colour_) + "\n";
        if (!resource.risk_reason.empty()) reason(plan::risk_of_action(resource), resource.risk_reason);
        for (std::size_t i = 0; i < resource.changes.size(); ++i) {
            const bool first = i == 0 || resource.changes[i - 1].path != resource.changes[i].path;
            change(resource.changes[i], first);
            const auto& made_so = resource.changes[i];
            if (made_so.risk != model::Risk::low) reason(made_so.risk, made_so.risk_reason);
        }
        for (const auto& warning : resource.warnings) line(' ', "# warning: " + model::with_visible_controls(warning));
    }

    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    static std::string where(const plan::ResourceChange& resource) {
        return resource.place.known() ? "\t" + shown(resource.place) : "";
    }

    void line(char sign, Tone tone, const std::string& content) {
        text_ += paint(std::string(1, sign) + content, tone, colour_) + "\n";
    }
    void line(char sign, const std::string& content) { line(sign, tone_of_sign(sign), content); }

    /// A comment, below what it is about.
    void reason(model::Risk risk, const std::string& why) {
        line(' ', fmt::format("# {} risk: {}", to_string(risk), model::with_visible_controls(why)));
    }

    void change(const plan::Change& change, bool first) {
        const auto path = model::with_visible_controls(change.path);
        if (change.sensitive) {
            secret(change, path, first);
        } else if (!change.element.empty()) {
            if (first) line(' ', path + ":");
            element(change);
        } else if (change.op != plan::Change::Op::set) {
            if (first) line(' ', path + ":");
            const bool added = change.op == plan::Change::Op::add;
            line(added ? '+' : '-', "  - " + value_text(change.path, added ? change.after : change.before, report_));
        } else if (change.path == model::path::definition || change.path == model::path::connection_parameters ||
                   change.path == model::path::connection_parameter_sets || change.path == model::path::policies) {
            document(change, path);
        } else {
            if (!change.before.is_null()) line('-', path + ": " + value_text(change.path, change.before, report_));
            if (!change.after.is_null()) line('+', path + ": " + value_text(change.path, change.after, report_));
        }
    }

    void element(const plan::Change& change) {
        const auto name = model::with_visible_controls(change.element);
        const auto* before = change.before.as_map();
        const auto* after = change.after.as_map();
        if (before == nullptr || after == nullptr) {
            if (!change.before.is_null() || change.op == plan::Change::Op::remove)
                whole_element('-', name, change.before);
            if (!change.after.is_null() || change.op == plan::Change::Op::add) whole_element('+', name, change.after);
            return;
        }
        line(' ', "  " + name + ":");
        for (const auto& [member, value] : *before) {
            const auto* now = change.after.find(member);
            if (now == nullptr || *now != value) this->member('-', member, value);
        }
        for (const auto& [member, value] : *after) {
            const auto* was = change.before.find(member);
            if (was == nullptr || *was != value) this->member('+', member, value);
        }
    }

    void whole_element(char sign, const std::string& name, const model::Value& value) {
        line(sign, "  " + name + ":");
        if (value.as_map() == nullptr) return;
        for (const auto& [member, content] : *value.as_map()) {
            if (!content.is_null()) this->member(sign, member, content);
        }
    }

    void member(char sign, const std::string& name, const model::Value& value) {
        line(sign, fmt::format("    {}: {}", model::with_visible_controls(name), value_text(name, value, report_)));
    }

    void document(const plan::Change& change, const std::string& path) {
        line(' ', path + ":");
        for (const auto& [sign, content] :
             line_diff(definition_lines(as_in_manifest(change.path, change.before)),
                       definition_lines(as_in_manifest(change.path, change.after)), context_lines)) {
            line(sign, "  " + content);
        }
    }

    /// Only the facts: neither side holds a value.
    void secret(const plan::Change& change, const std::string& path, bool first) {
        const char sign = change.op == plan::Change::Op::remove ? '-' : '+';
        const auto facts = change.note.empty() ? std::string() : "  # " + model::with_visible_controls(change.note);
        if (change.element.empty()) {
            line(sign, path + ":" + facts);
            return;
        }
        if (first) line(' ', path + ":");
        line(sign, "  " + model::with_visible_controls(change.element) + ":" + facts);
    }

    const RunReport& report_;
    Colour colour_;
    std::string text_;
};

}  // namespace

std::string write_diff(const RunReport& report, Colour colour) {
    // An empty one would say that nothing differs.
    if (is_missing(*report.plan)) return "# " + summary_line(report) + "\n";
    DiffReport diff(report, colour);
    for (const auto& resource : report.plan->resources) diff.object(resource);
    return std::move(diff).text();
}

}  // namespace regent::report
