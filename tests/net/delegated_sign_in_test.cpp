#include "net/delegated_sign_in.hpp"

#include "net/base64url.hpp"
#include "net/scripted.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

using namespace regent::net;
using namespace regent::net::test;
using namespace std::chrono_literals;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string tenant = "11111111-1111-1111-1111-111111111111";
const std::string scope = "https://service.powerapps.com/.default";
const DelegatedClient client{"https://login.example/", tenant, "22222222-2222-2222-2222-222222222222"};

std::string jwt(const json& claims) {
    return "eyJhbGciOiJub25lIn0." + to_base64url(claims.dump()) + ".c2ln";
}

Outcome tokens(const std::string& refresh, const std::string& tid = tenant,
               const std::string& upn = "maker@contoso.example") {
    json body{{"token_type", "Bearer"},
              {"expires_in", 3599},
              {"access_token", jwt({{"upn", upn}, {"oid", "oid-of-maker"}, {"tid", tid}})}};
    if (!refresh.empty()) body["refresh_token"] = refresh;
    return answer(200, body.dump());
}

Outcome refused(const std::string& error, int code, const std::string& words = "No.") {
    return answer(400, json{{"error", error},
                            {"error_codes", {code}},
                            {"error_description", "AADSTS" + std::to_string(code) + ": " + words}}
                           .dump());
}

DeviceCode code(std::chrono::seconds life = 900s) {
    DeviceCode made;
    made.user_code = "ABCD23456";
    made.expires_in = life;
    made.interval = 5s;
    made.device_code = Secret::copy_of("the-device-code");
    return made;
}

/// A file for a sign-in, in a folder that goes away with it.
class Kept {
public:
    Kept() {
        std::string name = (fs::temp_directory_path() / "regent-person-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        auto key = SealingKey::create(folder_ / "key");
        REQUIRE(key);
        file_.emplace(folder_ / "dev.sealed", *key, client);
    }
    ~Kept() { fs::remove_all(folder_); }

    void put(const std::string& refresh_token) const {
        DelegatedGrant grant;
        grant.refresh_token = Secret::copy_of(refresh_token);
        grant.user = "maker@contoso.example";
        REQUIRE(file_->write(grant));
    }
    [[nodiscard]] std::string refresh_token() const { return (**file_->read()).refresh_token.reveal(); }
    [[nodiscard]] SignInFile file() const { return *file_; }

private:
    fs::path folder_;
    std::optional<SignInFile> file_;
};

/// What a source of tokens for the person in `kept` does, against an endpoint that answers by `script`.
struct Source {
    Source(const Kept& kept, ScriptedTransport::Script script)
        : transport(std::move(script)),
          tokens(make_delegated_token_source(transport, clock, rng, client, kept.file(), "regent login -e dev")) {}

    ScriptedTransport transport;
    VirtualClock clock;
    CountingRng rng;
    std::unique_ptr<TokenSource> tokens;
};

}  // namespace

TEST_CASE("a code is asked for one service, with leave to stay signed in", "[person]") {
    ScriptedTransport transport([](const Request&, int) {
        return answer(200, R"({"user_code": "ABCD23456", "device_code": "secret", "interval": 7, "expires_in": 600,
                               "verification_uri": "https://microsoft.com/devicelogin"})");
    });
    const auto made = ask_for_device_code(transport, client, scope);
    REQUIRE(made);
    CHECK(made->user_code == "ABCD23456");
    CHECK(made->interval == 7s);
    CHECK(made->expires_in == 600s);
    const auto request = transport.requests().front();
    CHECK(request.target == "/" + tenant + "/oauth2/v2.0/devicecode");
    CHECK(request.body.find("offline_access") != std::string::npos);
    CHECK(request.body.find("service.powerapps.com%2F.default") != std::string::npos);
}

TEST_CASE("a client that may not sign people in is told from one that is not known", "[person]") {
    const auto help_for = [](int number) {
        ScriptedTransport transport([number](const Request&, int) { return refused("invalid_client", number); });
        return ask_for_device_code(transport, client, scope).error().help;
    };
    CHECK(help_for(7000218).find("isFallbackPublicClient") != std::string::npos);
    CHECK(help_for(700016).find("spec.signIn.clientId") != std::string::npos);
}

TEST_CASE("whoever waits for a person asks as often as it may, and later after a lost connection", "[person]") {
    VirtualClock clock;
    ScriptedTransport transport([](const Request&, int number) {
        if (number == 1) return refused("authorization_pending", 70016);
        if (number == 2) return refused("slow_down", 70016);
        if (number == 3) return silence(Fate::unknown);
        if (number == 4) return answer(503, "busy");
        return tokens("refresh-1");
    });
    const auto grant = wait_for_person(transport, clock, client, code());
    REQUIRE(grant);
    CHECK(grant->user == "maker@contoso.example");
    CHECK(grant->object_id == "oid-of-maker");
    CHECK(grant->refresh_token.reveal() == "refresh-1");
    CHECK(clock.sleeps() == std::vector<std::chrono::milliseconds>{5s, 5s, 10s, 20s, 25s});
}

