#include "net/session.hpp"

#include "net/scripted.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <thread>

using namespace regent::net;
using namespace regent::net::test;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Kind = CallError::Kind;

namespace {

const std::string graph = "https://graph.microsoft.com";
const std::string token_scope = "https://graph.microsoft.com/.default";

/// A session over scripted answers, in virtual time.
class Bench {
public:
    explicit Bench(ScriptedTransport::Script script, RetryPolicy policy = {})
        : transport(std::move(script)),
          session(
              make_session(transport, tokens, clock, rng, policy,
                           [this](const Request&, milliseconds wait, const std::string&) { told.push_back(wait); })) {}

    tl::expected<Answer, CallError> call(Method method = Method::get, bool idempotent = true) {
        Request request;
        request.method = method;
        request.origin = graph;
        request.target = target;
        request.idempotent = idempotent;
        return session->call(request, token_scope);
    }

    std::string target = "/v1.0/x";
    VirtualClock clock;
    CountingRng rng;
    NumberedTokens tokens;
    ScriptedTransport transport;
    std::vector<milliseconds> told;
    std::unique_ptr<Session> session;
};

/// `first` for the first `times` requests, then 200.
ScriptedTransport::Script then_well(Outcome first, int times = 1) {
    return [first, times](const Request&, int number) { return number <= times ? first : answer(200, "well"); };
}

Outcome throttled(const std::string& retry_after) {
    return answer(429, "{}", {{"Retry-After", retry_after}});
}

}  // namespace

TEST_CASE("a call is signed, and carries an id of its own on every try", "[net][session]") {
    Bench bench(then_well(answer(500), 2));

    const auto result = bench.call();

    REQUIRE(result);
    CHECK(result->body == "well");
    CHECK(result->attempts == 3);
    std::set<std::string> ids;
    for (const auto& request : bench.transport.requests()) {
        CHECK(find_header(request.headers, "Authorization") == "Bearer token-1");
        ids.insert(find_header(request.headers, "client-request-id").value_or(""));
        CHECK(request.headers.size() == 2);
    }
    CHECK(ids.size() == 3);
    CHECK(ids.count(result->client_request_id) == 1);
}

TEST_CASE("who only looks begins no call after the wish to stop, and who writes may", "[net][session]") {
    Bench it([](const Request&, int) { return answer(200, "well"); });
    const auto reads = make_session_for_reads(*it.session, it.clock);
    const auto call = [&] {
        Request request;
        request.origin = graph;
        request.target = "/x";
        return reads->call(request, token_scope);
    };
    CHECK(call());
    it.clock.stop();
    const auto refused = call();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Kind::interrupted);
    CHECK(reads->counters().requests == 1);
    CHECK(it.call(Method::patch));
}

TEST_CASE("a call without a scope is not signed", "[net][session]") {
    Bench bench(then_well(answer(200)));
    Request request;
    request.origin = "https://x.blob.core.windows.net";
    request.target = "/c/b?sig=1";

    REQUIRE(bench.session->call(request, ""));
    CHECK_FALSE(find_header(bench.transport.requests().front().headers, "Authorization"));
}

TEST_CASE("the service's own request id is kept for the report", "[net][session]") {
    const auto name = GENERATE(std::string("request-id"), std::string("X-Ms-Request-Id"));
    Bench bench([&](const Request&, int) { return answer(404, "{}", {{name, "abc"}}); });

    CHECK(bench.call()->request_id == "abc");
}

TEST_CASE("what may be repeated is repeated, and the last answer stands", "[net][session]") {
    const auto status = GENERATE(408, 500, 502, 503, 504);
    CAPTURE(status);
    Bench bench([&](const Request&, int) { return answer(status, "<html>"); });

    const auto result = bench.call(Method::patch);

    REQUIRE(result);
    CHECK(result->status == status);
    CHECK(bench.transport.count() == 6);
    CHECK(bench.session->counters().requests == 6);
    CHECK(bench.session->counters().retries == 5);
    CHECK(bench.session->counters().waited == bench.clock.slept());
    CHECK(bench.clock.slept() > 5s);
}

