#pragma once

#include "simulator/http.hpp"
#include "simulator/service.hpp"
#include "simulator/values.hpp"

#include <map>
#include <optional>
#include <string>

namespace regent::simulator {

/// Resource units per caller and ten seconds. https://learn.microsoft.com/graph/throttling-limits
class GraphThrottle {
public:
    /// Charges `units` to the caller; the refusal when it has had more than `limit` in these ten seconds. 0 is no
    /// limit. What is refused is charged too.
    [[nodiscard]] std::optional<Response> charge(const Caller& caller, double units, long limit, Time now);
    /// Tells a caller that has used up most of its limit so.
    void warn(const Caller& caller, long limit, Response& response) const;

private:
    struct Account {
        Time since;
        double units = 0;
    };
    std::map<std::string, Account> accounts_;  ///< by application
};

}  // namespace regent::simulator
