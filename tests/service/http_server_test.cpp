#include "service/http_server.hpp"

#include "service/raw_client.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <vector>

using namespace regent;
using namespace regent::service;
using namespace regent::tests;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

std::optional<Answer> hello(const Request& request) {
    if (request.path != "/hello") return std::nullopt;
    return plain_text(200, "hello " + request.parameter("name").value_or("you") + "\n");
}

std::optional<Answer> large(const Request& request) {
    if (request.path != "/large") return std::nullopt;
    return plain_text(200, std::string(8U << 20U, 'x'));
}

/// Waits until the promise of the test is kept.
struct Bell {
    std::shared_ptr<std::atomic<bool>> rung = std::make_shared<std::atomic<bool>>(false);
    std::optional<Answer> operator()(const Request& request) const {
        if (request.path != "/bell") return std::nullopt;
        Answer answer = plain_text(200, "in vain\n");
        answer.patience = 30s;
        answer.later = [rung = rung]() -> std::optional<Response> {
            if (!*rung) return std::nullopt;
            return plain_text(200, "rung\n");
        };
        return answer;
    }
};

std::unique_ptr<HttpServer> on_tcp(std::vector<Route> routes = {hello}, const HttpLimits& limits = {}) {
    auto server = HttpServer::listen(TcpListener{"127.0.0.1", 0}, std::move(routes), limits);
    REQUIRE(server);
    return std::move(*server);
}

}  // namespace

TEST_CASE("routes are asked in their order, and nothing has the rest") {
    const auto first = [](const Request& request) -> std::optional<Answer> {
        if (request.path != "/hello" || request.parameter("name")) return std::nullopt;
        return plain_text(200, "first\n");
    };
    const auto server = on_tcp({first, hello});
    CHECK(body_of(exchange(server->port(), "GET", "/hello")) == "first\n");
    CHECK(body_of(exchange(server->port(), "GET", "/hello?name=A%20B")) == "hello A B\n");
    CHECK(status_of(exchange(server->port(), "GET", "/nothing")) == 404);
}

TEST_CASE("a connection carries several requests, HEAD among them") {
    const auto server = on_tcp();
    const RawClient client(server->port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
        CHECK(body_of(client.receive()) == "hello you\n");
    }
    client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto response = client.receive();
    CHECK_THAT(response, Contains("Content-Length: 10"));
    CHECK(body_of(response).empty());
}

TEST_CASE("every answer forbids a browser to do more than to show it") {
    const auto server = on_tcp();
    for (const char* path : {"/hello", "/nothing"}) {
        const auto response = exchange(server->port(), "GET", path);
        CHECK_THAT(response, Contains("Cache-Control: no-store"));
        CHECK_THAT(response, Contains("Content-Security-Policy: default-src 'none'; style-src 'self'"));
        CHECK_THAT(response, Contains("X-Content-Type-Options: nosniff"));
        CHECK_THAT(response, !Contains("Access-Control"));
    }
}

TEST_CASE("TCP is read-only and for this machine's own names") {
    const auto server = on_tcp();
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
        CHECK(status_of(exchange(server->port(), method, "/hello")) == 405);
    for (const char* host : {"attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example:9477", "",
                             "localhost:80:80", "127.0.0.2", "[::1", "localhost@attacker.example"})
        CHECK(status_of(exchange(server->port(), "GET", "/hello", "", host)) == 421);
    for (const char* host : {"localhost", "LocalHost:9477", "127.0.0.1:9477", "[::1]", "[::1]:9477"})
        CHECK(status_of(exchange(server->port(), "GET", "/hello", "", host)) == 200);
    const RawClient twice(server->port());
    twice.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: attacker.example\r\n\r\n");
    CHECK(status_of(twice.receive()) == 400);
}

TEST_CASE("only loopback is listened on") {
    for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "example.org", ""}) {
        const auto server = HttpServer::listen(TcpListener{address, 0}, {hello});
        REQUIRE_FALSE(server);
        CHECK_THAT(server.error().message, Contains("loopback"));
        CHECK_FALSE(server.error().help.empty());
    }
}

