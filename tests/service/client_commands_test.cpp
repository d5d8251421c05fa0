#include "cli/commands.hpp"
#include "controller/reasons.hpp"
#include "service/api.hpp"
#include "service/as_user.hpp"
#include "service/fake_control.hpp"
#include "service/http_server.hpp"
#include "service/raw_client.hpp"
#include "service/status_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

using namespace regent;
using namespace regent::service;
using namespace regent::tests;
using Catch::Contains;
using cli::ExitCode;
using nlohmann::json;

namespace {

class Screen final : public cli::Terminal {
public:
    void out(std::string_view text) override { printed += text; }
    void err(std::string_view text) override { messages += text; }
    [[nodiscard]] bool out_is_terminal() const override { return false; }
    [[nodiscard]] bool err_is_terminal() const override { return false; }
    [[nodiscard]] bool in_is_terminal() const override { return false; }
    std::optional<std::string> read_line() override { return std::nullopt; }
    std::string printed, messages;
};

struct Ran {
    ExitCode code;
    std::string out, err;
};

Ran run_on(const std::filesystem::path& socket, std::vector<std::string> words) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    words.insert(words.begin(), "regent");
    words.insert(words.end(), {"--socket", socket.string()});
    std::vector<const char*> arguments;
    for (const auto& word : words) arguments.push_back(word.c_str());
    Screen screen;
    const auto code = cli::run(static_cast<int>(arguments.size()), arguments.data(), screen);
    return {code, screen.printed, screen.messages};
}

/// A service whose sample is as old as it says, seen from now.
struct ListeningService {
    FakeControl control;
    TemporaryFolder folder;
    std::filesystem::path path = folder.path / "regent.sock";
    std::unique_ptr<HttpServer> server;

    ListeningService() {
        control.publish(sample_status(std::chrono::system_clock::now()));
        auto listening = HttpServer::listen(UnixListener{path, ""}, {api_routes(control)});
        REQUIRE(listening);
        server = std::move(*listening);
    }
    [[nodiscard]] Ran run(std::vector<std::string> words) const { return run_on(path, std::move(words)); }
};

std::string line_with(const std::string& text, const std::string& word) {
    const auto at = text.find(word);
    if (at == std::string::npos) return {};
    const auto begin = text.rfind('\n', at) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
}

}  // namespace

TEST_CASE("status says what needs a person, and how the last run went") {
    const ListeningService service;
    const auto ran = service.run({"status", "-e", "prod"});
    INFO(ran.out);
    CHECK(ran.code == ExitCode::ok);
    CHECK(ran.err.empty());
    CHECK_THAT(ran.out, Contains("regent 0.1.0   up 3d 4h   socket " + service.path.string()));
    // 40 s ago when it was published, and a second or some later now.
    CHECK_THAT(ran.out, Contains("Source    main@9b1e77d, fetched 4") && Contains("s ago, 6 files"));
    CHECK_THAT(ran.out, Contains("ok in "));
    CHECK_THAT(ran.out, Contains("21 read, 0 changed."));
    CHECK_THAT(ran.out, Contains("Graph  ok, 0 throttled     Power Platform  ok, 2 throttled"));
    CHECK_THAT(ran.out, Contains("4 ready, 1 paused, 1 needs you:\n"));
    CHECK_THAT(line_with(ran.out, "customer-portal"), Contains("False  PermissionDenied  since "));
    CHECK_THAT(line_with(ran.out, "customer-portal"), Contains("cannot grant admin consent (RG0704)"));
    CHECK_THAT(line_with(ran.out, "Connector/arm "), Contains("Paused"));
    CHECK_THAT(line_with(ran.out, "Connector/arm "), Contains("by bob (uid 1000): \"vendor maintenance\""));
    CHECK(ran.out.find("dev   mode") == std::string::npos);
    CHECK(ran.out.find('\x1b') == std::string::npos);
}

