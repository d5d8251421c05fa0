#include "simulator/graph_throttle.hpp"

#include "simulator/graph_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace regent::simulator {
namespace {

constexpr double worth_a_warning = 0.8, highest_share = 1.8;

std::string name_of(const GraphLimit& limit) {
    return fmt::format("{} {}", limit.information, limit.period.count());
}

}  // namespace

std::optional<Response> GraphThrottle::charge(const Caller& caller, double amount, const GraphLimit& limit, Time now) {
    if (limit.most <= 0 || amount <= 0) return std::nullopt;
    auto& account = accounts_[{limit.is_of_tenant ? std::string{} : caller.app_id, name_of(limit)}];
    if (now - account.since >= limit.period) account = {now, 0};
    account.amount += amount;
    if (account.amount <= static_cast<double>(limit.most)) return std::nullopt;
    auto response = graph_error({429, "TooManyRequests", "Please retry again later.", {}});
    const auto wait = std::chrono::ceil<std::chrono::seconds>(account.since + limit.period - now);
    response.set_header("Retry-After", std::to_string(std::max<long>(wait.count(), 1)));
    response.set_header("x-ms-throttle-scope", limit.is_of_tenant
                                                   ? fmt::format("Tenant/{}/{}", limit.operations, caller.tenant_id)
                                                   : fmt::format("Tenant_Application/{}/{}/{}", limit.operations,
                                                                 caller.app_id, caller.tenant_id));
    response.set_header("x-ms-throttle-information", limit.information);
    return response;
}

void GraphThrottle::warn(const Caller& caller, const GraphLimit& limit, Response& response) const {
    const auto it = accounts_.find({caller.app_id, name_of(limit)});
    if (limit.most <= 0 || it == accounts_.end()) return;
    const auto share = it->second.amount / static_cast<double>(limit.most);
    if (share > worth_a_warning)
        response.set_header("x-ms-throttle-limit-percentage", fmt::format("{:.1f}", std::min(share, highest_share)));
}

}  // namespace regent::simulator
