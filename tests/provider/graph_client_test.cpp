#include "provider/graph/graph_client.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <mutex>
#include <vector>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string origin = "https://graph.example";

class StillClock final : public net::Clock {
public:
    std::chrono::system_clock::time_point now() const override { return {}; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::time_point(1h);
    }
    bool sleep_for(std::chrono::milliseconds duration) override {
        slept += duration;
        return true;
    }
    std::chrono::milliseconds slept{0};
};

/// Answers what it is told to, one after the other; the last answer for ever.
class ScriptedSession final : public net::Session, private net::TokenSource {
public:
    explicit ScriptedSession(std::vector<net::Answer> answers) : answers_(std::move(answers)) {}
    tl::expected<net::Answer, net::CallError> call(net::Request request, const std::string&) override {
        const std::lock_guard lock(mutex_);
        requests.push_back(std::move(request));
        return answers_[std::min(requests.size(), answers_.size()) - 1];
    }
    net::TokenSource& tokens() override { return *this; }
    net::SessionCounters counters() const override { return {}; }
    std::vector<net::Request> requests;

private:
    tl::expected<net::AccessToken, net::TokenError> token(const std::string&) override { return net::AccessToken{}; }
    void forget(const std::string&) override {}
    std::mutex mutex_;
    std::vector<net::Answer> answers_;
};

net::Answer answer(int status, const json& body, net::Headers headers = {}) {
    net::Answer made;
    made.status = status;
    made.body = body.dump();
    made.headers = std::move(headers);
    return made;
}

json page(const json& value, const std::string& next = {}) {
    json made{{"value", value}};
    if (!next.empty()) made["@odata.nextLink"] = next;
    return made;
}

struct Bench {
    explicit Bench(std::vector<net::Answer> answers, int at_once = 1)
        : session(std::move(answers)), parallel(at_once) {}
    ScriptedSession session;
    StillClock clock;
    int parallel;
    GraphClient client{session, clock, origin, "scope", parallel};
};

/// One page after the other, and the next one asked for while the last is still being understood.
int one_or_many() {
    return GENERATE(1, 4);
}

}  // namespace

TEST_CASE("pages are followed to the end, also by links that leak the internal version") {
    const int parallel = one_or_many();
    Bench bench({answer(200, page({1}, origin + "/v1.0/applications?$skiptoken=a")),
                 answer(200, page({2}, origin + "/v2/applications?$skiptoken=b")), answer(200, page({3}))},
                parallel);
    const auto all = bench.client.list("/applications", "list");
    REQUIRE(all);
    CHECK(*all == std::vector<json>{1, 2, 3});
    CHECK(bench.session.requests[2].target == "/v1.0/applications?$skiptoken=b");
    for (const auto& request : bench.session.requests)
        CHECK(net::find_header(request.headers, "x-ms-throttle-priority") == "Low");
}

TEST_CASE("a next page that is not ours to follow ends the list in an error, and no token goes there") {
    const int parallel = one_or_many();
    for (const auto& link :
         {json("https://evil.example/v1.0/applications"), json("https://graph.example.evil/v1.0/a"),
          json("http://graph.example/v1.0/a"), json(origin + "/"), json(17), json("/v1.0/applications?$skiptoken=a")}) {
        INFO(link);
        auto first = page({1});
        first["@odata.nextLink"] = link;
        Bench bench({answer(200, first), answer(200, page({2}))}, parallel);
        const auto all = bench.client.list("/applications", "list");
        REQUIRE_FALSE(all);
        CHECK(all.error().kind == ErrorKind::incomplete);
        CHECK(bench.session.requests.size() == 1);
    }
}

TEST_CASE("a page that names itself as its next one ends in an error, not in a circle") {
    const int parallel = one_or_many();
    Bench bench({answer(200, page({1}, origin + "/v1.0/applications"))}, parallel);
    const auto all = bench.client.list("/applications", "list");
    REQUIRE_FALSE(all);
    CHECK(all.error().kind == ErrorKind::incomplete);
}

