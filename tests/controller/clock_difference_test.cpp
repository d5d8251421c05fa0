#include "controller/clock_difference.hpp"

#include "controller/measured_transport.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace regent::controller {
namespace {

class Answering final : public net::Transport {
public:
    explicit Answering(std::string date) : date_(std::move(date)) {}
    net::Outcome send(const net::Request&) override {
        net::Outcome outcome;
        outcome.fate = net::Fate::answered;
        outcome.status = 200;
        if (!date_.empty()) outcome.headers.emplace_back("date", date_);
        return outcome;
    }

private:
    std::string date_;
};

class StoppedClock final : public net::Clock {
public:
    [[nodiscard]] std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::time_point(1'790'000'000s);  // 2026-09-21T14:13:20Z
    }
    [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override { return {}; }
    bool sleep_for(std::chrono::milliseconds) override { return true; }
};

std::optional<std::chrono::seconds> ahead_of(const std::string& date, const std::string& origin) {
    model::Endpoints endpoints;
    endpoints.graph = "https://graph.example";
    endpoints.login = "https://login.example";
    StoppedClock clock;
    Measurements measurements;
    MeasuredTransport transport(std::make_unique<Answering>(date), endpoints, clock, measurements);
    net::Request request;
    request.origin = origin;
    request.target = "/v1.0/applications";
    (void)transport.send(request);
    return transport.clock_ahead();
}

}  // namespace

TEST_CASE("how far the clock is ahead is known by the date of Graph's answers, and of nobody else's") {
    CHECK(ahead_of("Mon, 21 Sep 2026 14:13:20 GMT", "https://graph.example") == 0s);
    CHECK(ahead_of("Sat, 13 Jun 2026 14:13:20 GMT", "https://graph.example") == 100 * 24h);
    CHECK(ahead_of("Mon, 21 Sep 2026 16:13:20 GMT", "https://graph.example") == -2h);
    CHECK_FALSE(ahead_of("Sat, 13 Jun 2026 14:13:20 GMT", "https://files.example"));
    CHECK_FALSE(ahead_of("", "https://graph.example"));
    CHECK_FALSE(ahead_of("yesterday", "https://graph.example"));
}

TEST_CASE("a clock that is more than an hour off is an error that passes, in words for a person") {
    CHECK_FALSE(clock_error(std::nullopt));
    CHECK_FALSE(clock_error(1h));
    CHECK_FALSE(clock_error(-1h));
    const auto ahead = clock_error(100 * 24h);
    REQUIRE(ahead);
    CHECK(ahead->code == "RG0713");
    CHECK(ahead->kind == provider::ErrorKind::transient);
    CHECK(ahead->message.find("this machine's clock is 100 days ahead of Graph's") == 0);
    CHECK(clock_error(-61min)->message.find("this machine's clock is 61 minutes behind Graph's") == 0);
    CHECK(clock_error(14h)->message.find("this machine's clock is 14 hours ahead of Graph's") == 0);
}

}  // namespace regent::controller
