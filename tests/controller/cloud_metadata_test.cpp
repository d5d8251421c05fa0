// Whoever answers here decides where secrets are sent.
#include "controller/cloud_metadata.hpp"

#include "net/scripted.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace regent;
using namespace regent::controller;
using net::test::ScriptedTransport;
using net::test::VirtualClock;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// As the loader leaves them: what nobody wrote by hand is empty.
model::Endpoints left_to(const std::string& metadata) {
    model::Endpoints endpoints;
    endpoints.metadata = metadata;
    for (auto* address : {&endpoints.login, &endpoints.graph, &endpoints.graph_scope, &endpoints.resource_manager,
                          &endpoints.resource_manager_scope, &endpoints.key_vault, &endpoints.key_vault_scope})
        address->clear();
    endpoints.blob_origins.clear();
    return endpoints;
}

const std::string manager = "https://management.contoso.example";

json cloud() {
    return {{"name", "Contoso"},
            {"resourceManager", manager + "/"},
            {"microsoftGraphResourceId", "https://graph.contoso.example/"},
            {"authentication",
             {{"loginEndpoint", "https://login.contoso.example/"},
              {"audiences", {"https://management.core.contoso.example/", manager + "/"}},
              {"tenant", "common"},
              {"identityProvider", "AAD"}}},
            {"suffixes", {{"keyVaultDns", "vault.contoso.example"}, {"storage", "core.contoso.example"}}}};
}

tl::expected<model::Endpoints, SignInError> read(const json& answer, const model::Endpoints& asked = left_to(manager)) {
    return read_cloud_metadata(answer.dump(), asked);
}

std::string why(const tl::expected<model::Endpoints, SignInError>& result) {
    if (result) return "accepted";
    CHECK(result.error().code == "RG0730");
    CHECK_FALSE(result.error().help.empty());
    return result.error().message;
}

}  // namespace

TEST_CASE("what a cloud says of itself fills what nobody wrote by hand", "[cloud]") {
    const auto found = read(cloud());
    REQUIRE(found);
    CHECK(found->login == "https://login.contoso.example");
    CHECK(found->graph == "https://graph.contoso.example");
    CHECK(found->graph_scope == "https://graph.contoso.example/.default");
    CHECK(found->resource_manager == manager);
    CHECK(found->resource_manager_scope == manager + "/.default");
    CHECK(found->key_vault == "https://{vault}.vault.contoso.example");
    CHECK(found->key_vault_scope == "https://vault.contoso.example/.default");
    CHECK(found->blob_origins == std::vector<std::string>{"https://*.blob.core.contoso.example"});

    auto by_hand = left_to(manager);
    by_hand.login = "https://login.other.example";
    by_hand.graph_scope = "https://graph.other.example/.default";
    by_hand.blob_origins = {"https://blob.other.example"};
    const auto mixed = read(cloud(), by_hand);
    REQUIRE(mixed);
    CHECK(mixed->login == by_hand.login);
    CHECK(mixed->graph_scope == by_hand.graph_scope);
    CHECK(mixed->blob_origins == by_hand.blob_origins);
    CHECK(mixed->graph == "https://graph.contoso.example");
}

TEST_CASE("of a list of clouds the one that was asked is meant", "[cloud]") {
    auto other = cloud();
    other["resourceManager"] = "https://management.azure.com/";
    other["authentication"]["loginEndpoint"] = "https://login.microsoftonline.com/";
    const auto found = read({other, cloud()});
    REQUIRE(found);
    CHECK(found->login == "https://login.contoso.example");
    CHECK_THAT(why(read({other, other})), Catch::Contains("no description of a cloud"));
}

TEST_CASE("an address that a secret may not be sent to is refused with its name", "[cloud][secrets]") {
    const auto with_login = [](const std::string& login, const std::string& asked = manager) {
        auto answer = cloud();
        answer["authentication"]["loginEndpoint"] = login;
        return why(read(answer, left_to(asked)));
    };
    CHECK_THAT(with_login("http://login.contoso.example/"),
               Catch::Contains("not https: http://login.contoso.example/") && Catch::Contains("loginEndpoint"));
    // Of this machine only this machine may say so.
    CHECK_THAT(with_login("http://127.0.0.1:8080"), Catch::Contains("not https"));
    CHECK(with_login("http://127.0.0.1:8080", "http://127.0.0.1:8801") == "accepted");
    CHECK_THAT(with_login("http://login.contoso.example", "http://127.0.0.1:8801"), Catch::Contains("not https"));
    for (const auto* odd : {"https://login.contoso.example/adfs", "https://user@login.contoso.example",
                            "login.contoso.example", "https://", "file:///etc/passwd", "https://a.example?x"})
        CHECK_THAT(with_login(odd), Catch::Contains("no origin"));
    CHECK_THAT(with_login(""), Catch::Contains("`authentication.loginEndpoint` is missing"));
}

