#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace regent::net {

/// What one request counts for against the limits of Microsoft Graph.
struct Charge {
    double units = 0;  ///< resource units, as far as that can be known beforehand
    double writes = 0;
};

/// Of a request to Graph; nothing for other services, whose limits nobody publishes. A batch counts for all that is in
/// it.
[[nodiscard]] Charge charge_of(std::string_view method, std::string_view target, std::string_view body);

/// What one application may ask of one tenant: resource units in ten seconds and writes in two and a half minutes. Both
/// refill steadily, so that a long job goes at the pace that the service allows instead of running into refusals, which
/// count too. Thread-safe. https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
///
/// How many units a tenant has depends on its size, which nobody tells: the smallest is assumed until the budget is
/// nearly used up and the service has not begun to warn, as it does from 80 % on.
class Quota {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// Zero: it may be sent, and is charged. Otherwise how long to wait before asking again.
    [[nodiscard]] std::chrono::milliseconds take(const Charge& charge, Moment now);
    /// The answer said what the request really cost.
    void correct(double charged, double told);
    /// The answer said that most of the limit is used.
    void warned(Moment now);
    /// A request was refused. `information`: the header `x-ms-throttle-information`.
    void refused(std::string_view information, Moment now);

    [[nodiscard]] double units_per_10_seconds() const;

private:
    void refill(Moment now);
    void grow(Moment now);

    mutable std::mutex mutex_;
    std::size_t size_ = 0;
    double units_ = 0, writes_ = 0;
    Moment filled_{}, warned_{};
    bool begun_ = false, was_warned_ = false;
};

/// A budget of one kind of request that refills steadily. Thread-safe.
class Lane {
public:
    Lane(double most, std::chrono::seconds period) : most_(most), period_(period) {}
    /// Zero: one may be sent, and is charged. Otherwise how long to wait before asking again.
    [[nodiscard]] std::chrono::milliseconds take(Quota::Moment now);

private:
    const double most_;
    const std::chrono::seconds period_;
    std::mutex mutex_;
    double left_ = 0;
    Quota::Moment filled_{};
    bool begun_ = false;
};

/// Of writes to applications that people with personal accounts may use: 60 in a minute, far below all others'. Shared
/// as quota_of() is.
[[nodiscard]] std::shared_ptr<Lane> personal_lane_of(const std::string& origin, const std::string& caller);

/// The one quota of the process for this application and tenant. `caller`: the object id of the service principal,
/// which is of one tenant; empty: a quota of one's own.
[[nodiscard]] std::shared_ptr<Quota> quota_of(const std::string& origin, const std::string& caller);

}  // namespace regent::net
