#include "interop/http_exchange.hpp"
#include "simulator/powerapps_stage.hpp"
#include "simulator/simulator.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;
using regent::interop::exchange;

namespace {

constexpr const char* azure_cli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
constexpr const char* power_apps = "https%3A%2F%2Fservice.powerapps.com%2F";

/// A program on MSAL, which speaks version 2 and is given refresh tokens.
class ModernProgram {
public:
    explicit ModernProgram(Simulator& simulator) : simulator_(simulator) {}

    [[nodiscard]] json post(const std::string& endpoint, const std::string& form, int status) const {
        const auto reply = exchange(simulator_.port(), "POST", "/organizations/oauth2/v2.0/" + endpoint,
                                    {{"Content-Type", "application/x-www-form-urlencoded"}}, form);
        INFO(reply.body);
        CHECK(reply.status == status);
        return json::parse(reply.body);
    }
    [[nodiscard]] json begin(const std::string& scope = "offline_access openid " +
                                                        std::string(power_apps_scope)) const {
        return post("devicecode", fmt::format("client_id={}&scope={}", azure_cli, scope), 200);
    }
    [[nodiscard]] json ask(const json& begun, int status) const {
        return post("token",
                    fmt::format("grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={}&device_code={}",
                                azure_cli, begun.at("device_code").get<std::string>()),
                    status);
    }
    [[nodiscard]] json refresh(const std::string& token, int status, const std::string& client = azure_cli,
                               const std::string& scope = power_apps_scope) const {
        return post(
            "token",
            fmt::format("grant_type=refresh_token&client_id={}&scope={}&refresh_token={}", client, scope, token),
            status);
    }
    [[nodiscard]] std::string signed_in() const {
        const auto begun = begin();
        enter(begun, {{"patch", {{"user", "maker@contoso.example"}}}});
        return ask(begun, 200).at("refresh_token");
    }
    void enter(const json& begun, json what) const {
        what["path"] = "/devicelogin/" + begun.at("user_code").get<std::string>();
        simulator_.control("POST", "change", what.dump());
    }
    void set(const char* name, const json& value) const {
        simulator_.control("POST", "switches", json{{"login", {{name, value}}}}.dump());
    }

    static constexpr const char* power_apps_scope = "https%3A%2F%2Fservice.powerapps.com%2F%2F.default";

private:
    Simulator& simulator_;
};

/// A program on ADAL, which speaks version 1: paconn is one.
class Program {
public:
    explicit Program(const Simulator& simulator) : port_(simulator.port()) {}

