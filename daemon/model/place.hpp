#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace regent::model {

/// The name of a file of the source. Every key and value of every manifest says where it stands, so copies share the
/// text.
class FileName {
public:
    FileName() = default;
    FileName(std::string name) : name_(name.empty() ? nullptr : std::make_shared<const std::string>(std::move(name))) {}
    FileName(const char* name) : FileName(std::string(name)) {}

    [[nodiscard]] const std::string& str() const noexcept;
    operator const std::string&() const noexcept { return str(); }
    operator std::string_view() const noexcept { return str(); }
    [[nodiscard]] bool empty() const noexcept { return name_ == nullptr; }

    friend bool operator==(const FileName& a, const FileName& b) noexcept {
        return a.name_ == b.name_ || a.str() == b.str();
    }
    friend bool operator==(const FileName& a, const std::string& b) noexcept { return a.str() == b; }
    friend bool operator==(const FileName& a, const char* b) noexcept { return a.str() == b; }
    friend std::strong_ordering operator<=>(const FileName& a, const FileName& b) noexcept {
        return a.str() <=> b.str();
    }

private:
    std::shared_ptr<const std::string> name_;  ///< none for an empty one
};

/// Where something was written: one point in one file of the source.
///
/// Everything that regent plans or refuses can be traced to a Place, so that a person reads `file:line:column` and not
/// "somewhere in your manifests". A default Place (line 0) means "nowhere in a file", for instance a default value.
struct Place {
    FileName file;           ///< relative to the repository's root, '/' as separator
    std::size_t line = 0;    ///< from 1
    std::size_t column = 0;  ///< from 1, in Unicode characters

    [[nodiscard]] bool known() const noexcept { return line != 0; }
    friend bool operator==(const Place&, const Place&) = default;
    friend auto operator<=>(const Place&, const Place&) = default;
};

/// A stretch of one file, as the parser saw it. `end_column` is exclusive, as in OpenTofu's diagnostics.
struct Span {
    FileName file;
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
