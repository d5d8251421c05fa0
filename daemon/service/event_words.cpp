#include "service/event_words.hpp"

#include "service/shown_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>

namespace regent::service {

std::string_view words_for(controller::EventType type) noexcept {
    using controller::EventType;
    switch (type) {
        case EventType::started:
            return "started";
        case EventType::stopping:
            return "is stopping";
        case EventType::source_invalid:
            return "manifests have errors";
        case EventType::source_valid:
            return "manifests are valid and in force";
        case EventType::drift:
            return "drifted";
        case EventType::applied:
            return "changed";
        case EventType::ready:
            return "is ready";
        case EventType::not_ready:
            return "is not ready";
        case EventType::run_failed:
            return "run failed";
        case EventType::run_recovered:
            return "runs work again";
        case EventType::refused:
            return "plan refused";
        case EventType::approval_needed:
            return "plan waits for approval";
        case EventType::approved:
            return "plan approved";
        case EventType::credential_expiring:
            return "has a credential that expires";
        case EventType::paused:
            return "paused";
        case EventType::resumed:
            return "resumed";
        case EventType::settle_failed:
            return "does not settle";
        case EventType::state_damaged:
            return "state is damaged";
    }
    return "something happened";
}

std::string_view words_of(const controller::Event& event) noexcept {
    using controller::EventType;
    // Told again when it is over.
    if (event.type == EventType::state_damaged && event.severity == controller::EventSeverity::info)
        return "state is kept again";
    return words_for(event.type);
}

std::string subject_of(const controller::Event& event) {
    if (event.address) return shown(event.address->kind) + "/" + shown(event.address->name);
    return event.environment.empty() ? "regent" : shown(event.environment);
}

std::string sentence_of(const controller::Event& event) {
    auto message = shown(event.message, max_sentence_bytes);
    const auto subject = subject_of(event);
    std::string sentence;
    if (event.address && !event.environment.empty()) sentence = shown(event.environment) + ": ";
    const bool about_service = !event.address && event.environment.empty() && !message.empty();
    const bool named = !message.empty() && message.find(subject) != std::string::npos;
    if (about_service) return message;
    if (named) return sentence + message;
    // "regent started", "prod: run failed", "Application/orders-api drifted".
    sentence += subject;
    sentence += event.address || event.environment.empty() ? " " : ": ";
    sentence += words_of(event);
    return message.empty() ? sentence : sentence + ": " + message;
}

std::string utc_text(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

}  // namespace regent::service
