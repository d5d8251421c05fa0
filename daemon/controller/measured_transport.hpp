#pragma once

#include "controller/measurements.hpp"
#include "controller/status.hpp"
#include "model/environment.hpp"
#include "net/clock.hpp"
#include "net/transport.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace regent::controller {

/// A transport that counts: per service, for metrics and status. Changes nothing about a request.
class MeasuredTransport final : public net::Transport {
public:
    MeasuredTransport(std::unique_ptr<net::Transport> inner, const model::Endpoints& endpoints, net::Clock& clock,
                      Measurements& measurements);

    net::Outcome send(const net::Request& request) override;

    /// An answer that came inside of another one: the batch was one request, and each write in it may be refused.
    void answered_in_batch(const net::Request& request, const net::Outcome& outcome);

    /// graph, login, azure, keyvault, powerplatform: those that were talked to. Thread-safe.
    [[nodiscard]] std::vector<ServiceCounters> counters() const;
    /// How far this machine's clock is ahead of Graph's, by the `Date` of its last answer; unset: it has said none.
    [[nodiscard]] std::optional<std::chrono::seconds> clock_ahead() const;
    /// A call waits because the service said so.
    void waited(const net::Request& request, std::chrono::milliseconds wait);
    /// One of the names in ServiceCounters.
    [[nodiscard]] std::string service_of(const net::Request& request) const;

private:
    [[nodiscard]] std::string service_of(const std::string& origin) const;
    void note_date(const net::Outcome& outcome);
    void note_answer(const std::string& service, const net::Request& request, const net::Outcome& outcome);

    std::unique_ptr<net::Transport> inner_;
    const model::Endpoints endpoints_;
    net::Clock& clock_;
    Measurements& measurements_;
    mutable std::mutex mutex_;
    std::map<std::string, ServiceCounters> counters_;
    std::optional<std::chrono::seconds> clock_ahead_;
};

}  // namespace regent::controller
