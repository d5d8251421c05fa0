#include "controller/measured_transport.hpp"

#include "net/redact.hpp"
#include "net/retry.hpp"

#include <fmt/format.h>

namespace regent::controller {
namespace {

std::string_view method_name(net::Method method) {
    return to_string(method);
}

/// "https://graph.microsoft.com: nothing accepts connections there": which request it was says nothing about a service.
std::string without_request(const net::Request& request, const std::string& error) {
    const auto prefix =
        fmt::format("{} {}", to_string(request.method), net::loggable_address(request.origin, request.target));
    return error.starts_with(prefix) ? request.origin + error.substr(prefix.size()) : error;
}

/// Whether this is asked of a vault whose address is made by `pattern`: "https://{vault}.vault.azure.net", or
/// "http://127.0.0.1:8801/keyvault/{vault}" of a simulator.
bool is_of_vault(std::string_view pattern, const std::string& origin, const std::string& target) {
    constexpr std::string_view name = "{vault}";
    const auto at = pattern.find(name);
    if (at == std::string_view::npos) return false;
    const auto suffix = pattern.substr(at + name.size());
    const bool in_host = pattern.substr(0, at).find('/', pattern.find("://") + 3) == std::string_view::npos;
    if (in_host) return origin.starts_with(pattern.substr(0, at)) && origin.ends_with(suffix);
    return (origin + target).starts_with(pattern.substr(0, at));
}

/// Why a session will send this again, if it may: nothing for an answer that stands.
std::string_view retry_reason(const net::Outcome& outcome) {
    if (outcome.fate != net::Fate::answered) return "network";
    if (outcome.status == 429) return "throttled";
    return outcome.status >= 500 ? "server" : "";
}

}  // namespace

MeasuredTransport::MeasuredTransport(std::unique_ptr<net::Transport> inner, const model::Endpoints& endpoints,
                                     net::Clock& clock, Measurements& measurements)
    : inner_(std::move(inner)), endpoints_(endpoints), clock_(clock), measurements_(measurements) {}

std::string MeasuredTransport::service_of(const std::string& origin) const {
    // A simulator answers for all of them at one origin; then the path tells, see below.
    if (origin == endpoints_.graph) return "graph";
    if (origin == endpoints_.login) return "login";
    if (origin == endpoints_.resource_manager) return "azure";
    if (is_of_vault(endpoints_.key_vault, origin, {})) return "keyvault";
    return "powerplatform";
}

std::string MeasuredTransport::service_of(const net::Request& request) const {
    if (endpoints_.graph != endpoints_.login) return service_of(request.origin);
    return request.target.find("/oauth2/") != std::string::npos                               ? "login"
           : request.target.rfind("/v1.0/", 0) == 0 || request.target.rfind("/beta/", 0) == 0 ? "graph"
           : request.target.rfind("/subscriptions/", 0) == 0                                  ? "azure"
           : is_of_vault(endpoints_.key_vault, request.origin, request.target)                ? "keyvault"
                                                                                              : "powerplatform";
}

net::Outcome MeasuredTransport::send(const net::Request& request) {
    const auto begun = clock_.monotonic();
    auto outcome = inner_->send(request);
    const auto took = clock_.monotonic() - begun;
    const auto service = service_of(request);
    const bool answered = outcome.fate == net::Fate::answered;
    measurements_.api_request(service, method_name(request.method), answered ? outcome.status : 0, took);
    {
        const std::lock_guard lock(mutex_);
        auto& counters = counters_[service];
        counters.name = service;
        ++counters.requests;
    }
    if (service == "graph") note_date(outcome);
    note_answer(service, request, outcome);
    return outcome;
}

void MeasuredTransport::note_date(const net::Outcome& outcome) {
    const auto header = net::find_header(outcome.headers, "Date");
    const auto date = header ? net::parse_http_date(std::string(*header)) : std::nullopt;
    if (!date) return;
    const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - *date);
    const std::lock_guard lock(mutex_);
    clock_ahead_ = ahead;
}

std::optional<std::chrono::seconds> MeasuredTransport::clock_ahead() const {
    const std::lock_guard lock(mutex_);
    return clock_ahead_;
}

void MeasuredTransport::answered_in_batch(const net::Request& request, const net::Outcome& outcome) {
    note_answer(service_of(request), request, outcome);
}

void MeasuredTransport::note_answer(const std::string& service, const net::Request& request,
                                    const net::Outcome& outcome) {
    const auto reason = retry_reason(outcome);
    if (!reason.empty()) measurements_.api_retry(service, reason);
    const std::lock_guard lock(mutex_);
    auto& counters = counters_[service];
    counters.name = service;
    counters.failing = !reason.empty();
    if (reason.empty()) return;
    ++counters.retries;
    if (reason == "throttled") ++counters.throttled;
    counters.last_error = outcome.fate == net::Fate::answered
                              ? fmt::format("{} answered {}", request.origin, outcome.status)
                              : without_request(request, outcome.error);
    counters.last_error_at = clock_.now();
}

void MeasuredTransport::waited(const net::Request& request, std::chrono::milliseconds wait) {
    const auto service = service_of(request);
    measurements_.api_throttled(service, wait);
    const std::lock_guard lock(mutex_);
    auto& counters = counters_[service];
    counters.name = service;
    counters.waited += wait;
}

std::vector<ServiceCounters> MeasuredTransport::counters() const {
    const std::lock_guard lock(mutex_);
    std::vector<ServiceCounters> all;
    all.reserve(counters_.size());
    for (const auto& [name, counters] : counters_) all.push_back(counters);
    return all;
}

}  // namespace regent::controller
