#include "controller/environment_keeper.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::controller;
using namespace std::chrono_literals;

namespace {

struct Watched {
    int alive = 0;
    std::vector<std::string> said;
    ReadPace::Moment now{1h};
    std::function<void()> tick = [this] { ++alive; };
    KeeperReading reading{"reading", tick, [this](const std::string& text) { said.push_back(text); },
                          [this] { return now; }};
};

}  // namespace

TEST_CASE("the watchdog hears of every page, the status of one a second and of every part") {
    Watched it;
    for (std::size_t page = 0; page <= 30; ++page) {
        it.reading.read({"Graph", "applications", page * 100, {}, false});
        it.now += 100ms;
    }
    CHECK(it.alive == 31);
    CHECK(it.said == std::vector<std::string>{"reading applications: 0", "reading applications: 1,000 (1,000/s)",
                                              "reading applications: 2,000 (1,000/s)",
                                              "reading applications: 3,000 (1,000/s)"});
    it.reading.read({"Graph", "service principals", 0, 3000, false});
    CHECK(it.said.back() == "reading service principals: 0 of 3,000");
}

TEST_CASE("a wait is in the status at once, beside what waits for it") {
    Watched it;
    it.reading.read({"Graph", "applications", 100, {}, false});
    it.reading.waits("throttled by the service (429)", 30s);
    CHECK(it.alive == 2);
    CHECK(it.said.back() == "reading applications: 100; throttled by Graph, goes on in 30 s");
    it.now += 31s;
    it.reading.read({"Graph", "applications", 200, {}, false});
    CHECK(it.said.back() == "reading applications: 200 (6.5/s)");
}
