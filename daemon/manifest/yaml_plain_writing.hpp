#pragma once

#include "manifest/yaml_gate.hpp"

#include <vector>

namespace regent::manifest {

/// True for a document that is written so plainly that no two parsers of YAML read it differently: every text stands on
/// one line, in ASCII, as its own bytes (no escape, no folding, no block), every list and mapping is a block or written
/// out in brackets, and between them is nothing but spaces, line ends, comments and `- : , [ ] { }`. Most manifests
/// are, and asking yaml-cpp about them would take more time than all else that reading them does.
///
/// False is no verdict: it says that find_disagreement() (yaml_agreement.hpp) has to be asked.
[[nodiscard]] bool is_beyond_doubt(const DocumentText& document, const std::vector<GateEvent>& events);

}  // namespace regent::manifest
