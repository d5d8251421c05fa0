#include "service/notice_words.hpp"

#include "service/event_words.hpp"
#include "service/shown_text.hpp"

namespace regent::service {

using controller::EventSeverity;
using controller::EventType;

std::string_view severity_word(const controller::Event& event) noexcept {
    switch (event.severity) {
        case EventSeverity::error:
            return "Error";
        case EventSeverity::warning:
            return "Warning";
        case EventSeverity::info:
            break;
    }
    const bool good = event.type == EventType::ready || event.type == EventType::run_recovered ||
                      event.type == EventType::source_valid || event.type == EventType::resumed ||
                      event.type == EventType::approved;
    return good ? "OK" : "Notice";
}

std::string headline(const controller::Event& event) {
    if (event.address) {
        auto text = subject_of(event) + " " + std::string(words_of(event));
        if (!event.environment.empty()) text += " (" + shown(event.environment) + ")";
        return text;
    }
    return subject_of(event) + (event.environment.empty() ? " " : ": ") + std::string(words_of(event));
}

std::string details(const Notice& notice) {
    auto text = shown(notice.event.message, max_sentence_bytes);
    const auto remark = notice.remark();
    if (!remark.empty()) text += (text.empty() ? "" : " ") + ("(" + remark + ")");
    return text;
}

std::vector<std::pair<std::string, std::string>> facts(const Notice& notice, const Sender& sender) {
    const auto& event = notice.event;
    std::vector<std::pair<std::string, std::string>> all;
    const auto add = [&](const char* name, std::string_view value) {
        if (!value.empty()) all.emplace_back(name, shown(value));
    };
    add("environment", event.environment);
    add("reason", event.reason);
    add("field", event.path);
    add("action", event.action);
    add("revision", std::string_view(event.revision).substr(0, 12));
    if (event.run != 0) add("run", std::to_string(event.run));
    add("request id", event.request_id);
    add("at", utc_text(event.time));
    add("from", sender.instance);
    return all;
}

}  // namespace regent::service