TEST_CASE("an answer that is no page is an error") {
    for (const auto& body : {json::object(), json::array(), json("text"), json{{"value", "text"}}, json(nullptr)}) {
        INFO(body);
        Bench bench({answer(200, body)});
        const auto all = bench.client.list("/applications", "list");
        REQUIRE_FALSE(all);
        CHECK(all.error().kind == ErrorKind::incomplete);
        CHECK(all.error().code == "RG0711");
    }
}

TEST_CASE("an expired page token begins the list again") {
    const int parallel = one_or_many();
    Bench bench(
        {answer(200, page({1}, origin + "/v1.0/applications?$skiptoken=a")),
         answer(400, {{"error", {{"code", "Directory_ExpiredPageToken"}}}}), answer(200, page({1})), answer(500, {})},
        parallel);
    const auto all = bench.client.list("/applications", "list");
    REQUIRE(all);
    CHECK(*all == std::vector<json>{1});
}

TEST_CASE("a link that stands behind the objects, or in one of them, is taken for what it is") {
    const int parallel = one_or_many();
    auto last = answer(200, page({{{"@odata.nextLink", origin + "/v1.0/elsewhere"}}}));
    auto first = answer(200, page({1}));
    first.body = R"({"@odata.context": {"@odata.nextLink": "https://graph.example/v1.0/elsewhere"}, "value": [1],
                     "@odata.nextLink": "https://graph.example/v1.0/applications?$skiptoken=a"})";
    Bench bench({first, last}, parallel);
    const auto all = bench.client.list("/applications", "list");
    REQUIRE(all);
    CHECK(all->size() == 2);
    REQUIRE(bench.session.requests.size() == 2);
    CHECK(bench.session.requests[1].target == "/v1.0/applications?$skiptoken=a");
}

TEST_CASE("a page that is cut off after its link is an error, whatever came behind it") {
    auto cut = answer(200, page({1}, origin + "/v1.0/applications?$skiptoken=a"));
    cut.body.resize(cut.body.size() - 1);
    Bench bench({cut, answer(200, page({2}))}, one_or_many());
    const auto all = bench.client.list("/applications", "list");
    REQUIRE_FALSE(all);
    CHECK(all.error().kind == ErrorKind::incomplete);
}

TEST_CASE("the next page is on its way before the last one is understood") {
    // A page of which nothing can be understood but where it goes on.
    auto broken = answer(200, page({1}, origin + "/v1.0/applications?$skiptoken=a"));
    broken.body.resize(broken.body.size() - 1);
    Bench bench({broken, answer(200, page({2}))}, 4);
    CHECK_FALSE(bench.client.list("/applications", "list"));
    CHECK(bench.session.requests.size() == 2);
}

TEST_CASE("a list is given up when it has more pages than it is worth") {
    const int parallel = one_or_many();
    Bench bench({answer(200, page({1}, origin + "/v1.0/applications?$skiptoken=a")),
                 answer(200, page({2}, origin + "/v1.0/applications?$skiptoken=b"))},
                parallel);
    const auto some = bench.client.list_at_most("/applications", "list", 2);
    REQUIRE(some);
    CHECK_FALSE(*some);
    CHECK(bench.session.requests.size() == 2);
}

TEST_CASE("answers of a batch are sorted to their requests, and what is missing is asked for again") {
    Bench bench({answer(200, {{"responses",
                               {{{"id", "2"}, {"status", 200}, {"body", {{"n", 2}}}},
                                {{"id", "0"}, {"status", 200}, {"body", {{"n", 0}}}}}}}),
                 answer(200, {{"responses", {{{"id", "1"}, {"status", 404}, {"body", nullptr}}}}})});
    const auto all = bench.client.read_all({"/a", "/b", "/c"}, "read");
    REQUIRE(all);
    CHECK(*all == std::vector<json>{{{"n", 0}}, nullptr, {{"n", 2}}});
    CHECK(json::parse(bench.session.requests[1].body)["requests"].size() == 1);
}

