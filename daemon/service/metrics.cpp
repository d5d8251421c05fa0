#include "service/metrics.hpp"

#include "service/metrics_gauges.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace regent::service {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Histogram;
using CounterFamily = prometheus::Family<Counter>;
using HistogramFamily = prometheus::Family<Histogram>;

const Histogram::BucketBoundaries phase_seconds = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600};
const Histogram::BucketBoundaries request_seconds = {0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 330};

std::string word(std::string_view text) {
    return std::string(text);
}

prometheus::MetricFamily converted(Family&& family) {
    prometheus::MetricFamily result;
    result.name = std::move(family.name);
    result.help = std::move(family.help);
    result.type = family.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    for (auto& sample : family.samples) {
        prometheus::ClientMetric metric;
        for (auto& [name, value] : sample.labels) metric.label.push_back({std::move(name), std::move(value)});
        (family.counter ? metric.counter.value : metric.gauge.value) = sample.value;
        result.metric.push_back(std::move(metric));
    }
    return result;
}

}  // namespace

struct Metrics::Parts {
    std::string revision;
    prometheus::Registry registry;

    CounterFamily& counter(const char* name, const char* help) {
        return BuildCounter().Name(name).Help(help).Register(registry);
    }
    HistogramFamily& histogram(const char* name, const char* help) {
        return BuildHistogram().Name(name).Help(help).Register(registry);
    }

    CounterFamily& runs = counter("regent_runs_total", "Runs by what caused them and how they ended");
    HistogramFamily& durations = histogram("regent_run_duration_seconds", "Where the time of runs goes");
    CounterFamily& changes = counter("regent_changes_total", "Changes made to the tenant");
    CounterFamily& drifts = counter("regent_drift_total", "Changes that were made outside");
    CounterFamily& refusals = counter("regent_guard_refusals_total", "Plans that a guard refused");
    CounterFamily& rotations = counter("regent_rotations_total", "Secrets replaced by new ones");
    CounterFamily& requests = counter("regent_api_requests_total", "Requests to the services; code 0: no answer");
    HistogramFamily& request_durations =
        histogram("regent_api_request_duration_seconds", "How long the services took to answer");
    CounterFamily& retries = counter("regent_api_retries_total", "Requests sent again");
    CounterFamily& throttled = counter("regent_api_throttled_seconds_total", "Time spent waiting as a service asked");
    CounterFamily& notifications = counter("regent_notifications_total", "Notifications handed over or given up");

    /// Series that exist before anything happens: a rate needs a zero to begin with.
    Parts() {
        for (const char* guard : {"deletes", "protected", "empty", "plan_changed", "risk"})
            refusals.Add({{"guard", guard}});
        for (const char* kind : {"Application", "Connector"})
            for (const char* handled : {"reverted", "reported"}) drifts.Add({{"kind", kind}, {"handled", handled}});
        for (const char* result : {"ok", "failed"}) rotations.Add({{"result", result}});
        for (const char* api : {"graph", "powerplatform", "azure", "keyvault", "login"}) throttled.Add({{"api", api}});
    }
};

Metrics::Metrics(std::string revision) : parts_(std::make_unique<Parts>()) {
    parts_->revision = std::move(revision);
}
Metrics::~Metrics() = default;

void Metrics::run_finished(std::string_view environment, const controller::RunStatus& run, const Phases& phases) {
    parts_->runs.Add({{"environment", word(environment)}, {"trigger", run.trigger}, {"result", run.result}})
        .Increment();
    for (const auto& [phase, took] : phases)
        parts_->durations.Add({{"environment", word(environment)}, {"phase", phase}}, phase_seconds)
            .Observe(took.count());
}

void Metrics::change(std::string_view kind, std::string_view action, std::string_view result) {
    parts_->changes.Add({{"kind", word(kind)}, {"action", word(action)}, {"result", word(result)}}).Increment();
}
void Metrics::drift(std::string_view kind, std::string_view handled) {
    parts_->drifts.Add({{"kind", word(kind)}, {"handled", word(handled)}}).Increment();
}
void Metrics::refused(std::string_view guard) {
    parts_->refusals.Add({{"guard", word(guard)}}).Increment();
}
void Metrics::rotation(std::string_view result) {
    parts_->rotations.Add({{"result", word(result)}}).Increment();
}

void Metrics::api_request(std::string_view api, std::string_view method, int code, std::chrono::duration<double> took) {
    parts_->requests.Add({{"api", word(api)}, {"method", word(method)}, {"code", std::to_string(code)}}).Increment();
    parts_->request_durations.Add({{"api", word(api)}, {"method", word(method)}}, request_seconds)
        .Observe(took.count());
}
void Metrics::api_retry(std::string_view api, std::string_view reason) {
    parts_->retries.Add({{"api", word(api)}, {"reason", word(reason)}}).Increment();
}
void Metrics::api_throttled(std::string_view api, std::chrono::duration<double> waited) {
    parts_->throttled.Add({{"api", word(api)}}).Increment(waited.count());
}
void Metrics::notified(std::string_view sink, std::string_view result) {
    parts_->notifications.Add({{"sink", word(sink)}, {"result", word(result)}}).Increment();
}

void Metrics::receiver(std::string_view sink) {
    for (const char* result : {"ok", "failed", "dropped"})
        parts_->notifications.Add({{"sink", word(sink)}, {"result", result}});
}

std::string Metrics::text(const controller::ServiceStatus& status) const {
    std::vector<prometheus::MetricFamily> families;
    for (auto&& family : gauges_of(status, parts_->revision)) families.push_back(converted(std::move(family)));
    for (auto&& family : parts_->registry.Collect())
        if (!family.metric.empty()) families.push_back(std::move(family));
    for (auto&& family : process_families()) families.push_back(converted(std::move(family)));
    return prometheus::TextSerializer().Serialize(families);
}

Route metrics_route(const controller::Control& control, const Metrics& metrics) {
    return [&](const Request& request) -> std::optional<Answer> {
        if (request.path != "/metrics") return std::nullopt;
        if (request.method != "GET") return plain_text(405, "Only to be read.\n");
        auto response = plain_text(200, metrics.text(*control.status()));
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        return response;
    };
}

}  // namespace regent::service
