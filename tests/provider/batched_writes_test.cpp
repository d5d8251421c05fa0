// Writes of several threads in one request: each has to get its own answer, or to know that it has none.
#include "provider/graph/batched_writes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace regent::net;
using nlohmann::json;
using regent::provider::graph::make_batched_writes;

namespace {

const std::string graph = "https://graph.microsoft.com";

/// Answers by a function, and remembers what came.
class Service final : public Transport {
public:
    explicit Service(std::function<Outcome(const Request&)> script) : script_(std::move(script)) {}
    Outcome send(const Request& request) override {
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        return script_(request);
    }
    [[nodiscard]] std::vector<Request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    [[nodiscard]] std::vector<Request> batches() const {
        std::vector<Request> found;
        for (const auto& request : requests())
            if (request.target == "/v1.0/$batch") found.push_back(request);
        return found;
    }

private:
    std::function<Outcome(const Request&)> script_;
    mutable std::mutex mutex_;
    std::vector<Request> requests_;
};

Outcome answer(int status, const std::string& body = {}, Headers headers = {}) {
    return {.fate = Fate::answered, .status = status, .headers = std::move(headers), .body = body, .error = {}};
}

json steps_of(const Request& batch) {
    return json::parse(batch.body).at("requests");
}

/// Every write gets 200 and its own address as the body; in the order opposite to the one they were asked in.
Outcome echo(const Request& request) {
    if (request.body.find("\"requests\"") == std::string::npos)
        return answer(200, json{{"at", request.target.substr(5)}}.dump());
    auto responses = json::array();
    for (const auto& step : steps_of(request)) {
        const json headers{{"Retry-After", "1"}, {"CLIENT-Request-Id", "the batch's"}};
        responses.push_back(
            {{"id", step["id"]}, {"status", 200}, {"headers", headers}, {"body", {{"at", step["url"]}}}});
    }
    std::reverse(responses.begin(), responses.end());
    return answer(200, json{{"responses", responses}}.dump(), {{"request-id", "41"}, {"client-request-id", "x"}});
}

Request write(const std::string& target, const std::string& body = R"({"notes":"x"})", const std::string& token = "t") {
    Request request;
    request.method = Method::patch;
    request.origin = graph;
    request.target = target;
    request.body = body;
    request.headers = {{"Accept", "application/json"},
                       {"Content-Type", "application/json"},
                       {"Prefer", "create-if-missing"},
                       {"client-request-id", "id of " + target},
                       {"Authorization", "Bearer " + token}};
    return request;
}

Request application(int number) {
    return write("/v1.0/applications(uniqueName='regent.dev.a" + std::to_string(number) + "')");
}

/// All at once, each from a thread of its own.
std::vector<Outcome> send_all(Transport& transport, const std::vector<Request>& requests) {
    std::vector<Outcome> outcomes(requests.size());
    std::atomic<std::size_t> ready = 0;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        threads.emplace_back([&, i] {
            ++ready;
            while (ready < requests.size()) std::this_thread::yield();
            outcomes[i] = transport.send(requests[i]);
        });
    }
    for (auto& thread : threads) thread.join();
    return outcomes;
}

std::vector<Request> applications(int count) {
    std::vector<Request> all;
    for (int i = 0; i < count; ++i) all.push_back(application(i));
    return all;
}

}  // namespace

TEST_CASE("writes on different applications share requests, and each gets its own answer", "[graph][batch][writes]") {
    Service service(echo);
    const auto batched = make_batched_writes(service, graph);
    const auto requests = applications(16);

    const auto outcomes = send_all(*batched, requests);

    for (std::size_t i = 0; i < requests.size(); ++i) {
        CHECK(outcomes[i].fate == Fate::answered);
        CHECK(json::parse(outcomes[i].body)["at"] == requests[i].target.substr(5));
    }
    // How many threads come along in time is up to the machine, so nothing is said of how few there are.
    REQUIRE_FALSE(service.batches().empty());
    CHECK(service.requests().size() < requests.size());
    for (const auto& batch : service.batches()) {
        CHECK(batch.method == Method::post);
        CHECK(batch.idempotent);
        CHECK(find_header(batch.headers, "Authorization") == "Bearer t");
        for (const auto& step : steps_of(batch)) {
            CHECK(step["method"] == "PATCH");
            CHECK(step["url"].get<std::string>().starts_with("/applications(uniqueName="));
            CHECK(step["headers"]["Prefer"] == "create-if-missing");
            CHECK(step["body"]["notes"] == "x");
            CHECK_FALSE(step["headers"].contains("Authorization"));
        }
    }
}

