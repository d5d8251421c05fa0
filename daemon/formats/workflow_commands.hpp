#pragma once

#include "model/place.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace regent::formats {

/// One annotation of a pull request, made by a line on standard output.
struct Annotation {
    enum class Level { error, warning, notice } level = Level::error;
    model::Span span;  ///< path from the root of the git repository; may be unknown
    std::string title;
    std::string message;
};

/// Workflow commands for GitHub Actions. The first ten of each level, since GitHub drops the others without a word;
/// those follow as ordinary lines, and a notice says how many. Texts must be safe to print already.
/// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
[[nodiscard]] std::string write_annotations(const std::vector<Annotation>& annotations);

}  // namespace regent::formats
