#include "net/origin.hpp"

#include "net/base64url.hpp"
#include "net/guid.hpp"
#include "net/scripted.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace regent::net;
using namespace regent::net::test;

TEST_CASE("an origin is scheme, host and port, and nothing else", "[net][origin]") {
    CHECK(parse_origin("https://Graph.Microsoft.com") == Origin{"https", "graph.microsoft.com", 443});
    CHECK(parse_origin("https://graph.microsoft.com:8443") == Origin{"https", "graph.microsoft.com", 8443});
    CHECK(parse_origin("http://[::1]:80") == Origin{"http", "::1", 80});
    const auto wrong = GENERATE(values<std::string>({"",
                                                     "graph.microsoft.com",
                                                     "https://",
                                                     "https://h/",
                                                     "https://h/v1.0",
                                                     "https://h?x",
                                                     "https://u@h",
                                                     "https://u:p@h",
                                                     "https://h:",
                                                     "https://h:0",
                                                     "https://h:65536",
                                                     "https://h:8a",
                                                     "https://h h",
                                                     "ftp://h",
                                                     "https://[::1",
                                                     "https://[x]",
                                                     "https://h\r\nX: y",
                                                     "https://hä",
                                                     "https://h\\.evil",
                                                     "https://h%2f"}));
    CAPTURE(wrong);
    CHECK_FALSE(parse_origin(wrong));
}

TEST_CASE("loopback is what cannot leave the machine", "[net][origin]") {
    for (const auto* host : {"localhost", "LocalHost", "127.0.0.1", "127.255.0.3", "::1"}) CHECK(is_loopback(host));
    for (const auto* host : {"localhost.example", "127.0.0.1.example", "128.0.0.1", "0.0.0.0", "127.1", "0x7f000001",
                             "::", "::ffff:127.0.0.1", "example.com", ""}) {
        CAPTURE(host);
        CHECK_FALSE(is_loopback(host));
    }
}

TEST_CASE("what answers at a link-local address is the host itself", "[net][origin]") {
    for (const auto* host : {"127.0.0.1", "169.254.169.254", "169.254.0.1"}) CHECK(is_this_machine(host));
    for (const auto* host : {"169.255.0.1", "170.254.169.254", "169.254.169.254.example", "10.0.0.1", "example.com"}) {
        CAPTURE(host);
        CHECK_FALSE(is_this_machine(host));
    }
    const OriginAllowList allowed({"http://169.254.169.254"});
    CHECK_FALSE(allowed.why_refused("http://169.254.169.254"));
    CHECK(allowed.why_refused("http://169.254.169.253"));
}

TEST_CASE("only the listed origins may be contacted", "[net][origin]") {
    const OriginAllowList allowed({"https://graph.microsoft.com", "https://*.blob.core.windows.net",
                                   "http://127.0.0.1:8801", "http://intranet.example"});
    for (const auto* origin :
         {"https://graph.microsoft.com", "https://GRAPH.microsoft.com:443", "https://a.blob.core.windows.net",
          "https://a.b.blob.core.windows.net", "http://127.0.0.1:8801"}) {
        CAPTURE(origin);
        CHECK_FALSE(allowed.why_refused(origin));
    }
    for (const auto* origin :
         {"http://graph.microsoft.com", "https://graph.microsoft.com:444", "https://xgraph.microsoft.com",
          "https://blob.core.windows.net", "https://evilblob.core.windows.net", "https://a.blob.core.windows.net:8443",
          "http://a.blob.core.windows.net", "https://127.0.0.1:8801", "http://127.0.0.1:8802",
          "http://intranet.example", "https://graph.microsoft.com@evil.example"}) {
        CAPTURE(origin);
        CHECK(allowed.why_refused(origin));
    }
}

TEST_CASE("base64url is what RFC 4648 says, both ways", "[net][base64url]") {
    const auto row = GENERATE(values<std::pair<std::string, std::string>>(
        {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"\xfb\xff\xfe", "-__-"}}));
    CHECK(to_base64url(row.first) == row.second);
    CHECK(from_base64url(row.second) == row.first);
    for (const auto* wrong : {"A", "Zg==", "Zm+v", "Zm 9"}) CHECK_FALSE(from_base64url(wrong));
}

TEST_CASE("a GUID has its form and comes once", "[net][guid]") {
    CountingRng rng;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto guid = make_guid(rng);
        REQUIRE_THAT(guid, Catch::Matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
        REQUIRE(seen.insert(guid).second);
    }
}
