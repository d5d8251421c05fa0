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

/// One field of one object that was changed by a run. Values are texts for people; secrets are facts.
struct ChangeRow {
    std::int64_t run = 0;
    std::string environment;
    model::Address address;
    std::string action, path, element, before, after, at;
    bool drift = false;
};

struct EventRow {
    std::int64_t number = 0;  ///< grows; the order of events
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
    std::string environment;  ///< empty: all
    std::string kind, name;   ///< empty: all
    std::string since;        ///< RFC 3339; empty: all
    std::string minimum_severity;
    std::int64_t run = 0;  ///< 0: all
    std::string after_id;  ///< events after the one of this id
    std::size_t limit = 50;
};

/// What the service remembers beside what a command does: folded history, events, pauses, approvals, cursors. Lives in
/// the same file as Store. Thread-safe. Every writing call is one transaction that is on disk when it returns; a full
/// or read-only disk is a StoreError and leaves everything as it was. History, changes and events are bounded: the
/// oldest go (10,000 runs, 50,000 changes, 20,000 events).
class ServiceStore {
public:
    virtual ~ServiceStore() = default;

    /// Can it be written, and is it still the file that the path names? Writes a little.
    [[nodiscard]] virtual tl::expected<void, StoreError> check() = 0;

    /// Returns the id: the folded row's when the run was folded.
    [[nodiscard]] virtual tl::expected<std::int64_t, StoreError> add_run(const RunRow& run,
                                                                         const std::vector<ChangeRow>& changes) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<RunRow>, StoreError> runs(
        const RowFilter& filter) = 0;  ///< newest first
    [[nodiscard]] virtual tl::expected<std::vector<ChangeRow>, StoreError> changes(const RowFilter& filter) = 0;

    [[nodiscard]] virtual tl::expected<void, StoreError> add_event(const EventRow& event) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<EventRow>, StoreError> events(
        const RowFilter& filter) = 0;  ///< oldest first, the last `limit`

    [[nodiscard]] virtual tl::expected<void, StoreError> set_pause(const PauseRow& pause) = 0;
    [[nodiscard]] virtual tl::expected<void, StoreError> clear_pause(const std::string& environment,
                                                                     const std::string& kind,
                                                                     const std::string& name) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<PauseRow>, StoreError> pauses() = 0;

    [[nodiscard]] virtual tl::expected<void, StoreError> approve(const ApprovalRow& approval) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<ApprovalRow>, StoreError> approvals(
        const std::string& environment) = 0;

    /// Small facts by name: the commit in force, the revision last approved.
    [[nodiscard]] virtual tl::expected<void, StoreError> set_cursor(const std::string& name,
                                                                    const std::string& value) = 0;
    [[nodiscard]] virtual tl::expected<std::string, StoreError> cursor(const std::string& name) = 0;  ///< empty: none

    /// Replaces what is known about the objects of `environment`.
    [[nodiscard]] virtual tl::expected<void, StoreError> set_objects(const std::string& environment,
                                                                     const std::vector<ObjectRow>& objects) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<ObjectRow>, StoreError> objects(const std::string& environment) = 0;
};

}  // namespace regent::store