TEST_CASE("an inner answer keeps its headers but the batch's correlation id, which is not the request's",
          "[graph][batch][writes]") {
    Service service(echo);
    const auto batched = make_batched_writes(service, graph);
    const auto outcomes = send_all(*batched, applications(8));
    REQUIRE_FALSE(service.batches().empty());
    for (const auto& outcome : outcomes) {
        if (!find_header(outcome.headers, "Retry-After")) continue;  // stayed alone
        CHECK_FALSE(find_header(outcome.headers, "client-request-id"));
        CHECK(find_header(outcome.headers, "request-id") == "41");
    }
}

TEST_CASE("a batch holds at most twenty, and no two writes on one object", "[graph][batch][writes]") {
    Service service(echo);
    const auto batched = make_batched_writes(service, graph);
    auto requests = applications(30);
    const std::string one = "/v1.0/applications/00000000-0000-4000-8000-000000000001";
    for (const auto* behind : {"", "?x=1", "/federatedIdentityCredentials(name='ci')", "/owners/$ref"})
        requests.push_back(write(one + behind));

    const auto outcomes = send_all(*batched, requests);

    for (std::size_t i = 0; i < requests.size(); ++i)
        CHECK(json::parse(outcomes[i].body)["at"] == requests[i].target.substr(5));
    for (const auto& batch : service.batches()) {
        const auto steps = steps_of(batch);
        CHECK(steps.size() <= 20);
        int of_the_one = 0;
        for (const auto& step : steps) of_the_one += step["url"].get<std::string>().starts_with(one.substr(5)) ? 1 : 0;
        CHECK(of_the_one <= 1);
    }
}

TEST_CASE("what may not be sent twice, holds a secret or hangs on something shared goes by itself",
          "[graph][batch][writes][secrets]") {
    Service service(echo);
    const auto batched = make_batched_writes(service, graph);
    std::vector<Request> requests;
    for (int i = 0; i < 4; ++i) {
        const auto id = "/v1.0/applications/00000000-0000-4000-8000-00000000000" + std::to_string(i);
        requests.push_back(write(id + "/addPassword"));
        requests.back().method = Method::post;
        requests.back().idempotent = false;
        requests.push_back(write(id + "/logo"));
        requests.back().method = Method::put;
        requests.push_back(write(id));
        requests.back().method = Method::get;
        requests.back().body.clear();
        requests.push_back(write("/v1.0/oauth2PermissionGrants"));
        requests.push_back(write("/v1.0/servicePrincipals/" + id.substr(19) + "/appRoleAssignedTo"));
        requests.push_back(write("/v1.0/$batch"));
        requests.push_back(write(id));
        requests.back().origin = "https://api.powerapps.com";
        requests.push_back(write(id, std::string(200 * 1024, ' ')));
        requests.push_back(write("/v1.0/applicationTemplates"));
    }
    send_all(*batched, requests);
    CHECK(service.requests().size() == requests.size());
}

TEST_CASE("callers who sign in differently share nothing", "[graph][batch][writes][secrets]") {
    Service service(echo);
    const auto batched = make_batched_writes(service, graph);
    auto requests = applications(10);
    for (std::size_t i = 0; i < requests.size(); i += 2)
        requests[i] = write(requests[i].target, R"({"notes":"x"})", "another");
    send_all(*batched, requests);
    for (const auto& batch : service.batches()) {
        const auto token = find_header(batch.headers, "Authorization");
        for (const auto& step : steps_of(batch)) {
            const auto url = step["url"].get<std::string>();
            const auto even = (url[url.size() - 3] - '0') % 2 == 0;
            CHECK(token == (even ? "Bearer another" : "Bearer t"));
        }
    }
}

