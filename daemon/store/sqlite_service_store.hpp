#pragma once

#include "store/service_store.hpp"

#include <memory>

namespace regent::store {

class Connection;

/// ServiceStore over the connection that it shares with a SqliteStore.
class SqliteServiceStore final : public ServiceStore {
public:
    explicit SqliteServiceStore(std::shared_ptr<Connection> connection);

    tl::expected<std::int64_t, StoreError> add_run(const RunRow& run, const std::vector<ChangeRow>& changes) override;
    tl::expected<std::vector<RunRow>, StoreError> runs(const RowFilter& filter) override;
    tl::expected<std::vector<ChangeRow>, StoreError> changes(const RowFilter& filter) override;
    tl::expected<void, StoreError> add_event(const EventRow& event) override;
    tl::expected<std::vector<EventRow>, StoreError> events(const RowFilter& filter) override;
    tl::expected<void, StoreError> set_pause(const PauseRow& pause) override;
    tl::expected<void, StoreError> clear_pause(const std::string& environment, const std::string& kind,
                                               const std::string& name) override;
    tl::expected<std::vector<PauseRow>, StoreError> pauses() override;
    tl::expected<void, StoreError> approve(const ApprovalRow& approval) override;
    tl::expected<std::vector<ApprovalRow>, StoreError> approvals(const std::string& environment) override;
    tl::expected<void, StoreError> end_approvals(const std::string& environment,
                                                 const std::string& but_of_plan) override;
    tl::expected<void, StoreError> set_cursor(const std::string& name, const std::string& value) override;
    tl::expected<std::string, StoreError> cursor(const std::string& name) override;
    tl::expected<void, StoreError> set_objects(const std::string& environment,
                                               const std::vector<ObjectRow>& objects) override;
    tl::expected<std::vector<ObjectRow>, StoreError> objects(const std::string& environment) override;
    tl::expected<void, StoreError> check() override;

private:
    std::shared_ptr<Connection> connection_;
};

}  // namespace regent::store
