#pragma once

#include "manifest/document.hpp"

#include <string>

namespace regent::manifest {

/// `document` as block-style YAML without a leading `---`, ending in a line feed. Read again it gives the same tree:
/// same keys in the same order, same texts, plain scalars plain and all others quoted or block.
///
/// With `show_origins`, a comment follows each value that is not simply written in the manifest:
/// `displayName: ARM connector (dev)  # from ${env} (environments/dev.regent.yaml:9:5)`.
[[nodiscard]] std::string to_yaml(const Document& document, bool show_origins = false);

}  // namespace regent::manifest