TEST_CASE("a write that may not be repeated is sent once", "[net][session]") {
    SECTION("after an answer that leaves it open, the answer stands") {
        const auto status = GENERATE(408, 500, 502, 503, 504);
        Bench bench([&](const Request&, int) { return answer(status); });
        CHECK(bench.call(Method::post, false)->status == status);
        CHECK(bench.transport.count() == 1);
    }
    SECTION("after silence, its outcome is unknown") {
        Bench bench([](const Request&, int) { return silence(Fate::unknown); });
        const auto result = bench.call(Method::post, false);
        REQUIRE_FALSE(result);
        CHECK(result.error().kind == Kind::unknown_outcome);
        CHECK(bench.transport.count() == 1);
        CHECK(bench.clock.slept() == 0ms);
    }
    SECTION("unless it certainly never left") {
        Bench bench(then_well(silence(Fate::not_sent), 2));
        CHECK(bench.call(Method::post, false)->attempts == 3);
    }
    SECTION("also when it is said when to come again: whoever looks what became of it waits so long") {
        Bench bench(then_well(answer(503, "{}", {{"Retry-After", "7"}})));
        CHECK(bench.call(Method::post, false)->status == 503);
        CHECK(bench.transport.count() == 1);
        CHECK(bench.clock.slept() == 0ms);
        CHECK(bench.call(Method::get)->status == 200);
        CHECK(bench.clock.slept() >= 7s);
    }
    SECTION("or the service says that it did nothing") {
        const auto refused = GENERATE(answer(429), answer(429, "{}", {{"Retry-After", "1"}}));
        Bench bench(then_well(refused));
        CHECK(bench.call(Method::post, false)->status == 200);
        CHECK(bench.transport.count() == 2);
    }
}

TEST_CASE("silence to the end: a read changed nothing, a write may have been applied", "[net][session]") {
    SECTION("a read") {
        Bench bench([](const Request&, int) { return silence(Fate::unknown); });
        const auto result = bench.call(Method::get);
        REQUIRE_FALSE(result);
        CHECK(result.error().kind == Kind::not_sent);
        CHECK(bench.transport.count() == 6);
    }
    SECTION("a write") {
        Bench bench([](const Request&, int) { return silence(Fate::unknown); });
        CHECK(bench.call(Method::patch).error().kind == Kind::unknown_outcome);
        CHECK(bench.transport.count() == 6);
    }
    SECTION("a write whose first try vanished and whose later tries never left") {
        Bench bench([](const Request&, int number) { return silence(number == 1 ? Fate::unknown : Fate::not_sent); });
        CHECK(bench.call(Method::patch).error().kind == Kind::unknown_outcome);
    }
    SECTION("a write that never left") {
        Bench bench([](const Request&, int) { return silence(Fate::not_sent); });
        CHECK(bench.call(Method::patch).error().kind == Kind::not_sent);
    }
}

TEST_CASE("Retry-After is waited, not argued with", "[net][session][throttling]") {
    struct Row {
        std::string retry_after;
        milliseconds at_least;
        milliseconds at_most;
    };
    const auto row = GENERATE(values<Row>({{"3", 3s, 3300ms},
                                           {"2.128", 2128ms, 2341ms},
                                           {"120", 120s, 121s},
                                           {"0", 250ms, 500ms},
                                           {"soon", 250ms, 500ms},
                                           {"-4", 250ms, 500ms}}));
    CAPTURE(row.retry_after);
    Bench bench(then_well(throttled(row.retry_after)));

    REQUIRE(bench.call());

    CHECK(bench.clock.slept() >= row.at_least);
    CHECK(bench.clock.slept() <= row.at_most);
    CHECK(bench.session->counters().throttled == 1);
    CHECK(bench.told.size() == (row.at_least >= 1s ? 1 : 0));
}

TEST_CASE("a wait longer than a call may take ends the call at once, and says how long it would be",
          "[net][session][throttling]") {
    Bench bench([](const Request&, int) { return throttled("86400"); });

    const auto result = bench.call();

    REQUIRE_FALSE(result);
    CHECK(result.error().kind == Kind::throttled);
    CHECK(result.error().retry_after >= 24h);
    CHECK(bench.transport.count() == 1);
    CHECK(bench.clock.slept() == 0ms);

    // And the next call does not even ask.
    const auto next = bench.call();
    REQUIRE_FALSE(next);
    CHECK(next.error().kind == Kind::throttled);
    CHECK(bench.transport.count() == 1);
}

TEST_CASE("a message names the request without what it asked a list to contain", "[net][session]") {
    Bench bench([](const Request&, int) { return throttled("86400"); });
    bench.target = "/v1.0/applications?$top=999&$select=id,appId";
    const auto message = bench.call().error().message;
    CHECK_THAT(message, Catch::Contains("GET https://"));
    CHECK_THAT(message, Catch::Contains("/v1.0/applications?…: "));
    CHECK_THAT(message, !Catch::Contains("select"));
}

TEST_CASE("the waits of one call are added up", "[net][session][throttling]") {
    Bench bench([](const Request&, int) { return throttled("100"); });

    const auto result = bench.call();

    REQUIRE_FALSE(result);
    CHECK(result.error().kind == Kind::throttled);
    CHECK(result.error().retry_after >= 100s);
    CHECK(bench.clock.slept() <= 300s);
    CHECK(bench.transport.count() == 3);
}

