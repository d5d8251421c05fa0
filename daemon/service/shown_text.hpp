#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace regent::service {

/// Bytes of one foreign piece (a name, a path, a reason) that a log line takes: a display name may be longer than
/// anyone reads.
inline constexpr std::size_t max_piece_bytes = 200;
/// Bytes of a whole sentence, which may quote several pieces.
inline constexpr std::size_t max_sentence_bytes = 2000;

/// `text` as a log, a status line or a page may show it: on one line, without control characters (C0, C1, DEL), line
/// separators or characters that reorder what is read (all of Unicode's bidi controls), credentials replaced as
/// net::redact() does. Cut between two characters when longer than `max_bytes`, with "…" to say so.
[[nodiscard]] std::string shown(std::string_view text, std::size_t max_bytes = max_piece_bytes);

}  // namespace regent::service
