#include "cli/read_display.hpp"

#include "cli/fake_terminal.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::cli;
using namespace std::chrono_literals;

namespace {

struct ReadStand {
    explicit ReadStand(ProgressStyle style) : display(terminal, style, "reading", [this] { return now; }) {}

    /// A second at a time, as long as it takes.
    void pass(std::chrono::seconds seconds) {
        for (auto i = 0s; i < seconds; ++i) {
            now += 1s;
            display.tick();
        }
    }

    test::FakeTerminal terminal;
    ReadDisplay::Time now{1h};
    ReadDisplay display;
};

}  // namespace

TEST_CASE("a read that takes less than two seconds shows nothing") {
    for (const auto style : {ProgressStyle::lines, ProgressStyle::redrawn}) {
        ReadStand it(style);
        it.display.read({"Graph", "applications", 100, {}, false});
        it.display.waits("throttled by the service (429)", 1s);
        it.pass(1s);
        CHECK(it.terminal.taken().empty());
    }
}

TEST_CASE("a log hears of a long read after two seconds and then every ten") {
    ReadStand it(ProgressStyle::lines);
    it.display.read({"Graph", "applications", 0, 20000, true});
    it.pass(2s);
    CHECK(it.terminal.taken() == "reading applications: 0 of about 20,000\n");
    it.pass(9s);
    CHECK(it.terminal.taken().empty());
    it.display.read({"Graph", "applications", 11000, 20000, true});
    it.display.waits("throttled by the service (429)", 30s);
    it.pass(1s);
    CHECK(it.terminal.taken() ==
          "reading applications: 11,000 of about 20,000 (1,000/s, 9 s left); throttled by Graph, goes on in 29 "
          "s\n");
    it.pass(20s);
    CHECK(it.terminal.taken() ==
          "reading applications: 11,000 of about 20,000 (500/s, 18 s left); throttled by Graph, goes on in 19 s\n"
          "reading applications: 11,000 of about 20,000 (340/s, 27 s left); throttled by Graph, goes on in 9 s\n");
}

TEST_CASE("on a terminal one line is redrawn, and gone at the end") {
    test::FakeTerminal terminal;
    ReadDisplay::Time now{1h};
    {
        ReadDisplay display(terminal, ProgressStyle::redrawn, "reading back", [&] { return now; });
        display.read({"Power Platform", "connectors", 3, {}, false});
        now += 2s;
        display.tick();
        CHECK(terminal.taken() == "  reading back connectors: 3\n");
        display.read({"Power Platform", "connectors", 8, {}, false});
        display.tick();
        CHECK(terminal.taken() == "\x1b[1A\x1b[J  reading back connectors: 8 (4.0/s)\n");
    }
    CHECK(terminal.shown == "\x1b[1A\x1b[J");
}

TEST_CASE("who wants it quiet is not told what a read is at") {
    ReadStand it(ProgressStyle::silent);
    it.display.read({"Graph", "applications", 100, {}, false});
    it.pass(60s);
    CHECK(it.terminal.shown.empty());
}
