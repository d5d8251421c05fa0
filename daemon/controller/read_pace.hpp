#pragma once

#include "provider/read_progress.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace regent::controller {

/// Why a request waits, with the name of the service that its session does not know: "throttled by Graph".
[[nodiscard]] std::string named_wait(std::string_view why, std::string_view service);

/// What a read of a tenant is at, in words. Time is handed in. Not thread-safe.
class ReadPace {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// `doing`: what stands before the part's name.
    explicit ReadPace(std::string doing = "reading") : doing_(std::move(doing)) {}

    void read(const provider::PartRead& part, Moment now);
    void waits(std::string_view why, std::chrono::milliseconds duration, Moment now);

    /// "reading applications: 3,996 of about 20,000 (1,100/s, 15 s left); throttled by Graph, goes on in 3 s".
    [[nodiscard]] std::string text(Moment now) const;
    /// "throttled by Graph, goes on in 3 s"; empty when nothing waits.
    [[nodiscard]] std::string wait_text(Moment now) const;

private:
    const std::string doing_;
    std::string service_ = "Entra", what_;
    provider::PartRead part_;  ///< its texts are the two above
    Moment began_{}, came_{};
    std::string why_;
    Moment goes_on_{};
};

}  // namespace regent::controller
