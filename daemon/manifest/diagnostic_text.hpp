#pragma once

#include "manifest/document.hpp"
#include "model/diagnostic.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

struct TextOptions {
    bool colour = false;
    std::size_t source_width =
        120;  ///< terminal cells of a source line that are shown; longer lines are cut around the caret
};

/// Diagnostics for people, in the order given, an empty line between two; ends with a line feed unless there are none.
///
///     error[RG0102]: key `name` appears twice
///       --> base/arm.regent.yaml:30:3, document 2 (Connector/arm)
///        |
///     28 |   name: arm
///        |   ---- first here
///     29 |   labels: {team: platform}
///     30 |   name: arm-old
///        |   ^^^^ again here
///        |
///        = help: remove one; two documents need a line `---` between them
///
/// Shows the source of places whose file is among `sources`, with one line before and after. Safe for a terminal
/// whatever the files hold: control characters come out as their pictures (U+2400…), bidirectional overrides by their
/// number, broken UTF-8 as U+FFFD.
[[nodiscard]] std::string render_text(const model::Diagnostics& diagnostics, const std::vector<SourceText>& sources,
                                      const TextOptions& options = {});

/// One JSON document, in the words of `tofu validate -json`: valid, error_count, warning_count, diagnostics.
/// Lines and columns count from 1, columns in Unicode characters; `byte` counts from 0. Ends with a line feed.
[[nodiscard]] std::string render_json(const model::Diagnostics& diagnostics, const std::vector<SourceText>& sources);

/// Workflow commands for GitHub Actions, which make annotations in the pull request. The first ten errors and ten
/// warnings, since GitHub drops the others without a word; those follow as ordinary lines, and a notice says how many.
/// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
[[nodiscard]] std::string render_github(const model::Diagnostics& diagnostics);

/// A SARIF 2.1.0 log: each code is a rule with its lesson. `version`: of the program.
[[nodiscard]] std::string render_sarif(const model::Diagnostics& diagnostics, const std::string& version);

/// What was looked at, for a report of one case each.
struct Looked {
    std::string name;  ///< "Application/portal", or the file when it is about the whole of it
    model::Place place;
};
/// JUnit XML: a case for each document, and one for each file that a mistake leaves without any. `strict`: warnings
/// fail, too; otherwise they are output of a case that passed.
[[nodiscard]] std::string render_junit(const model::Diagnostics& diagnostics, const std::vector<SourceText>& sources,
                                       std::vector<Looked> looked, bool strict);

/// "3 errors, 1 warning"; "no errors" when there are none.
[[nodiscard]] std::string count_phrase(const model::Diagnostics& diagnostics);

}  // namespace regent::manifest
