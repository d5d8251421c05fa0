#pragma once

#include "manifest/yaml_gate.hpp"
#include "model/diagnostic.hpp"

#include <vector>

namespace regent::manifest {

/// What is valid YAML and yet refused: duplicate keys, anchors and aliases, merge keys, tags, keys that are not text.
/// All of them, in the order of the text.
[[nodiscard]] model::Diagnostics find_refusals(const std::vector<GateEvent>& events);

}  // namespace regent::manifest
