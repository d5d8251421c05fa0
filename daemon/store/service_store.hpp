#pragma once

#include "model/address.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace regent::store {

/// A run in the history. Quiet runs (result, revision, plan id and trigger as before, nothing changed) are folded into
/// the row before: `count` of them, the last one at `last_at`.
struct RunRow {
    std::int64_t id = 0;
    std::string environment;  ///< key
    RunRecord run;
    std::size_t read = 0;
    std::string error, error_code;
    std::size_t count = 1;
    std::string last_at;  ///< RFC 3339, end of the last of them
};

/// One field of one object that was changed by a run. Values are texts for people; secrets are facts. What is given as
/// the value of an attribute that can only be written is not kept. `run` and `environment` are the run's.
struct ChangeRow {
    std::int64_t run = 0;
    std::string environment;
    model::Address address;
    std::string action, path, element, before, after, at;
    bool drift = false;
};

struct EventRow {
    std::int64_t number = 0;  ///< given by the store; grows; the order of events
    std::string id, environment, at, type, severity, kind, name, reason, path, action, revision, message, request_id;
    std::int64_t run = 0;
};

struct PauseRow {
    std::string environment;  ///< key
    std::string kind, name;   ///< empty: everything in the environment
    std::string reason, by, since;
    std::string until;  ///< empty: until it is resumed
};

struct ApprovalRow {
    std::string environment, plan_id, revision, by, at;
};

/// What the service knew about an object before it was restarted: status goes on where it was.
struct ObjectRow {
    std::string environment;
    model::Address address;
    std::string ready, reason, message, since;  ///< of the Ready condition
    std::string last_change, last_change_summary;
    std::string next_try;
    int failures = 0;
    std::string error_code;

    friend bool operator==(const ObjectRow&, const ObjectRow&) = default;
};

struct RowFilter {
    std::string environment;       ///< empty: all
    std::string kind, name;        ///< empty: all; for runs: those that changed such an object
    std::string since;             ///< RFC 3339; empty: all
    std::string minimum_severity;  ///< of events: "info", "warning", "error"; empty: all
    std::int64_t run = 0;          ///< 0: all
    std::string after_id;          ///< events after the one of this id; all when it is not known (any more)
    std::size_t limit = 50;
};

/// What the service remembers beside what a command does: folded history, events, pauses, approvals, cursors. Lives in
/// the same file as Store. Thread-safe. Every writing call is one transaction that is on disk when it returns; a full
/// or read-only disk is a StoreError and leaves everything as it was; the next call may succeed. A file that was
/// deleted or replaced while it was open is one as well. History, changes and events are bounded: of each environment
/// the oldest go (10,000 runs, 50,000 changes, 20,000 events, 1,000 approvals). Texts of more than 2,000 bytes are cut.
///
/// Times that are left empty are the clock's.
class ServiceStore {
public:
    virtual ~ServiceStore() = default;

    /// Returns the id: the folded row's when the run was folded. Of two failures, the code says whether they are alike;
    /// the row has the text of the last one.
    [[nodiscard]] virtual tl::expected<std::int64_t, StoreError> add_run(const RunRow& run,
                                                                         const std::vector<ChangeRow>& changes) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<RunRow>, StoreError> runs(
        const RowFilter& filter) = 0;  ///< newest first
    [[nodiscard]] virtual tl::expected<std::vector<ChangeRow>, StoreError> changes(
        const RowFilter& filter) = 0;  ///< newest run first, a run's in their order

    /// One that is there already, by its id, is not added again.
    [[nodiscard]] virtual tl::expected<void, StoreError> add_event(const EventRow& event) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<EventRow>, StoreError> events(
        const RowFilter& filter) = 0;  ///< oldest first, the last `limit`

    [[nodiscard]] virtual tl::expected<void, StoreError> set_pause(const PauseRow& pause) = 0;
    [[nodiscard]] virtual tl::expected<void, StoreError> clear_pause(const std::string& environment,
                                                                     const std::string& kind,
                                                                     const std::string& name) = 0;
    /// Those whose time is up too: whoever asks decides what is over, and clears it.
    [[nodiscard]] virtual tl::expected<std::vector<PauseRow>, StoreError> pauses() = 0;

    [[nodiscard]] virtual tl::expected<void, StoreError> approve(const ApprovalRow& approval) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<ApprovalRow>, StoreError> approvals(
        const std::string& environment) = 0;  ///< newest first
    /// Ends the approvals of all plans of the environment but `but_of_plan`; of all of them when that is empty.
    [[nodiscard]] virtual tl::expected<void, StoreError> end_approvals(const std::string& environment,
                                                                       const std::string& but_of_plan) = 0;

    /// Small facts by name: the commit in force, the revision last approved. An empty value forgets it.
    [[nodiscard]] virtual tl::expected<void, StoreError> set_cursor(const std::string& name,
                                                                    const std::string& value) = 0;
    [[nodiscard]] virtual tl::expected<std::string, StoreError> cursor(const std::string& name) = 0;  ///< empty: none

    /// Replaces what is known about the objects of `environment`.
    [[nodiscard]] virtual tl::expected<void, StoreError> set_objects(const std::string& environment,
                                                                     const std::vector<ObjectRow>& objects) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<ObjectRow>, StoreError> objects(const std::string& environment) = 0;

    /// Is the file that was opened still there, and sound? Reads all of it from the disk: for start-up and every now
    /// and then. Whether it is there is looked at before every write as well.
    [[nodiscard]] virtual tl::expected<void, StoreError> check() = 0;
};

/// Both sides of one file, over one connection.
struct ServiceStores {
    std::unique_ptr<Store> store;
    std::unique_ptr<ServiceStore> service;
};

/// For the service: as open_store() with OpenMode::read_write.
[[nodiscard]] tl::expected<ServiceStores, StoreError> open_service_stores(
    const std::filesystem::path& file, std::string& warning,
    Clock clock = [] { return std::chrono::system_clock::now(); });

}  // namespace regent::store
