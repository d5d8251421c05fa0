#include "formats/junit.hpp"
#include "manifest/diagnostic_text.hpp"
#include "manifest/display_text.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace regent::manifest {
namespace {

/// The document that a diagnostic is in: the last one of its file that begins at or before its line.
const Looked* owner_of(const model::Diagnostic& diagnostic, const std::vector<Looked>& looked) {
    const Looked* owner = nullptr;
    for (const auto& one : looked) {
        if (one.place.file != diagnostic.span.file || one.place.line > std::max<std::size_t>(diagnostic.span.line, 1))
            continue;
        if (owner == nullptr || one.place.line >= owner->place.line) owner = &one;
    }
    return owner;
}

formats::JunitCase case_of(const Looked& looked, const model::Diagnostics& found,
                           const std::vector<SourceText>& sources, bool strict) {
    formats::JunitCase one;
    one.name = printable(looked.name);
    one.classname = printable(looked.place.file);
    one.file = one.classname;
    one.line = looked.place.line;
    if (found.empty()) return one;
    one.text = render_text(found, sources);
    const auto wrong = std::find_if(found.begin(), found.end(),
                                    [&](const auto& d) { return strict || d.severity == model::Severity::error; });
    if (wrong == found.end()) return one;
    one.state = formats::JunitCase::State::failed;
    one.type = wrong->code;
    one.message = printable(wrong->message);
    return one;
}

}  // namespace

std::string render_junit(const model::Diagnostics& diagnostics, const std::vector<SourceText>& sources,
                         std::vector<Looked> looked, bool strict) {
    const auto before = [](const Looked& a, const Looked& b) {
        return std::tie(a.place.file, a.place.line, a.name) < std::tie(b.place.file, b.place.line, b.name);
    };
    const auto same = [](const Looked& a, const Looked& b) { return a.name == b.name && a.place == b.place; };
    for (const auto& diagnostic : diagnostics) {
        if (owner_of(diagnostic, looked) == nullptr)
            looked.push_back(
                {diagnostic.span.file.empty() ? "the repository" : diagnostic.span.file, {diagnostic.span.file, 0, 0}});
    }
    std::sort(looked.begin(), looked.end(), before);
    looked.erase(std::unique(looked.begin(), looked.end(), same), looked.end());

    std::map<const Looked*, model::Diagnostics> found;
    for (const auto& diagnostic : diagnostics) found[owner_of(diagnostic, looked)].push_back(diagnostic);
    std::vector<formats::JunitCase> cases;
    cases.reserve(looked.size());
    for (const auto& one : looked) cases.push_back(case_of(one, found[&one], sources, strict));
    return formats::write_junit("regent validate", cases);
}

}  // namespace regent::manifest
