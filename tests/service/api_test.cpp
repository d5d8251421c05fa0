#include "service/api.hpp"

#include "service/as_user.hpp"
#include "service/fake_control.hpp"
#include "service/http_server.hpp"
#include "service/raw_client.hpp"
#include "service/status_json.hpp"
#include "service/writers.hpp"

#include <catch2/catch.hpp>
#include <grp.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace regent;
using namespace regent::service;
using namespace regent::tests;
using Catch::Contains;
using nlohmann::json;

namespace {

struct Service {
    FakeControl control;
    TemporaryFolder folder;
    std::filesystem::path path = folder.path / "regent.sock";
    std::unique_ptr<HttpServer> unix_server, tcp_server;

    explicit Service(const std::string& group = "", PersonSignIns* sign_ins = nullptr) {
        const ApiOptions options{group, sign_ins, path.string()};
        auto on_unix = HttpServer::listen(UnixListener{path, group}, {api_routes(control, options)});
        auto on_tcp = HttpServer::listen(TcpListener{"127.0.0.1", 0}, {api_routes(control, options)});
        REQUIRE(on_unix);
        REQUIRE(on_tcp);
        unix_server = std::move(*on_unix);
        tcp_server = std::move(*on_tcp);
    }
    [[nodiscard]] json get(const std::string& target, int status = 200) const {
        const auto response = exchange(path, "GET", target);
        INFO(response);
        CHECK(status_of(response) == status);
        return json::parse(body_of(response), nullptr, false);
    }
    [[nodiscard]] json post(const std::string& target, const json& body, int status = 200) const {
        const auto response = exchange(path, "POST", target, body.dump());
        INFO(response);
        CHECK(status_of(response) == status);
        return json::parse(body_of(response), nullptr, false);
    }
};

/// What a POST answers to another user of this machine; 0 when they cannot even connect.
int post_as(uid_t uid, gid_t gid, const std::vector<gid_t>& groups, const std::filesystem::path& path) {
    int status = -1;
    REQUIRE(as_user(uid, gid, groups, [&] { status = status_of(exchange(path, "POST", "/api/v1/reconcile", "{}")); }));
    return status;
}

}  // namespace

TEST_CASE("status is one document with counts and what needs a person") {
    const Service service;
    const auto status = service.get("/api/v1/status");
    CHECK(status["version"] == "0.1.0");
    CHECK(status["startedAt"] == "2026-09-11T08:04:10Z");
    CHECK(status["intervalSeconds"] == 600);
    CHECK(status["source"]["newest"]["text"] == "main@9b1e77d");
    const auto& prod = status["environments"][1];
    CHECK(prod["name"] == "prod");
    CHECK(prod["counts"] == json{{"total", 6}, {"ready", 5}, {"notReady", 1}, {"unknown", 0}, {"paused", 1}});
    REQUIRE(prod["needsYou"].size() == 2);
    CHECK(prod["needsYou"][0]["name"] == "customer-portal");
    CHECK(prod["needsYou"][1]["pause"]["by"] == "bob (uid 1000)");
    CHECK(prod["lastRun"]["finishedAt"] == "2026-09-14T12:04:10Z");
    CHECK(prod["services"][1]["waitedSeconds"] == 4.2);
    CHECK_FALSE(prod.contains("pending"));
    CHECK(status["environments"][0]["pending"]["planId"] == "ad9b513c7d1e0000");
}

TEST_CASE("objects are listed, by kind, and shown one by one") {
    const Service service;
    CHECK(service.get("/api/v1/environments")["items"].size() == 2);
    CHECK(service.get("/api/v1/environments/prod")["mode"] == "apply");
    CHECK(service.get("/api/v1/environments/prod/objects")["items"].size() == 6);
    CHECK(service.get("/api/v1/environments/prod/objects/Connector")["items"].size() == 2);
    const auto answer = service.get("/api/v1/environments/prod/objects/Application/customer-portal");
    const auto& object = answer["object"];
    CHECK(object["conditions"][0] == json{{"type", "Ready"},
                                          {"status", "False"},
                                          {"reason", "PermissionDenied"},
                                          {"message", "cannot grant admin consent"},
                                          {"lastTransitionTime", "2026-09-14T11:52:10Z"},
                                          {"observedRevision", "9b1e77d0c3a84f2f9d7a5c1e2b3f405162738495"}});
    CHECK(object["place"] == json{{"file", "base/customer-portal.regent.yaml"}, {"line", 5}});
    CHECK(object["differences"][0]["wanted"] == "granted");
    CHECK(object["errorCode"] == "RG0704");

    CHECK_THAT(service.get("/api/v1/environments/nope/objects", 404)["error"]["help"].get<std::string>(),
               Contains("`dev`, `prod`"));
    CHECK(service.get("/api/v1/environments/prod/objects/Connector/nope", 404)["error"]["kind"] == "not_found");
    CHECK(service.get("/api/v2/status", 404)["error"]["kind"] == "not_found");
}