    json begin(const std::string& client = azure_cli, int status = 200) const {
        return post("/common/oauth2/devicecode?api-version=1.0",
                    fmt::format("client_id={}&resource={}", client, power_apps), status);
    }
    json ask(const json& begun, int status, const std::string& client = azure_cli) const {
        return post("/common/oauth2/token",
                    fmt::format("grant_type=device_code&client_id={}&resource={}&code={}", client, power_apps,
                                begun.at("device_code").get<std::string>()),
                    status);
    }
    [[nodiscard]] regent::interop::HttpReply call(const std::string& method, const std::string& target,
                                                  const std::string& token, const json& body = nullptr) const {
        return exchange(port_, method, target,
                        {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
                        body.is_null() ? std::string{} : body.dump());
    }

private:
    json post(const std::string& target, const std::string& form, int status) const {
        const auto reply =
            exchange(port_, "POST", target, {{"Content-Type", "application/x-www-form-urlencoded"}}, form);
        INFO(reply.body);
        CHECK(reply.status == status);
        return json::parse(reply.body);
    }

    std::uint16_t port_;
};

void enter(Simulator& simulator, const json& begun, const json& what) {
    auto body = what;
    body["path"] = "/devicelogin/" + begun.at("user_code").get<std::string>();
    simulator.control("POST", "change", body.dump());
}

json created(const regent::interop::HttpReply& reply) {
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    return json::parse(reply.body);
}

}  // namespace

TEST_CASE("somebody who enters the code is signed in, and makes connectors as a person", "[login]") {
    Simulator simulator{Options{}};
    const Program program(simulator);
    const auto begun = program.begin();
    CHECK(begun.at("message").get<std::string>().find(begun.at("user_code").get<std::string>()) != std::string::npos);
    CHECK(program.ask(begun, 400).at("error") == "authorization_pending");

    enter(simulator, begun, {{"patch", {{"user", "maker@contoso.example"}}}});
    const auto tokens = program.ask(begun, 200);
    CHECK(tokens.at("resource") == "https://service.powerapps.com/");
    CHECK(tokens.contains("id_token"));

    const json properties{
        {"displayName", "By hand"},
        {"environment", {{"name", sales}}},
        {"backendService", {{"serviceUrl", "https://api.contoso.example/"}}},
        {"openApiDefinition",
         {{"swagger", "2.0"}, {"info", {{"title", "By hand"}, {"version", "1"}}}, {"paths", json::object()}}}};
    const auto target = fmt::format(
        "/providers/Microsoft.PowerApps/apis?api-version=2016-11-01&$filter=environment%20eq%20'{}'", sales);
    simulator.control("POST", "switches", R"({"powerApps": {"servicePrincipalWrites": false}})");
    const auto made = created(program.call("POST", target, tokens.at("access_token"), {{"properties", properties}}));
    CHECK(made.at("properties").at("createdBy").at("userPrincipalName") == "maker@contoso.example");
    CHECK(made.at("properties").at("createdBy").at("type") == "User");
}

TEST_CASE("a code is good for one sign-in, for its own program, for a quarter of an hour", "[login]") {
    Simulator simulator{Options{}};
    const Program program(simulator);
    const auto used = program.begin();
    enter(simulator, used, {{"patch", {{"user", "maker@contoso.example"}}}});
    CHECK(program.ask(used, 400, "1950a258-227b-4e31-a9cf-717495945fc2").at("error") == "invalid_grant");
    CHECK(program.ask(used, 200).contains("access_token"));
    CHECK(program.ask(used, 400).at("error") == "invalid_grant");

    const auto declined = program.begin();
    enter(simulator, declined, {{"delete", true}});
    CHECK(program.ask(declined, 400).at("error") == "access_denied");

    const auto late = program.begin();
    simulator.control("POST", "clock", R"({"advanceSeconds": 901})");
    CHECK(program.ask(late, 400).at("error") == "code_expired");
}

TEST_CASE("who may not sign people in gets no code", "[login]") {
    Simulator simulator{Options{}};
    const Program program(simulator);
    CHECK(program.begin("99999999-9999-9999-9999-999999999999", 400).at("error_codes") == json::array({700016}));
    const json nobody{{"user_code", "NOBODYHAS"}};
    CHECK_THROWS(enter(simulator, nobody, {{"patch", {{"user", "maker@contoso.example"}}}}));
}

TEST_CASE("version 2 speaks of scopes, in numbers, with words of its own", "[login]") {
    Simulator simulator{Options{}};
    const ModernProgram program(simulator);
    const auto begun = program.begin();
    CHECK(begun.at("expires_in") == 900);
    CHECK(begun.at("interval") == 5);
    CHECK(begun.contains("verification_uri"));
    CHECK(program.ask(begun, 400).at("error") == "authorization_pending");
    program.enter(begun, {{"patch", {{"user", "maker@contoso.example"}}}});
    const auto tokens = program.ask(begun, 200);
    CHECK(tokens.at("expires_in") == 3599);
    CHECK(tokens.contains("id_token"));
    CHECK(program.ask(begun, 400).at("error") == "bad_verification_code");

    const auto declined = program.begin();
    program.enter(declined, {{"delete", true}});
    CHECK(program.ask(declined, 400).at("error") == "authorization_declined");
    const auto late = program.begin();
    simulator.control("POST", "clock", R"({"advanceSeconds": 901})");
    CHECK(program.ask(late, 400).at("error") == "expired_token");

    const auto no_session = program.begin(ModernProgram::power_apps_scope);
    program.enter(no_session, {{"patch", {{"user", "maker@contoso.example"}}}});
    CHECK_FALSE(program.ask(no_session, 200).contains("refresh_token"));
}

TEST_CASE("a code of one version is none of the other's", "[login]") {
    Simulator simulator{Options{}};
    const auto begun = Program(simulator).begin();
    enter(simulator, begun, {{"patch", {{"user", "maker@contoso.example"}}}});
    CHECK(ModernProgram(simulator).ask(begun, 400).at("error") == "bad_verification_code");
}

TEST_CASE("a scope names one resource", "[login]") {
    Simulator simulator{Options{}};
    const ModernProgram program(simulator);
    const auto two = program.post("devicecode",
                                  fmt::format("client_id={}&scope={}%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read",
                                              azure_cli, ModernProgram::power_apps_scope),
                                  400);
    CHECK(two.at("error_codes") == json::array({28000}));
    CHECK(program.post("devicecode", fmt::format("client_id={}&scope=openid", azure_cli), 400).at("error_codes") ==
          json::array({900144}));
}

TEST_CASE("a refresh token serves its program for any resource, and each exchange brings another", "[login]") {
    Simulator simulator{Options{}};
    const ModernProgram program(simulator);
    const auto first = program.signed_in();
    const auto answer = program.refresh(first, 200);
    const auto second = answer.at("refresh_token").get<std::string>();
    CHECK(second != first);
    CHECK(program.refresh(second, 200, azure_cli, "https%3A%2F%2Fmanagement.azure.com%2F.default")
              .contains("access_token"));
    CHECK(program.refresh(first, 200).contains("access_token"));  // Entra does not take the old one back
    CHECK(program.refresh(second, 400, "1950a258-227b-4e31-a9cf-717495945fc2").at("error") == "invalid_grant");

    program.set("oldRefreshTokensServe", false);
    const auto third = program.refresh(second, 200).at("refresh_token").get<std::string>();
    CHECK(program.refresh(second, 400).at("error_codes") == json::array({50173}));
    CHECK(program.refresh(third, 200).contains("access_token"));
}

TEST_CASE("a session ends by an administrator, by 90 days without use, and by policy", "[login]") {
    Simulator simulator{Options{}};
    const ModernProgram program(simulator);
    const auto token = program.signed_in();
    program.set("refuseRefresh", 70043);
    CHECK(program.refresh(token, 400).at("error_codes") == json::array({70043}));
    program.set("refuseRefresh", 0);
    simulator.control("POST", "clock", R"({"advanceSeconds": 7776001})");
    CHECK(program.refresh(token, 400).at("error_codes") == json::array({700082}));
    const auto another = program.signed_in();
    simulator.control("POST", "change", R"({"path": "/refreshTokens", "delete": true})");
    CHECK(program.refresh(another, 400).at("error_codes") == json::array({50173}));
}