TEST_CASE("status shows a plan that waits") {
    const ListeningService service;
    const auto ran = service.run({"status"});
    CHECK_THAT(ran.out, Contains("Pending   plan ad9b513c: 1 to update (mode plan)"));
    CHECK_THAT(ran.out, Contains("\nprod   mode apply   main@9b1e77d\n"));
}

TEST_CASE("status --exit-code is 2 unless everything is ready") {
    ListeningService service;
    CHECK(service.run({"status", "--exit-code"}).code == ExitCode::changes);
    CHECK(service.run({"status"}).code == ExitCode::ok);
    service.control.change([](controller::ServiceStatus& status) {
        for (auto& environment : status.environments)
            for (auto& object : environment.objects) object.conditions[0].status = controller::ConditionStatus::yes;
    });
    CHECK(service.run({"status", "--exit-code"}).code == ExitCode::ok);
}

TEST_CASE("get prints aligned columns") {
    const ListeningService service;
    const auto ran = service.run({"get", "-e", "prod"});
    CHECK(ran.code == ExitCode::ok);
    CHECK_THAT(ran.out,
               Contains("KIND         NAME             READY  REASON            SYNCED  REVISION  CHANGED  MESSAGE\n"));
    CHECK_THAT(ran.out, Contains("Application  arm-connector    True   InSync            yes     9b1e77d   2d\n"));
    CHECK_THAT(ran.out, Contains("Application  customer-portal  False  PermissionDenied  no      9b1e77d   2d       "
                                 "cannot grant admin consent (RG0704)\n"));
    CHECK_THAT(
        ran.out,
        Contains("Application  legacy-crm       True   InSync            yes     9b1e77d   2d       observed only\n"));
    CHECK_THAT(line_with(ran.out, "Connector    arm "), Contains("True   Paused"));
}

TEST_CASE("get chooses by kind and name, and shows the environment when there are several") {
    const ListeningService service;
    CHECK_THAT(service.run({"get"}).out, Contains("ENVIRONMENT  KIND"));
    const auto connectors = service.run({"get", "connector", "-o", "name"});
    CHECK(connectors.out == "Connector/arm\nConnector/arm-mi\n");
    CHECK(service.run({"get", "Application/portal", "-o", "name"}).out == "Application/portal\n");
    CHECK_THAT(service.run({"get", "-e", "prod", "-o", "wide"}).out, Contains("base/customer-portal.regent.yaml:5"));
    const auto missing = service.run({"get", "Connector/nope"});
    CHECK(missing.code == ExitCode::failed);
    CHECK_THAT(missing.err, Contains("there is no Connector/nope"));
    const auto kind = service.run({"get", "Conector"});
    CHECK(kind.code == ExitCode::usage);
    CHECK_THAT(kind.err, Contains("did you mean `Connector`?"));
    const auto environment = service.run({"get", "-e", "prd"});
    CHECK(environment.code == ExitCode::usage);
    CHECK_THAT(environment.err, Contains("did you mean `prod`?"));
}

TEST_CASE("machines get one document, also when there is nothing") {
    ListeningService service;
    const auto all = service.run({"get", "-o", "json"});
    CHECK(json::parse(all.out)["items"].size() == 7);
    CHECK(json::parse(service.run({"status", "-o", "json"}).out)["version"] == "0.1.0");
    CHECK(json::parse(service.run({"describe", "Connector/arm", "-e", "prod", "-o", "json"}).out)["name"] == "arm");
    CHECK(json::parse(service.run({"history", "-o", "json"}).out)["items"].empty());
    CHECK(json::parse(service.run({"events", "-o", "json"}).out)["items"].empty());
    CHECK(json::parse(service.run({"get", "RedirectUri", "-o", "json"}).out)["items"].empty());
    CHECK_THAT(service.run({"get", "RedirectUri"}).err, Contains("No objects."));
    CHECK_THAT(service.run({"get", "Connector/arm", "-o", "yaml"}).out, Contains("items:\n  - conditions:\n      - "));
    const auto wrong = service.run({"get", "-o", "xml"});
    CHECK(wrong.code == ExitCode::usage);
    CHECK_THAT(wrong.err, Contains("text, table, json, yaml, wide, name"));
}

