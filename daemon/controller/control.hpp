#pragma once

#include "controller/event.hpp"
#include "controller/status.hpp"
#include "model/environment.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace regent::controller {

struct ControlError {
    enum class Kind {
        not_found,  ///< no such environment, object, plan or run
        invalid,    ///< a bad argument
        refused,    ///< not now: another plan waits, the state cannot be written
        timed_out
    };
    Kind kind = Kind::invalid;
    std::string message, help;
};

struct ReconcileRequest {
    std::string environment;                ///< empty: all
    std::optional<model::Address> address;  ///< clears its back-off; the run looks at everything all the same
    /// Ask the source first: the run is one of what this look brings, and what only it brings may be named.
    bool fetch = false;
    bool create_again = false;  ///< a person says that a creation of unknown outcome did not happen
    std::string by;             ///< who asked: "bob (uid 1000)"
    /// A new secret now, of an application that `address` names; the old one goes after everybody has the new one.
    std::string rotate;
    std::optional<std::chrono::seconds> keep_old;
};

struct PauseRequest {
    std::string environment;                ///< empty: all
    std::optional<model::Address> address;  ///< empty: everything in the environment
    std::string reason;                     ///< required
    std::optional<std::chrono::seconds> duration;
    std::string by;
};

struct ChangeEntry {
    std::int64_t run = 0;
    Time time{};
    std::string environment;
    model::Address address;
    std::string action, path, element, before, after;  ///< values as texts, secrets as facts
    bool drift = false;
};

/// A run in the history, quiet ones folded: `count` equal runs from `run.started` to `last`.
struct HistoryEntry {
    std::string environment;
    RunStatus run;
    std::size_t count = 1;
    Time last{};
};

struct HistoryFilter {
    std::string environment;
    std::optional<model::Address> address;
    std::optional<Time> since;
    std::optional<std::int64_t> run;
    std::optional<EventSeverity> minimum_severity;
    std::string after_event;  ///< only events after the one of this id: how a watcher goes on
    std::size_t limit = 50;
};

/// What may be asked of a running service. Callable from any thread; nothing here waits for a tenant, except wait().
class Control {
public:
    virtual ~Control() = default;

    [[nodiscard]] virtual StatusPointer status() const = 0;
    /// Grows with every published status: readers that watch compare it.
    [[nodiscard]] virtual std::uint64_t status_number() const = 0;
    /// Blocks until status_number() is above `seen` or the time is over; returns the number then.
    virtual std::uint64_t wait_for_status(std::uint64_t seen, std::chrono::milliseconds patience) const = 0;

    /// Asks for a run as soon as possible. Returns a ticket per environment: `done()` when a run that began after the
    /// request has ended. With `fetch` one ticket for what was named, and the run began after a look at the source that
    /// itself began after the request.
    struct Ticket {
        std::string environment;  ///< empty: all that there are after the look
        std::uint64_t number = 0;
        std::uint64_t look = 0;  ///< at the source; 0: none was asked for
    };
    [[nodiscard]] virtual tl::expected<std::vector<Ticket>, ControlError> reconcile(
        const ReconcileRequest& request) = 0;
    [[nodiscard]] virtual bool done(const Ticket& ticket) const = 0;
    /// The runs that answered a ticket which is done. None of an environment that is not kept any more, or that has no
    /// valid manifests yet; a ticket that is long done is answered by a later run.
    struct AnsweringRun {
        std::string environment;
        RunStatus run;
    };
    [[nodiscard]] virtual std::vector<AnsweringRun> answers(const Ticket& ticket) const = 0;

    [[nodiscard]] virtual tl::expected<void, ControlError> pause(const PauseRequest& request) = 0;
    [[nodiscard]] virtual tl::expected<void, ControlError> resume(const std::string& environment,
                                                                  const std::optional<model::Address>& address,
                                                                  const std::string& by) = 0;
    struct Approval {
        std::string by;     ///< who approved it: somebody before, it may be
        bool news = true;   ///< false: it was approved already
        std::string pause;  ///< why the environment is paused; it is carried out after that
    };
    /// Approves the pending plan of this id (or its first 8 digits or more) in `environment`, and runs.
    [[nodiscard]] virtual tl::expected<Approval, ControlError> approve(const std::string& environment,
                                                                       const std::string& plan_id,
                                                                       const std::string& by) = 0;

    /// The Environment that is in force under this name.
    [[nodiscard]] virtual tl::expected<model::Environment, ControlError> environment(const std::string& name) const = 0;

    [[nodiscard]] virtual tl::expected<std::vector<HistoryEntry>, ControlError> history(
        const HistoryFilter& filter) const = 0;
    [[nodiscard]] virtual tl::expected<std::vector<ChangeEntry>, ControlError> changes(
        const HistoryFilter& filter) const = 0;
    [[nodiscard]] virtual tl::expected<std::vector<Event>, ControlError> events(const HistoryFilter& filter) const = 0;
};

}  // namespace regent::controller
