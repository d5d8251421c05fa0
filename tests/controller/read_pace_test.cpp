#include "controller/read_pace.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::controller;
using namespace std::chrono_literals;

namespace {

const ReadPace::Moment start{1h};

}  // namespace

TEST_CASE("a read says which part it is at, how far and how fast") {
    ReadPace pace;
    CHECK(pace.text(start) == "reading the tenant");
    pace.read({"Graph", "applications", 0, 20000, true}, start);
    CHECK(pace.text(start + 500ms) == "reading applications: 0 of about 20,000");
    pace.read({"Graph", "applications", 3996, 20000, true}, start + 3633ms);
    for (const auto later : {0s, 2s, 5s})
        CHECK(pace.text(start + 3633ms + later) == "reading applications: 3,996 of about 20,000 (1,100/s, 15 s left)");
    // Nothing came for long: it is slower than it was.
    CHECK(pace.text(start + 40s) == "reading applications: 3,996 of about 20,000 (100/s, 3 min left)");
}

TEST_CASE("each part has a rate of its own, and so has one that begins again") {
    ReadPace pace;
    pace.read({"Graph", "applications", 0, {}, false}, start);
    pace.read({"Graph", "applications", 900, {}, false}, start + 9s);
    CHECK(pace.text(start + 9s) == "reading applications: 900 (100/s)");
    pace.read({"Power Platform", "connectors", 0, {}, false}, start + 10s);
    pace.read({"Power Platform", "connectors", 8, {}, false}, start + 12s);
    CHECK(pace.text(start + 12s) == "reading connectors: 8 (4.0/s)");
    pace.read({"Power Platform", "connectors", 0, {}, false}, start + 20s);
    pace.read({"Power Platform", "connectors", 4, {}, false}, start + 22s);
    CHECK(pace.text(start + 22s) == "reading connectors: 4 (2.0/s)");
}

TEST_CASE("a wait names its service and counts down to its end") {
    ReadPace pace("reading back");
    pace.waits("no answer came", 2s, start);
    CHECK(pace.text(start) == "reading back the tenant; no answer came, goes on in 2 s");
    pace.read({"Graph", "applications", 10, {}, false}, start + 2s);
    pace.waits("throttled by the service (429)", 5s, start + 2s);
    CHECK(pace.wait_text(start + 4500ms) == "throttled by Graph, goes on in 3 s");
    CHECK(pace.text(start + 2s) == "reading back applications: 10; throttled by Graph, goes on in 5 s");
    CHECK(pace.wait_text(start + 7s).empty());
}

TEST_CASE("of several threads that wait, the longest wait is shown") {
    ReadPace pace;
    pace.read({"Graph", "applications", 10, {}, false}, start);
    pace.waits("throttled by Graph", 10s, start);
    pace.waits("the service answered 503", 1s, start + 1s);
    CHECK(pace.wait_text(start + 1s) == "throttled by Graph, goes on in 9 s");
}

TEST_CASE("what a service says cannot command a terminal") {
    CHECK(named_wait("bad \x1b[31m", "Graph").find('\x1b') == std::string::npos);
}
