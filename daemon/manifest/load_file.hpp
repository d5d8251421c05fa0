#pragma once

#include "manifest/load_declaration.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace regent::manifest {

struct FileBeside {
    std::string path;  ///< from the repository's root
    std::string bytes;
};

/// The file that a field of type path names; nothing when it cannot be had, which then is told. `what` completes "… `x`
/// cannot be read": "the certificate". A path is relative to the file it is written in.
[[nodiscard]] std::optional<FileBeside> file_beside(const LoadJob& job, const Node& path, std::string_view what);

}  // namespace regent::manifest
