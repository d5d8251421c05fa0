#include "formats/workflow_commands.hpp"
#include "manifest/diagnostic_text.hpp"
#include "manifest/display_text.hpp"

namespace regent::manifest {
namespace {

std::string message_of(const model::Diagnostic& diagnostic) {
    auto message = printable(diagnostic.message);
    for (const auto& note : diagnostic.notes) message += "\nnote: " + printable(note);
    if (!diagnostic.help.empty()) message += "\nhelp: " + printable(diagnostic.help);
    return message;
}

}  // namespace

std::string render_github(const model::Diagnostics& diagnostics) {
    using Level = formats::Annotation::Level;
    std::vector<formats::Annotation> annotations;
    for (const auto& diagnostic : diagnostics) {
        auto span = diagnostic.span;
        span.file = printable(span.file);
        annotations.push_back({diagnostic.severity == model::Severity::error ? Level::error : Level::warning,
                               std::move(span), diagnostic.code, message_of(diagnostic)});
    }
    return formats::write_annotations(annotations);
}

}  // namespace regent::manifest
