#pragma once

#include "model/place.hpp"

#include <string>
#include <vector>

namespace regent::model {

enum class Severity { error, warning };

/// A second place that belongs to a diagnostic: "first here", "declared here".
struct Label {
    Span span;
    std::string text;
};

/// One mistake, told to the person who made it: what is wrong, where, and how to mend it.
///
/// The message never proposes the cure, `help` does; both begin in lower case and end without a full stop, names stand
/// in backticks and literals in double quotes. One mistake gives one diagnostic. Modelled on rustc's
/// (https://rustc-dev-guide.rust-lang.org/diagnostics.html).
struct Diagnostic {
    std::string
        code;  ///< "RG0204"; stable, explained by `regent explain RG0204`; the registry is model/error_codes.hpp
    Severity severity = Severity::error;
    std::string message;             ///< "an Application has no field `redirectUrl` in `spec`"
    Span span;                       ///< the smallest stretch that is wrong; may be unknown
    std::string label;               ///< under the caret: "unknown field"; may be empty
    std::vector<Label> secondary;    ///< other places, in the order they should be read
    std::vector<std::string> notes;  ///< facts
    std::string help;                ///< what to do; may be empty
    std::string subject;             ///< "document 2 (Connector/arm)" where a file holds several; may be empty
};

using Diagnostics = std::vector<Diagnostic>;

/// True when at least one of them is an error: warnings alone let a run go on.
[[nodiscard]] bool has_errors(const Diagnostics& diagnostics) noexcept;

/// Stable order for people: by file, line, column, then code.
void sort(Diagnostics& diagnostics);

}  // namespace regent::model
