#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace regent::manifest {

/// One character of a text as a terminal may see it.
struct DisplayCharacter {
    std::string shown;      ///< UTF-8 that is safe to print
    std::size_t cells = 1;  ///< columns of a terminal it takes: 0 for combining marks, 2 for wide ones
    std::size_t bytes = 1;  ///< of the original text
};

/// The first character of `text`, which must not be empty. Control characters come as their Unicode pictures, a tab
/// too; bidirectional overrides as `<U+202E>`; a byte that is not UTF-8 as U+FFFD.
[[nodiscard]] DisplayCharacter first_character(std::string_view text);

/// `text` on one line, safe to print: names from files and servers reach the terminal through this.
[[nodiscard]] std::string printable(std::string_view text);

/// Unicode characters in `text`; each byte that is not UTF-8 counts as one.
[[nodiscard]] std::size_t character_count(std::string_view text);

/// Byte offset of the character with index `character` (from 0), or the size of `text` when it is shorter.
[[nodiscard]] std::size_t byte_offset(std::string_view text, std::size_t character);

}  // namespace regent::manifest
