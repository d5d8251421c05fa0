#include "net/base64url.hpp"
#include "net/certificates.hpp"
#include "net/credentials.hpp"
#include "net/scripted.hpp"
#include "net/sign_in_errors.hpp"

#include <catch2/catch.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

using namespace regent::net;
using namespace regent::net::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string login = "https://login.microsoftonline.com";
const std::string the_tenant = "11111111-1111-1111-1111-111111111111";
const std::string the_client = "22222222-2222-2222-2222-222222222222";
const std::string graph_scope = "https://graph.microsoft.com/.default";
const std::string secret_text = "topsecret~+&=/ä";

std::string decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            result += text[i] == '+' ? ' ' : text[i];
        }
    }
    return result;
}

std::map<std::string, std::string> form_of(const Request& request) {
    std::map<std::string, std::string> fields;
    for (std::size_t at = 0; at < request.body.size();) {
        const auto end = std::min(request.body.find('&', at), request.body.size());
        const auto field = request.body.substr(at, end - at);
        const auto equals = field.find('=');
        fields[decoded(field.substr(0, equals))] = decoded(field.substr(equals + 1));
        at = end + 1;
    }
    return fields;
}

std::string token_with(const json& claims) {
    return "eyJhbGciOiJub25lIn0." + to_base64url(claims.dump()) + ".c2ln";
}

Outcome token_answer(const std::string& token, const json& expires_in = 3599) {
    return answer(200, json{{"token_type", "Bearer"}, {"expires_in", expires_in}, {"access_token", token}}.dump());
}

Outcome refusal(int status, int code, const std::string& error, const std::string& words) {
    return answer(status, json{{"error", error},
                               {"error_description", "AADSTS" + std::to_string(code) + ": " + words},
                               {"error_codes", {code}},
                               {"trace_id", "0a0b0c0d-0000-0000-0000-000000000000"}}
                              .dump());
}

class Desk {
public:
    explicit Desk(ScriptedTransport::Script script, Credential credential = Secret(std::string(secret_text)))
        : transport(std::move(script)),
          tokens(make_token_source(transport, clock, rng, {login, the_tenant, the_client, std::move(credential)})) {}

    tl::expected<AccessToken, TokenError> token(const std::string& scope = graph_scope) { return tokens->token(scope); }

    VirtualClock clock;
    CountingRng rng;
    ScriptedTransport transport;
    std::unique_ptr<TokenSource> tokens;
};

ScriptedTransport::Script numbered() {
    return [](const Request&, int number) { return token_answer("token" + std::to_string(number)); };
}

const Identity& rsa_identity() {
    static const auto made = self_signed({});
    return made;
}

ClientCertificate parsed(const std::string& text, const std::string& password = {}) {
    auto result = ClientCertificate::parse(Secret(std::string(text)), Secret(std::string(password)));
    if (!result) throw std::runtime_error(result.error().message);
    return *result;
}

}  // namespace

TEST_CASE("a secret is sent as the form that Entra wants", "[net][sign-in]") {
    Desk desk([](const Request&, int) { return token_answer(token_with({{"oid", "333"}, {"roles", {"a"}}})); });

    const auto token = desk.token();

    REQUIRE(token);
    CHECK(token->object_id == "333");
    CHECK(token->expires_at == desk.clock.now() + 3599s);
    REQUIRE(desk.transport.count() == 1);
    const auto request = desk.transport.requests().front();
    CHECK(request.method == Method::post);
    CHECK(request.origin + request.target == login + "/" + the_tenant + "/oauth2/v2.0/token");
    CHECK(find_header(request.headers, "Content-Type") == "application/x-www-form-urlencoded");
    CHECK_FALSE(find_header(request.headers, "Authorization"));
    CHECK(form_of(request) == std::map<std::string, std::string>{{"grant_type", "client_credentials"},
                                                                 {"client_id", the_client},
                                                                 {"scope", graph_scope},
                                                                 {"client_secret", secret_text}});
}

