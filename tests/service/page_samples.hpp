#pragma once

#include "service/status_page.hpp"

#include <string>
#include <vector>

namespace regent::service::testing {

/// Everything a page is made of, owned.
struct PageSample {
    controller::ServiceStatus status;
    std::vector<controller::HistoryEntry> history;
    std::vector<controller::Event> events;
    std::vector<controller::ChangeEntry> changes;
    controller::Time now{};

    [[nodiscard]] StatusPageInput input() const;
    /// The page at "/e/prod?state=failing".
    [[nodiscard]] Response page(const std::string& target) const;
};

/// One environment, all well.
[[nodiscard]] PageSample calm_sample();
/// Two environments with everything that can be shown: failures, drift, pauses, a pending plan, expiring secrets.
[[nodiscard]] PageSample busy_sample();
/// Nobody has looked for an hour.
[[nodiscard]] PageSample stale_sample();
/// Just started.
[[nodiscard]] PageSample empty_sample();
/// One environment with `count` objects, some of them failing.
[[nodiscard]] PageSample large_sample(std::size_t count);
/// The busy one with `text` in every field that holds text.
[[nodiscard]] PageSample sample_with_text(const std::string& text);

}  // namespace regent::service::testing
