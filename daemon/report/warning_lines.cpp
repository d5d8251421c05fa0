#include "report/warning_lines.hpp"

#include "report/places.hpp"
#include "report/wording.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace regent::report {
namespace {

/// "RG0720" of "… (RG0720, this step would fail) …".
std::string code_in(std::string_view text) {
    constexpr std::size_t length = 6;
    const auto at = text.find("(RG");
    if (at == std::string_view::npos) return {};
    const auto code = text.substr(at + 1, length);
    const bool is_code = code.size() == length && std::all_of(code.begin() + 2, code.end(),
                                                              [](unsigned char c) { return std::isdigit(c) != 0; });
    return is_code ? std::string(code) : std::string{};
}

/// Of the field that the warning begins with, where the plan changes it; else of the document.
const model::Place& place_of(const plan::ResourceChange& resource, const std::string& warning) {
    const auto change = std::find_if(resource.changes.begin(), resource.changes.end(), [&](const auto& one) {
        return one.place.known() && warning.rfind(one.path + ": ", 0) == 0;
    });
    return change == resource.changes.end() ? resource.place : change->place;
}

}  // namespace

std::vector<WarningLine> warning_lines(const RunReport& report) {
    std::vector<WarningLine> lines;
    for (const auto& finding : report.findings) {
        if (finding.severity != model::Severity::warning) continue;
        lines.push_back({finding.code,
                         {},
                         model::with_visible_controls(finding.message),
                         model::with_visible_controls(finding.help),
                         span_in_git(finding.span, report)});
    }
    for (const auto& resource : report.plan->resources) {
        for (const auto& warning : resource.warnings) {
            lines.push_back({code_in(warning),
                             shown(resource.address),
                             model::with_visible_controls(warning),
                             {},
                             place_in_git(place_of(resource, warning), report)});
        }
    }
    return lines;
}

}  // namespace regent::report
