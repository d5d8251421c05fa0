#pragma once

#include "controller/control.hpp"
#include "service/http.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace regent::service {

/// Everything a page is made of. Nothing is asked while it is made: the same input gives the same page.
struct StatusPageInput {
    const controller::ServiceStatus& status;
    std::vector<controller::HistoryEntry> history;
    std::vector<controller::Event> events;
    std::vector<controller::ChangeEntry> changes;
    std::string history_error;  ///< why there is none of it, as a sentence; empty: it could be read
    controller::Time now{};
    std::chrono::minutes local_offset{0};  ///< of this machine's clock, east of Greenwich
};

/// What a page is about, by its path.
struct PageSubject {
    std::string environment;                ///< empty: all
    std::optional<model::Address> address;  ///< empty: all objects
};
/// "/", "/e/prod", "/e/prod/Application/orders-api"; nothing for other paths.
[[nodiscard]] std::optional<PageSubject> page_subject(std::string_view path);

/// The page that `request` asks for: 200, or 404 where there is no such environment or object. Complete HTML without
/// any script; every text from outside is escaped. Filters and pages of objects are in the query (PageFilter).
///
/// A page whose status is older than two intervals says so first, whatever else it says: what nobody looked at must not
/// look green.
[[nodiscard]] Response status_page(const StatusPageInput& input, const Request& request);

/// "/", "/e/…" and "/style.css". `control` must outlive the server.
[[nodiscard]] Route status_page_routes(const controller::Control& control, std::function<controller::Time()> now);

}  // namespace regent::service