TEST_CASE("when one call is throttled, all calls to that origin wait", "[net][session][throttling]") {
    Bench bench(
        [](const Request& request, int number) { return number == 1 ? throttled("30") : answer(200, request.origin); },
        {.max_attempts = 1});
    REQUIRE(bench.call().error().kind == Kind::throttled);
    REQUIRE(bench.clock.slept() == 0ms);

    // Another thread, another call: no answer of its own has told it to wait.
    std::thread([&] { CHECK(bench.call()); }).join();
    CHECK(bench.clock.slept() == 30s);

    SECTION("but other origins are served meanwhile") {
        Bench other([](const Request&, int number) { return number == 1 ? throttled("30") : answer(200); },
                    {.max_attempts = 1});
        REQUIRE_FALSE(other.call());
        Request request;
        request.origin = "https://api.powerapps.com";
        request.target = "/x";
        CHECK(other.session->call(request, token_scope));
        CHECK(other.clock.slept() == 0ms);
    }
}

TEST_CASE("an origin that says its limit is near is asked more slowly", "[net][session][throttling]") {
    Bench bench([](const Request&, int) { return answer(200, "{}", {{"x-ms-throttle-limit-percentage", "1.2"}}); });

    REQUIRE(bench.call());
    CHECK(bench.clock.slept() == 0ms);
    REQUIRE(bench.call());
    CHECK(bench.clock.slept() == 500ms);
}

TEST_CASE("a refused token is renewed once", "[net][session][sign-in]") {
    const auto challenge =
        GENERATE(std::string("Bearer"),
                 std::string(R"(Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==")"));
    CAPTURE(challenge);
    const auto refused = answer(401, "{}", {{"WWW-Authenticate", challenge}});
    SECTION("and the call goes on, also a write that may not be repeated") {
        Bench bench(then_well(refused));
        CHECK(bench.call(Method::post, false)->status == 200);
        const auto requests = bench.transport.requests();
        REQUIRE(requests.size() == 2);
        CHECK(find_header(requests[1].headers, "Authorization") == "Bearer token-2");
        CHECK(bench.clock.slept() == 0ms);
    }
    SECTION("and a second refusal stands") {
        Bench bench([&](const Request&, int) { return refused; });
        CHECK(bench.call()->status == 401);
        CHECK(bench.transport.count() == 2);
        CHECK(bench.tokens.issued() == 2);
    }
}

TEST_CASE("many calls refused with one token renew it once", "[net][session][sign-in]") {
    Bench bench([](const Request& request, int) {
        return find_header(request.headers, "Authorization") == "Bearer token-1" ? answer(401) : answer(200);
    });

    std::atomic<int> well = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 16; ++i) {
        callers.emplace_back([&] {
            const auto result = bench.call();
            if (result && result->status == 200) ++well;
        });
    }
    for (auto& caller : callers) caller.join();

    CHECK(well == 16);
    CHECK(bench.tokens.issued() == 2);
}

TEST_CASE("without a token nothing is sent", "[net][session][sign-in]") {
    Bench bench(then_well(answer(200)));
    const bool retryable = GENERATE(false, true);
    bench.tokens.refuse(
        {.retryable = retryable, .message = "AADSTS7000215: Invalid client secret provided.", .help = "check it"});

    const auto result = bench.call();

    REQUIRE_FALSE(result);
    CHECK(result.error().kind == (retryable ? Kind::not_sent : Kind::sign_in));
    CHECK_THAT(result.error().message, Catch::Contains("AADSTS7000215"));
    CHECK(result.error().help == "check it");
    CHECK(bench.transport.count() == 0);
}

TEST_CASE("an answer to another request is no answer, whoever mixed them up", "[net][session]") {
    const Headers foreign{{"Client-Request-Id", "00000000-0000-0000-0000-000000000000"}};
    Bench bench([&](const Request&, int) { return answer(200, "{}", foreign); });

    CHECK(bench.call(Method::post, false).error().kind == Kind::unknown_outcome);
    CHECK(bench.transport.count() == 1);
}

TEST_CASE("a process that was asked to stop finishes a call that need not wait, and waits for nothing",
          "[net][session]") {
    SECTION("no wait") {
        Bench bench(then_well(answer(200)));
        bench.clock.stop();
        CHECK(bench.call());
    }
    SECTION("throttled") {
        Bench bench(then_well(throttled("5")));
        bench.clock.stop();
        CHECK(bench.call().error().kind == Kind::interrupted);
    }
    SECTION("a write of unknown outcome stays one") {
        Bench bench(then_well(silence(Fate::unknown)));
        bench.clock.stop();
        CHECK(bench.call(Method::patch).error().kind == Kind::unknown_outcome);
    }
}

TEST_CASE("no error of a session holds the token or a signature", "[net][session][secrets]") {
    Bench bench([](const Request&, int) {
        return Outcome{.fate = Fate::unknown,
                       .status = 0,
                       .headers = {},
                       .body = {},
                       .error = "Authorization: Bearer token-1-abcdefghijkl and sig=topsecret"};
    });

    const auto message = bench.call(Method::post, false).error().message;

    CHECK_THAT(message, !Catch::Contains("token-1-abc"));
    CHECK_THAT(message, !Catch::Contains("topsecret"));
}