TEST_CASE("a lost answer leaves every write of the batch in doubt, and what was never sent none",
          "[graph][batch][writes]") {
    const auto fate = GENERATE(Fate::unknown, Fate::not_sent);
    Service service([&](const Request& request) {
        if (request.target != "/v1.0/$batch") return echo(request);
        return Outcome{.fate = fate, .headers = {}, .body = {}, .error = "the line went dead"};
    });
    const auto batched = make_batched_writes(service, graph);
    const auto outcomes = send_all(*batched, applications(12));
    REQUIRE_FALSE(service.batches().empty());
    std::size_t in_batches = 0, fated = 0;
    for (const auto& batch : service.batches()) in_batches += steps_of(batch).size();
    for (const auto& outcome : outcomes) fated += outcome.fate == fate ? 1 : 0;
    CHECK(fated == in_batches);
}

TEST_CASE("a refusal of one write is that one's alone; one of the whole batch is everybody's",
          "[graph][batch][writes]") {
    bool whole = false;
    Service service([&](const Request& request) {
        if (request.target != "/v1.0/$batch") return echo(request);
        if (whole) return answer(429, "{}", {{"Retry-After", "7"}});
        auto responses = json::array();
        for (const auto& step : steps_of(request)) {
            const bool refused = step["url"].get<std::string>().ends_with("a3')");
            responses.push_back({{"id", step["id"]},
                                 {"status", refused ? 429 : 204},
                                 {"headers", refused ? json{{"Retry-After", "7"}} : json::object()},
                                 {"body", nullptr}});
        }
        return answer(200, json{{"responses", responses}}.dump());
    });
    std::mutex mutex;
    std::size_t told = 0;
    std::vector<std::string> told_refused;  // what is counted is the writes, which no transport below sees
    const auto batched = make_batched_writes(service, graph, [&](const Request& request, const Outcome& outcome) {
        const std::lock_guard lock(mutex);
        ++told;
        if (outcome.status == 429) told_refused.push_back(request.target);
    });
    const auto outcomes = send_all(*batched, applications(12));
    std::size_t inside = 0, refused_inside = 0;
    for (const auto& batch : service.batches()) {
        for (const auto& step : steps_of(batch)) {
            ++inside;
            refused_inside += step["url"].get<std::string>().ends_with("a3')") ? 1 : 0;
        }
    }
    CHECK(told == inside);
    REQUIRE(told_refused.size() == refused_inside);
    for (const auto& target : told_refused) CHECK(target.ends_with("a3')"));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (i != 3) CHECK(outcomes[i].status != 429);
        if (outcomes[i].status == 429) CHECK(find_header(outcomes[i].headers, "Retry-After") == "7");
        if (outcomes[i].status == 204) CHECK(outcomes[i].body.empty());
    }
    whole = true;
    std::size_t refused = 0, in_batches = 0;
    const auto before = service.batches().size();
    for (const auto& outcome : send_all(*batched, applications(12))) refused += outcome.status == 429 ? 1 : 0;
    for (std::size_t i = before; i < service.batches().size(); ++i) in_batches += steps_of(service.batches()[i]).size();
    CHECK(refused == in_batches);
}

TEST_CASE("a write that the batch's answer leaves out is in doubt", "[graph][batch][writes]") {
    const auto broken = GENERATE(std::string("{}"), std::string("no json"), std::string(R"({"responses":3})"),
                                 std::string(R"({"responses":[{"id":"0"},{"id":"x","status":200},3]})"),
                                 std::string(R"({"responses":[{"id":"0","status":7}]})"));
    Service service(
        [&](const Request& request) { return request.target == "/v1.0/$batch" ? answer(200, broken) : echo(request); });
    const auto batched = make_batched_writes(service, graph);
    std::size_t in_doubt = 0, in_batches = 0;
    for (const auto& outcome : send_all(*batched, applications(6))) in_doubt += outcome.fate == Fate::unknown ? 1 : 0;
    for (const auto& batch : service.batches()) in_batches += steps_of(batch).size();
    CHECK(in_doubt == in_batches);
}

TEST_CASE("where batches are not understood each write is sent by itself", "[graph][batch][writes]") {
    Service service(
        [&](const Request& request) { return request.target == "/v1.0/$batch" ? answer(400) : echo(request); });
    const auto batched = make_batched_writes(service, graph);
    for (const auto& outcome : send_all(*batched, applications(6))) CHECK(outcome.status == 200);
}
