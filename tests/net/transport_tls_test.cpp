#include "net/certificates.hpp"
#include "net/fake_server.hpp"
#include "net/transports.hpp"

#include <catch2/catch.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <mutex>
#include <thread>

using namespace regent::net;
using namespace regent::net::test;

namespace {

/// One authority for all tests: making keys is the slow part.
const Authority& authority() {
    static const Authority made;
    return made;
}

const std::string& authority_file() {
    static const TemporaryDirectory directory;
    static const std::string path = directory.write("ca.pem", authority().certificate_pem());
    return path;
}

ServerTls as_server(const Identity& identity, int highest_version = 0) {
    return {identity.certificate_pem, identity.key_pem, highest_version};
}

void answer_all(Peer& peer, const Received&) {
    peer.write(response(200, "{}"));
}

const Identity& good_identity() {
    static const auto made = authority().issue({.subject_alternative_names = "DNS:localhost,IP:127.0.0.1"});
    return made;
}

}  // namespace

TEST_CASE("a trusted certificate that names the host is accepted, by name and by address", "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    const auto host = GENERATE(std::string("localhost"), std::string("127.0.0.1"));
    CAPTURE(maker.name, host);
    FakeServer server(answer_all, as_server(good_identity()));
    UnderTest transport(maker, {server.origin(host)}, authority_file());

    for (int i = 0; i < 3; ++i) {
        const auto read = transport.send(get(server.origin(host), "/x"));
        CHECK(read.error.empty());
        CHECK(read.fate == Fate::answered);
        const auto written = transport.send(post(server.origin(host), "/x", "{}"));
        CHECK(written.error.empty());
        CHECK(written.fate == Fate::answered);
    }
}

TEST_CASE("a certificate that cannot be trusted ends the call before anything is sent", "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    const auto refused = [&](const char* what, const ServerTls& tls, const std::string& ca_file) {
        CAPTURE(what);
        FakeServer server(answer_all, tls);
        UnderTest transport(maker, {server.origin("localhost")}, ca_file);
        const auto outcome = transport.send(post(server.origin("localhost"), "/x", "{}"));
        CHECK(outcome.fate == Fate::not_sent);
        CHECK_THAT(outcome.error, Catch::Contains("TLS"));
        CHECK(server.received().empty());
    };
    const std::string right_name = "DNS:localhost";

    refused("unknown authority", as_server(good_identity()), {});
    refused("self-signed", as_server(self_signed({.subject_alternative_names = right_name})), authority_file());
    refused("another host", as_server(authority().issue({.subject_alternative_names = "DNS:other.example"})),
            authority_file());
    refused("name only in CN", as_server(authority().issue({.common_name = "localhost"})), authority_file());
    refused(
        "CN right, alternative name wrong",
        as_server(authority().issue({.common_name = "localhost", .subject_alternative_names = "DNS:other.example"})),
        authority_file());
    refused("expired", as_server(authority().issue({.subject_alternative_names = right_name, .expired = true})),
            authority_file());
    refused("TLS 1.1 only", as_server(good_identity(), TLS1_1_VERSION), authority_file());
}

TEST_CASE("a pinned certificate is trusted whatever it says, by nobody's authority and never through a proxy",
          "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    const auto identity = self_signed({.subject_alternative_names = "DNS:other.example", .expired = true});
    FakeServer server(answer_all, as_server(identity));
    TransportOptions options;
    options.allowed_origins = {server.origin()};
    options.proxy = "http://127.0.0.1:9";
    options.pinned_certificates = {{server.origin(), thumbprint_of(identity.certificate_pem)}};
    UnderTest transport(maker, options);

    for (int i = 0; i < 2; ++i) {
        const auto read = transport.send(get(server.origin(), "/x"));
        CHECK(read.error.empty());
        CHECK(read.fate == Fate::answered);
        CHECK(transport.send(post(server.origin(), "/x", "{}")).fate == Fate::answered);
    }
}

TEST_CASE("where a certificate is pinned no other one will do, not even an authority's", "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    const auto pinned = self_signed({.subject_alternative_names = "DNS:localhost"});
    FakeServer server(answer_all, as_server(good_identity()));
    TransportOptions options;
    options.allowed_origins = {server.origin("localhost")};
    options.ca_file = authority_file();
    options.pinned_certificates = {{server.origin("localhost"), thumbprint_of(pinned.certificate_pem)}};
    UnderTest transport(maker, options);

    const auto outcome = transport.send(get(server.origin("localhost"), "/x"));

    CHECK(outcome.fate == Fate::not_sent);
    CHECK_THAT(outcome.error, Catch::Contains("TLS"));
    CHECK(server.received().empty());
}

