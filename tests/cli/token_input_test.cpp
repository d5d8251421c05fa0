// Tokens are read and never shown.

#include "cli/token_input.hpp"

#include <catch2/catch.hpp>

namespace regent::cli {
namespace {

const std::chrono::system_clock::time_point now{std::chrono::seconds(1'700'000'000)};

// {"alg":"RS256"} . {"iss":"https://i","sub":"s","aud":"a","exp":1} . "signature"
constexpr auto jwt =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2kiLCJzdWIiOiJzIiwiYXVkIjoiYSIsImV4cCI6MX0.c2lnbmF0dXJl";

}  // namespace

TEST_CASE("a token is read as it comes: alone, with its scheme, or in a service's answer", "[token]") {
    for (const auto& text :
         std::vector<std::string>{std::string(jwt), "Bearer " + std::string(jwt) + "\n", "\"" + std::string(jwt) + "\"",
                                  R"({"count":1,"value":")" + std::string(jwt) + "\"}",
                                  R"({"kind":"TokenRequest","status":{"token":")" + std::string(jwt) + "\"}}"}) {
        const auto token = read_token(text, now);
        REQUIRE(token);
        CHECK(token->claims.issuer == "https://i");
        CHECK(token->claims.subject == "s");
        CHECK(token->claims.audiences == std::vector<std::string>{"a"});
        CHECK(token->notes ==
              std::vector<std::string>{"its time is over: whatever matches, Entra answers AADSTS700024 now"});
    }
    const auto claims = read_token(R"({"iss":"https://i","sub":"s","aud":["a","b"]})", now);
    REQUIRE(claims);
    CHECK(claims->claims.audiences.size() == 2);
}

TEST_CASE("a token is read in UTF-16 and behind a byte order mark", "[token]") {
    const std::string claims = R"({"iss":"https://i","sub":"s","aud":"a"})";
    std::string little = "\xFF\xFE", big = "\xFE\xFF";
    for (const char c : claims) {
        little += {c, '\0'};
        big += {'\0', c};
    }
    for (const auto& text : {"\xEF\xBB\xBF" + claims, little, big, little + "\n"}) {
        const auto token = read_token(text, now);
        REQUIRE(token);
        CHECK(token->claims.subject == "s");
    }
    CHECK_FALSE(read_token(little.substr(0, 40), now));
    CHECK_FALSE(read_token("\xFF\xFE", now));
}

TEST_CASE("what is no token is refused without a word of it", "[token]") {
    const std::string secret = "c2VjcmV0LXRoaW5n";
    for (const auto& text : std::vector<std::string>{std::string{}, std::string(" \n"), secret, "a.b." + secret,
                                                     "eyJhbGciOiJSUzI1NiJ9." + secret + ".x",
                                                     "{\"sub\":\"" + secret + "\"}", "{\"iss\":\"" + secret + "\"}",
                                                     "{" + secret, "[]", "a.b.c.d", std::string("eyJ\xFF.\xFF.\xFF")}) {
        const auto token = read_token(text, now);
        REQUIRE_FALSE(token);
        CHECK(token.error().message.find(secret) == std::string::npos);
        CHECK(token.error().help.find(secret) == std::string::npos);
    }
}

TEST_CASE("a token is told from the name of a file", "[token]") {
    CHECK(is_like_token(jwt));
    CHECK_FALSE(is_like_token("token.jwt"));
    CHECK_FALSE(is_like_token("eyJ"));
    CHECK_FALSE(is_like_token("-"));
}

}  // namespace regent::cli
