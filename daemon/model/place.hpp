#pragma once

#include <cstddef>
#include <string>

namespace regent::model {

/// Where something was written: one point in one file of the source.
///
/// Everything that regent plans or refuses can be traced to a Place, so that a person reads `file:line:column` and not
/// "somewhere in your manifests". A default Place (line 0) means "nowhere in a file", for instance a default value.
struct Place {
    std::string file;        ///< relative to the repository's root, '/' as separator
    std::size_t line = 0;    ///< from 1
    std::size_t column = 0;  ///< from 1, in Unicode characters

    [[nodiscard]] bool known() const noexcept { return line != 0; }
    friend bool operator==(const Place&, const Place&) = default;
    friend auto operator<=>(const Place&, const Place&) = default;
};

/// A stretch of one file, as the parser saw it. `end_column` is exclusive, as in OpenTofu's diagnostics.
struct Span {
    std::string file;
    std::size_t line = 0;        ///< from 1
    std::size_t column = 0;      ///< from 1, in Unicode characters
    std::size_t end_line = 0;    ///< from 1
    std::size_t end_column = 0;  ///< from 1, exclusive
    std::size_t byte = 0;        ///< offset of the first byte, from 0

    [[nodiscard]] bool known() const noexcept { return line != 0; }
    [[nodiscard]] Place begin() const { return {file, line, column}; }
    friend bool operator==(const Span&, const Span&) = default;
};

/// `file:line:column`, the form editors and terminals make a link of; `file:line` when the column is 0.
[[nodiscard]] std::string to_string(const Place& place);

}  // namespace regent::model