TEST_CASE("what is too long or no HTTP is refused") {
    const auto server = on_tcp();
    const auto answer_to = [&](const std::string& text) {
        const RawClient client(server->port());
        client.send(text);
        return status_of(client.receive());
    };
    CHECK(answer_to("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'x') + "\r\n\r\n") == 431);
    CHECK(answer_to("POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n") == 413);
    CHECK(answer_to("this is not http\r\n\r\n") == 400);
    CHECK(answer_to("GET /a%0d%0ab HTTP/1.1\r\nHost: localhost\r\n\r\n") == 400);
    CHECK(answer_to("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n") == 400);
    CHECK(answer_to("GET http://localhost/hello HTTP/1.1\r\nHost: localhost\r\n\r\n") == 400);
    CHECK(answer_to("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200);
}

TEST_CASE("a client that is silent, or sends a byte now and then, is cut off") {
    HttpLimits limits;
    limits.patience = 300ms;
    const auto server = on_tcp({hello}, limits);
    const RawClient silent(server->port());
    CHECK(silent.closed_within(5s));
    const RawClient slow(server->port());
    const auto begun = std::chrono::steady_clock::now();
    while (slow.send("G") && !slow.closed_within(50ms) && std::chrono::steady_clock::now() - begun < 5s) {
    }
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

TEST_CASE("a client that does not take its answer is cut off") {
    HttpLimits limits;
    limits.patience = 300ms;
    const auto server = on_tcp({large}, limits);
    const RawClient client(server->port());
    client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (int i = 0; i < 100 && server->connections() == 0; ++i) ::usleep(10'000);
    for (int i = 0; i < 500 && server->connections() > 0; ++i) ::usleep(10'000);
    CHECK(server->connections() == 0);
}

TEST_CASE("300 half-open connections do not block a healthy one") {
    const auto server = on_tcp();
    std::vector<std::unique_ptr<RawClient>> half_open;
    for (int i = 0; i < 300; ++i) {
        half_open.push_back(std::make_unique<RawClient>(server->port()));
        half_open.back()->send("GET /hello HTTP/1.1\r\nHost: loc");
    }
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) CHECK(status_of(exchange(server->port(), "GET", "/hello")) == 200);
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
    CHECK(server->connections() <= 70);
}

TEST_CASE("waiting requests hold no thread, and only so many are let in") {
    HttpLimits limits;
    limits.waiting = 8;
    const Bell bell;
    const auto server = on_tcp({bell, hello}, limits);
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(std::make_unique<RawClient>(server->port()));
        waiting.back()->send("GET /bell HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    ::usleep(300'000);
    CHECK(status_of(exchange(server->port(), "GET", "/hello")) == 200);
    const auto refused = exchange(server->port(), "GET", "/bell");
    CHECK(status_of(refused) == 503);
    CHECK_THAT(refused, Contains("Retry-After: 2"));
    waiting.pop_back();  // a client that goes makes room
    ::usleep(400'000);
    waiting.push_back(std::make_unique<RawClient>(server->port()));
    waiting.back()->send("GET /bell HTTP/1.1\r\nHost: localhost\r\n\r\n");
    *bell.rung = true;
    for (const auto& client : waiting) CHECK(body_of(client->receive()) == "rung\n");
}

TEST_CASE("waiting ends with the answer of before when nothing happens") {
    HttpLimits limits;
    limits.longest_wait = 200ms;
    const auto server = on_tcp({Bell{}}, limits);
    CHECK(body_of(exchange(server->port(), "GET", "/bell")) == "in vain\n");
}

TEST_CASE("stopping cuts those who wait, at once") {
    const auto server = on_tcp({Bell{}});
    const RawClient waiting(server->port());
    waiting.send("GET /bell HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ::usleep(200'000);
    const auto begun = std::chrono::steady_clock::now();
    server->stop();
    CHECK(waiting.closed_within(2s));
    CHECK(std::chrono::steady_clock::now() - begun < 2s);
    CHECK_FALSE(RawClient(server->port()).connected());
}

TEST_CASE("without descriptors it waits, and goes on when there are some") {
    const auto server = on_tcp();
    const auto port = server->port();
    CHECK(status_of(exchange(port, "GET", "/hello")) == 200);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const RawClient client(port);  // has its descriptor already
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(lowest_free);
    // The server side of `client` may have been accepted already; a second one cannot be.
    const RawClient second(port);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    ::usleep(500'000);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    second.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    (void)second.receive(3s);
    CHECK(status_of(exchange(port, "GET", "/hello")) == 200);
}

TEST_CASE("a unix socket is for its owner until a group is known, and goes with the server") {
    const TemporaryFolder folder;
    const auto path = folder.path / "regent.sock";
    {
        auto server = HttpServer::listen(UnixListener{path, "no-such-group-here"}, {hello});
        REQUIRE(server);
        struct stat info {};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        CHECK((info.st_mode & 0777U) == 0600);
        REQUIRE((*server)->warnings().size() == 1);
        CHECK_THAT((*server)->warnings()[0], Contains("no-such-group-here"));
        CHECK(body_of(exchange(path, "GET", "/hello")) == "hello you\n");
        CHECK(status_of(exchange(path, "POST", "/hello")) == 200);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a unix socket of a group is open to it") {
    if (::geteuid() != 0) return;
    const TemporaryFolder folder;
    const auto path = folder.path / "regent.sock";
    const auto server = HttpServer::listen(UnixListener{path, "games"}, {hello});
    REQUIRE(server);
    CHECK((*server)->warnings().empty());
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0660);
    CHECK(info.st_gid == 60);
}

TEST_CASE("a socket left by a killed process is replaced, one in use is not") {
    const TemporaryFolder folder;
    const auto path = folder.path / "regent.sock";
    const auto first = HttpServer::listen(UnixListener{path, ""}, {hello});
    REQUIRE(first);
    const auto second = HttpServer::listen(UnixListener{path, ""}, {hello});
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error().message, Contains("listens at"));
    CHECK(body_of(exchange(path, "GET", "/hello")) == "hello you\n");

    // As a kill would leave it: the file stays, nobody listens.
    const auto left = folder.path / "left.sock";
    std::filesystem::create_hard_link(path, left);
    (*first)->stop();
    const auto third = HttpServer::listen(UnixListener{left, ""}, {hello});
    REQUIRE(third);
    CHECK(body_of(exchange(left, "GET", "/hello")) == "hello you\n");
}

TEST_CASE("a file in the way of a socket stays, and a path that is too long is told") {
    const TemporaryFolder folder;
    const auto path = folder.path / "regent.sock";
    std::ofstream(path) << "precious";
    const auto server = HttpServer::listen(UnixListener{path, ""}, {hello});
    REQUIRE_FALSE(server);
    CHECK_THAT(server.error().message, Contains("not a socket"));
    CHECK(std::filesystem::file_size(path) == 8);
    const auto longer = HttpServer::listen(UnixListener{folder.path / std::string(120, 'x'), ""}, {hello});
    REQUIRE_FALSE(longer);
    CHECK_THAT(longer.error().message, Contains("1 to 107 bytes"));
}