TEST_CASE("while nobody has looked yet, nothing is said to be missing") {
    ListeningService service;
    const auto begun = std::chrono::system_clock::now() - 12s;
    service.control.change([&](controller::ServiceStatus& status) {
        auto& prod = status.environments[1];
        prod.looked_at.reset();
        prod.last_run.reset();
        prod.objects.clear();
        prod.running.emplace();
        prod.running->started = begun;
        prod.waiting_for = "reading applications: 3,996";
    });
    const auto listed = service.run({"get", "-e", "prod"});
    CHECK(listed.code == ExitCode::ok);
    CHECK(listed.out.empty());
    CHECK_THAT(listed.err, Contains("`prod` has not been looked at since the service started: the first run is under "
                                    "way since " +
                                    rfc3339(begun) +
                                    " (reading applications: 3,996); wait until it is over; `regent "
                                    "status -e prod` shows how far it is.\n"));
    const auto document = json::parse(service.run({"get", "-o", "json"}).out);
    CHECK(document["items"].size() == 1);  // of `dev`
    REQUIRE(document["notLookedAt"].size() == 1);
    CHECK(document["notLookedAt"][0]["environment"] == "prod");
    for (const auto* command : {"get", "describe"}) {
        const auto one = service.run({command, "Connector/arm", "-e", "prod"});
        CHECK(one.code == ExitCode::try_again);
        CHECK_THAT(one.err, Contains("the first run is under way since"));
    }
    CHECK_THAT(service.run({"status", "-e", "prod"}).out, Contains("Nothing looked at yet.\n"));
    CHECK(service.run({"status", "-e", "prod", "--exit-code"}).code == ExitCode::changes);

    // A first run that fails is no answer either.
    service.control.change([&](controller::ServiceStatus& status) {
        auto& prod = status.environments[1];
        prod.running.reset();
        prod.last_run.emplace();
        prod.last_run->result = "failed";
        prod.last_run->error = "login answered 401";
        prod.last_run->error_code = "RG0701";
    });
    CHECK_THAT(service.run({"get", "-e", "prod"}).err,
               Contains("`prod` could not be looked at since the service started: login answered 401 (RG0701); "));

    // What was remembered is shown, and said to be that.
    service.control.change([&](controller::ServiceStatus& status) {
        status.environments[1].objects = sample_status(begun).environments[1].objects;
    });
    const auto old = service.run({"get", "-e", "prod", "-o", "name"});
    CHECK_THAT(old.out, Contains("Connector/arm\n"));
    CHECK_THAT(old.err, Contains("What is shown may be old: `prod` could not be looked at"));
}

TEST_CASE("wait waits for the first run as well") {
    ListeningService service;
    const auto all = service.control.status()->environments;
    service.control.change([](controller::ServiceStatus& status) { status.environments.clear(); });
    CHECK(service.run({"get", "-o", "json"}).out == "{\n  \"items\": []\n}\n");
    CHECK_THAT(service.run({"get"}).err, Contains("has loaded no environment yet"));
    CHECK(service.run({"get", "-e", "prod"}).code == ExitCode::try_again);
    CHECK(service.run({"status", "--exit-code"}).code == ExitCode::changes);
    std::jthread later([&] {
        std::this_thread::sleep_for(300ms);
        service.control.change([&](controller::ServiceStatus& status) {
            status.environments = all;
            status.environments[1].looked_at.reset();
            status.environments[1].objects.clear();
        });
        std::this_thread::sleep_for(3s);
        service.control.change([&](controller::ServiceStatus& status) { status.environments = all; });
    });
    const auto ran = service.run({"wait", "Connector/arm-mi", "-e", "prod", "--timeout", "60s"});
    CHECK(ran.code == ExitCode::ok);
    CHECK(ran.out == "Connector/arm-mi is Ready=True (InSync)\n");
}

