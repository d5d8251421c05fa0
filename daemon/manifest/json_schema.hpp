#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::manifest {

/// The JSON Schema (draft-07, which editors know best) of one kind, or of any document when `kind` is empty; two-space
/// indented, with a newline at the end. Empty text for an unknown kind. It describes structure; rules of the services
/// are `regent validate`'s.
[[nodiscard]] std::string json_schema(std::string_view kind);

/// File name and text of every schema: "Application.schema.json" …, and "regent.schema.json" for all kinds.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> all_json_schemas();

}  // namespace regent::manifest
