#pragma once

#include "controller/control.hpp"
#include "controller/environment_keeper.hpp"
#include "controller/event.hpp"
#include "controller/measurements.hpp"
#include "controller/reading.hpp"
#include "model/daemon_configuration.hpp"
#include "net/clock.hpp"
#include "source/source_watch.hpp"
#include "store/service_store.hpp"
#include "store/store.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace regent::controller {

/// What a controller works with. References outlive it; functions may be called from any of its threads.
struct ControllerParts {
    using OpenSource = std::function<std::unique_ptr<source::ChangingSource>(const model::DaemonConfiguration&,
                                                                             const std::string& last_commit)>;
    /// Watches for changes of the source; a null pointer where nothing can be watched, then the interval has to do.
    using WatchSource =
        std::function<std::unique_ptr<source::FolderWatch>(const model::DaemonConfiguration&, std::function<void()>)>;
    using Connect = std::function<tl::expected<std::unique_ptr<Tenant>, SignInError>(
        const model::DaemonConfiguration&, const model::Environment&, WaitListener)>;

    OpenSource open_source;
    WatchSource watch_source;
    Connect connect;
    store::Store& store;
    store::ServiceStore& memory;
    std::filesystem::path state_directory;
    net::Clock& clock;
    net::Rng& rng;
    std::vector<EventSink*> sinks;
    Measurements& measurements;
    /// What an operator should know and what is no event: a file that looks like a manifest and is not read, a local
    /// copy that was fetched afresh. Said once, as long as it stays the same.
    std::function<void(EventSeverity, const std::string&)> note;
    std::string version;
    std::string state = "ok";  ///< what was wrong with the database when it was opened
    bool may_apply = true;     ///< false: whatever the configuration says, nothing is changed
};

/// The loop: looks at the source and at each environment when there is reason to, and knows how things stand.
///
/// Level-triggered: a commit, a changed file, a signal, a request and the clock only say *when*. One thread for the
/// source and one per environment; at most eight environments are looked at once.
class Controller final : public Control {
public:
    Controller(model::DaemonConfiguration configuration, ControllerParts parts);
    ~Controller() override;
    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;

    void start();
    /// Blocks until the source has been looked at once, whatever came of it.
    void wait_until_loaded();
    /// Takes a changed configuration. What cannot change while it runs (sockets) is the caller's business.
    void reload(model::DaemonConfiguration configuration);
    /// Finishes the steps under way and begins no other. Returns at once; the destructor waits.
    void stop() noexcept;
    /// Blocks until the steps under way are finished. After stop(); the destructor does it too.
    void finish();
    [[nodiscard]] bool loaded() const;  ///< the source was looked at once
    /// False when a thread has made no progress for so long that only a restart helps. A slow service is progress.
    [[nodiscard]] bool alive() const;
    /// For systemd: "prod main@9b1e77d: 4 ready, 1 paused, 1 failing; last run ok".
    [[nodiscard]] std::string status_line() const;
    /// One look at everything, then done: `regent daemon --once`. True when every environment is in sync.
    bool wait_until_each_ran();

    StatusPointer status() const override;
    std::uint64_t status_number() const override;
    std::uint64_t wait_for_status(std::uint64_t seen, std::chrono::milliseconds patience) const override;
    tl::expected<std::vector<Ticket>, ControlError> reconcile(const ReconcileRequest& request) override;
    bool done(const Ticket& ticket) const override;
    std::vector<AnsweringRun> answers(const Ticket& ticket) const override;
    tl::expected<void, ControlError> pause(const PauseRequest& request) override;
    tl::expected<void, ControlError> resume(const std::string& environment,
                                            const std::optional<model::Address>& address,
                                            const std::string& by) override;
    tl::expected<Approval, ControlError> approve(const std::string& environment, const std::string& plan_id,
                                                 const std::string& by) override;
    tl::expected<model::Environment, ControlError> environment(const std::string& name) const override;
    tl::expected<std::vector<HistoryEntry>, ControlError> history(const HistoryFilter& filter) const override;
    tl::expected<std::vector<ChangeEntry>, ControlError> changes(const HistoryFilter& filter) const override;
    tl::expected<std::vector<Event>, ControlError> events(const HistoryFilter& filter) const override;

private:
    using Monotonic = std::chrono::steady_clock::time_point;

    /// A run that has ended, the requests it answers, and the last look at the source before it began.
    struct Answer {
        std::uint64_t number = 0, look = 0;
        RunStatus run;
        [[nodiscard]] bool answers(const Ticket& ticket) const noexcept {
            return number >= ticket.number && look >= ticket.look;
        }
    };

