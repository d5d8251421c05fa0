#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace regent::cli {

/// Writes `text` to a file that does not exist yet, with the folders above it. Returns what went wrong, empty for
/// nothing; a file that is there is left as it is, and so is what a link points to.
[[nodiscard]] std::string write_new_file(const std::filesystem::path& path, std::string_view text);

}  // namespace regent::cli