TEST_CASE("the pending plan is shown with its text") {
    const Service service;
    const auto plan = service.get("/api/v1/environments/dev/plan");
    CHECK(plan["pending"]["text"] == "Plan: 1 to update.\n");
    CHECK(plan["pending"]["actions"] == json{{"update", 1}});
    CHECK(service.get("/api/v1/environments/prod/plan")["pending"].is_null());
}

TEST_CASE("a watcher is answered when something was published, not before") {
    Service service;
    const auto number = service.get("/api/v1/status")["number"].get<std::uint64_t>();
    const RawClient client(service.path);
    client.send("GET /api/v1/environments/prod/objects?after=" + std::to_string(number) +
                "&wait=30s HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.receive(300ms).empty());
    service.control.change([](auto& status) {
        object_in(status, "prod", {"Application", "customer-portal"}).conditions[0].status =
            controller::ConditionStatus::yes;
    });
    const auto newer = json::parse(body_of(client.receive()));
    CHECK(newer["number"] == number + 1);
    CHECK(newer["items"][1]["conditions"][0]["status"] == "True");

    const auto vain = service.get("/api/v1/status?after=" + std::to_string(number + 1) + "&wait=150ms");
    CHECK(vain["number"] == number + 1);
}

TEST_CASE("events go on where a watcher stopped") {
    Service service;
    controller::Event event;
    event.id = "7-1";
    event.time = noon;
    event.type = controller::EventType::drift;
    event.severity = controller::EventSeverity::warning;
    event.environment = "prod";
    event.address = model::Address{"Application", "orders-api"};
    event.message = "somebody added a credential";
    service.control.add_event(event);
    const auto all = service.get("/api/v1/events");
    REQUIRE(all["items"].size() == 1);
    CHECK(all["items"][0]["type"] == "drift");
    CHECK(all["items"][0]["severity"] == "warning");
    CHECK(service.get("/api/v1/events?severity=error")["items"].empty());
    CHECK(service.get("/api/v1/events?since=2026-09-14T14:04:11%2B02:00")["items"].empty());
    CHECK(service.get("/api/v1/events?since=2026-09-14T14:04:10%2B02:00")["items"].size() == 1);

    const RawClient client(service.path);
    client.send("GET /api/v1/events?after=7-1&wait=30s HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.receive(300ms).empty());
    event.id = "8-1";
    service.control.add_event(event);
    CHECK(json::parse(body_of(client.receive()))["items"][0]["id"] == "8-1");
}

TEST_CASE("wrong questions are told what is wrong with them") {
    const Service service;
    for (const char* target :
         {"/api/v1/events?since=yesterday", "/api/v1/events?severity=loud", "/api/v1/history?object=portal",
          "/api/v1/status?after=x", "/api/v1/status?after=99&wait=soon", "/api/v1/history/first", "/api/v1/runs",
          "/api/v1/runs?ticket=prod", "/api/v1/runs?ticket=prod:1:x", "/api/v1/changes?run=-1",
          "/api/v1/events?since=2026-99-99T00:00:00Z"}) {
        INFO(target);
        CHECK(service.get(target, 400)["error"]["kind"] == "invalid");
    }
    CHECK(service.get("/api/v1/history/77", 404)["error"]["kind"] == "not_found");
}

TEST_CASE("a run is asked for and waited for") {
    Service service;
    const auto asked =
        service.post("/api/v1/reconcile", {{"environment", "prod"}, {"object", "Connector/arm"}, {"fetch", true}}, 202);
    REQUIRE(asked["tickets"].size() == 1);
    REQUIRE(service.control.reconciles.size() == 1);
    CHECK(service.control.reconciles[0].environment == "prod");
    CHECK(service.control.reconciles[0].address == model::Address{"Connector", "arm"});
    CHECK(service.control.reconciles[0].fetch);
    CHECK_FALSE(service.control.reconciles[0].create_again);
    CHECK_THAT(service.control.reconciles[0].by, Contains("(uid " + std::to_string(::geteuid()) + ")"));

    const auto target = "/api/v1/runs?ticket=" + asked["tickets"][0].get<std::string>();
    CHECK(service.get(target)["done"] == false);
    const RawClient client(service.path);
    client.send("GET " + target + "&wait=30s HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.receive(300ms).empty());
    service.control.finish_runs();
    const auto done = json::parse(body_of(client.receive()));
    CHECK(done["done"] == true);
    REQUIRE(done["runs"].size() == 1);
    CHECK(done["runs"][0]["environment"] == "prod");
    CHECK(done["runs"][0]["id"] == service.control.status()->environment("prod")->last_run->id);
    CHECK(service.get(target + ":4")["done"] == true);  // as `fetch` gives them out
}

TEST_CASE("pausing needs a reason, and who asked is what the kernel says") {
    Service service;
    CHECK(service.post("/api/v1/pause", {{"environment", "prod"}}, 400)["error"]["kind"] == "invalid");
    CHECK(service.post("/api/v1/pause", {{"reason", "x"}, {"by", "somebody else"}}, 400)["error"]["message"] ==
          "`by` is not known here");
    CHECK(service.control.pauses.empty());
    const json body = {{"environment", "prod"}, {"object", "Connector/arm"}, {"reason", "vendor"}, {"seconds", 7200}};
    CHECK_FALSE(service.post("/api/v1/pause", body).contains("error"));
    REQUIRE(service.control.pauses.size() == 1);
    CHECK(service.control.pauses[0].duration == 7200s);
    CHECK(service.control.pauses[0].by == name_of(Peer{::geteuid(), ::getegid(), 0, {}}));
    CHECK_FALSE(
        service.post("/api/v1/resume", {{"environment", "prod"}, {"object", "Connector/arm"}}).contains("error"));
    CHECK_THAT(service.control.resumes.at(0), Contains("prod Connector/arm by "));
    for (const json& seconds : {json(0), json(-1), json("2h"), json(1e30)})
        CHECK(service.post("/api/v1/pause", {{"reason", "x"}, {"seconds", seconds}}, 400).contains("error"));
}

TEST_CASE("a plan is approved by eight digits or more") {
    Service service;
    CHECK(service.post("/api/v1/approve", {{"environment", "dev"}, {"plan", "ad9b"}}, 400).contains("error"));
    CHECK(service.control.approvals.empty());
    CHECK_FALSE(service.post("/api/v1/approve", {{"environment", "dev"}, {"plan", "ad9b513c"}}).contains("error"));
    CHECK_THAT(service.control.approvals.at(0), Contains("dev ad9b513c by "));
}

TEST_CASE("what the controller refuses arrives with its words") {
    Service service;
    using Kind = controller::ControlError::Kind;
    for (const auto& [kind, status] : std::vector<std::pair<Kind, int>>{
             {Kind::not_found, 404}, {Kind::invalid, 400}, {Kind::refused, 409}, {Kind::timed_out, 504}}) {
        service.control.fails_with = controller::ControlError{kind, "not this way", "another way"};
        const auto answer = service.post("/api/v1/approve", {{"environment", "dev"}, {"plan", "ad9b513c"}}, status);
        CHECK(answer["error"]["message"] == "not this way");
        CHECK(answer["error"]["help"] == "another way");
    }
}

TEST_CASE("bodies that are no JSON object are refused") {
    const Service service;
    for (const char* body : {"[]", "null", "{", "\"x\"", "{\"environment\": 5}", "{\"fetch\": \"yes\"}"})
        CHECK(status_of(exchange(service.path, "POST", "/api/v1/reconcile", body)) == 400);
    CHECK(status_of(exchange(service.path, "POST", "/api/v1/reconcile", std::string(60000, '['))) == 400);
    CHECK(status_of(exchange(service.path, "POST", "/api/v1/nothing", "{}")) == 404);
    CHECK(status_of(exchange(service.path, "DELETE", "/api/v1/status")) == 405);
}

TEST_CASE("TCP shows, and changes nothing") {
    const Service service;
    CHECK(status_of(exchange(service.tcp_server->port(), "GET", "/api/v1/status")) == 200);
    for (const char* action : {"reconcile", "pause", "resume", "approve"})
        CHECK(status_of(exchange(service.tcp_server->port(), "POST", std::string("/api/v1/") + action, "{}")) == 405);
    // Without the server's own rule, the API would refuse as well.
    Request request;
    request.method = "POST";
    request.path = "/api/v1/reconcile";
    request.body = "{}";
    FakeControl control;
    const auto answer = api_routes(control)(request);
    REQUIRE(answer);
    CHECK(answer->response.status == 403);
    CHECK(control.reconciles.empty());
}

TEST_CASE("root, the service's user and members of its group may write") {
    if (::geteuid() != 0) return;
    constexpr uid_t nobody = 65534;
    const auto* games = ::getgrnam("games");
    REQUIRE(games != nullptr);
    const Service service("games");
    // The folder is for its owner only; here, what the socket and the API say is tried.
    std::filesystem::permissions(service.folder.path, std::filesystem::perms(0755));
    CHECK(post_as(0, 0, {}, service.path) == 202);
    CHECK(post_as(nobody, games->gr_gid, {}, service.path) == 202);
    CHECK(post_as(nobody, nobody, {games->gr_gid}, service.path) == 202);
    CHECK(post_as(5, 60, {}, service.path) == 202);
    CHECK(post_as(nobody, nobody, {}, service.path) == 0);

    // Somebody opened the socket to everyone: looking is theirs, asking for changes is not.
    std::filesystem::permissions(service.path, std::filesystem::perms(0666));
    CHECK(post_as(nobody, nobody, {}, service.path) == 403);
    CHECK(post_as(1, 1, {2, 3}, service.path) == 403);
    CHECK(post_as(nobody, nobody, {games->gr_gid}, service.path) == 202);
    // `games` is the group that the account `games` (uid 5) has in /etc/passwd, whatever the process gave away.
    CHECK(post_as(5, nobody, {}, service.path) == 202);
    std::vector<std::string> who;
    for (const auto& request : service.control.reconciles) who.push_back(request.by);
    CHECK(who.front() == "root (uid 0)");
    CHECK(std::find(who.begin(), who.end(), "nobody (uid 65534)") != who.end());
}

TEST_CASE("no group means that nobody but root and the service's user may write") {
    CHECK(may_write(Peer{0, 0, 1, {}}, ""));
    CHECK(may_write(Peer{::geteuid(), 0, 1, {}}, ""));
    CHECK_FALSE(may_write(Peer{54321, 0, 1, {0}}, ""));
    CHECK_FALSE(may_write(Peer{54321, 0, 1, {0}}, "no-such-group-here"));
    CHECK(name_of(Peer{54321, 54321, 1, {}}) == "uid 54321");
}

TEST_CASE("no secret leaves through the status, even when one got in") {
    const std::string token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    const std::string jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLWJ5dGVz";
    const std::string entra = "abc8Q~0123456789abcdefghijABCDEFGHIJ01";
    Service service;
    service.control.change([&](controller::ServiceStatus& status) {
        status.source.location = "https://deploy:" + token + "@git.example.org/x.git?private_token=" + token;
        status.source.error = "cannot fetch https://" + token + "@git.example.org/x.git: 401";
        status.environments[1].last_run->error = "Authorization: Bearer " + jwt;
        auto& object = object_in(status, "prod", {"Connector", "arm"});
        object.conditions[0].message = "client_secret=" + entra;
        object.differences = {{"x", "", entra, jwt, "", false}};
        object.remarks = {"secretText: \"" + entra + "\""};
        object.outputs["x"] = jwt;
        object.error_help = entra;
    });
    const auto whole = exchange(service.path, "GET", "/api/v1/status") +
                       exchange(service.path, "GET", "/api/v1/environments/prod/objects");
    CHECK(whole.find(token) == std::string::npos);
    CHECK(whole.find("deploy") == std::string::npos);
    CHECK(whole.find(jwt.substr(10, 20)) == std::string::npos);
    CHECK(whole.find("0123456789abcdefghij") == std::string::npos);
    CHECK_THAT(whole, Contains("https://***@git.example.org/x.git?***"));
}

TEST_CASE("locations keep what is no secret") {
    CHECK(masked_location("/srv/manifests") == "/srv/manifests");
    CHECK(masked_location("https://git.example.org/a/b.git") == "https://git.example.org/a/b.git");
    CHECK(masked_location("git@git.example.org:a/b.git") == "git@git.example.org:a/b.git");
    CHECK(masked_location("ssh://git@git.example.org/a") == "ssh://***@git.example.org/a");
    CHECK(masked_location("https://a:b@h/x https://c:p@ss@i/y?z") == "https://***@h/x https://***@i/y?***");
    CHECK(masked_location("://@") == "://***@");
    CHECK(masked_location("https://git.example.org/glpat-0123456789abcdefghij/x.git") ==
          "https://git.example.org/***/x.git");
}

TEST_CASE("times are read as they are written") {
    CHECK(rfc3339(noon) == "2026-09-14T12:04:10Z");
    CHECK(parse_rfc3339("2026-09-14T12:04:10Z") == noon);
    CHECK(parse_rfc3339("2026-09-14T14:04:10.123456+02:00") == noon);
    CHECK(parse_rfc3339("2026-09-14T04:34:10-07:30") == noon);
    CHECK(rfc3339({}).empty());
    for (const char* text : {"", "2026-09-14", "2026-09-14T12:04:10", "2026-13-14T12:04:10Z", "now"})
        CHECK_FALSE(parse_rfc3339(text));
    CHECK_FALSE(parse_rfc3339(std::string(8000, '1')));
}

TEST_CASE("names of foreign tenants may hold anything and stay JSON") {
    Service service;
    service.control.change([](controller::ServiceStatus& status) {
        auto& object = object_in(status, "prod", {"Connector", "arm"});
        object.conditions[0].message = "\x1b[31m\xff\xfe \" \\ \n";
    });
    const auto objects = service.get("/api/v1/environments/prod/objects/Connector");
    CHECK_THAT(objects["items"][0]["conditions"][0]["message"].get<std::string>(), Contains("\xEF\xBF\xBD"));
}

namespace {

/// A person who signs in when the test says so.
struct PretendedPerson {
    std::mutex mutex;
    std::condition_variable changed;
    bool finished = false;
    std::vector<std::string> told;

    PersonSignIns sign_ins{
        [this](const model::Environment&, net::Clock& clock,
               const controller::ShowCode& show) -> tl::expected<net::DelegatedGrant, controller::SignInError> {
            net::DeviceCode code;
            code.user_code = "ABCD23456";
            code.verification_uri = "https://microsoft.com/devicelogin";
            code.expires_in = std::chrono::seconds(900);
            code.device_code = net::Secret::copy_of("device-code-that-nobody-sees");
            show(code);
            for (;;) {
                {
                    const std::lock_guard lock(mutex);
                    if (finished) break;
                }
                if (!clock.sleep_for(std::chrono::milliseconds(5)))
                    return tl::unexpected(controller::SignInError{"interrupted", "run the command again"});
            }
            net::DelegatedGrant grant;
            grant.user = "maker@contoso.example";
            grant.refresh_token = net::Secret::copy_of("refresh-token-that-nobody-sees");
            return grant;
        },
        [this](const model::Environment& environment, const std::string&, const auto& grant) {
            const std::lock_guard lock(mutex);
            told.push_back(environment.name + (grant ? " " + grant->user : " nobody"));
        }};

    void finish() {
        const std::lock_guard lock(mutex);
        finished = true;
    }
};

json state_after(const Service& service, const json& question, const std::string& standing) {
    for (;;) {
        const auto state = service.post("/api/v1/sign-in", question);
        if (state.at("state") != standing) return state;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace

TEST_CASE("a person signs in through the service, and only who may ask sees the code", "[api]") {
    PretendedPerson person;
    const Service service("", &person.sign_ins);
    const auto begun = service.post("/api/v1/sign-in", {{"environment", "prod"}}, 202);
    const json question{{"environment", "prod"}, {"number", begun.at("number")}};
    const auto waiting = state_after(service, question, "asking");
    CHECK(waiting.at("state") == "waiting");
    CHECK(waiting.at("userCode") == "ABCD23456");
    CHECK(waiting.at("verificationUri") == "https://microsoft.com/devicelogin");
    CHECK(waiting.contains("endsAt"));
    CHECK(service.get("/api/v1/sign-in", 404).contains("error"));

    person.finish();
    const auto done = state_after(service, question, "waiting");
    CHECK(done.at("state") == "signedIn");
    CHECK(done.at("user") == "maker@contoso.example");
    for (const auto& state : {waiting, done}) CHECK(state.dump().find("nobody-sees") == std::string::npos);
    CHECK(person.told == std::vector<std::string>{"prod maker@contoso.example"});
    static_cast<void>(service.post("/api/v1/sign-in", {{"environment", "prod"}, {"number", 4711}}, 404));
    static_cast<void>(service.post("/api/v1/sign-in", {{"environment", "elsewhere"}}, 404));
    static_cast<void>(service.post("/api/v1/sign-in", {{"environment", "prod"}, {"number", "one"}}, 400));
}

TEST_CASE("who asks for a sign-in again ends the waiting of the one before", "[api]") {
    PretendedPerson person;
    const Service service("", &person.sign_ins);
    const auto first = service.post("/api/v1/sign-in", {{"environment", "prod"}}, 202);
    const auto second = service.post("/api/v1/sign-in", {{"environment", "prod"}}, 202);
    CHECK(second.at("number") != first.at("number"));
    static_cast<void>(service.post("/api/v1/sign-in", {{"environment", "prod"}, {"number", first.at("number")}}, 404));
    person.finish();
    const json question{{"environment", "prod"}, {"number", second.at("number")}};
    static_cast<void>(state_after(service, question, "asking"));
    CHECK(state_after(service, question, "waiting").at("state") == "signedIn");
}
