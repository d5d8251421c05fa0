#pragma once

#include <span>
#include <string>
#include <string_view>

namespace regent::controller {

/// What a condition of an object says: `regent explain Ready`.
struct ConditionText {
    std::string_view type;
    std::string_view meaning;  ///< lines of at most 78 characters, as the others
    std::string_view when_true;
    std::string_view when_false;
    std::string_view when_unknown;  ///< empty: never
};

/// Every condition there is, in the order in which objects show them.
[[nodiscard]] std::span<const ConditionText> condition_texts();
/// By its name, in any case; nothing when there is none.
[[nodiscard]] const ConditionText* find_condition(std::string_view name);
[[nodiscard]] std::string explain(const ConditionText& text);

}  // namespace regent::controller
