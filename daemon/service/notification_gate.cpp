#include "service/notification_gate.hpp"

#include <algorithm>
#include <utility>

namespace regent::service {

namespace {

using controller::Event;
using controller::EventType;

// Not a character of names, so that "a" + "bc" and "ab" + "c" stay two.
constexpr char separator = '\x1f';

template <typename... Parts>
std::string joined(const Parts&... parts) {
    std::string text;
    ((text += parts, text += separator), ...);
    return text;
}

std::string place_of(const Event& event) {
    return joined(event.environment, event.address ? model::to_string(*event.address) : std::string{});
}

/// What has two states, or nothing.
std::string_view subject_with_states(EventType type) {
    switch (type) {
        case EventType::ready:
        case EventType::not_ready:
            return "readiness";
        case EventType::run_failed:
        case EventType::run_recovered:
            return "runs";
        case EventType::source_invalid:
        case EventType::source_valid:
            return "source";
        case EventType::paused:
        case EventType::resumed:
            return "pause";
        case EventType::state_damaged:
            return "state";
        default:
            return "";
    }
}

bool is_good(const Event& event) {
    switch (event.type) {
        case EventType::ready:
        case EventType::run_recovered:
        case EventType::source_valid:
        case EventType::resumed:
            return true;
        case EventType::state_damaged:  // told again, as mere information, when it is whole again
            return event.severity == controller::EventSeverity::info;
        default:
            return false;
    }
}

/// How urgent an event is to somebody who is told. A plan that waits for a person is nothing wrong with the service,
/// but waits until somebody knows.
controller::EventSeverity urgency_of(const Event& event) {
    if (event.type != EventType::approval_needed) return event.severity;
    return std::max(event.severity, controller::EventSeverity::warning);
}

/// The state that `event` says its subject is in now. A failing object stays the same with every commit; of an invalid
/// source every commit is another one.
std::string state_after(const Event& event) {
    const auto name = controller::to_string(event.type);
    // "main@4f2c1ab is in force": every commit is a new state to those who want to hear of it.
    if (is_good(event)) {
        const bool each = event.type == EventType::source_valid || event.type == EventType::resumed;
        return joined(name, "good", each ? event.message : std::string{});
    }
    return joined(name, event.reason, event.type == EventType::source_invalid ? event.revision : std::string{});
}

bool stands(const Event& event) {
    switch (event.type) {
        case EventType::drift:
            return event.action == "report";
        case EventType::refused:
        case EventType::approval_needed:
        case EventType::credential_expiring:
        case EventType::settle_failed:
            return true;
        default:
            return false;
    }
}

/// The words of an event belong to it where they name the plan or the end of a credential: another one is news.
std::string words_that_tell_apart(const Event& event) {
    const bool telling = event.type == EventType::refused || event.type == EventType::approval_needed ||
                         event.type == EventType::credential_expiring;
    return telling ? event.message : std::string{};
}

}  // namespace

std::optional<Notice> NotificationGate::offer(const Event& event, Time now) {
    forget_old(now);
    if (!wanted(event)) return std::nullopt;
    if (event.type == EventType::ready || event.type == EventType::run_recovered) forget_standing(event);
    const auto name = std::string(controller::to_string(event.type));
    if (const auto subject = subject_with_states(event.type); !subject.empty()) {
        return offer_state(event, joined(subject, place_of(event)), now);
    }
    if (urgency_of(event) < filter_.minimum) return std::nullopt;
    const auto topic = joined(name, place_of(event), event.reason, event.path, event.action);
    if (stands(event)) return offer_standing(event, topic, now);
    return offer_single(event, topic, now);
}

std::vector<Notice> NotificationGate::due(Time now) {
    std::vector<Notice> notices;
    for (auto& [name, topic] : topics_) {
        if (!topic.pending || topic.due > now) continue;
        topic.told = topic.pending_state;
        topic.told_bad = topic.has_states && !is_good(*topic.pending);
        topic.sent[topic.pending_state] = now;
        // The one that is told now was counted as held back.
        notices.push_back({std::move(*topic.pending), topic.held_back - 1, 0});
        topic.pending.reset();
        topic.held_back = 0;
    }
    return notices;
}

std::optional<NotificationGate::Time> NotificationGate::next_due() const {
    std::optional<Time> next;
    for (const auto& [name, topic] : topics_) {
        if (topic.pending && (!next || topic.due < *next)) next = topic.due;
    }
    return next;
}

bool NotificationGate::wanted(const Event& event) const {
    const auto among = [](const std::vector<std::string>& names, const std::string& name) {
        return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    };
    if (!event.environment.empty() && !among(filter_.environments, event.environment)) return false;
    return !event.address || among(filter_.kinds, event.address->kind);
}

std::optional<Notice> NotificationGate::offer_state(const Event& event, std::string topic_name, Time now) {
    auto& topic = topic_named(std::move(topic_name), event, now);
    topic.has_states = true;
    const bool good = is_good(event);
    const auto state = state_after(event);
    if (topic.current == state) return std::nullopt;
    topic.current = state;
    if (topic.told == state) {
        // Away and back before anybody was told: nothing to tell, but the next notice says that there was something.
        topic.pending.reset();
        ++topic.held_back;
        return std::nullopt;
    }
    if (event.severity < filter_.minimum && !(good && topic.told_bad)) {
        topic.pending.reset();
        return std::nullopt;
    }
    return tell_or_hold(topic, event, state, now);
}

std::optional<Notice> NotificationGate::offer_standing(const Event& event, std::string topic_name, Time now) {
    auto& topic = topic_named(std::move(topic_name), event, now);
    topic.standing = true;
    const auto state = joined(controller::to_string(event.severity), words_that_tell_apart(event));
    if (const auto sent = topic.sent.find(state); sent != topic.sent.end() && now - sent->second < reminder) {
        return std::nullopt;
    }
    topic.sent[state] = now;
    return Notice{event, 0, 0};
}

std::optional<Notice> NotificationGate::offer_single(const Event& event, std::string topic_name, Time now) {
    return tell_or_hold(topic_named(std::move(topic_name), event, now), event, {}, now);
}

std::optional<Notice> NotificationGate::tell_or_hold(Topic& topic, const Event& event, const std::string& state,
                                                     Time now) {
    if (const auto sent = topic.sent.find(state); sent != topic.sent.end() && now - sent->second < window) {
        topic.pending = event;
        topic.pending_state = state;
        topic.due = sent->second + window;
        ++topic.held_back;
        return std::nullopt;
    }
    topic.sent[state] = now;
    topic.told = state;
    topic.told_bad = topic.has_states && !is_good(event);
    topic.pending.reset();
    return Notice{event, std::exchange(topic.held_back, 0), 0};
}

NotificationGate::Topic& NotificationGate::topic_named(std::string name, const Event& event, Time now) {
    auto& topic = topics_[std::move(name)];
    topic.address = place_of(event);
    topic.touched = now;
    return topic;
}

void NotificationGate::forget_standing(const Event& event) {
    const auto place = place_of(event);
    std::erase_if(topics_, [&](const auto& entry) { return entry.second.standing && entry.second.address == place; });
}

void NotificationGate::forget_old(Time now) {
    if (now - last_cleaned_ < std::chrono::hours(1)) return;
    last_cleaned_ = now;
    for (auto& [name, topic] : topics_) {
        std::erase_if(topic.sent, [&](const auto& sent) { return now - sent.second > reminder; });
    }
    std::erase_if(topics_, [&](const auto& entry) {
        const auto& topic = entry.second;
        // A bad state is kept until its good end, which may be weeks away. What is good needs no memory.
        return !topic.told_bad && !topic.pending && now - topic.touched > reminder;
    });
}

}  // namespace regent::service
