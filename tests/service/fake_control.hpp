#pragma once

#include "controller/control.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace regent::tests {

using namespace std::chrono_literals;

/// 2026-09-14 12:04:10 UTC, and times before it.
inline const controller::Time noon = controller::Time(std::chrono::seconds(1789387450));

/// A service with two environments: six objects in `prod` of which one is paused and one needs somebody, one in `dev`.
[[nodiscard]] controller::ServiceStatus sample_status(controller::Time now = noon);
[[nodiscard]] controller::ObjectStatus& object_in(controller::ServiceStatus& status, const std::string& environment,
                                                  const model::Address& address);

/// A Control that remembers what it was asked and answers from lists. Thread-safe.
class FakeControl final : public controller::Control {
public:
    FakeControl() { publish(sample_status()); }

    void publish(controller::ServiceStatus status);
    /// Changes what is published last.
    void change(const std::function<void(controller::ServiceStatus&)>& edit);
    void add_event(controller::Event event);
    void finish_runs();  ///< all tickets are done

    std::vector<controller::ReconcileRequest> reconciles;
    std::vector<controller::PauseRequest> pauses;
    std::vector<std::string> resumes, approvals;  ///< "prod Connector/arm by root (uid 0)"
    std::optional<controller::ControlError> fails_with;
    std::vector<controller::HistoryEntry> runs;
    std::vector<controller::ChangeEntry> all_changes;
    std::function<void()> on_reconcile;

    [[nodiscard]] controller::StatusPointer status() const override;
    [[nodiscard]] std::uint64_t status_number() const override;
    std::uint64_t wait_for_status(std::uint64_t seen, std::chrono::milliseconds patience) const override;
    tl::expected<std::vector<Ticket>, controller::ControlError> reconcile(
        const controller::ReconcileRequest& request) override;
    [[nodiscard]] bool done(const Ticket& ticket) const override;
    [[nodiscard]] std::vector<AnsweringRun> answers(const Ticket& ticket) const override;
    tl::expected<void, controller::ControlError> pause(const controller::PauseRequest& request) override;
    tl::expected<void, controller::ControlError> resume(const std::string& environment,
                                                        const std::optional<model::Address>& address,
                                                        const std::string& by) override;
    tl::expected<Approval, controller::ControlError> approve(const std::string& environment, const std::string& plan_id,
                                                             const std::string& by) override;
    [[nodiscard]] tl::expected<model::Environment, controller::ControlError> environment(
        const std::string& name) const override;
    [[nodiscard]] tl::expected<std::vector<controller::HistoryEntry>, controller::ControlError> history(
        const controller::HistoryFilter& filter) const override;
    [[nodiscard]] tl::expected<std::vector<controller::ChangeEntry>, controller::ControlError> changes(
        const controller::HistoryFilter& filter) const override;
    [[nodiscard]] tl::expected<std::vector<controller::Event>, controller::ControlError> events(
        const controller::HistoryFilter& filter) const override;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable published_;
    controller::StatusPointer status_;
    std::uint64_t number_ = 0, tickets_ = 0, done_ = 0;
    std::vector<controller::Event> events_;
};

}  // namespace regent::tests
