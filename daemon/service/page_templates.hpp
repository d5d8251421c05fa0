#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace regent::service {

/// The status page in mustache. `{{x}}` escapes; `{{{x}}}` does not, and no template has it.
extern const std::string_view overview_template, object_template, message_template;
/// What templates share, by the name that `{{>name}}` has.
extern const std::array<std::pair<std::string_view, std::string_view>, 5> page_parts;
/// /style.css
extern const std::string_view style_sheet;

}  // namespace regent::service
