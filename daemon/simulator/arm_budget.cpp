#include "simulator/arm_budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace regent::simulator {

const char* ArmBudget::word_of(const std::string& method) {
    if (method == "GET" || method == "HEAD") return "reads";
    return method == "DELETE" ? "deletes" : "writes";
}

const ArmBudget::Bucket& ArmBudget::bucket_of(const std::string& method) const {
    if (method == "GET" || method == "HEAD") return reads;
    return method == "DELETE" ? deletes : writes;
}

std::string ArmBudget::key_of(const std::string& subscription, const std::string& caller, const std::string& method) {
    return subscription + "/" + caller + "/" + word_of(method);
}

std::optional<long> ArmBudget::take(const std::string& subscription, const std::string& caller,
                                    const std::string& method, Time now) {
    const auto& bucket = bucket_of(method);
    auto& level = levels_.try_emplace(key_of(subscription, caller, method), Level{bucket.size, now}).first->second;
    const auto passed = std::chrono::duration<double>(now - level.at).count();
    level.tokens = std::min(bucket.size, level.tokens + std::max(0.0, passed) * bucket.per_second);
    level.at = now;
    if (level.tokens >= 1) {
        level.tokens -= 1;
        return std::nullopt;
    }
    return bucket.per_second > 0 ? std::max(1L, std::lround(std::ceil((1 - level.tokens) / bucket.per_second))) : 60;
}

void ArmBudget::describe(Response& response, const std::string& subscription, const std::string& caller,
                         const std::string& method) const {
    const auto found = levels_.find(key_of(subscription, caller, method));
    const auto left = found == levels_.end() ? bucket_of(method).size : found->second.tokens;
    response.set_header(fmt::format("x-ms-ratelimit-remaining-subscription-{}", word_of(method)),
                        fmt::format("{:.0f}", std::floor(left)));
}

}  // namespace regent::simulator
