#pragma once

#include "store/store.hpp"

#include <memory>

namespace regent::store {

class Connection;

class SqliteStore final : public Store {
public:
    explicit SqliteStore(std::shared_ptr<Connection> connection);

    tl::expected<std::int64_t, StoreError> begin(const std::string& environment, const Intent& intent) override;
    tl::expected<void, StoreError> finish(std::int64_t intent, IntentOutcome outcome,
                                          const std::string& remote_id) override;
    tl::expected<std::vector<Intent>, StoreError> unresolved(const std::string& environment) override;
    tl::expected<std::vector<Intent>, StoreError> unseen(const std::string& environment) override;
    tl::expected<void, StoreError> delivered(const std::string& environment, const model::Address& consumer,
                                             const model::Address& application, const std::string& key_id) override;
    tl::expected<void, StoreError> applied(const std::string& environment, const model::Address& address,
                                           const model::Place& place, const std::string& remote_id,
                                           const model::Map& values) override;
    tl::expected<void, StoreError> agreed(const std::string& environment,
                                          const std::vector<AppliedObject>& objects) override;
    tl::expected<void, StoreError> removed(const std::string& environment, const model::Address& address) override;
    tl::expected<void, StoreError> renamed(const std::string& environment, const model::Address& from,
                                           const model::Address& to) override;
    tl::expected<plan::History, StoreError> history(const std::string& environment) override;
    tl::expected<std::vector<std::string>, StoreError> environments() override;
    tl::expected<void, StoreError> record_run(const std::string& environment, const RunRecord& run) override;
    tl::expected<std::vector<RunRecord>, StoreError> runs(const std::string& environment, std::size_t limit) override;

private:
    std::shared_ptr<Connection> connection_;
};

}  // namespace regent::store
