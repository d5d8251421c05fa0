#pragma once

#include "manifest/document.hpp"
#include "model/diagnostic.hpp"

#include <vector>

namespace regent::manifest {

/// Merges one entry of Environment.spec.overrides (`{target: {kind, name}, management: {…}, spec: {…}}`) into the
/// document it is for.
///
/// Mappings merge key by key. Lists whose items are all mappings with a `name` merge by that name, new names at the
/// end. Everything else, scalars and plain lists, is replaced. A `null` takes the key away. What was replaced or added
/// carries `origin` and keeps the span it has in the environment's file.
///
/// RG0305 where `management` or `spec` of the entry is not a mapping. Does not look at `target`. That a mapping
/// replaces a text somewhere further down is for the field table to say, at the place in the environment's file.
[[nodiscard]] model::Diagnostics apply_override(Document& target, const Node& override_entry, const Origin& origin);

/// Applies all entries, in order, each to the document its `target` names; origins are named "overrides[0]",
/// "overrides[1]", … RG0303 for a target that is not among `documents`, with what is. An entry without a usable
/// `target` is passed over: the field table of Environment has reported it.
[[nodiscard]] model::Diagnostics apply_overrides(std::vector<Document>& documents, const std::vector<Node>& overrides);

}  // namespace regent::manifest
