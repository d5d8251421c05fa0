#pragma once

#include "manifest/document.hpp"
#include "manifest/source_lines.hpp"
#include "manifest/yaml_reader.hpp"
#include "model/diagnostic.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// What libyaml says about one piece of a document, without its beginning and end.
struct GateEvent {
    enum class Kind { alias, scalar, sequence_start, sequence_end, mapping_start, mapping_end };
    Kind kind = Kind::scalar;
    model::Span span;
    std::string text;  ///< of a scalar; of an alias its anchor's name
    Style style = Style::plain;
    bool in_flow = false;  ///< stands inside, or is itself, `{…}` or `[…]`
    bool is_key = false;
    std::string anchor;
    std::string tag;  ///< explicit ones only
};

/// A plain scalar that means null: `~`, `null`, or nothing at all.
[[nodiscard]] bool is_null(const GateEvent& event);

/// The lines of one document: from its `---` to before the next.
struct DocumentText {
    std::string_view text;
    std::size_t first_line = 1;  ///< of the file
    std::size_t first_byte = 0;  ///< of the file
};

struct GateResult {
    std::vector<GateEvent> events;    ///< as far as libyaml came
    model::Diagnostics diagnostics;   ///< syntax and limits; when not empty, yaml-cpp must not see the text
    bool file_limit_reached = false;  ///< the rest of the file must not be read either
};

/// Runs libyaml over one document. `events_left` counts down over the documents of a file.
[[nodiscard]] GateResult pass_gate(const SourceText& source, const SourceLines& lines, const DocumentText& document,
                                   const ReadLimits& limits, std::size_t& events_left);

}  // namespace regent::manifest