TEST_CASE("describe tells everything about one object") {
    ListeningService service;
    controller::Event event;
    event.id = "7-1";
    event.time = std::chrono::system_clock::now();
    event.severity = controller::EventSeverity::warning;
    event.type = controller::EventType::not_ready;
    event.environment = "prod";
    event.address = model::Address{"Application", "customer-portal"};
    event.message = "stopped being ready";
    service.control.add_event(event);
    const auto ran = service.run({"describe", "application/customer-portal", "-e", "prod"});
    INFO(ran.out);
    CHECK(ran.code == ExitCode::ok);
    for (const char* expected :
         {"Application/customer-portal in prod\n", "manifest      base/customer-portal.regent.yaml:5\n",
          "appId         11c8fdd6", "waits for     Connector/arm-mi\n", "TYPE    STATUS  REASON",
          "Ready   False   PermissionDenied  12m", "permissions Mail.Send  granted  not granted",
          "code          RG0704 (regent explain RG0704)", "failed        3 times in a row", "request id    5f0c7a0e",
          "an administrator grants it in the portal", "not_ready  stopped being ready"})
        CHECK_THAT(ran.out, Contains(expected));
    CHECK_THAT(service.run({"describe", "Connector/arm-mi", "-e", "prod"}).out,
               Contains("waited for by Application/customer-portal"));
    CHECK_THAT(service.run({"describe", "Application/arm-connector", "-e", "prod"}).out,
               Contains("arm         secret  in 9d"));
    const auto several = service.run({"describe", "Connector/arm"});
    CHECK(several.code == ExitCode::usage);
    CHECK_THAT(several.err, Contains("-e dev or -e prod"));
    CHECK(service.run({"describe", "arm", "-e", "prod"}).code == ExitCode::usage);
    CHECK(service.run({"describe", "Connector/x", "-e", "prod"}).code == ExitCode::failed);
}

