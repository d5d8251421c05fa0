#pragma once

#include "apply/applier.hpp"
#include "controller/conditions.hpp"
#include "controller/event.hpp"
#include "controller/holds.hpp"
#include "controller/measurements.hpp"
#include "controller/planning.hpp"
#include "controller/read_pace.hpp"
#include "controller/status.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "store/service_store.hpp"
#include "store/store.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// What a keeper works with. References outlive the keeper; functions are called from the thread that runs it, and
/// from the threads of an apply.
struct KeeperParts {
    store::Store& store;
    store::ServiceStore& memory;
    std::function<tl::expected<std::unique_ptr<Tenant>, SignInError>(const model::Environment&, WaitListener)> connect;
    std::function<Time()> now;
    std::function<void(Event)> emit;  ///< fills in id and time
    std::function<void(const EnvironmentStatus&)> publish;
    std::function<void()> alive;  ///< something moved: for the watchdog
    Measurements& measurements;
    const std::atomic<bool>& stop;
    std::filesystem::path state_directory;  ///< for the lock against `regent apply`
};

/// One order to look at an environment, and all that may have changed since the last one.
struct RunOrder {
    std::string trigger;  ///< start, commit, interval, manual, expiry, retry
    std::shared_ptr<const Workspace> workspace;
    RevisionStatus revision;
    std::vector<Pause> pauses;  ///< of this environment and its objects, the ones that are over included
    /// The same while the run goes on: what a person pauses meanwhile is not begun any more. Empty: nobody does.
    std::function<std::vector<Pause>()> pauses_now;
    std::set<model::Address> forget;  ///< objects whose back-off and breaker a person cleared
    bool forget_all = false;
    std::set<model::Address> create_again;  ///< creations of unknown outcome that a person says did not happen
    std::vector<plan::RotationRequest> rotations;
    bool may_apply = false;  ///< the service's own mode
    std::string frozen;      ///< "freeze window `weekend` until …"; empty: none
    int parallel = 4;
    std::chrono::seconds replication_grace{120};
    std::chrono::seconds warn_before_expiry{0};
    /// How long to go by what the service says has changed. Zero: everything is read at every run.
    std::chrono::seconds full_read_interval{0};
};

/// An object that was written not long ago. Until `until` it is read at every run, since not every part of it is among
/// what the service says has changed; and if a replica shows it as it was before, that is no drift.
struct Written {
    Time until{};
    bool accepted = false;             ///< the service took every write
    std::optional<model::Map> before;  ///< nothing: it was not there
};

/// Does `seen` show an object as it was before it was written? Of `change`, what the next plan would do to it.
[[nodiscard]] bool shows_the_past(const Written& written, const plan::ResourceChange& change,
                                  const model::Snapshot& seen);

/// Tells the status what a read is at, and the watchdog that it moves. A status is copied for its readers, so a page
/// that comes soon after the last one is not told to them.
class KeeperReading final : public provider::ReadProgress {
public:
    /// `say` puts words into the status. Both are called from the threads that read.
    KeeperReading(std::string doing, const std::function<void()>& alive, std::function<void(const std::string&)> say,
                  std::function<ReadPace::Moment()> now)
        : alive_(alive), say_(std::move(say)), now_(std::move(now)), pace_(std::move(doing)) {}
    void read(const provider::PartRead& part) override;
    void waits(std::string_view why, std::chrono::milliseconds duration) override;

private:
    const std::function<void()>& alive_;
    const std::function<void(const std::string&)> say_;
    const std::function<ReadPace::Moment()> now_;
    std::mutex mutex_;
    ReadPace pace_;
    std::string what_;
    std::optional<ReadPace::Moment> said_;
};

/// Keeps one environment as its manifests say. Each run begins with what the tenant holds: read whole, or between two
/// whole reads with what the service says has changed since; nothing is written on the strength of what was only
/// remembered. Not thread-safe: one run at a time.
class EnvironmentKeeper {
public:
    EnvironmentKeeper(std::string name, KeeperParts parts);

    /// One cycle: read, plan, apply what may be applied, read back, tell. Returns what `regent history` shows.
    RunStatus run(const RunOrder& order);

    /// Ends every wait of a run under way; from any thread.
    void interrupt() noexcept;
    /// Signs in anew at the next run.
    void reconnect();
    /// When the next run is due for another reason than the interval, and which: a back-off that ends, an identity
    /// that is late (retry), a secret to be renewed, or one whose time beside its successor is over (expiry).
    struct Wish {
        Time at;
        const char* trigger;
    };
    [[nodiscard]] std::optional<Wish> wants_run_at() const;

private:
    friend class Cycle;
    tl::expected<std::shared_ptr<Tenant>, SignInError> tenant_of(const model::Environment& environment);
    void told_of_wait(const std::string& origin, std::chrono::milliseconds wait, const std::string& why);
    /// What the run under way is at or waits for; empty: nothing worth saying.
    void say(const std::string& text);
    /// The object is not ready until the service has made `what`.
    void show_waiting(const model::Address& address, const std::string& what, const std::string& revision);
    /// Who hears of the waits of a read; null pointer when none is under way.
    void watch_reading(KeeperReading* reading);
    void prepare_memory(const RunOrder& order);
    void begin_status(const RunOrder& order);
    void end_status(const RunOrder& order, const RunStatus& run);
    void remember_objects(const std::string& key);
    void restore_objects(const std::string& key);

    const std::string name_;
    KeeperParts parts_;
    std::mutex tenant_mutex_;  ///< guards the two below: interrupt() comes from another thread
    std::shared_ptr<Tenant> tenant_;
    std::string connected_to_;         ///< the environment and its endpoints that tenant_ is for
    mutable std::mutex status_mutex_;  ///< waits are told of from the threads of an apply
    EnvironmentStatus status_;
    KeeperReading* reading_ = nullptr;  ///< guarded by status_mutex_

    std::map<model::Address, ObjectMemory> objects_;
    std::map<model::Address, std::string> known_drift_;  ///< told already, as long as it looks the same
    std::set<std::string> told_expiry_;                  ///< key ids
    std::string told_pending_;
    std::string last_revision_;
    std::vector<store::ObjectRow> remembered_;
    std::optional<Time> read_whole_;  ///< when everything was read last
    std::map<model::Address, Written> written_;
    std::string read_plan_;  ///< the last plan that was not empty and whose objects were read for it
    int times_read_ = 0;     ///< by how many runs in a row
    bool restored_ = false;
    bool state_broken_ = false;  ///< the database could not be written, and that was told
    bool failing_ = false;       ///< the last run failed as a whole, and that was told
};

}  // namespace regent::controller
