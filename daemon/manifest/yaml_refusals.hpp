#pragma once

#include "manifest/source_lines.hpp"
#include "manifest/yaml_gate.hpp"
#include "model/diagnostic.hpp"

#include <vector>

namespace regent::manifest {

/// What a number is where a key stands. A key can only be text; in a manifest it is a name, and has quotes.
enum class NumberAsKey { refused, text };

/// What is valid YAML and yet refused: duplicate keys, anchors and aliases, merge keys, tags, keys that are not text,
/// list items that read as more of the text above them, and a second document without its `---`. All of them, in the
/// order of the text.
[[nodiscard]] model::Diagnostics find_refusals(const std::vector<GateEvent>& events, const SourceLines& lines,
                                               NumberAsKey number = NumberAsKey::refused);

}  // namespace regent::manifest
