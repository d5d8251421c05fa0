#include "controller/read_pace.hpp"

#include "model/value.hpp"
#include "report/pace.hpp"

#include <fmt/format.h>

namespace regent::controller {
namespace {

/// Pages come in jumps: a rate that sinks between them would say less than the last one did. After so long without one
/// it does sink.
constexpr std::chrono::seconds between_pages{5};

}  // namespace

std::string named_wait(std::string_view why, std::string_view service) {
    constexpr std::string_view unnamed = "the service", status = " (429)";
    if (why.ends_with(status)) why.remove_suffix(status.size());  // "throttled" says as much
    auto text = model::with_visible_controls(why);
    if (const auto at = text.find(unnamed); at != std::string::npos) text.replace(at, unnamed.size(), service);
    return text;
}

void ReadPace::read(const provider::PartRead& part, Moment now) {
    if (part.what != what_ || part.count < part_.count) began_ = now;
    service_ = part.service;
    what_ = part.what;
    part_ = part;
    came_ = now;
}

/// Of several that wait, the one who waits longest.
void ReadPace::waits(std::string_view why, std::chrono::milliseconds duration, Moment now) {
    if (now + duration < goes_on_) return;
    why_ = named_wait(why, service_);
    goes_on_ = now + duration;
}

std::string ReadPace::wait_text(Moment now) const {
    if (now >= goes_on_) return {};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(goes_on_ - now);
    return fmt::format("{}, goes on in {}", why_, report::duration_text(left));
}

std::string ReadPace::text(Moment now) const {
    auto text = doing_ + " the tenant";
    if (!what_.empty()) {
        const auto until = now - came_ > between_pages ? now : came_;
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(until - began_);
        text =
            fmt::format("{} {}: {}", doing_, what_, report::pace_text({part_.count, part_.total, part_.about, took}));
    }
    const auto wait = wait_text(now);
    return wait.empty() ? text : text + "; " + wait;
}

}  // namespace regent::controller
