#pragma once

#include "manifest/document.hpp"
#include "manifest/source_lines.hpp"
#include "manifest/yaml_reader.hpp"
#include "model/diagnostic.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace regent::manifest {

/// What is wrong with the bytes of a file, before anything is parsed: too large, not UTF-8, or holding characters that
/// a reader cannot see. One diagnostic for each sort of mistake, at its first place. When this returns anything, the
/// file must not be parsed.
[[nodiscard]] model::Diagnostics check_bytes(const SourceText& source, const SourceLines& lines,
                                             const ReadLimits& limits);

/// What to tell of a file that begins with the mark of UTF-16; nothing when it does not.
[[nodiscard]] std::optional<model::Diagnostic> utf16_in(const std::string& file, std::string_view bytes);

}  // namespace regent::manifest
