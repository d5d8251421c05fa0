#include "model/variable_reference.hpp"

#include <algorithm>
#include <cctype>

namespace regent::model {
namespace {

constexpr std::string_view opening = "@environmentVariables(\"";
constexpr std::string_view closing = "\")";
constexpr std::string_view word = "@environmentVariables";

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// Where the next one begins, in whatever case it is written: a mistyped reference is no text of its own.
std::size_t next_mention(std::string_view text) {
    const auto it = std::search(text.begin(), text.end(), word.begin(), word.end(), same_letter);
    return it == text.end() ? std::string_view::npos : static_cast<std::size_t>(it - text.begin());
}

/// How long the reference is that `text` begins with; 0: it begins with none.
std::size_t reference_at(std::string_view text) {
    if (text.substr(0, opening.size()) != opening) return 0;
    const auto name = text.substr(opening.size());
    const auto length = static_cast<std::size_t>(
        std::find_if_not(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }) -
        name.begin());
    if (length == 0 || name.substr(length, closing.size()) != closing) return 0;
    return opening.size() + length + closing.size();
}

}  // namespace

bool is_variable_reference(std::string_view text) noexcept {
    return !text.empty() && reference_at(text) == text.size();
}

bool mentions_variable(std::string_view text) noexcept {
    return next_mention(text) != std::string_view::npos;
}

bool variables_are_well_formed(std::string_view text) noexcept {
    for (auto at = next_mention(text); at != std::string_view::npos; at = next_mention(text)) {
        const auto length = reference_at(text.substr(at));
        if (length == 0) return false;
        text.remove_prefix(at + length);
    }
    return true;
}

}  // namespace regent::model