TEST_CASE("a certificate signs a fresh assertion for exactly this endpoint", "[net][sign-in][certificate]") {
    Desk desk(numbered(), parsed(rsa_identity().key_pem + rsa_identity().certificate_pem));
    REQUIRE(desk.token());
    desk.tokens->forget(graph_scope);
    REQUIRE(desk.token());

    const auto requests = desk.transport.requests();
    auto fields = form_of(requests.front());
    CHECK(fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    CHECK(fields.count("client_secret") == 0);
    const auto assertion = fields["client_assertion"];
    const auto first = assertion.find('.');
    const auto last = assertion.rfind('.');
    const auto header = json::parse(from_base64url(assertion.substr(0, first)).value());
    CHECK(header ==
          json{{"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", der_sha256_base64url(rsa_identity().certificate_pem)}});
    const auto claims = json::parse(from_base64url(assertion.substr(first + 1, last - first - 1)).value());
    const auto now = std::chrono::system_clock::to_time_t(desk.clock.now());
    CHECK(claims["aud"] == login + "/" + the_tenant + "/oauth2/v2.0/token");
    CHECK(claims["iss"] == the_client);
    CHECK(claims["sub"] == the_client);
    CHECK(claims["nbf"] == now);
    CHECK(claims["exp"] == now + 600);
    CHECK(verifies_ps256(rsa_identity().certificate_pem, assertion.substr(0, last),
                         from_base64url(assertion.substr(last + 1)).value()));
    CHECK(form_of(requests[1])["client_assertion"] != assertion);
}

TEST_CASE("a token is kept until five minutes before its end", "[net][sign-in][cache]") {
    Desk desk(numbered());
    CHECK(desk.token()->text == "token1");
    desk.clock.pass(3298s);
    CHECK(desk.token()->text == "token1");
    CHECK(desk.token("https://service.powerapps.com/.default")->text == "token2");
    desk.clock.pass(1s);
    CHECK(desk.token()->text == "token3");
    desk.tokens->forget(graph_scope);
    CHECK(desk.token()->text == "token4");
    CHECK(desk.token("https://service.powerapps.com/.default")->text == "token2");
}

TEST_CASE("a lifetime may be a number or its text", "[net][sign-in]") {
    const auto lifetime = GENERATE(json(3599), json("3599"));
    Desk desk([&](const Request&, int) { return token_answer("t", lifetime); });
    CHECK(desk.token()->expires_at == desk.clock.now() + 3599s);
}

TEST_CASE("a token that lives for seconds is used and not kept", "[net][sign-in][cache]") {
    Desk desk([](const Request&, int number) { return token_answer("token" + std::to_string(number), 5); });
    CHECK(desk.token()->text == "token1");
    CHECK(desk.token()->text == "token2");
}

TEST_CASE("setting the wall clock forward fetches anew, setting it back does not stretch a token's life",
          "[net][sign-in][cache]") {
    Desk desk(numbered());
    CHECK(desk.token()->text == "token1");
    SECTION("forward") {
        desk.clock.set_back_or_forth(2h);
        CHECK(desk.token()->text == "token2");
    }
    SECTION("back") {
        desk.clock.set_back_or_forth(-2h);
        desk.clock.pass(1h);
        CHECK(desk.token()->text == "token2");
    }
}

TEST_CASE("many threads that need a token ask for it once", "[net][sign-in][single-flight]") {
    std::atomic<int> asked = 0;
    Desk desk([&](const Request&, int) {
        ++asked;
        std::this_thread::sleep_for(50ms);
        return token_answer("token");
    });
    std::atomic<int> well = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] {
            if (const auto token = desk.token(); token && token->text == "token") ++well;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(well == 16);
    CHECK(asked == 1);
}

TEST_CASE("what passes is tried again, with the patience that is asked for", "[net][sign-in]") {
    const auto first = GENERATE(answer(429, "{}", {{"Retry-After", "7"}}), answer(503, "<html>busy</html>"),
                                refusal(400, 90033, "temporarily_unavailable", "A transient error."),
                                silence(Fate::unknown), silence(Fate::not_sent));
    Desk desk([&](const Request&, int number) { return number == 1 ? first : token_answer("t"); });
    CHECK(desk.token());
    CHECK(desk.transport.count() == 2);
    CHECK(desk.clock.slept() >= (first.status == 429 ? 7s : 250ms));
}

TEST_CASE("who is to wait for a sign-in is told how long, and why", "[net][sign-in]") {
    VirtualClock clock;
    CountingRng rng;
    ScriptedTransport transport([](const Request&, int number) {
        return number == 1 ? answer(429, "{}", {{"Retry-After", "7"}}) : token_answer("t");
    });
    std::vector<std::string> told;
    const auto tokens =
        make_token_source(transport, clock, rng, {login, the_tenant, the_client, Secret(std::string(secret_text))},
                          [&](auto wait, const TokenError& why) {
                              CHECK(wait >= 7s);
                              told.push_back(why.message);
                          });
    CHECK(tokens->token(graph_scope));
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("429") != std::string::npos);
    CHECK(told[0].find(secret_text) == std::string::npos);
}

