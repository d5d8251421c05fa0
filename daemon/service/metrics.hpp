#pragma once

#include "controller/control.hpp"
#include "controller/measurements.hpp"
#include "service/http.hpp"

#include <memory>
#include <string>

namespace regent::service {

/// Everything docs/reference/metrics.md lists, in Prometheus' text format. Counters and histograms are fed by being a
/// Measurements; gauges are read off the status when somebody asks, so that what is gone leaves no series behind.
class Metrics final : public controller::Measurements {
public:
    /// `revision`: the commit that the program was built from; may be empty.
    explicit Metrics(std::string revision = {});
    ~Metrics() override;

    void run_finished(std::string_view environment, const controller::RunStatus& run, const Phases& phases) override;
    void change(std::string_view kind, std::string_view action, std::string_view result) override;
    void drift(std::string_view kind, std::string_view handled) override;
    void refused(std::string_view guard) override;
    void rotation(std::string_view result) override;
    void api_request(std::string_view api, std::string_view method, int code,
                     std::chrono::duration<double> took) override;
    void api_retry(std::string_view api, std::string_view reason) override;
    void api_throttled(std::string_view api, std::chrono::duration<double> waited) override;
    void notified(std::string_view sink, std::string_view result) override;

    /// There is a receiver of this name: its counters begin with 0.
    void receiver(std::string_view sink);

    [[nodiscard]] std::string text(const controller::ServiceStatus& status) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// `/metrics`.
[[nodiscard]] Route metrics_route(const controller::Control& control, const Metrics& metrics);

}  // namespace regent::service
