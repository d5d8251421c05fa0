#include "manifest/diagnostic_text.hpp"

#include "manifest/diagnostic_snippet.hpp"
#include "manifest/display_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {

namespace {

const SourceText* find_source(const std::vector<SourceText>& sources, const std::string& file) {
    const auto found =
        std::find_if(sources.begin(), sources.end(), [&](const SourceText& source) { return source.file == file; });
    return found == sources.end() ? nullptr : &*found;
}

/// The marks of one diagnostic in one file; the first group is that of the diagnostic's own place.
struct MarkedFile {
    std::string file;
    std::vector<Mark> marks;
};

std::vector<MarkedFile> marks_by_file(const model::Diagnostic& diagnostic) {
    std::vector<MarkedFile> files;
    const auto add = [&files](Mark mark) {
        const auto same = std::find_if(files.begin(), files.end(),
                                       [&](const MarkedFile& marked) { return marked.file == mark.span.file; });
        auto& marked = same == files.end() ? files.emplace_back(MarkedFile{mark.span.file, {}}) : *same;
        marked.marks.push_back(std::move(mark));
    };
    if (diagnostic.span.known()) add({diagnostic.span, diagnostic.label, true});
    for (const auto& label : diagnostic.secondary) {
        if (label.span.known()) add({label.span, label.text, false});
    }
    return files;
}

class TextWriter {
public:
    TextWriter(const model::Diagnostic& diagnostic, const std::vector<SourceText>& sources,
               const HiddenSecrets& secrets, const TextOptions& options)
        : diagnostic_(diagnostic),
          sources_(sources),
          secrets_(secrets),
          options_(options),
          palette_(options.colour, diagnostic.severity),
          files_(marks_by_file(diagnostic)) {
        for (const auto& file : files_) gutter_ = std::max(gutter_, gutter_width(file.marks));
    }

    std::string write() {
        add_header();
        bool framed = false;
        if (!diagnostic_.span.known() && !diagnostic_.span.file.empty()) add_arrow("-->", diagnostic_.span.begin());
        for (const auto& file : files_) framed = add_file(file) || framed;
        if (framed && (!diagnostic_.notes.empty() || !diagnostic_.help.empty())) {
            out_ += indented(palette_.quiet("|")) + "\n";
        }
        for (const auto& note : diagnostic_.notes) add_remark("note", note);
        if (!diagnostic_.help.empty()) add_remark("help", diagnostic_.help);
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string indented(std::string_view text) const {
        return std::string(gutter_ + 1, ' ') + std::string(text);
    }

    void add_header() {
        const auto* word = diagnostic_.severity == model::Severity::error ? "error" : "warning";
        const auto title = diagnostic_.code.empty() ? std::string(word) : fmt::format("{}[{}]", word, diagnostic_.code);
        out_ += palette_.severe(title) + palette_.bold(": " + printable(diagnostic_.message)) + "\n";
    }

    void add_arrow(std::string_view arrow, const model::Place& place) {
        out_ += std::string(gutter_, ' ') + palette_.quiet(arrow) + " " + printable(model::to_string(place));
        if (!diagnostic_.subject.empty() && arrow == "-->") out_ += ", " + printable(diagnostic_.subject);
        out_ += '\n';
    }

    // True when lines of the file were shown.
    bool add_file(const MarkedFile& file) {
        const bool own = diagnostic_.span.known() && file.file == diagnostic_.span.file;
        add_arrow(own ? "-->" : ":::", own ? diagnostic_.span.begin() : file.marks.front().span.begin());
        const auto* source = find_source(sources_, file.file);
        if (source == nullptr) return false;
        out_ +=
            render_snippet(*source, secrets_.of(source->file), file.marks, gutter_, options_.source_width, palette_);
        return true;
    }

    void add_remark(std::string_view kind, std::string_view text) {
        out_ += indented(palette_.quiet("=")) + " " + palette_.bold(fmt::format("{}:", kind)) + " " + printable(text);
        out_ += '\n';
    }

    const model::Diagnostic& diagnostic_;
    const std::vector<SourceText>& sources_;
    const HiddenSecrets& secrets_;
    const TextOptions& options_;
    Palette palette_;
    std::vector<MarkedFile> files_;
    std::size_t gutter_ = 1;
    std::string out_;
};

std::string count_of(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string render_text(const model::Diagnostics& diagnostics, const std::vector<SourceText>& sources,
                        const TextOptions& options) {
    std::string out;
    const HiddenSecrets secrets(sources);
    for (const auto& diagnostic : diagnostics) {
        if (!out.empty()) out += '\n';
        out += TextWriter(diagnostic, sources, secrets, options).write();
    }
    return out;
}

std::string count_phrase(const model::Diagnostics& diagnostics) {
    const auto errors =
        static_cast<std::size_t>(std::count_if(diagnostics.begin(), diagnostics.end(), [](const model::Diagnostic& d) {
            return d.severity == model::Severity::error;
        }));
    const auto warnings = diagnostics.size() - errors;
    auto phrase = errors == 0 ? std::string("no errors") : count_of(errors, "error");
    if (warnings > 0) phrase += ", " + count_of(warnings, "warning");
    return phrase;
}

}  // namespace regent::manifest
