#pragma once

#include "folder.hpp"
#include "store/service_store.hpp"

/// Rows that name only what a test is about.
namespace rows {

inline regent::store::RunRow quiet_run(const std::string& finished_at = "2026-09-14T09:02:14Z") {
    regent::store::RunRow row;
    row.environment = "dev";
    row.run = {.started_at = "2026-09-14T09:02:11Z",
               .finished_at = finished_at,
               .trigger = "interval",
               .revision = "9b1e77d",
               .result = "ok",
               .plan_id = "none"};
    row.read = 12;
    return row;
}

inline regent::store::RunRow busy_run(std::size_t updated) {
    auto row = quiet_run();
    row.run.updated = updated;
    return row;
}

inline regent::store::ChangeRow change(const std::string& name, const std::string& path = "displayName") {
    regent::store::ChangeRow row;
    row.address = {"Application", name};
    row.action = "update";
    row.path = path;
    row.before = "Old";
    row.after = "New";
    row.at = "2026-09-14T09:02:13Z";
    return row;
}

inline regent::store::EventRow event(const std::string& id, const std::string& severity = "info") {
    regent::store::EventRow row;
    row.id = id;
    row.environment = "dev";
    row.at = "2026-09-14T09:02:13Z";
    row.type = "object.changed";
    row.severity = severity;
    row.kind = "Application";
    row.name = "portal";
    row.message = "displayName was changed";
    return row;
}

inline regent::store::ObjectRow object(const std::string& name, const std::string& message = "") {
    regent::store::ObjectRow row;
    row.environment = "dev";
    row.address = {"Application", name};
    row.ready = "True";
    row.reason = "InSync";
    row.message = message;
    row.since = "2026-09-14T09:02:13Z";
    return row;
}

inline regent::store::ServiceStores open(const std::filesystem::path& file, std::string* warning = nullptr) {
    std::string said;
    auto opened = regent::store::open_service_stores(file, said, a_monday);
    if (!opened) FAIL(opened.error().message);
    if (warning != nullptr) *warning = said;
    return std::move(*opened);
}

}  // namespace rows
