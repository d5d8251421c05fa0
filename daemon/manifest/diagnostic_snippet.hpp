#pragma once

#include "manifest/document.hpp"
#include "manifest/secret_stretches.hpp"
#include "model/diagnostic.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// The colours of a diagnostic, or nothing at all.
class Palette {
public:
    Palette(bool colour, model::Severity severity) : colour_(colour), severity_(severity) {}

    [[nodiscard]] std::string severe(std::string_view text) const;  ///< red for errors, yellow for warnings
    [[nodiscard]] std::string bold(std::string_view text) const;
    [[nodiscard]] std::string quiet(std::string_view text) const;  ///< gutter, arrows and secondary marks

private:
    [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;

    bool colour_;
    model::Severity severity_;
};

/// A stretch of one file to be underlined.
struct Mark {
    model::Span span;
    std::string label;
    bool primary = false;
};

/// How wide the line numbers of `marks` and the lines around them are.
[[nodiscard]] std::size_t gutter_width(const std::vector<Mark>& marks);

/// The lines of one file around `marks`, with carets under primary and dashes under secondary ones. Begins with an
/// empty gutter line. `secrets` of the file are not shown.
[[nodiscard]] std::string render_snippet(const SourceText& source, const SecretStretches& secrets,
                                         const std::vector<Mark>& marks, std::size_t gutter, std::size_t source_width,
                                         const Palette& palette);

}  // namespace regent::manifest
