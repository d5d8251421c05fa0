#include "simulator/graph_throttle.hpp"

#include "simulator/graph_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace regent::simulator {
namespace {

constexpr auto period = std::chrono::seconds(10);
constexpr double worth_a_warning = 0.8, highest_share = 1.8;

}  // namespace

std::optional<Response> GraphThrottle::charge(const Caller& caller, double units, long limit, Time now) {
    if (limit <= 0) return std::nullopt;
    auto& account = accounts_[caller.app_id];
    if (now - account.since >= period) account = {now, 0};
    account.units += units;
    if (account.units <= static_cast<double>(limit)) return std::nullopt;
    auto response = graph_error({429, "TooManyRequests", "Please retry again later.", {}});
    const auto wait = std::chrono::ceil<std::chrono::seconds>(account.since + period - now);
    response.set_header("Retry-After", std::to_string(std::max<long>(wait.count(), 1)));
    response.set_header("x-ms-throttle-scope",
                        fmt::format("Tenant_Application/ReadWrite/{}/{}", caller.app_id, caller.tenant_id));
    response.set_header("x-ms-throttle-information", "ResourceUnitLimitExceeded");
    return response;
}

void GraphThrottle::warn(const Caller& caller, long limit, Response& response) const {
    const auto it = accounts_.find(caller.app_id);
    if (limit <= 0 || it == accounts_.end()) return;
    const auto share = it->second.units / static_cast<double>(limit);
    if (share > worth_a_warning)
        response.set_header("x-ms-throttle-limit-percentage", fmt::format("{:.1f}", std::min(share, highest_share)));
}

}  // namespace regent::simulator