TEST_CASE("a person who declines, a code that ends and an interruption end the waiting", "[person]") {
    const auto end_of = [](ScriptedTransport::Script script, std::chrono::seconds life = 900s, bool stopped = false) {
        VirtualClock clock;
        if (stopped) clock.stop();
        ScriptedTransport transport(std::move(script));
        const auto grant = wait_for_person(transport, clock, client, code(life));
        REQUIRE_FALSE(grant);
        return grant.error().message + " / " + grant.error().help;
    };
    const auto pending = [](const Request&, int) { return refused("authorization_pending", 70016); };
    CHECK(end_of([](const Request&, int) { return refused("authorization_declined", 70018); }).find("declined") !=
          std::string::npos);
    CHECK(end_of([](const Request&, int) { return refused("expired_token", 70019); }).find("the code has ended") == 0);
    CHECK(end_of(pending, 20s).find("the code has ended") == 0);
    CHECK(end_of(pending, 900s, true).find("interrupted") == 0);
    CHECK(end_of([](const Request&, int) { return tokens(""); }).find("offline_access") != std::string::npos);
    CHECK(end_of([](const Request&, int) {
              return tokens("r", "99999999-9999-9999-9999-999999999999");
          }).find("signed in to tenant 9999") != std::string::npos);
    CHECK(end_of([](const Request& request, int) {
              return refused("invalid_request", 1, "You sent " + request.body);
          }).find("the-device-code") == std::string::npos);
}

TEST_CASE("each exchange keeps the new refresh token, and a new process goes on with it", "[person]") {
    const Kept kept;
    kept.put("refresh-1");
    Source first(kept, [](const Request& request, int number) {
        const auto expected = "refresh_token=refresh-" + std::to_string(number);
        return request.body.find(expected) != std::string::npos ? tokens("refresh-" + std::to_string(number + 1))
                                                                : refused("invalid_grant", 50173);
    });
    REQUIRE(first.tokens->token(scope));
    CHECK(kept.refresh_token() == "refresh-2");
    REQUIRE(first.tokens->token(scope));  // of the cache
    CHECK(first.transport.count() == 1);
    REQUIRE(first.tokens->token("https://management.azure.com/.default"));
    CHECK(kept.refresh_token() == "refresh-3");
    CHECK((**kept.file().read()).user == "maker@contoso.example");
}

TEST_CASE("who signs in while the service runs is taken up", "[person]") {
    const Kept kept;
    Source source(kept, [](const Request& request, int) {
        return request.body.find("refresh_token=new-one") != std::string::npos ? tokens("")
                                                                               : refused("invalid_grant", 700082);
    });
    auto nobody = source.tokens->token(scope);
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().message == "nobody has signed in for this environment");
    CHECK(nobody.error().help == "run `regent login -e dev`");
    CHECK(source.transport.count() == 0);
    kept.put("old-one");
    CHECK(source.tokens->token(scope).error().help == "it was not used for 90 days: run `regent login -e dev`");
    kept.put("new-one");
    CHECK(source.tokens->token(scope));
    CHECK(kept.refresh_token() == "new-one");
}

TEST_CASE("a token that another process exchanged at the same time is no reason to sign in again", "[person]") {
    const Kept kept;
    kept.put("refresh-1");
    Source source(kept, [&kept](const Request& request, int) {
        if (request.body.find("refresh_token=refresh-2") != std::string::npos) return tokens("refresh-3");
        kept.put("refresh-2");
        return refused("invalid_grant", 50173);
    });
    REQUIRE(source.tokens->token(scope));
    CHECK(source.transport.count() == 2);
    CHECK(kept.refresh_token() == "refresh-3");
}

TEST_CASE("why a sign-in is not taken any more is said with what mends it, and without the token", "[person]") {
    const auto error_of = [](int number, const std::string& kind = "invalid_grant") {
        const Kept kept;
        kept.put("refresh-secret");
        Source source(kept,
                      [&](const Request& request, int) { return refused(kind, number, "You sent " + request.body); });
        const auto token = source.tokens->token(scope);
        REQUIRE_FALSE(token);
        CHECK_FALSE(token.error().retryable);
        CHECK(token.error().message.find("refresh-secret") == std::string::npos);
        CHECK(token.error().message.find("AADSTS" + std::to_string(number)) != std::string::npos);
        CHECK(kept.refresh_token() == "refresh-secret");
        return token.error().help;
    };
    for (const auto number : {50173, 70043, 50076, 53003, 65001, 50057, 4711}) {
        INFO(number);
        CHECK(error_of(number).find("`regent login -e dev`") != std::string::npos);
    }
    CHECK(error_of(50076, "interaction_required").find("second factor") != std::string::npos);
    CHECK(error_of(70043).find("sign-in frequency") != std::string::npos);
}

TEST_CASE("an endpoint that is busy is asked again and costs no sign-in", "[person]") {
    const Kept kept;
    kept.put("refresh-1");
    Source source(kept, [](const Request&, int number) {
        return number == 1 ? answer(429, "{}", {{"Retry-After", "7"}}) : tokens("refresh-2");
    });
    REQUIRE(source.tokens->token(scope));
    CHECK(source.clock.slept() >= 7s);
}