TEST_CASE("a graph by plain http is refused, too, and one that is missing is asked for by hand", "[cloud][secrets]") {
    auto answer = cloud();
    answer["microsoftGraphResourceId"] = "http://graph.contoso.example";
    CHECK_THAT(why(read(answer)), Catch::Contains("microsoftGraphResourceId") && Catch::Contains("not https"));
    answer.erase("microsoftGraphResourceId");
    const auto missing = read(answer);
    CHECK_THAT(why(missing), Catch::Contains("`microsoftGraphResourceId` is missing"));
    CHECK_THAT(missing.error().help, Catch::Contains("`endpoints.graph`"));

    auto by_hand = left_to(manager);
    by_hand.graph = "https://graph.by-hand.example";
    const auto found = read(answer, by_hand);
    REQUIRE(found);
    CHECK(found->graph_scope == "https://graph.by-hand.example/.default");
}

TEST_CASE("where vaults are is never guessed: one of the same name elsewhere may be a stranger's", "[cloud][secrets]") {
    auto answer = cloud();
    for (const auto* odd : {"", "vault", "attacker.example/x", "user@attacker.example", ".example", "a.b:8"}) {
        answer["suffixes"] = {{"keyVaultDns", odd}, {"storage", odd}};
        const auto found = read(answer);
        REQUIRE(found);
        CAPTURE(odd);
        CHECK(found->key_vault.empty());
        CHECK(found->blob_origins.empty());
    }
    answer.erase("suffixes");
    REQUIRE(read(answer));
}

TEST_CASE("a cloud without Entra ID is named as such", "[cloud]") {
    auto answer = cloud();
    answer["authentication"]["identityProvider"] = "ADFS";
    CHECK_THAT(why(read(answer)), Catch::Contains("AD FS"));
}

TEST_CASE("what is no description of a cloud is refused, whatever it is", "[cloud]") {
    for (const auto* text : {"", "<html>", "[]", "{}", "null", "3", "\"x\"", "{\"authentication\":3}", "[3]", "[[]]",
                             "{\"authentication\":[]}", "{\"authentication\":null,\"suffixes\":null}",
                             "{\"authentication\":{\"loginEndpoint\":3}}",
                             "{\"authentication\":{\"loginEndpoint\":\"https://a.example\",\"audiences\":3},"
                             "\"suffixes\":3}"}) {
        CAPTURE(text);
        CHECK(why(read_cloud_metadata(text, left_to(manager))) != "accepted");
    }
    CHECK(why(read_cloud_metadata("\xEF\xBB\xBF" + cloud().dump(), left_to(manager))) == "accepted");
}

TEST_CASE(
    "it is asked without a credential, again when it was not there, and in an older way when it knows no newer one",
    "[cloud][secrets]") {
    VirtualClock clock;
    ScriptedTransport transport([](const net::Request& request, int number) {
        if (number == 1) return net::test::answer(503);
        if (request.target.find("=1.0") == std::string::npos) return net::test::answer(400);
        const json old{{"graphEndpoint", "https://graph.windows.net/"},
                       {"authentication",
                        {{"loginEndpoint", "https://login.windows.net/"},
                         {"audiences", {"https://management.contoso.onmicrosoft.com/3cc5febd"}}}}};
        return net::test::answer(200, old.dump());
    });
    auto asked = left_to(manager);
    asked.graph = "https://graph.microsoft.com";

    const auto found = ask_cloud(asked, transport, clock);

    REQUIRE(found);
    CHECK(found->login == "https://login.windows.net");
    CHECK(found->resource_manager == manager);
    CHECK(found->resource_manager_scope == "https://management.contoso.onmicrosoft.com/3cc5febd/.default");
    CHECK(clock.slept() == 1s);
    for (const auto& request : transport.requests()) {
        CHECK(request.origin == manager);
        CHECK_FALSE(net::find_header(request.headers, "Authorization"));
    }
    CHECK(transport.requests().back().target == "/metadata/endpoints?api-version=1.0");
}

TEST_CASE("a cloud that does not answer is said to, after a few seconds", "[cloud]") {
    VirtualClock clock;
    ScriptedTransport dead([](const net::Request&, int) {
        return net::Outcome{.fate = net::Fate::not_sent, .headers = {}, .body = {}, .error = "nobody is there"};
    });
    CHECK_THAT(why(ask_cloud(left_to(manager), dead, clock)), Catch::Contains("nobody is there"));
    CHECK(dead.count() == 3);
    CHECK(clock.slept() <= 10s);

    ScriptedTransport closed([](const net::Request&, int) { return net::test::answer(403); });
    CHECK_THAT(why(ask_cloud(left_to(manager), closed, clock)), Catch::Contains("answered 403"));
    CHECK(closed.count() == 1);
}
