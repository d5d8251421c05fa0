#pragma once

#include "model/address.hpp"
#include "model/place.hpp"
#include "plan/plan.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace regent::store {

struct StoreError {
    std::string message;
    std::string help;
};

/// A creation without a key of its own that was begun: a connector, a secret.
struct Intent {
    std::int64_t id = 0;
    model::Address address;
    std::string part;
    std::string work;          ///< "create", "add"
    std::string operation_id;  ///< 8 hex digits; stands in a secret's display name
    std::string started_at;    ///< RFC 3339
};

enum class IntentOutcome { done, not_sent, failed, unknown };

/// One run, for `regent history`.
struct RunRecord {
    std::string started_at, finished_at, trigger, revision, result, plan_id;
    std::size_t created = 0, adopted = 0, updated = 0, removed = 0, secrets = 0, failed = 0;
};

/// What is remembered of an object: what it was made to be, or found to be while that was what its manifest says.
struct AppliedObject {
    model::Address address;
    model::Place place;  ///< of its document
    std::string remote_id;
    model::Map values;  ///< by attribute path
};

/// The database: history, the journal of unfinished creations, and what was last applied. Never a secret, never a
/// token. Deleting the file loses history and nothing else. One file serves several environments; every call names the
/// one it is about. Thread-safe. Calls block for a disk write (WAL, synchronous=FULL).
class Store {
public:
    virtual ~Store() = default;

    /// Writes "about to do" down before anything is sent; returns when it is on disk.
    [[nodiscard]] virtual tl::expected<std::int64_t, StoreError> begin(const std::string& environment,
                                                                       const Intent& intent) = 0;
    [[nodiscard]] virtual tl::expected<void, StoreError> finish(std::int64_t intent, IntentOutcome outcome,
                                                                const std::string& remote_id) = 0;
    /// Begun and never finished, or finished as unknown: oldest first.
    [[nodiscard]] virtual tl::expected<std::vector<Intent>, StoreError> unresolved(const std::string& environment) = 0;

    /// Carried out by runs that ended before they could be recorded: nobody has seen since that the tenant shows it.
    [[nodiscard]] virtual tl::expected<std::vector<Intent>, StoreError> unseen(const std::string& environment) {
        static_cast<void>(environment);
        return std::vector<Intent>{};
    }

    /// Which key id was handed to which connector. History for people: the connector's own marks are what plans go by.
    [[nodiscard]] virtual tl::expected<void, StoreError> delivered(const std::string& environment,
                                                                   const model::Address& consumer,
                                                                   const model::Address& application,
                                                                   const std::string& key_id) = 0;

    /// Remembers what an object was made to be: the last applied values and its remote id.
    [[nodiscard]] virtual tl::expected<void, StoreError> applied(const std::string& environment,
                                                                 const model::Address& address,
                                                                 const model::Place& place,
                                                                 const std::string& remote_id,
                                                                 const model::Map& values) = 0;
    /// Remembers the same of objects that are as they are wanted without having been written: one write to the disk for
    /// all of them, and none for what is remembered so already.
    [[nodiscard]] virtual tl::expected<void, StoreError> agreed(const std::string& environment,
                                                                const std::vector<AppliedObject>& objects) = 0;
    [[nodiscard]] virtual tl::expected<void, StoreError> removed(const std::string& environment,
                                                                 const model::Address& address) = 0;
    /// What is remembered of `from` is remembered of `to` from now on: its manifest was given that name. What `to` has
    /// of its own counts more.
    [[nodiscard]] virtual tl::expected<void, StoreError> renamed(const std::string& environment,
                                                                 const model::Address& from, const model::Address& to) {
        static_cast<void>(environment);
        static_cast<void>(from);
        static_cast<void>(to);
        return {};
    }
    [[nodiscard]] virtual tl::expected<plan::History, StoreError> history(const std::string& environment) = 0;
    /// Of which objects are remembered, in order.
    [[nodiscard]] virtual tl::expected<std::vector<std::string>, StoreError> environments() = 0;

    [[nodiscard]] virtual tl::expected<void, StoreError> record_run(const std::string& environment,
                                                                    const RunRecord& run) = 0;
    [[nodiscard]] virtual tl::expected<std::vector<RunRecord>, StoreError> runs(const std::string& environment,
                                                                                std::size_t limit) = 0;
};

enum class OpenMode {
    read_write,  ///< creates the file (0600) and its folder (0700), migrates an older schema
    read_only    ///< for plans: a missing file is an empty store, an older schema is read as far as it goes
};

using Clock = std::function<std::chrono::system_clock::time_point()>;

/// A damaged file ("regent.db.damaged-<time>") or one of a newer schema ("regent.db.newer-<time>") is moved aside
/// (read_write) and reported through `warning`; the run goes on without history. read_only creates, changes and moves
/// nothing, reads everything at once, and where it cannot read goes on without history as well; its writing calls fail.
/// `clock` gives the times that the callers do not hand in.
[[nodiscard]] tl::expected<std::unique_ptr<Store>, StoreError> open_store(
    const std::filesystem::path& file, OpenMode mode, std::string& warning,
    Clock clock = [] { return std::chrono::system_clock::now(); });

}  // namespace regent::store
