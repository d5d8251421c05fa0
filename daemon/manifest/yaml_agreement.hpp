#pragma once

#include "manifest/yaml_gate.hpp"
#include "model/diagnostic.hpp"

#include <optional>
#include <vector>

namespace regent::manifest {

/// The first place where yaml-cpp reads something else in this document than libyaml did (RG0140); nothing when both
/// read the same.
///
/// `events` must be complete and have passed find_refusals(): yaml-cpp is never shown what the gate refused.
[[nodiscard]] std::optional<model::Diagnostic> find_disagreement(const model::FileName& file,
                                                                 const DocumentText& document,
                                                                 const std::vector<GateEvent>& events);

}  // namespace regent::manifest
