#pragma once

#include "service/notice.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::service {

/// "Error", "Warning", "Notice", and "OK" for the good end of something: a word before a colour.
[[nodiscard]] std::string_view severity_word(const controller::Event& event) noexcept;
/// "Application/orders-api drifted (prod)".
[[nodiscard]] std::string headline(const controller::Event& event);
/// The message, or what happened when there is none; with remark() behind it.
[[nodiscard]] std::string details(const Notice& notice);
/// What to look it up by: ("environment", "prod"), ("run", "1147") … Nothing that is empty.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> facts(const Notice& notice, const Sender& sender);

}  // namespace regent::service
