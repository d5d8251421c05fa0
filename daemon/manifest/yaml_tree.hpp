#pragma once

#include "manifest/document.hpp"
#include "manifest/source_lines.hpp"
#include "manifest/yaml_gate.hpp"

#include <optional>
#include <vector>

namespace regent::manifest {

/// Builds the tree of one document from libyaml's events, with their spans. Nothing for a document without a value.
///
/// `events` must be complete, have passed find_refusals(), and say what yaml-cpp reads as well (yaml_agreement.hpp).
[[nodiscard]] std::optional<Node> build_tree(const model::FileName& file, const SourceLines& lines,
                                             const std::vector<GateEvent>& events);

}  // namespace regent::manifest
