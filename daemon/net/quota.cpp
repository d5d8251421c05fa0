#include "net/quota.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Tenants of up to 50, up to 500 and more users.
constexpr std::array units_in_10_seconds{3500.0, 5000.0, 8000.0};
constexpr double units_period = 10, writes_in_period = 3000, writes_period = 150;
/// Of a budget that is nearly used up.
constexpr double nearly_used = 0.15;

double in_seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

milliseconds until_there_are(double missing, double per_second) {
    return missing <= 0 ? 0ms : milliseconds(static_cast<long>(std::ceil(missing / per_second * 1000)));
}

bool is_of_graph(std::string_view target) {
    return target.starts_with("/v1.0/") || target.starts_with("/beta/");
}

std::size_t occurrences(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++count;
    return count;
}

}  // namespace

Charge charge_of(std::string_view method, std::string_view target, std::string_view body) {
    if (!is_of_graph(target)) return {};
    if (target.ends_with("/$batch")) {
        const auto all = static_cast<double>(occurrences(body, "\"method\":"));
        return {all, all - static_cast<double>(occurrences(body, "\"method\":\"GET\""))};
    }
    return {1, method == "GET" ? 0.0 : 1.0};
}

milliseconds Quota::take(const Charge& charge, Moment now) {
    if (charge.units <= 0) return 0ms;
    const std::lock_guard lock(mutex_);
    refill(now);
    if (units_ - charge.units < nearly_used * units_in_10_seconds.at(size_)) grow(now);
    const auto wait = std::max(until_there_are(charge.units - units_, units_in_10_seconds.at(size_) / units_period),
                               until_there_are(charge.writes - writes_, writes_in_period / writes_period));
    if (wait > 0ms) return wait;
    units_ -= charge.units;
    writes_ -= charge.writes;
    return 0ms;
}

void Quota::refill(Moment now) {
    if (!begun_ || now < filled_) {  // begins, or begins anew under another clock
        begun_ = true;
        units_ = units_in_10_seconds.at(size_);
        writes_ = writes_in_period;
    } else {
        const auto passed = in_seconds(now - filled_);
        const auto most = units_in_10_seconds.at(size_);
        units_ = std::min(most, units_ + passed * most / units_period);
        writes_ = std::min(writes_in_period, writes_ + passed * writes_in_period / writes_period);
    }
    filled_ = now;
}

void Quota::grow(Moment now) {
    if (size_ + 1 == units_in_10_seconds.size()) return;
    if (was_warned_ && now - warned_ < 1min) return;
    units_ += units_in_10_seconds.at(size_ + 1) - units_in_10_seconds.at(size_);
    ++size_;
}

void Quota::correct(double charged, double told) {
    const std::lock_guard lock(mutex_);
    units_ -= told - charged;
}

void Quota::warned(Moment now) {
    const std::lock_guard lock(mutex_);
    was_warned_ = true;
    warned_ = now;
}

void Quota::refused(std::string_view information, Moment now) {
    const std::lock_guard lock(mutex_);
    refill(now);
    was_warned_ = true;
    warned_ = now;
    if (information == "WriteLimitExceeded") {
        writes_ = 0;
    } else {
        units_ = 0;
        if (size_ > 0) --size_;
    }
}

double Quota::units_per_10_seconds() const {
    const std::lock_guard lock(mutex_);
    return units_in_10_seconds.at(size_);
}

milliseconds Lane::take(Quota::Moment now) {
    const std::lock_guard lock(mutex_);
    const auto per_second = most_ / static_cast<double>(period_.count());
    if (!begun_ || now < filled_) {
        begun_ = true;
        left_ = most_;
    } else {
        left_ = std::min(most_, left_ + in_seconds(now - filled_) * per_second);
    }
    filled_ = now;
    const auto wait = until_there_are(1 - left_, per_second);
    if (wait == 0ms) left_ -= 1;
    return wait;
}

std::shared_ptr<Lane> personal_lane_of(const std::string& origin, const std::string& caller) {
    constexpr double most = 60;
    constexpr std::chrono::seconds period = 1min;
    if (caller.empty()) return std::make_shared<Lane>(most, period);
    static std::mutex mutex;
    static std::map<std::pair<std::string, std::string>, std::shared_ptr<Lane>> all;
    const std::lock_guard lock(mutex);
    auto& lane = all[{origin, caller}];
    if (!lane) lane = std::make_shared<Lane>(most, period);
    return lane;
}

std::shared_ptr<Quota> quota_of(const std::string& origin, const std::string& caller) {
    if (caller.empty()) return std::make_shared<Quota>();
    static std::mutex mutex;
    static std::map<std::pair<std::string, std::string>, std::shared_ptr<Quota>> all;
    const std::lock_guard lock(mutex);
    auto& quota = all[{origin, caller}];
    if (!quota) quota = std::make_shared<Quota>();
    return quota;
}

}  // namespace regent::net
