#include "store/sqlite_service_store.hpp"

#include "store/connection.hpp"
#include "store/decision_table.hpp"
#include "store/event_table.hpp"
#include "store/object_table.hpp"
#include "store/run_table.hpp"

namespace regent::store {

using SQLite::Database;

SqliteServiceStore::SqliteServiceStore(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

tl::expected<std::int64_t, StoreError> SqliteServiceStore::add_run(const RunRow& run,
                                                                   const std::vector<ChangeRow>& changes) {
    return connection_->writing([&](Database& database) { return fold_or_insert_run(database, run, changes); });
}

tl::expected<std::vector<RunRow>, StoreError> SqliteServiceStore::runs(const RowFilter& filter) {
    return connection_->reading([&](Database& database) { return select_runs(database, filter); });
}

tl::expected<std::vector<ChangeRow>, StoreError> SqliteServiceStore::changes(const RowFilter& filter) {
    return connection_->reading([&](Database& database) { return select_changes(database, filter); });
}

tl::expected<void, StoreError> SqliteServiceStore::add_event(const EventRow& event) {
    return connection_->writing([&](Database& database) { insert_event(database, event, connection_->now()); });
}

tl::expected<std::vector<EventRow>, StoreError> SqliteServiceStore::events(const RowFilter& filter) {
    return connection_->reading([&](Database& database) { return select_events(database, filter); });
}

tl::expected<void, StoreError> SqliteServiceStore::set_pause(const PauseRow& pause) {
    return connection_->writing([&](Database& database) { insert_pause(database, pause, connection_->now()); });
}

tl::expected<void, StoreError> SqliteServiceStore::clear_pause(const std::string& environment, const std::string& kind,
                                                               const std::string& name) {
    return connection_->writing([&](Database& database) { delete_pause(database, environment, kind, name); });
}

tl::expected<std::vector<PauseRow>, StoreError> SqliteServiceStore::pauses() {
    return connection_->reading([](Database& database) { return select_pauses(database); });
}

tl::expected<void, StoreError> SqliteServiceStore::approve(const ApprovalRow& approval) {
    return connection_->writing([&](Database& database) { insert_approval(database, approval, connection_->now()); });
}

tl::expected<std::vector<ApprovalRow>, StoreError> SqliteServiceStore::approvals(const std::string& environment) {
    return connection_->reading([&](Database& database) { return select_approvals(database, environment); });
}

tl::expected<void, StoreError> SqliteServiceStore::end_approvals(const std::string& environment,
                                                                 const std::string& but_of_plan) {
    return connection_->writing([&](Database& database) { delete_approvals(database, environment, but_of_plan); });
}

tl::expected<void, StoreError> SqliteServiceStore::set_cursor(const std::string& name, const std::string& value) {
    return connection_->writing([&](Database& database) { write_cursor(database, name, value); });
}

tl::expected<std::string, StoreError> SqliteServiceStore::cursor(const std::string& name) {
    return connection_->reading([&](Database& database) { return read_cursor(database, name); });
}

tl::expected<void, StoreError> SqliteServiceStore::set_objects(const std::string& environment,
                                                               const std::vector<ObjectRow>& objects) {
    return connection_->writing([&](Database& database) { replace_objects(database, environment, objects); });
}

tl::expected<std::vector<ObjectRow>, StoreError> SqliteServiceStore::objects(const std::string& environment) {
    return connection_->reading([&](Database& database) { return select_objects(database, environment); });
}

tl::expected<void, StoreError> SqliteServiceStore::check() {
    return connection_->check();
}

}  // namespace regent::store