TEST_CASE("patience has an end", "[net][sign-in]") {
    SECTION("after some tries") {
        Desk desk([](const Request&, int) { return answer(503); });
        const auto token = desk.token();
        REQUIRE_FALSE(token);
        CHECK(token.error().retryable);
        CHECK(desk.transport.count() == 6);
    }
    SECTION("at once, when the wait would be too long or the process is to stop") {
        const bool stopped = GENERATE(false, true);
        Desk desk([](const Request&, int) { return answer(429, "{}", {{"Retry-After", "86400"}}); });
        if (stopped) desk.clock.stop();
        CHECK_FALSE(desk.token());
        CHECK(desk.transport.count() == 1);
    }
}

TEST_CASE("a refresh that fails for a passing reason leaves the old token in use while it lives",
          "[net][sign-in][cache]") {
    const bool passing = GENERATE(true, false);
    Desk desk([&](const Request&, int number) {
        if (number == 1) return token_answer("old");
        return passing ? answer(503) : refusal(401, 7000222, "invalid_client", "Expired.");
    });
    REQUIRE(desk.token());
    desk.clock.pass(3400s);
    const auto token = desk.token();
    CHECK(token.has_value() == passing);
    if (passing) CHECK(token->text == "old");
    desk.clock.pass(600s);
    CHECK_FALSE(desk.token());
}

TEST_CASE("a refusal is told in the service's words, with what to do", "[net][sign-in][errors]") {
    struct Row {
        int code;
        std::string error;
        std::string help;
    };
    const auto row = GENERATE(values<Row>({{7000215, "invalid_client", "AZURE_CLIENT_SECRET"},
                                           {7000222, "invalid_client", "has expired"},
                                           {7000218, "invalid_client", "AZURE_CLIENT_CERTIFICATE_PATH"},
                                           {700016, "unauthorized_client", "AZURE_CLIENT_ID"},
                                           {90002, "invalid_request", "AZURE_TENANT_ID"},
                                           {700027, "invalid_client", "upload this certificate"},
                                           {700024, "invalid_client", "clock"},
                                           {500011, "invalid_resource", "service principal"},
                                           {53003, "invalid_grant", "Conditional Access"}}));
    CAPTURE(row.code);
    Desk desk([&](const Request&, int) {
        return refusal(401, row.code, row.error, "What is wrong. Ensure this and that.\r\nTrace ID: x");
    });

    const auto token = desk.token();

    REQUIRE_FALSE(token);
    CHECK_FALSE(token.error().retryable);
    CHECK(token.error().message ==
          "AADSTS" + std::to_string(row.code) + ": What is wrong. (trace id 0a0b0c0d-0000-0000-0000-000000000000)");
    CHECK_THAT(token.error().help, Catch::Contains(row.help));
    CHECK(desk.transport.count() == 1);
}

TEST_CASE("a certificate that is refused outside its own time is told by its dates", "[net][sign-in][certificate]") {
    const auto identity = rsa_identity();
    const auto certificate =
        ClientCertificate::parse(Secret(identity.key_pem + identity.certificate_pem), Secret(), "/etc/regent/c.pem");
    REQUIRE(certificate);
    const auto help_at = [&](std::chrono::system_clock::time_point when) {
        Desk desk([](const Request&, int) { return refusal(401, 700027, "invalid_client", "Not registered."); },
                  *certificate);
        desk.clock.set_back_or_forth(std::chrono::duration_cast<std::chrono::milliseconds>(when - desk.clock.now()));
        return desk.token().error().help;
    };
    const auto day = [](std::chrono::system_clock::time_point when) {
        return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
    };
    CHECK_THAT(help_at(certificate->ends_at() + 1h),
               Catch::StartsWith("/etc/regent/c.pem ended on " + day(certificate->ends_at()) + ": make a new"));
    CHECK_THAT(help_at(certificate->begins_at() - 1h),
               Catch::StartsWith("/etc/regent/c.pem begins on " + day(certificate->begins_at())));
    CHECK_THAT(help_at(certificate->ends_at() - 1h), Catch::StartsWith("upload this certificate"));
}

TEST_CASE("an answer that is no token is an error, not a crash", "[net][sign-in][errors]") {
    const auto body = GENERATE(values<std::string>(
        {"", "<html>", "[]", "null", "{}", R"({"access_token":"t"})", R"({"access_token":7,"expires_in":3599})",
         R"({"access_token":"","expires_in":3599})", R"({"access_token":"a\r\nX: y","expires_in":3599})",
         R"({"access_token":"t","expires_in":-1})", R"({"access_token":"t","expires_in":"soon"})",
         R"({"access_token":"t","expires_in":null})"}));
    CAPTURE(body);
    Desk desk([&](const Request&, int) { return answer(200, body); });
    CHECK_FALSE(desk.token());
}