TEST_CASE("a batch whose answer makes no sense is an error") {
    const auto one = [](const json& response) { return json{{"responses", {response}}}; };
    for (const auto& body :
         {json::object(), json{{"responses", 1}}, one(nullptr),
          one({{"id", "7"}, {"status", 200}, {"body", {{"a", 1}}}}),
          one({{"id", "0x"}, {"status", 200}, {"body", {{"a", 1}}}}), one({{"id", 0}, {"status", 200}}),
          one({{"id", "0"}, {"status", "200"}, {"body", {{"a", 1}}}}), one({{"id", "0"}, {"status", 200}}),
          one({{"id", "0"}, {"status", 200}, {"body", "text"}}), json{{"responses", json::array()}}}) {
        INFO(body);
        Bench bench({answer(200, body)});
        const auto all = bench.client.read_all({"/a"}, "read");
        REQUIRE_FALSE(all);
        CHECK(all.error().kind == ErrorKind::incomplete);
    }
}

TEST_CASE("throttling inside a batch that does not end is told with the time to wait") {
    Bench bench({answer(200, {{"responses",
                               {{{"id", "0"},
                                 {"status", 429},
                                 {"headers", {{"retry-AFTER", "2.5"}, {"request-id", "inner"}}},
                                 {"body", {{"error", {{"code", "TooManyRequests"}}}}}}}}})});
    const auto all = bench.client.read_all({"/a"}, "read");
    REQUIRE_FALSE(all);
    CHECK(all.error().kind == ErrorKind::throttled);
    CHECK(all.error().code == "RG0702");
    CHECK(all.error().retry_after == 2500ms);
    CHECK(all.error().request_id == "inner");
    CHECK(bench.clock.slept == 7 * 2500ms);
}

TEST_CASE("more than twenty reads make several batches") {
    std::vector<std::string> paths(45, "/x");
    Bench bench({answer(400, {{"error", {{"code", "Request_BadRequest"}, {"message", "no"}}}})});
    const auto all = bench.client.read_all(paths, "read");
    REQUIRE_FALSE(all);
    CHECK(all.error().kind == ErrorKind::rejected);
    CHECK(json::parse(bench.session.requests[0].body)["requests"].size() == 20);
}

TEST_CASE("a gateway's HTML is an error with its status, and a good answer that is no JSON is incomplete") {
    auto html = answer(503, nullptr);
    html.body = "<html>";
    Bench refused({html});
    CHECK(refused.client.get("/a", "read").error().kind == ErrorKind::transient);
    html.status = 200;
    Bench damaged({html});
    CHECK(damaged.client.get("/a", "read").error().kind == ErrorKind::incomplete);
}

TEST_CASE("a 404 that is not Graph's is asked for once more, and nobody takes it for an absent object") {
    auto gateway = answer(404, nullptr);
    gateway.body.clear();
    Bench once({gateway, answer(200, page(json::array({{{"id", "1"}}})))});
    const auto read = once.client.list("/a", "list");
    REQUIRE(read);
    CHECK(once.session.requests.size() == 2);
    Bench stays({gateway});
    const auto error = stays.client.list("/a", "list").error();
    CHECK(error.kind == ErrorKind::transient);
    CHECK(error.help.find("gateway") != std::string::npos);
    CHECK(stays.session.requests.size() == 2);
    Bench absent({answer(404, {{"error", {{"code", "Request_ResourceNotFound"}}}})});
    CHECK(absent.client.get("/a/1", "read").error().kind == ErrorKind::not_found);
    CHECK(absent.session.requests.size() == 1);
}

TEST_CASE("keys are literals of OData inside a path") {
    CHECK(key_literal("regent.dev.portal") == "'regent.dev.portal'");
    CHECK(key_literal("o'neil/ä") == "'o%27%27neil%2F%C3%A4'");
}
