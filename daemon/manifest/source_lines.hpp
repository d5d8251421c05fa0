#pragma once

#include "model/place.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// The lines of a text, counted from 1, and columns of characters in them. A byte order mark at the beginning belongs
/// to no line. Keeps a view: the text has to live longer.
class SourceLines {
public:
    explicit SourceLines(std::string_view text);

    [[nodiscard]] std::size_t count() const noexcept { return starts_.size(); }
    /// Without its line feed or CR LF; empty for a line that does not exist.
    [[nodiscard]] std::string_view line(std::size_t number) const noexcept;
    /// Byte offset where the line begins.
    [[nodiscard]] std::size_t start(std::size_t number) const noexcept;
    /// Byte offset of a column; of the line's end when the line is shorter.
    [[nodiscard]] std::size_t byte_at(std::size_t number, std::size_t column) const;

    /// A stretch of one line, given in characters.
    [[nodiscard]] model::Span span(const model::FileName& file, std::size_t number, std::size_t column,
                                   std::size_t characters) const;
    /// A stretch of one line, given by byte offsets within the line.
    [[nodiscard]] model::Span byte_span(const model::FileName& file, std::size_t number, std::size_t first_byte,
                                        std::size_t bytes) const;

private:
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

}  // namespace regent::manifest