    /// One environment and its thread.
    struct Runner {
        std::string name;
        std::unique_ptr<EnvironmentKeeper> keeper;
        std::shared_ptr<const Workspace> workspace;
        RevisionStatus revision;
        std::string trigger = "start";  ///< the most telling reason since the last run
        Monotonic due{};
        Monotonic not_before{};                 ///< not even for who asks: a command works in the environment
        std::uint64_t asked = 1, finished = 0;  ///< requests for a run, and how many of them are answered
        std::deque<Answer> answers;             ///< the last ones, oldest first
        std::set<model::Address> forget, create_again;
        std::vector<plan::RotationRequest> rotations;
        bool forget_all = false;
        int failures = 0;
        std::size_t manifest_errors = 0;
        std::string manifest_error_text;
        std::map<std::string, std::string> invalid_files;  ///< file → first error
        Time invalid_since{};
        EnvironmentStatus shown;
        std::optional<Time> next_run;
        bool leave = false;
        std::atomic<Monotonic> progress{};
        std::atomic<bool> busy{false};
        std::jthread thread;  // last: it uses everything above
    };

    void follow_source(const std::stop_token& stop);
    void look_at_source();
    void take(const source::SourceState& state);
    void tell_errors(const source::SourceState& state, const Reading& reading);
    enum class Newest { yes, no };
    void put_in_force(const source::SourceState& state, const Reading& reading, Newest newest);
    void go_on_with_the_last_valid();
    void tell_notes(std::vector<std::string> notes);
    [[nodiscard]] std::vector<std::string> wanted_environments() const;
    void source_failed(const source::SourceError& error);

    void keep(Runner& runner, const std::stop_token& stop);
    bool wait_for_run(Runner& runner, std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
    void end_pauses(const std::string& environment);
    RunOrder order_for(Runner& runner);
    static void put_back(Runner& runner, RunOrder order);
    static std::optional<ControlError> ask_for_rotation(Runner& runner, const ReconcileRequest& request);
    tl::expected<std::vector<Ticket>, ControlError> ask_locked(const ReconcileRequest& request);
    void look_ended_locked();
    static void answered(Runner& runner, Answer answer);
    [[nodiscard]] static bool is_done(const Runner& runner, const Ticket& ticket);
    void plan_next(Runner& runner, const RunStatus& run);
    void add_runner(const std::string& name);

    void emit(Event event);
    void emit(EventType type, EventSeverity severity, const std::string& environment, std::string message);
    void publish_locked();
    [[nodiscard]] std::vector<Pause> pauses_of(const std::string& environment) const;
    [[nodiscard]] tl::expected<std::vector<Runner*>, ControlError> runners_named(const std::string& environment) const;
    [[nodiscard]] std::string pause_of(const std::string& environment) const;
    [[nodiscard]] bool is_under_former_name(const Pause& pause, const std::optional<model::Address>& address) const;
    [[nodiscard]] static bool keeps(const Runner& runner, const model::Address& address);
    [[nodiscard]] std::string name_of_key(const std::string& key) const;
    [[nodiscard]] store::RowFilter row_filter(const HistoryFilter& filter) const;

    ControllerParts parts_;
    mutable std::mutex mutex_;  ///< guards all below but what says otherwise; never held while anything blocks
    mutable std::condition_variable_any changed_;
    model::DaemonConfiguration configuration_;
    std::map<std::string, std::unique_ptr<Runner>> runners_;
    std::vector<std::unique_ptr<Runner>> gone_;  ///< their threads end by themselves
    std::vector<Pause> pauses_;
    std::unique_ptr<source::ChangingSource> source_;  ///< used by the source's thread only
    std::unique_ptr<source::FolderWatch> watch_;
    SourceStatus source_status_;
    std::string seen_version_, in_force_version_;
    std::vector<std::string> told_notes_;  ///< used by the source's thread only
    bool source_due_ = true, source_reopen_ = true, loaded_ = false, source_bad_ = false;
    std::uint64_t source_looks_ = 0, source_looked_ = 0;  ///< looks that have begun, and that have ended
    struct AfterLook {
        std::uint64_t look = 0;
        ReconcileRequest request;
    };
    std::vector<AfterLook> asked_after_look_;  ///< requests that wait for the end of a look
    Monotonic source_next_{};
    std::atomic<Monotonic> source_busy_since_{};
    std::atomic<bool> stopping_{false};
    StatusPointer status_;
    std::uint64_t status_number_ = 0;
    Time started_{};
    std::string boot_;
    std::counting_semaphore<8> slots_{8};

    std::mutex approvals_mutex_;  ///< one approval at a time; taken before mutex_
    std::mutex events_mutex_;     ///< one event at a time; never taken while mutex_ is held
    std::uint64_t event_number_ = 0;
    std::string state_;

    std::jthread source_thread_;  // last: it uses everything above
};

}  // namespace regent::controller