TEST_CASE("what comes from a tenant cannot move the cursor") {
    ListeningService service;
    service.control.change([](controller::ServiceStatus& status) {
        auto& object = object_in(status, "prod", {"Application", "customer-portal"});
        object.conditions[0].message =
            "\x1b[2J\x1b]0;owned\x07 \xe2\x80\xae"
            "evil\nsecond line";
        object.outputs["x\x1b[31m"] = "\x1b[31mred";
        object.remarks = {"\rgone"};
        object.waits_for = {"Connector/\x1b[0m"};
        status.environments[1].credentials[0].name = "\x1b[5m";
        status.environments[1].services[0].last_error = "\x1b[7m";
        status.environments[1].services[0].failing = true;
    });
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"status"},
                                               {"get"},
                                               {"get", "-o", "wide"},
                                               {"describe", "Application/customer-portal", "-e", "prod"},
                                               {"describe", "Application/arm-connector", "-e", "prod"},
                                               {"get", "-o", "json"},
                                               {"get", "-o", "yaml"}}) {
        const auto ran = service.run(words);
        CHECK(ran.code == ExitCode::ok);
        CHECK(ran.out.find('\x1b') == std::string::npos);
        CHECK(ran.out.find('\r') == std::string::npos);
        CHECK(ran.out.find('\x07') == std::string::npos);
    }
    CHECK(service.run({"get"}).out.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("colours are shown when they are asked for, and change nothing else") {
    const ListeningService service;
    const auto plain = service.run({"get", "-e", "prod"}).out;
    auto painted = service.run({"get", "-e", "prod", "--color", "always"}).out;
    CHECK(painted.find("\x1b[") != std::string::npos);
    std::string bare;
    for (std::size_t i = 0; i < painted.size(); ++i) {
        if (painted[i] == '\x1b')
            i = painted.find('m', i);
        else
            bare += painted[i];
    }
    CHECK(bare == plain);
    ::setenv("NO_COLOR", "1", 1);
    ::setenv("CLICOLOR_FORCE", "1", 1);
    CHECK(service.run({"get", "-e", "prod"}).out == plain);
    ::unsetenv("NO_COLOR");
    ::unsetenv("CLICOLOR_FORCE");
}

TEST_CASE("history folds quiet runs and shows one with its changes") {
    ListeningService service;
    controller::HistoryEntry quiet;
    quiet.environment = "prod";
    quiet.run.id = 1184;
    quiet.run.trigger = "interval";
    quiet.run.result = "noop";
    quiet.run.revision = "9b1e77d0c3a84f2f9d7a5c1e2b3f405162738495";
    quiet.run.started = noon;
    quiet.run.finished = noon + 3100ms;
    quiet.count = 37;
    quiet.last = noon + 6h;
    auto drift = quiet;
    drift.run.id = 1147;
    drift.run.trigger = "drift";
    drift.run.result = "ok";
    drift.run.updated = 1;
    drift.run.failed = 2;
    drift.count = 1;
    service.control.runs = {quiet, drift};
    controller::ChangeEntry change;
    change.run = 1147;
    change.time = noon;
    change.environment = "prod";
    change.address = {"Application", "orders-api"};
    change.action = "update";
    change.path = "federatedCredentials";
    change.element = "manual-test";
    change.before = "\"manual-test\"";
    change.drift = true;
    service.control.all_changes = {change};

    const auto runs = service.run({"history", "-e", "prod", "-n", "4"});
    INFO(runs.out);
    CHECK_THAT(runs.out, Contains("RUN   STARTED           TRIGGER   REVISION  RESULT  CHANGES"));
    CHECK_THAT(line_with(runs.out, "1184"),
               Contains("2026-09-14 18:04  interval  9b1e77d   noop    none (x37 since 2026-09-14 12:04)"));
    CHECK_THAT(line_with(runs.out, "1147"), Contains("drift     9b1e77d   ok      ~1 !2"));
    const auto one = service.run({"history", "show", "1147"});
    CHECK_THAT(
        one.out,
        Contains("Run 1147 of prod, drift, 2026-09-14 12:04:10 +00:00 to 2026-09-14 12:04:13 +00:00, 9b1e77d: ok"));
    CHECK_THAT(one.out, Contains("update  Application/orders-api  federatedCredentials manual-test  - \"manual-test\"  "
                                 "was changed outside"));
    CHECK_THAT(service.run({"history", "Application/orders-api"}).out,
               Contains("1147  update  federatedCredentials manual-test"));
    CHECK(service.run({"history", "show", "5"}).code == ExitCode::failed);
    CHECK(service.run({"history", "show"}).code == ExitCode::usage);
    CHECK(service.run({"history", "show", "x"}).code == ExitCode::usage);
}

TEST_CASE("events are told in their order and filtered") {
    ListeningService service;
    controller::Event event;
    event.id = "7-1";
    event.time = std::chrono::system_clock::now() - 1h;
    event.type = controller::EventType::drift;
    event.severity = controller::EventSeverity::warning;
    event.environment = "prod";
    event.address = model::Address{"Application", "orders-api"};
    event.message = "federatedCredentials has \"manual-test\", which no file declares";
    service.control.add_event(event);
    CHECK_THAT(service.run({"events"}).out,
               Contains("warning   drift  prod Application/orders-api  federatedCredentials has"));
    CHECK_THAT(service.run({"events", "--since", "30m"}).err, Contains("No events."));
    CHECK_THAT(service.run({"events", "--for", "Connector/arm"}).err, Contains("No events."));
    CHECK_THAT(service.run({"events", "--severity", "error"}).err, Contains("No events."));
    CHECK(service.run({"events", "--since", "yesterday"}).code == ExitCode::usage);
}

TEST_CASE("wait ends when the condition holds, and with 75 when it does not") {
    ListeningService service;
    const std::vector<std::string> words = {"wait", "Application/customer-portal", "-e", "prod", "--timeout", "20s"};
    std::jthread later([&] {
        std::this_thread::sleep_for(300ms);
        service.control.change([](controller::ServiceStatus& status) {
            auto& object = object_in(status, "prod", {"Application", "customer-portal"});
            object.conditions[0].status = controller::ConditionStatus::yes;
            object.conditions[0].reason = controller::ConditionReason::applied;
        });
    });
    const auto ran = service.run(words);
    CHECK(ran.code == ExitCode::ok);
    CHECK(ran.out == "Application/customer-portal is Ready=True (Applied)\n");
    const auto late =
        service.run({"wait", "Application/customer-portal", "-e", "prod", "--for", "Synced", "--timeout", "1s"});
    CHECK(late.code == ExitCode::try_again);
    CHECK_THAT(late.err, Contains("is still Synced=False (PermissionDenied) after 1s"));
    CHECK(service.run({"wait", "Application/customer-portal", "-e", "prod", "--for", "Synced=False"}).code ==
          ExitCode::ok);
    CHECK(service.run({"wait", "Application/customer-portal", "-e", "prod", "--for", "Stalled=False"}).code ==
          ExitCode::ok);
    CHECK(service.run({"wait", "Connector/nope", "-e", "prod"}).code == ExitCode::failed);
    const auto wrong = service.run({"wait", "Connector/arm", "-e", "prod", "--for", "Redy"});
    CHECK(wrong.code == ExitCode::usage);
    CHECK_THAT(wrong.err, Contains("did you mean `Ready`?"));
}

TEST_CASE("reconcile asks for a run, waits for it and tells its result") {
    ListeningService service;
    const auto asked = service.run({"reconcile"});
    CHECK(asked.code == ExitCode::ok);
    CHECK_THAT(asked.out, Contains("A run of dev, prod is asked for."));
    CHECK(service.control.reconciles.at(0).environment.empty());

    service.control.on_reconcile = [&] { service.control.finish_runs(); };
    const auto waited = service.run({"reconcile", "--wait", "--fetch", "-e", "prod"});
    // As an apply of one's own ends with what stands under "Cannot be done".
    CHECK(waited.code == ExitCode::partly_done);
    CHECK(waited.out ==
          "prod: run 1184 of 9b1e77d ok: 21 read, 0 changed\n"
          "Application/customer-portal: Ready=False (PermissionDenied): cannot grant admin consent\n");
    CHECK(service.control.reconciles.at(1).fetch);

    const auto one =
        service.run({"reconcile", "Application/customer-portal", "--wait", "--create-again", "-e", "prod"});
    CHECK(one.code == ExitCode::partly_done);
    CHECK_THAT(one.out,
               Contains("Application/customer-portal: Ready=False (PermissionDenied): cannot grant admin consent"));
    CHECK(service.control.reconciles.at(2).create_again);

    for (const auto& [result, code] : std::vector<std::pair<std::string, ExitCode>>{
             {"partly", ExitCode::partly_done}, {"failed", ExitCode::failed}, {"refused", ExitCode::refused}}) {
        service.control.change(
            [&](controller::ServiceStatus& status) { status.environments[1].last_run->result = result; });
        CHECK(service.run({"reconcile", "--wait", "-e", "prod"}).code == code);
    }
    service.control.on_reconcile = nullptr;
    const auto late = service.run({"reconcile", "--wait", "--timeout", "1s", "-e", "prod"});
    CHECK(late.code == ExitCode::try_again);
    CHECK_THAT(late.err, Contains("has not ended within 1s"));
}

TEST_CASE("pause needs a reason, says until when, and how to go on") {
    ListeningService service;
    CHECK(service.run({"pause", "Connector/arm", "-e", "prod"}).code == ExitCode::usage);
    CHECK(service.run({"pause", "Connector/arm", "-e", "prod", "--reason", " "}).code == ExitCode::usage);
    CHECK(service.run({"pause", "-e", "prod", "--reason", "x"}).code == ExitCode::usage);
    CHECK(service.run({"pause", "Connector/arm", "--all", "-e", "prod", "--reason", "x"}).code == ExitCode::usage);
    CHECK(service.control.pauses.empty());

    const auto one = service.run({"pause", "connector/arm", "-e", "prod", "--reason", "vendor", "--for", "1h30m"});
    CHECK(one.code == ExitCode::ok);
    CHECK_THAT(one.out, Contains("Paused: Connector/arm in prod, until "));
    CHECK_THAT(one.out, Contains("To go on: regent resume Connector/arm -e prod\n"));
    CHECK(service.control.pauses.at(0).duration == 5400s);
    CHECK(service.control.pauses.at(0).reason == "vendor");
    CHECK_FALSE(service.control.pauses.at(0).by.empty());

    const auto all = service.run({"suspend", "--all", "--reason", "freeze"});
    CHECK(all.code == ExitCode::ok);
    CHECK_THAT(all.out, Contains("Paused: everything in dev, prod, until it is resumed."));
    CHECK(service.control.pauses.at(1).environment.empty());
    CHECK_FALSE(service.control.pauses.at(1).address);

    CHECK(service.run({"resume", "Connector/arm", "-e", "prod"}).out == "Goes on: Connector/arm in prod.\n");
    CHECK(service.run({"resume", "--all"}).code == ExitCode::ok);
    CHECK_THAT(service.control.resumes.at(0), Contains("prod Connector/arm by "));
    CHECK_THAT(service.control.resumes.at(1), Contains(" all by "));
}

TEST_CASE("approve finds the environment of the plan") {
    ListeningService service;
    const auto ran = service.run({"approve", "ad9b513c"});
    CHECK(ran.code == ExitCode::ok);
    CHECK_THAT(ran.out, Contains("Approved: plan ad9b513c of dev."));
    CHECK_THAT(service.control.approvals.at(0), Contains("dev ad9b513c by "));
    CHECK(service.run({"approve", "ad9b"}).code == ExitCode::usage);
    const auto other = service.run({"approve", "00000000"});
    CHECK(other.code == ExitCode::failed);
    CHECK_THAT(other.err, Contains("no plan `00000000` waits"));
    service.control.fails_with =
        controller::ControlError{controller::ControlError::Kind::refused, "the plan has changed", "read it"};
    const auto refused = service.run({"approve", "ad9b513c"});
    CHECK(refused.code == ExitCode::refused);
    CHECK_THAT(refused.err, Contains("error: the plan has changed\n   = help: read it"));
}

TEST_CASE("a service that is not there says what to do, with 7") {
    const TemporaryFolder folder;
    const auto nowhere = run_on(folder.path / "none.sock", {"status"});
    CHECK(nowhere.code == ExitCode::unreachable);
    CHECK(static_cast<int>(nowhere.code) == 7);
    CHECK_THAT(nowhere.err, Contains("no service listens at"));
    CHECK_THAT(nowhere.err, Contains("systemctl status regent"));

    // Left by a killed service.
    const auto left = folder.path / "left.sock";
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    left.string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::close(socket);
    const auto dead = run_on(left, {"get"});
    CHECK(dead.code == ExitCode::unreachable);
    CHECK_THAT(dead.err, Contains("is not running"));
    CHECK_THAT(dead.err, Contains("systemctl start regent"));
}

TEST_CASE("a socket of a group one is not in says which group") {
    if (::geteuid() != 0) return;
    ListeningService service;
    ::chmod(service.folder.path.c_str(), 0755);
    REQUIRE(::chown(service.path.c_str(), 0, 60) == 0);
    REQUIRE(::chmod(service.path.c_str(), 0660) == 0);
    Ran ran{};
    REQUIRE(as_user(65534, 65534, {}, [&] { ran = run_on(service.path, {"status"}); }));
    CHECK(ran.code == ExitCode::unreachable);
    CHECK_THAT(ran.err,
               Contains("error: you may not use") && Contains("the group `games`") && Contains("usermod -aG games"));
}

TEST_CASE("something else behind the socket is no regent") {
    const TemporaryFolder folder;
    const auto path = folder.path / "other.sock";
    const auto other = HttpServer::listen(
        UnixListener{path, ""}, {[](const Request&) { return std::optional<Answer>(plain_text(200, "hello\n")); }});
    REQUIRE(other);
    const auto ran = run_on(path, {"status"});
    CHECK(ran.code == ExitCode::unreachable);
    CHECK_THAT(ran.err, Contains("is no regent"));
}

TEST_CASE("watching prints everything once, then what changes") {
    ListeningService service;
    // A watcher goes on for ever; it ends with the service.
    std::jthread story([&] {
        std::this_thread::sleep_for(600ms);
        service.control.change([](controller::ServiceStatus& status) {
            for (auto& object : status.environments[1].objects) object.last_read += 5s;
            object_in(status, "prod", {"Connector", "arm-mi"}).conditions[0].reason =
                controller::ConditionReason::drift_corrected;
        });
        std::this_thread::sleep_for(600ms);
        service.server->stop();
    });
    const auto ran = service.run({"get", "-e", "prod", "--watch"});
    INFO(ran.out);
    CHECK(ran.code == ExitCode::unreachable);
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 8);
    CHECK_THAT(ran.out, Contains("Connector  arm-mi  True  DriftCorrected"));
}