TEST_CASE("a refusal of any form is an error that can be shown", "[net][sign-in][errors]") {
    const auto body = GENERATE(values<std::string>(
        {"", "<html>", "[]", "{}", R"({"error":7})", R"({"error":"x","error_codes":"7"})",
         R"({"error":"x","error_codes":[]})", R"({"error":"x","error_description":"a\u001b[31mred\u0007"})",
         R"({"error":"x","error_codes":[99999999999999]})"}));
    CAPTURE(body);
    const auto error = explain_refusal(400, body);
    CHECK_FALSE(error.retryable);
    CHECK_FALSE(error.message.empty());
    CHECK(error.message.find_first_of("\x1b\x07\r\n") == std::string::npos);
    CHECK(explain_refusal(503, body).retryable);
}

TEST_CASE("neither secret nor token is in any error, whatever the service quotes", "[net][sign-in][secrets]") {
    const auto quoting =
        GENERATE(values<std::string>({"secret topsecret~+&=/ä is wrong", "client_secret=topsecret%7E%2B%26%3D%2F%C3%A4",
                                      "Bearer topsecretabcdef0123"}));
    CAPTURE(quoting);
    Desk desk([&](const Request&, int number) {
        if (number % 2 == 1) return refusal(401, 7000215, "invalid_client", quoting);
        return Outcome{
            .fate = Fate::not_sent, .status = 0, .headers = {}, .body = {}, .error = "Authorization: " + quoting};
    });
    for (int i = 0; i < 2; ++i) {
        const auto token = desk.token();
        REQUIRE_FALSE(token);
        CHECK_THAT(token.error().message + token.error().help, !Catch::Contains("topsecret"));
    }
}

TEST_CASE("a tenant that would change the address is refused before anything is sent", "[net][sign-in]") {
    const auto wrong = GENERATE(values<std::string>({"", "a/b", "a?b", "../x", "a b", "a\r\nb"}));
    VirtualClock clock;
    CountingRng rng;
    ScriptedTransport transport([](const Request&, int) { return token_answer("t"); });
    const auto tokens = make_token_source(transport, clock, rng, {login, wrong, the_client, Secret("x")});
    CHECK_FALSE(tokens->token(graph_scope));
    CHECK(transport.count() == 0);
}

TEST_CASE("a certificate is read from PEM in any order, from a bundle, encrypted, and from PKCS#12",
          "[net][sign-in][certificate]") {
    const auto& identity = rsa_identity();
    const auto thumbprint = der_sha256_base64url(identity.certificate_pem);
    const auto other = self_signed({}).certificate_pem;

    CHECK(parsed(identity.certificate_pem + identity.key_pem).thumbprint() == thumbprint);
    CHECK(parsed(identity.key_pem + identity.certificate_pem).thumbprint() == thumbprint);
    CHECK(parsed(other + identity.key_pem + identity.certificate_pem).thumbprint() == thumbprint);
    CHECK(parsed(encrypted_key_pem(identity, "open") + identity.certificate_pem, "open").thumbprint() == thumbprint);
    CHECK(parsed(to_pkcs12(identity, "open"), "open").thumbprint() == thumbprint);
    CHECK(parsed(to_pkcs12(identity, "")).thumbprint() == thumbprint);
}

TEST_CASE("a certificate that cannot be used says why", "[net][sign-in][certificate]") {
    const auto& identity = rsa_identity();
    const auto elliptic = self_signed({.ec_key = true});
    const auto why = [](const std::string& text, const std::string& password = {}) {
        const auto result = ClientCertificate::parse(Secret(std::string(text)), Secret(std::string(password)));
        return result ? "accepted" : result.error().message + "; " + result.error().help;
    };

    CHECK_THAT(why(""), Catch::Contains("neither PEM nor PKCS#12"));
    CHECK_THAT(why("topsecret garbage"), Catch::Contains("neither PEM") && !Catch::Contains("topsecret"));
    CHECK_THAT(why(identity.certificate_pem), Catch::Contains("no private key"));
    CHECK_THAT(why(identity.key_pem), Catch::Contains("no certificate"));
    CHECK_THAT(why(identity.key_pem + self_signed({}).certificate_pem), Catch::Contains("do not belong together"));
    CHECK_THAT(why(encrypted_key_pem(identity, "open") + identity.certificate_pem),
               Catch::Contains("no password is given"));
    CHECK_THAT(why(encrypted_key_pem(identity, "open") + identity.certificate_pem, "shut"),
               Catch::Contains("does not open"));
    CHECK_THAT(why(to_pkcs12(identity, "open"), "shut"), Catch::Contains("does not open"));
    CHECK_THAT(why(elliptic.key_pem + elliptic.certificate_pem), Catch::Contains("not RSA"));
}
