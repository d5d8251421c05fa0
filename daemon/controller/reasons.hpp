#pragma once

#include "controller/status.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace regent::controller {

/// What a reason means, what regent does next by itself, and what is left to a person: `regent explain InSync`.
struct ReasonText {
    ConditionReason reason;
    std::string_view ready;    ///< what it makes of the Ready condition: "True", "False", "unchanged"
    std::string_view meaning;  ///< paragraphs, lines of at most 78 characters
    std::string_view regent;
    std::string_view you;
};

/// Every reason there is, in the order of ConditionReason.
[[nodiscard]] std::span<const ReasonText> reason_texts();
/// By its name, in any case; nothing when there is none.
[[nodiscard]] const ReasonText* find_reason(std::string_view name);
[[nodiscard]] std::string explain(const ReasonText& text);

}  // namespace regent::controller
