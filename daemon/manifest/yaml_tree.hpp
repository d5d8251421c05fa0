#pragma once

#include "manifest/document.hpp"
#include "manifest/source_lines.hpp"
#include "manifest/yaml_gate.hpp"
#include "model/diagnostic.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace regent::manifest {

/// Builds the tree of one document from yaml-cpp's events, each of which has to say what libyaml's said; spans come
/// from those. Nothing for a document without a value. Fails with RG0140 where the two differ.
///
/// `events` must be complete and have passed find_refusals(): yaml-cpp is never shown what the gate refused.
[[nodiscard]] tl::expected<std::optional<Node>, model::Diagnostic> build_tree(const model::FileName& file,
                                                                              const SourceLines& lines,
                                                                              const DocumentText& document,
                                                                              const std::vector<GateEvent>& events);

}  // namespace regent::manifest
