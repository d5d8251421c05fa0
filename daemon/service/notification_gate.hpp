#pragma once

#include "service/notice.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace regent::service {

/// Which events a receiver wants.
struct NotificationFilter {
    controller::EventSeverity minimum = controller::EventSeverity::warning;
    std::vector<std::string> environments;  ///< empty: all. Events of the service itself always pass
    std::vector<std::string> kinds;         ///< empty: all. Events that are about no object always pass
};

/// Decides what one receiver is told, and when. Pure: time is handed in. Not for several threads at once.
///
/// - What has two states (an object's readiness, an environment's runs, the source, pauses) is told when the state
///   changes, and the good end of a bad state that was told is told too, whatever the filter's severity.
/// - What stays until somebody does something (drift that is only reported, a refused plan, an expiring credential) is
///   told again after a day.
/// - The same event is told at most once in `window`. What came meanwhile is counted, and the last of it is told at the
///   window's end, unless things are back as they were told.
class NotificationGate {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::minutes window{5};
    static constexpr std::chrono::hours reminder{24};

    explicit NotificationGate(NotificationFilter filter) : filter_(std::move(filter)) {}

    /// What to tell at once, if anything.
    [[nodiscard]] std::optional<Notice> offer(const controller::Event& event, Time now);
    /// What was held back and is to be told by now.
    [[nodiscard]] std::vector<Notice> due(Time now);
    /// When due() will have something.
    [[nodiscard]] std::optional<Time> next_due() const;
    [[nodiscard]] std::size_t remembered() const noexcept { return topics_.size(); }

private:
    /// What is known of one thing that events are about.
    struct Topic {
        std::string address;               ///< environment and object, to forget with
        std::string current, told;         ///< states
        bool has_states = false;           ///< two of them, a good and a bad one
        bool told_bad = false;             ///< the good end will be told
        bool standing = false;             ///< stays until somebody does something
        std::map<std::string, Time> sent;  ///< state → when it was told last
        std::size_t held_back = 0;
        std::optional<controller::Event> pending;
        std::string pending_state;
        Time due{};
        Time touched{};
    };

    [[nodiscard]] bool wanted(const controller::Event& event) const;
    [[nodiscard]] std::optional<Notice> offer_state(const controller::Event& event, std::string topic, Time now);
    [[nodiscard]] std::optional<Notice> offer_standing(const controller::Event& event, std::string topic, Time now);
    [[nodiscard]] std::optional<Notice> offer_single(const controller::Event& event, std::string topic, Time now);
    [[nodiscard]] std::optional<Notice> tell_or_hold(Topic& topic, const controller::Event& event,
                                                     const std::string& state, Time now);
    Topic& topic_named(std::string name, const controller::Event& event, Time now);
    void forget_standing(const controller::Event& event);
    void forget_old(Time now);

    NotificationFilter filter_;
    std::map<std::string, Topic> topics_;
    Time last_cleaned_{};
};

}  // namespace regent::service
