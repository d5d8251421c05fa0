#pragma once

#include "manifest/source_lines.hpp"
#include "manifest/yaml_gate.hpp"
#include "model/diagnostic.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace regent::manifest {

/// A point in the file, both from 1; line 0 means that libyaml named none.
struct Point {
    std::size_t line = 0;
    std::size_t column = 0;
};

/// libyaml's refusal, in its own words.
struct SyntaxError {
    std::string problem;  ///< "did not find expected key"
    Point at;
    std::string context;  ///< "while parsing a block mapping"; may be empty
    Point context_at;
};

/// The mistake behind `error`, at the place where a person made it: the parser notices an unclosed quote at the end of
/// the file and a missing colon one line late. `events` is what was understood before.
[[nodiscard]] model::Diagnostic explain_syntax_error(const SyntaxError& error, const std::vector<GateEvent>& events,
                                                     const model::FileName& file, const SourceLines& lines,
                                                     const DocumentText& document);

}  // namespace regent::manifest
