#include "cli/progress.hpp"

#include "cli/fake_terminal.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::cli;
using namespace std::chrono_literals;

namespace {

plan::Step step(int id, std::string_view kind, const std::string& name, std::vector<int> after = {},
                plan::Work work = plan::Work::create) {
    plan::Step made;
    made.id = id;
    made.address = {std::string(kind), name};
    made.work = work;
    made.after = std::move(after);
    return made;
}

/// Application/app, the connector that waits for it, and the application again.
std::vector<plan::Step> circle() {
    return {step(1, model::kind::application, "app"), step(2, model::kind::connector, "arm", {1}),
            step(3, model::kind::application, "app", {1, 2}, plan::Work::complete)};
}

std::vector<plan::Step> many(int count) {
    std::vector<plan::Step> steps;
    for (int id = 1; id <= count; ++id)
        steps.push_back(step(id, model::kind::application, "app-" + std::to_string(id)));
    return steps;
}

struct Stand {
    Stand(ProgressStyle style, std::vector<plan::Step> all)
        : steps(std::move(all)), progress(terminal, style, steps, [this] { return now; }) {}

    void finish(const plan::Step& which, std::string detail = {}) {
        apply::StepOutcome outcome;
        outcome.step = which.id;
        outcome.state = apply::StepState::done;
        outcome.took = 1800ms;
        outcome.detail = std::move(detail);
        progress.step_finished(which, outcome);
    }
    std::string after(std::chrono::seconds seconds) {
        (void)terminal.taken();
        for (auto i = 0s; i < seconds; ++i) {
            now += 1s;
            progress.tick();
        }
        return terminal.taken();
    }

    test::FakeTerminal terminal;
    Progress::Time now{1h};
    std::vector<plan::Step> steps;
    Progress progress;
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a log has a line at the start and at the end of a step, and one every ten seconds between") {
    Stand it(ProgressStyle::lines, circle());
    it.progress.step_started(it.steps[0]);
    CHECK(it.terminal.taken() == "Application/app: creating\n");
    CHECK(it.after(9s).empty());
    CHECK(it.after(1s) == "Application/app: still creating (10s)\n");
    it.progress.step_progress(it.steps[0], "waiting until Entra knows it everywhere");
    CHECK(it.after(10s) == "Application/app: still creating (20s; waiting until Entra knows it everywhere)\n");
    it.finish(it.steps[0], "appId 0d4c5b6a");
    CHECK(it.terminal.taken() == "Application/app: created in 1.8s (appId 0d4c5b6a)\n");
}

TEST_CASE("a throttled step says by whom and when it goes on, at once and in every heartbeat") {
    Stand it(ProgressStyle::lines, circle());
    it.progress.step_started(it.steps[1]);
    (void)it.terminal.taken();
    it.progress.waits("https://api.powerapps.com", 30s, "throttled by the service (429)");
    CHECK(it.terminal.taken() == "Connector/arm: throttled by Power Platform, goes on in 30 s\n");
    CHECK(it.after(10s) == "Connector/arm: still creating (10s; throttled by Power Platform, goes on in 20 s)\n");
    CHECK(has(it.after(30s), "Connector/arm: still creating (30s)\n"));
}

TEST_CASE("on a terminal running steps count their seconds, and those that wait say for what") {
    Stand it(ProgressStyle::redrawn, circle());
    it.progress.step_started(it.steps[0]);
    CHECK(it.terminal.taken() ==
          "  ....  Application/app                      creating                     0s  \n"
          "        Connector/arm                        waits for Application/app\n"
          "  0 of 3 steps done. Ctrl-C finishes the running steps and stops.\n");
    it.finish(it.steps[0]);
    it.progress.step_started(it.steps[1]);
    it.progress.waits("https://api.powerapps.com", 3s, "throttled by the service (429)");
    const auto text = it.after(1s);
    CHECK(has(text, "throttled by Power Platform, goes on in 2 s\n"));
    CHECK(has(text, "        Application/app                      waits for Connector/arm\n"));
    CHECK(has(text, "  1 of 3 steps done. Ctrl-C"));
}

TEST_CASE("of many objects that wait a few are named") {
    auto steps = many(30);
    for (std::size_t i = 1; i < steps.size(); ++i) steps[i].after = {1};
    Stand it(ProgressStyle::redrawn, steps);
    it.progress.step_started(it.steps[0]);
    CHECK(has(it.terminal.taken(), "        26 more wait\n"));
}

TEST_CASE("a long plan has a rate and what is left, a short one has not") {
    const int count = GENERATE(19, 200);
    for (const auto style : {ProgressStyle::lines, ProgressStyle::redrawn}) {
        Stand it(style, many(count));
        for (std::size_t i = 0; i < 10; ++i) {
            it.progress.step_started(it.steps[i]);
            it.finish(it.steps[i]);
        }
        const auto text = it.after(10s);
        CHECK(has(text, "10 of 200 steps done (1.0/s, 4 min left)") == (count == 200));
        CHECK(has(text, "10 of 19 steps done.") == (count == 19 && style == ProgressStyle::redrawn));
    }
}

TEST_CASE("who wants it quiet sees no step") {
    Stand it(ProgressStyle::silent, circle());
    it.progress.step_started(it.steps[0]);
    it.progress.waits("https://graph.microsoft.com", 30s, "throttled by the service (429)");
    it.finish(it.steps[0]);
    CHECK(it.after(60s).empty());
}
