#pragma once

#include "simulator/http.hpp"
#include "simulator/service.hpp"
#include "simulator/values.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace regent::simulator {

/// One of the service's limits. https://learn.microsoft.com/graph/throttling-limits
struct GraphLimit {
    std::chrono::seconds period{10};
    long most = 0;  ///< 0: there is no limit
    const char* information = "ResourceUnitLimitExceeded";
    const char* operations = "ReadWrite";
    bool is_of_tenant = false;  ///< shared by all who ask
};

/// What callers have had of each limit.
class GraphThrottle {
public:
    /// Charges `amount` to the caller; the refusal when it has had more than the limit in this period. What is refused
    /// is charged too.
    [[nodiscard]] std::optional<Response> charge(const Caller& caller, double amount, const GraphLimit& limit,
                                                 Time now);
    /// Tells a caller that has used up most of a limit so.
    void warn(const Caller& caller, const GraphLimit& limit, Response& response) const;

private:
    struct Account {
        Time since;
        double amount = 0;
    };
    std::map<std::pair<std::string, std::string>, Account> accounts_;  ///< by application and limit
};

}  // namespace regent::simulator
