#pragma once

#include "store/store.hpp"
#include "store/store_error.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/types.h>

#include <mutex>
#include <optional>
#include <type_traits>

namespace regent::store {

/// One SQLite connection, shared by all threads and by Store and ServiceStore behind a mutex: calls are rare, short,
/// and must be in order anyway.
class Connection {
public:
    enum class Access { read_write, read_only };

    /// `file` is where `database` is, for messages and to see whether it still is there; empty for one in memory.
    Connection(std::unique_ptr<SQLite::Database> database, std::filesystem::path file, Access access, Clock clock);

    /// Calls work(database); what SQLite throws becomes a StoreError.
    template <typename Work>
    auto reading(const Work& work) -> tl::expected<std::invoke_result_t<Work, SQLite::Database&>, StoreError> {
        const std::lock_guard lock(mutex_);
        return explained([&] { return work(*database_); });
    }

    /// The same in one transaction: a call has happened and is on disk, or it has not.
    template <typename Work>
    auto writing(const Work& work) -> tl::expected<std::invoke_result_t<Work, SQLite::Database&>, StoreError> {
        const std::lock_guard lock(mutex_);
        if (auto refusal = why_not_write()) return tl::unexpected(std::move(*refusal));
        return explained([&] {
            SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
            if constexpr (std::is_void_v<std::invoke_result_t<Work, SQLite::Database&>>) {
                work(*database_);
                transaction.commit();
            } else {
                auto result = work(*database_);
                transaction.commit();
                return result;
            }
        });
    }

    /// See ServiceStore::check().
    [[nodiscard]] tl::expected<void, StoreError> check();

    /// The clock's time as RFC 3339.
    [[nodiscard]] std::string now() const;

private:
    /// Which file a path leads to.
    struct Identity {
        std::filesystem::path path;
        ::dev_t device = 0;
        ::ino_t inode = 0;
    };
    [[nodiscard]] static std::optional<Identity> identity_of(const std::filesystem::path& path);

    [[nodiscard]] std::optional<StoreError> why_not_write() const;
    /// SQLite goes on writing to a file that was deleted, and nobody will ever read it.
    [[nodiscard]] std::optional<StoreError> why_not_there() const;

    template <typename Work>
    auto explained(const Work& work) -> tl::expected<std::invoke_result_t<Work>, StoreError> {
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
                work();
                return {};
            } else {
                return work();
            }
        } catch (const SQLite::Exception& error) {
            return tl::unexpected(explain(error, file_));
        }
    }

    std::unique_ptr<SQLite::Database> database_;
    std::filesystem::path file_;
    Access access_;
    Clock clock_;
    std::vector<Identity> opened_;  ///< the file and its write-ahead log
    std::mutex mutex_;
};

}  // namespace regent::store
