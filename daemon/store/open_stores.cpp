#include "store/connection.hpp"
#include "store/database_file.hpp"
#include "store/service_store.hpp"
#include "store/sqlite_service_store.hpp"
#include "store/sqlite_store.hpp"

namespace regent::store {
namespace {

tl::expected<std::shared_ptr<Connection>, StoreError> connect(const std::filesystem::path& file, std::string& warning,
                                                              Clock clock) {
    warning.clear();
    auto database = open_for_writing(file, warning, clock());
    if (!database) return tl::unexpected(database.error());
    return std::make_shared<Connection>(std::move(*database), file, Connection::Access::read_write, std::move(clock));
}

}  // namespace

tl::expected<std::unique_ptr<Store>, StoreError> open_store(const std::filesystem::path& file, OpenMode mode,
                                                            std::string& warning, Clock clock) {
    if (mode == OpenMode::read_only) {
        warning.clear();
        return std::make_unique<SqliteStore>(std::make_shared<Connection>(
            copy_for_reading(file, warning), file, Connection::Access::read_only, std::move(clock)));
    }
    auto connection = connect(file, warning, std::move(clock));
    if (!connection) return tl::unexpected(connection.error());
    return std::make_unique<SqliteStore>(std::move(*connection));
}

tl::expected<ServiceStores, StoreError> open_service_stores(const std::filesystem::path& file, std::string& warning,
                                                            Clock clock) {
    auto connection = connect(file, warning, std::move(clock));
    if (!connection) return tl::unexpected(connection.error());
    return ServiceStores{std::make_unique<SqliteStore>(*connection), std::make_unique<SqliteServiceStore>(*connection)};
}

}  // namespace regent::store
