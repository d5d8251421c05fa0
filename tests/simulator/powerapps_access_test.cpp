#include "simulator/powerapps_stage.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;

namespace {

const std::string base = "/providers/Microsoft.PowerApps/";

}  // namespace

TEST_CASE("Power Apps answers 401 in its own envelope to a missing, a bad and a misdirected token",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    SECTION("none") {
        stage.caller.reset();
    }
    SECTION("a bad one") {
        stage.caller.reset();
        stage.token_error = "expired";
    }
    SECTION("one for Graph") {
        stage.caller->audience = "https://graph.microsoft.com";
    }
    SECTION("one whose audience only begins like ours") {
        stage.caller->audience = "https://service.powerapps.com.example/";
    }
    SECTION("one of another tenant") {
        stage.caller->tenant_id = "99999999-1111-1111-1111-111111111111";
    }
    const auto answer = stage.call("GET", PowerAppsStage::apis());
    CHECK(answer.status == 401);
    CHECK(!answer.error().empty());
    CHECK(!answer.message().empty());
    CHECK(!answer.raw.headers.empty());
}

TEST_CASE("the audience of Power Apps counts with and without its trailing slash", "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.caller->audience = GENERATE("https://service.powerapps.com", "https://service.powerapps.com/");
    CHECK(stage.call("GET", PowerAppsStage::apis()).status == 200);
}

TEST_CASE("a request without environment filter or api-version is told which is missing", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto row = GENERATE(table<std::string, std::string>({
        {"apis?api-version=2016-11-01", "MissingEnvironmentFilter"},
        {"apis?api-version=2016-11-01&$filter=IsCustomApi%20eq%20'True'", "MissingEnvironmentFilter"},
        {"apis?$filter=environment%20eq%20'~Default'", "MissingApiVersionParameter"},
        {"apis?api-version=1999-01-01&$filter=environment%20eq%20'~Default'", "InvalidApiVersionParameter"},
        {"apis?api-version=2016-11-01&$filter=environment%20eq%20'~Default", "InvalidFilter"},
        {"apis?api-version=2016-11-01&$filter=environment%20ne%20'~Default'", "InvalidFilter"},
        {"apis?api-version=2016-11-01&$filter=environment%20eq%20'~Default'%20and", "InvalidFilter"},
    }));
    const auto answer = stage.call("GET", base + std::get<0>(row));
    INFO(std::get<0>(row));
    CHECK(answer.status == 400);
    CHECK(answer.error() == std::get<1>(row));
}

TEST_CASE("the filter is read encoded or plain, in either order, with ~Default for the tenant's own environment",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector());
    const std::string filter =
        GENERATE("%24filter=environment%20eq%20%27~Default%27%20and%20IsCustomApi%20eq%20%27True%27",
                 "$filter=environment eq '~Default' and IsCustomApi eq 'True'",
                 "$filter=environment+eq+'~default'+and+IsCustomApi+eq+'True'",
                 "$filter=IsCustomApi eq 'True' and environment eq '~Default'");
    const auto answer = stage.call("GET", base + "apis?api-version=2019-05-01&" + filter);
    INFO(filter << '\n' << answer.text);
    REQUIRE(answer.status == 200);
    REQUIRE(answer.body["value"].size() == 1);
    CHECK(answer.body["value"][0]["name"] == name);
}

TEST_CASE("an unknown environment is denied with the status of the switch, or made known by the other one",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto target = PowerAppsStage::apis({}, "77777777-0000-0000-0000-000000000000");
    CHECK(stage.call("GET", target).status == 403);
    CHECK(stage.call("GET", target).error() == "EnvironmentAccessDenied");
    stage.switch_to({{"environmentDeniedStatus", 404}});
    CHECK(stage.call("GET", target).status == 404);
    stage.switch_to({{"acceptAnyEnvironment", true}});
    CHECK(stage.call("GET", target).status == 200);
}

TEST_CASE("connectors of one environment are not found in another", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector());
    CHECK(stage.call("GET", PowerAppsStage::apis("/" + name, sales)).status == 404);
    CHECK(stage.call("DELETE", PowerAppsStage::apis("/" + name, sales)).status == 404);
    CHECK(stage.custom_names(sales).empty());
    CHECK(stage.get(name).status == 200);
}

TEST_CASE("only the caller's own object id opens validation and storage", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const std::string version = "?api-version=2016-11-01";
    const json body{{"environment", {{"name", default_environment}}}};
    const auto own = base + "objectIds/" + stage.caller->object_id;
    CHECK(stage.call("POST", own + "/generateResourceStorage" + version, body).status == 200);
    CHECK(stage
              .call("POST", base + "objectIds/00000000-0000-0000-0000-00000000000f/generateResourceStorage" + version,
                    body)
              .status == 403);
    CHECK(stage.call("POST", own + "/generateResourceStorage" + version, {{"environment", {{"name", "nowhere"}}}})
              .error() == "EnvironmentAccessDenied");
    stage.switch_to({{"servicePrincipalObjectIds", false}});
    CHECK(stage.call("POST", own + "/generateResourceStorage" + version, body).status == 403);
}

TEST_CASE("a service principal may be kept from writing, and from managing while nobody has registered it",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    const std::string platform = "/providers/Microsoft.BusinessAppPlatform/";
    stage.switch_to({{"servicePrincipalWrites", false}});
    CHECK(stage.create(plain_connector()).status == 403);
    CHECK(stage.call("GET", PowerAppsStage::apis()).status == 200);

    stage.switch_to({{"servicePrincipalWrites", true}, {"requireAdminRegistration", true}});
    const auto admin_list = base + "scopes/admin/environments/" + default_environment + "/apis?api-version=2016-11-01";
    CHECK(stage.call("GET", admin_list).status == 200);
    const std::string other = "55555555-5555-5555-5555-555555555555";
    CHECK(
        stage.call("PUT", platform + "adminApplications/" + other + "?api-version=2020-10-01").body["applicationId"] ==
        other);
    CHECK(stage.call("DELETE", platform + "adminApplications/" + stage.caller->app_id + "?api-version=2020-10-01")
              .status == 200);
    CHECK(stage.call("GET", admin_list).status == 403);
    CHECK(stage.call("GET", platform + "adminApplications?api-version=2020-10-01").status == 403);
    stage.caller->app_id = other;
    CHECK(stage.call("GET", admin_list).status == 200);
}

TEST_CASE("the platform lists the tenant's environments", "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.service->seed({{"environments", {{{"name", "Legacy-1"}, {"displayName", "Old"}}}}});
    const auto answer =
        stage.call("GET", "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments?api-version=2023-06-01");
    std::vector<std::string> names;
    for (const auto& environment : answer.body.at("value")) names.push_back(environment["name"]);
    CHECK_THAT(names, Catch::UnorderedEquals(std::vector<std::string>{
                          default_environment, sales, "5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d", "Legacy-1"}));
}

TEST_CASE("every answer of Power Apps carries a request id and a correlation id", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto target = GENERATE(PowerAppsStage::apis(), PowerAppsStage::apis("/shared_nothing"),
                                 base + "nothing?api-version=2016-11-01");
    const auto answer = stage.call("GET", target);
    std::size_t ids = 0;
    for (const auto& [name, value] : answer.raw.headers)
        ids += (name == "x-ms-request-id" || name == "x-ms-correlation-request-id") && is_guid(value) ? 1 : 0;
    CHECK(ids == 2);
}
