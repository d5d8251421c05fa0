#pragma once

#include "net/secret.hpp"
#include "net/session.hpp"

#include <sys/types.h>
#include <tl/expected.hpp>

#include <filesystem>
#include <optional>

namespace regent::net {

/// A small file that holds a secret.
struct PrivateFile {
    Secret bytes;
    mode_t mode = 0;
};

/// Nothing when there is no such file. Up to 256 KiB; its mode is asked of the open file, so that nobody can swap it in
/// between. The error names the path and never what is in it.
[[nodiscard]] tl::expected<std::optional<PrivateFile>, TokenError> read_file(const std::filesystem::path& path);

}  // namespace regent::net
