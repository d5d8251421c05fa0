#pragma once

#include "controller/status.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace regent::service {

/// How an object stands, in one word. In the order in which people want to see them.
enum class ObjectState {
    failing,  ///< not ready, and somebody has to do something or a service is ill
    differs,  ///< differs from its manifest, and regent may only look
    unknown,  ///< nobody has looked yet
    working,  ///< on its way: waits for another object, for a service, for its turn
    paused,   ///< left alone because somebody said so
    ready
};
inline constexpr std::array all_object_states{ObjectState::failing, ObjectState::differs, ObjectState::unknown,
                                              ObjectState::working, ObjectState::paused,  ObjectState::ready};

[[nodiscard]] ObjectState state_of(const controller::ObjectStatus& object) noexcept;
/// Somebody should look: failing, differs, unknown.
[[nodiscard]] bool needs_somebody(ObjectState state) noexcept;
[[nodiscard]] std::string_view to_string(ObjectState state) noexcept;  ///< "failing" …, as in links

/// A state as a page shows it: a word, a sign for those who see no colour, and the colour's name for the style sheet.
struct Badge {
    std::string_view word, sign, colour;
};
[[nodiscard]] Badge badge_of(ObjectState state) noexcept;
[[nodiscard]] Badge ready_badge(const controller::Condition* ready) noexcept;
[[nodiscard]] Badge synced_badge(const controller::Condition* synced) noexcept;
[[nodiscard]] Badge condition_badge(const controller::Condition& condition) noexcept;
[[nodiscard]] Badge result_badge(std::string_view run_result) noexcept;

/// "40 s", "12 min", "5 h", "3 d"; never negative.
[[nodiscard]] std::string duration_words(std::chrono::system_clock::duration duration);
/// "40 s ago", "in 3 min", "now".
[[nodiscard]] std::string relative_words(controller::Time time, controller::Time now);
/// "2026-09-14 03:44:11 UTC".
[[nodiscard]] std::string utc_words(controller::Time time);
/// The same `offset` east of Greenwich: "2026-09-14 05:44:11 +02:00".
[[nodiscard]] std::string local_words(controller::Time time, std::chrono::minutes offset);
/// "1 object", "3 objects".
[[nodiscard]] std::string count_words(std::size_t count, std::string_view one, std::string_view several);

}  // namespace regent::service
