#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace regent::report {

/// How an apply ended: its last line.
struct ApplySummary {
    std::string environment;
    std::string plan_id;
    std::string timestamp;  ///< RFC 3339 UTC, of the end
    std::chrono::milliseconds took{0};
    std::size_t created = 0, adopted = 0, updated = 0, removed = 0, secrets = 0;
    std::vector<std::string> failed;   ///< "Application/portal"
    std::vector<std::string> waiting;  ///< for a value of the service that did not come yet; the next run goes on
    std::vector<std::string> without_connections;  ///< connectors that are new: people make their connections
    bool complete = false;                         ///< every step was done
    bool settled = false;                          ///< read back, and planned again: nothing left to do
    bool more = false;                             ///< but what the plan withheld, which can be done now
    std::vector<std::string> open;                 ///< otherwise: what could not be seen yet, by field
};

/// "Apply complete in 2.1s: 3 created, …", or what remains and how to see it. Ends with a line break.
[[nodiscard]] std::string write_text(const ApplySummary& summary);
/// One JSON line of type "apply_summary", as the last of `-o jsonl`.
[[nodiscard]] std::string write_jsonl(const ApplySummary& summary);

}  // namespace regent::report
