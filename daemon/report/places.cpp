#include "report/places.hpp"

#include "model/value.hpp"

namespace regent::report {

model::Span place_in_git(const model::Place& place, const RunReport& report) {
    const auto& of = place.file.empty() ? report.environment_place : place;
    model::Span span;
    if (of.file.empty()) return span;
    span.file = report.path_prefix + model::with_visible_controls(of.file);
    span.line = of.line;
    span.end_line = of.line;
    return span;
}

model::Span span_in_git(const model::Span& span, const RunReport& report) {
    if (span.file.empty()) return place_in_git({}, report);
    auto in_git = span;
    in_git.file = report.path_prefix + model::with_visible_controls(span.file);
    return in_git;
}

}  // namespace regent::report
