#pragma once

#include "store/store.hpp"

#include <functional>
#include <memory>
#include <mutex>

namespace SQLite {
class Database;
}

namespace regent::store {

/// Store over one SQLite connection, shared by all threads behind a mutex: calls are rare, short, and must be in order
/// anyway.
class SqliteStore final : public Store {
public:
    enum class Access { read_write, read_only };

    SqliteStore(std::unique_ptr<SQLite::Database> database, Access access, Clock clock);
    ~SqliteStore() override;

    tl::expected<std::int64_t, StoreError> begin(const std::string& environment, const Intent& intent) override;
    tl::expected<void, StoreError> finish(std::int64_t intent, IntentOutcome outcome,
                                          const std::string& remote_id) override;
    tl::expected<std::vector<Intent>, StoreError> unresolved(const std::string& environment) override;
    tl::expected<void, StoreError> delivered(const std::string& environment, const model::Address& consumer,
                                             const model::Address& application, const std::string& key_id) override;
    tl::expected<void, StoreError> applied(const std::string& environment, const model::Address& address,
                                           const model::Place& place, const std::string& remote_id,
                                           const model::Map& values) override;
    tl::expected<void, StoreError> removed(const std::string& environment, const model::Address& address) override;
    tl::expected<plan::History, StoreError> history(const std::string& environment) override;
    tl::expected<void, StoreError> record_run(const std::string& environment, const RunRecord& run) override;
    tl::expected<std::vector<RunRecord>, StoreError> runs(const std::string& environment, std::size_t limit) override;

private:
    template <typename Result>
    tl::expected<Result, StoreError> reading(const std::function<Result()>& work);
    /// In one transaction: a call has happened or it has not.
    tl::expected<void, StoreError> writing(const std::function<void()>& work);
    [[nodiscard]] std::string now() const;

    std::unique_ptr<SQLite::Database> database_;
    Access access_;
    Clock clock_;
    std::mutex mutex_;
};

}  // namespace regent::store