TEST_CASE("a pin is good at its own origin only", "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    const auto identity = self_signed({.subject_alternative_names = "DNS:localhost"});
    FakeServer pinned(answer_all, as_server(identity)), other(answer_all, as_server(identity));
    TransportOptions options;
    options.allowed_origins = {pinned.origin("localhost"), other.origin("localhost")};
    options.pinned_certificates = {{pinned.origin("localhost"), thumbprint_of(identity.certificate_pem)}};
    UnderTest transport(maker, options);

    CHECK(transport.send(get(pinned.origin("localhost"), "/x")).fate == Fate::answered);
    CHECK(transport.send(get(other.origin("localhost"), "/x")).fate == Fate::not_sent);
    CHECK(other.received().empty());
}

TEST_CASE("TLS 1.2 is still good enough", "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    FakeServer server(answer_all, as_server(good_identity(), TLS1_2_VERSION));
    UnderTest transport(maker, {server.origin()}, authority_file());

    CHECK(transport.send(get(server.origin(), "/x")).fate == Fate::answered);
}

TEST_CASE("a CA file that is none is named, and nothing is sent", "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    const TemporaryDirectory directory;
    const auto file = directory.write("ca.pem", "not a certificate");
    FakeServer server(answer_all, as_server(good_identity()));
    UnderTest transport(maker, {server.origin()}, file);

    const auto outcome = transport.send(get(server.origin(), "/x"));

    CHECK(outcome.fate == Fate::not_sent);
    CHECK_THAT(outcome.error, Catch::Contains(file));
}

TEST_CASE("over TLS too, a stale pooled connection is noticed and a dead write arrives once", "[net][transport][tls]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    FakeServer server(
        [](Peer& peer, const Received& request) {
            if (request.method != "POST") peer.write(response(200, "{}"));
            if (request.target == "/last") std::this_thread::sleep_for(std::chrono::milliseconds(30));
            if (request.target == "/last" || request.method == "POST") peer.close();
        },
        as_server(good_identity()));
    UnderTest transport(maker, {server.origin()}, authority_file());

    REQUIRE(transport.send(get(server.origin(), "/last")).fate == Fate::answered);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(transport.send(patch(server.origin(), "/x", "{}")).fate == Fate::answered);
    CHECK(transport.send(post(server.origin(), "/x", "{}")).fate == Fate::unknown);
    CHECK(server.count("PATCH") == 1);
    CHECK(server.count("POST") == 1);
}

TEST_CASE("a proxy that refuses is reported, and sees neither path nor token", "[net][transport][proxy]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    FakeServer proxy([](Peer& peer, const Received&) {
        peer.write(
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nProxy-Authenticate: Basic\r\n\r\n");
        peer.close();
    });
    UnderTest transport(maker, {"https://graph.microsoft.com"}, {}, proxy.origin());

    auto request = post("https://graph.microsoft.com", "/v1.0/secretpath", "{}");
    request.headers.emplace_back("Authorization", "Bearer topsecret");
    const auto outcome = transport.send(request);

    CHECK(outcome.fate == Fate::not_sent);
    CHECK_THAT(outcome.error, Catch::Contains("407"));
    REQUIRE_FALSE(proxy.received().empty());
    for (const auto& seen : proxy.received()) {
        CHECK(seen.method == "CONNECT");
        CHECK(seen.target == "graph.microsoft.com:443");
        CHECK_FALSE(seen.header("Authorization"));
    }
}

TEST_CASE("loopback is reached without the proxy", "[net][transport][proxy]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    FakeServer server(answer_all);
    UnderTest transport(maker, {server.origin()}, {}, "http://127.0.0.1:" + std::to_string(closed_port()));

    CHECK(transport.send(get(server.origin(), "/x")).fate == Fate::answered);
}

TEST_CASE("an allowed origin or a proxy that is no address is refused at once, without quoting a password",
          "[net][transport][options]") {
    const auto maker = GENERATE(from_range(all_transports()));
    CAPTURE(maker.name);
    SystemRng rng;
    const auto make = [&](const std::string& origin, const std::string& proxy) {
        return maker.make({.allowed_origins = {origin}, .ca_file = {}, .proxy = proxy, .max_parallel = 1}, rng);
    };

    CHECK_THROWS_WITH(make("https://graph.microsoft.com/v1.0", ""),
                      Catch::Contains("https://graph.microsoft.com/v1.0"));
    CHECK_THROWS_WITH(make("https://graph.microsoft.com", "socks://user:topsecret@proxy"),
                      !Catch::Contains("topsecret"));
    CHECK_NOTHROW(make("https://*.blob.core.windows.net", "http://user:topsecret@proxy:3128"));
}
