#pragma once

#include "manifest/document.hpp"
#include "model/diagnostic.hpp"

#include <cstddef>
#include <vector>

namespace regent::manifest {

/// How much of a file is read at most. The defaults are far above what people write and far below what hurts: a
/// manifest has about 2 KB, and a file that reaches one of these is a mistake or an attack.
struct ReadLimits {
    std::size_t file_bytes = std::size_t{256} * 1024;
    std::size_t documents = 64;
    std::size_t depth = 32;       ///< nested mappings and lists
    std::size_t events = 20'000;  ///< values, keys, and beginnings and ends of mappings and lists, in the whole file
    std::size_t scalar_bytes = std::size_t{64} * 1024;
    std::size_t line_bytes = std::size_t{64} * 1024;
};

struct ReadResult {
    /// In the order written. A document with a mistake in it is left out as a whole; its neighbours are there.
    std::vector<Document> documents;
    model::Diagnostics diagnostics;
};

/// Reads the documents of one file, all mistakes at once (a syntax error hides what follows it in the same document).
///
/// Stricter than YAML: a duplicate key, an anchor or alias, a merge key, a tag, a directive and a key that is not text
/// are refused, since each of them lets a file say something else than what a reader sees. Never throws, never hangs:
/// nothing reaches yaml-cpp that libyaml has not accepted (yaml-cpp 0.7 eats all memory on a lone comma:
/// https://github.com/jbeder/yaml-cpp/issues/1040), and what the two understand differently is refused.
///
/// Diagnostics carry codes RG01xx (yaml_error_codes()) and are sorted by place.
[[nodiscard]] ReadResult read_yaml(const SourceText& source, const ReadLimits& limits = {});

}  // namespace regent::manifest