TEST_CASE("watching events goes on after the last one") {
    ListeningService service;
    std::jthread story([&] {
        for (int i = 1; i <= 2; ++i) {
            std::this_thread::sleep_for(500ms);
            controller::Event event;
            event.id = "7-" + std::to_string(i);
            event.time = std::chrono::system_clock::now() + 1s;
            event.type = controller::EventType::ready;
            event.environment = "prod";
            event.message = "number " + std::to_string(i);
            service.control.add_event(event);
        }
        std::this_thread::sleep_for(800ms);
        service.server->stop();
    });
    const auto ran = service.run({"events", "--watch", "-o", "json"});
    INFO(ran.out);
    CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 2);
    CHECK_THAT(ran.out, Contains("number 1") && Contains("number 2"));
}

TEST_CASE("every reason is explained") {
    for (const auto& text : controller::reason_texts()) {
        const auto name = std::string(controller::to_string(text.reason));
        const auto ran = run_on("unused", {"explain", name});
        CHECK(ran.code == ExitCode::ok);
        CHECK_THAT(ran.out, Contains(name + "\n\n") && Contains("regent does next:\n  ") && Contains("You do:\n  "));
        std::size_t longest = 0;
        for (std::size_t begin = 0; begin < ran.out.size();) {
            const auto end = ran.out.find('\n', begin);
            longest = std::max(longest, end - begin);
            begin = end + 1;
        }
        INFO(name);
        CHECK(longest <= 80);
    }
    CHECK(controller::reason_texts().size() ==
          static_cast<std::size_t>(controller::ConditionReason::credential_not_begun) + 1);
    CHECK_THAT(run_on("unused", {"explain", "Drifed"}).err, Contains("did you mean `Drifted`?"));
    CHECK(run_on("unused", {"explain", "insync"}).code == ExitCode::ok);
}

TEST_CASE("every condition is explained") {
    for (const auto* type : {"Ready", "Synced", "Reconciling", "Stalled", "CredentialsValid"}) {
        const auto ran = run_on("unused", {"explain", type});
        CHECK(ran.code == ExitCode::ok);
        CHECK_THAT(ran.out, Contains("A condition of an object: ") && Contains("  True     ") &&
                                Contains(std::string("--for ") + type));
    }
    CHECK_THAT(run_on("unused", {"explain", "Redy"}).err, Contains("did you mean `Ready`?"));
}
