#include "service/status_page.hpp"

#include "service/first_look.hpp"
#include "service/page_templates.hpp"
#include "service/page_view.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace regent::service {

namespace {

constexpr std::size_t runs_asked_for = 20;
constexpr std::size_t events_asked_for = 20;

Response html(int status, std::string body) {
    return {status, "text/html; charset=utf-8", std::move(body), {}};
}

Response not_found(const StatusPageInput& input, const std::string& what) {
    return html(404, message_page("Nothing here", what, input));
}

std::chrono::minutes offset_at(controller::Time time) {
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    localtime_r(&seconds, &local);
    return std::chrono::minutes(local.tm_gmtoff / 60);
}

/// Fills in what the history has for `subject`.
void ask_for_the_past(StatusPageInput& input, const controller::Control& control, const PageSubject& subject) {
    controller::HistoryFilter filter;
    filter.environment = subject.environment;
    filter.address = subject.address;
    const auto keep_error = [&](const controller::ControlError& error) {
        input.history_error = "The history cannot be read: " + error.message;
    };
    filter.limit = runs_asked_for;
    if (subject.address) {
        if (auto changes = control.changes(filter)) {
            input.changes = std::move(*changes);
        } else {
            keep_error(changes.error());
        }
    } else if (auto history = control.history(filter)) {
        input.history = std::move(*history);
    } else {
        keep_error(history.error());
    }
    filter.limit = events_asked_for;
    if (!subject.address) filter.minimum_severity = controller::EventSeverity::warning;
    if (auto events = control.events(filter)) {
        input.events = std::move(*events);
    } else {
        keep_error(events.error());
    }
}

}  // namespace

std::optional<PageSubject> page_subject(std::string_view path) {
    const auto parts = segments(path);
    if (parts.empty()) return PageSubject{};
    if (parts.front() != "e") return std::nullopt;
    if (parts.size() == 2) return PageSubject{parts[1], std::nullopt};
    if (parts.size() == 4) return PageSubject{parts[1], model::Address{parts[2], parts[3]}};
    return std::nullopt;
}

Response status_page(const StatusPageInput& input, const Request& request) {
    const auto subject = page_subject(request.path);
    if (!subject) return not_found(input, "No page has this address.");
    const auto filter = PageFilter::from(request.query);
    const auto& status = input.status;
    if (subject->environment.empty()) {
        Environments all;
        for (const auto& environment : status.environments) all.push_back(&environment);
        return html(200, overview_page(all, "/", input, filter));
    }
    const auto* environment = status.environment(subject->environment);
    if (environment == nullptr) return not_found(input, "This service has no environment of that name.");
    if (!subject->address) {
        return html(200, overview_page({environment}, environment_path(environment->name), input, filter));
    }
    const auto object = std::find_if(environment->objects.begin(), environment->objects.end(),
                                     [&](const auto& each) { return each.address == *subject->address; });
    if (object == environment->objects.end()) {
        if (const auto outstanding = outstanding_look(*environment))
            return html(503, message_page("Not known yet", with_period(outstanding->message), input));
        return not_found(input, "This environment has no such object, or has it no more.");
    }
    return html(200, object_page(*environment, *object, input, filter));
}

Route status_page_routes(const controller::Control& control, std::function<controller::Time()> now) {
    return [&control, now = std::move(now)](const Request& request) -> std::optional<Answer> {
        if (request.method != "GET") return std::nullopt;
        if (request.path == "/style.css") return Response{200, "text/css; charset=utf-8", std::string(style_sheet), {}};
        const auto subject = page_subject(request.path);
        if (!subject) return std::nullopt;
        const auto status = control.status();
        const controller::ServiceStatus nothing_yet;
        StatusPageInput input{status ? *status : nothing_yet, {}, {}, {}, {}, now(), {}};
        input.local_offset = offset_at(input.now);
        if (!status) return html(503, message_page("Starting", "The service has not looked at anything yet.", input));
        ask_for_the_past(input, control, *subject);
        return status_page(input, request);
    };
}

}  // namespace regent::service
