#include "net/redact.hpp"

#include "net/secret.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <string>
#include <type_traits>

using namespace regent::net;

TEST_CASE("what could sign somebody in is masked wherever it stands", "[net][secrets]") {
    const auto text = GENERATE(values<std::string>({
        "Authorization: Bearer topsecret0123456789",
        "authorization: bearer topsecret0123456789, and more",
        "Proxy-Authorization: Basic topsecret0123456789==",
        "Authorization: topsecret",
        "client_id=abc&client_secret=topsecret&scope=x",
        "client_secret=%7Etopsecret~&grant_type=x",
        "client_assertion=topsecret",
        R"({"access_token":"topsecret","expires_in":3599})",
        R"({"secretText": "topsecret", "keyId": "abc"})",
        R"({"clientSecret":"top\"topsecret"})",
        R"("{\"client_secret\":\"topsecret\"}")",
        R"({'password': 'topsecret'})",
        "Password = topsecret",
        "https://x.blob.core.windows.net/c/b?sv=2021&sig=topsecret%3D&se=2026",
        "%22secretText%22%3A%20sig%3Dtopsecret",
        "token eyJ0topsecret.eyJhdWQiOiJtopsecret.c2lnbmF0dXJl-topsecret_x rest",
        "cut off: eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsIng1dCI6Intopsecret",
        "SharedAccessSignature topsecret0123456789",
        "The value 'top8Q~topsecret.0123456789_topsecret~-abc' is not allowed",
    }));
    CAPTURE(text);
    const auto clean = redact(text);
    CAPTURE(clean);
    CHECK_THAT(clean, !Catch::Contains("topsecret"));
    CHECK_THAT(clean, Catch::Contains("***"));
    CHECK(redact(clean) == clean);
}

TEST_CASE("prose and harmless values are left as they are", "[net][secrets]") {
    const auto text = GENERATE(values<std::string>({
        "",
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value",
        "a bearer token is missing",
        "Bearer realm=\"\"",
        "the design of signatures",
        "design=blue&assign=1",
        "GET https://graph.microsoft.com/v1.0/applications?$select=id,appId&$top=999",
        "password: ",
        "client_secret is not set",
        "eyJ",
        "abc8Q~too.short",
        "11111111-1111-1111-1111-111111111111",
    }));
    CAPTURE(text);
    CHECK(redact(text) == text);
}

TEST_CASE("only what is masked is lost", "[net][secrets]") {
    CHECK(redact("client_id=a&client_secret=b&scope=c") == "client_id=a&client_secret=***&scope=c");
    CHECK(redact(R"({"secretText":"b","keyId":"c"})") == R"({"secretText":"***","keyId":"c"})");
    CHECK(redact("Authorization: Bearer abc.def1\r\nHost: x") == "Authorization: Bearer ***\r\nHost: x");
}

TEST_CASE("an address is written down without the values that sign", "[net][secrets]") {
    CHECK(loggable_address("https://h", "/p") == "https://h/p");
    CHECK(loggable_address("https://h", "/p?$top=9&$filter=a%20eq%20'b'&%24select=id&api-version=1") ==
          "https://h/p?$top=9&$filter=a%20eq%20'b'&%24select=id&api-version=1");
    CHECK(loggable_address("https://h", "/c/b?sv=2021&sig=topsecret&se=1") == "https://h/c/b?sv=***&sig=***&se=***");
    CHECK(loggable_address("https://h", "/p?$skiptoken=abc&flag") == "https://h/p?$skiptoken=***&flag");
    CHECK(loggable_address("https://h", "/p?") == "https://h/p");
}

TEST_CASE("a secret leaves nothing behind when it moves on", "[net][secrets]") {
    std::string text = "topsecret";
    Secret first(std::move(text));
    CHECK(text.empty());
    Secret second(std::move(first));
    CHECK(first.empty());
    CHECK(second.reveal() == "topsecret");
    const Secret copy = second;
    second = Secret();
    CHECK(second.empty());
    CHECK(copy.reveal() == "topsecret");

    std::string wiped = "topsecret, and long enough to live on the heap";
    const char* bytes = wiped.data();
    const auto size = wiped.size();
    Secret::wipe(wiped);
    CHECK(wiped.empty());
    CHECK(std::string(bytes, size) == std::string(size, '\0'));
}

namespace {

template <typename T>
concept Printable = requires(std::ostringstream stream, const T& value) {
    stream << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
    a == b;
};

}  // namespace

TEST_CASE("a secret can be neither printed, compared nor made by accident", "[net][secrets]") {
    STATIC_REQUIRE_FALSE(Printable<Secret>);
    STATIC_REQUIRE_FALSE(Comparable<Secret>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, Secret>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string>);
}
