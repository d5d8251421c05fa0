#include "simulator/powerapps_stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;

namespace {

const std::string row_id = "00000000-0000-4000-8000-000000000003";
const std::string instance = "/dataverse/sales/api/data/v9.2/";

json row(const std::string& name = "contoso_Orders", const std::string& id = row_id) {
    return {{"connectorid", id},
            {"name", name},
            {"displayname", "Orders"},
            {"description", "Lists orders"},
            {"connectortype", 1},
            {"openapidefinition", definition().dump()},
            {"connectionparameters", "{}"},
            {"iconbrandcolor", "#0078d4"}};
}

/// The Dataverse of the environment "sales", and Power Apps beside it.
class DataverseStage : public PowerAppsStage {
public:
    DataverseStage() { sign_in("http://127.0.0.1:8801/dataverse/sales"); }

    void sign_in(const std::string& audience) { caller->audience = audience; }

    Answer send(const std::string& method, const std::string& below, const json& body = nullptr,
                std::vector<std::pair<std::string, std::string>> headers = {}) {
        Request request;
        request.method = method;
        request.target = instance + below;
        const auto question = request.target.find('?');
        request.path = request.target.substr(0, question);
        if (question != std::string::npos)
            request.query = parse_query(std::string_view(request.target).substr(question + 1));
        request.base_url = "http://127.0.0.1:8801";
        request.headers = std::move(headers);
        if (!body.is_null()) {
            request.body = body.dump();
            request.headers.emplace_back("Content-Type", "application/json");
        }
        return call(std::move(request));
    }
    Answer post(const json& body, const std::string& solution = "ContosoConnectors") {
        return send("POST", "connectors", body, {{"MSCRM.SolutionUniqueName", solution}});
    }
    Answer patch(const json& body, const std::string& version = "*") {
        return send("PATCH", "connectors(" + row_id + ")", body, {{"If-Match", version}});
    }
    json read() { return send("GET", "connectors(" + row_id + ")").body; }
    /// What Power Apps shows of the row; null when it knows nothing.
    Answer in_power_apps() {
        const auto kept = caller->audience;
        sign_in("https://service.powerapps.com/");
        auto answer = call("GET", apis("/" + read_internal_id(), sales));
        sign_in(kept);
        return answer;
    }

private:
    std::string read_internal_id() {
        const auto kept = caller->audience;
        sign_in("http://127.0.0.1:8801/dataverse/sales");
        const auto id = read().at("connectorinternalid");
        sign_in("https://service.powerapps.com/");
        return id.is_string() ? id.get<std::string>() : "shared_none";
    }
};

}  // namespace

TEST_CASE("a row is made under the client's key, and Power Apps has the connector", "[dataverse]") {
    DataverseStage stage;
    const auto made = stage.post(row());
    INFO(made.text);
    CHECK(made.status == 204);
    CHECK(stage.read().at("name") == "contoso_Orders");
    CHECK(std::string(stage.read().at("connectorinternalid")).rfind("shared_contoso-5forders-5f", 0) == 0);
    const auto seen = stage.in_power_apps();
    REQUIRE(seen.status == 200);
    CHECK(seen.body["properties"]["displayName"] == "Orders");
    CHECK(seen.body["properties"]["xrmConnectorId"] == row_id);
    CHECK(stage.send("DELETE", "connectors(" + row_id + ")").status == 204);
    CHECK(stage.send("DELETE", "connectors(" + row_id + ")").status == 404);
}

TEST_CASE("a row names who made it, who has another id than in Entra", "[dataverse]") {
    DataverseStage stage;
    REQUIRE(stage.post(row()).status == 204);
    const auto user = stage.send("GET", "WhoAmI").body.at("UserId");
    CHECK(user != stage.caller->object_id);
    CHECK(stage.read().at("_createdby_value") == user);
    CHECK(stage.patch({{"_createdby_value", row_id}}).status == 400);
    stage.caller->object_id = "44444444-4444-4444-4444-444444444444";
    REQUIRE(stage.patch({{"description", "new"}}).status == 204);
    CHECK(stage.read().at("_createdby_value") == user);
    CHECK(stage.read().at("_modifiedby_value") == stage.send("GET", "WhoAmI").body.at("UserId"));
    CHECK(stage.read().at("_modifiedby_value") != user);
}

TEST_CASE("a key or a name that is taken is a duplicate", "[dataverse]") {
    DataverseStage stage;
    REQUIRE(stage.post(row()).status == 204);
    CHECK(stage.post(row("contoso_Other")).error() == "0x80040237");
    CHECK(stage.post(row("contoso_Orders", "00000000-0000-4000-8000-000000000004")).error() == "0x80040237");
}

TEST_CASE("rows that do not fit their table are refused", "[dataverse]") {
    DataverseStage stage;
    for (const auto* column : {"connectorid", "name", "displayname", "connectortype", "openapidefinition"}) {
        auto incomplete = row();
        incomplete.erase(column);
        CHECK(stage.post(incomplete).status == 400);
    }
    const auto refused = [&](const char* column, const json& value) {
        auto wrong = row();
        wrong[column] = value;
        return stage.post(wrong).status == 400;
    };
    CHECK(refused("openapidefinition", definition()));
    CHECK(refused("openapidefinition", R"({"swagger": "3.0"})"));
    CHECK(refused("connectionparameters", R"({"properties": {}})"));
    CHECK(refused("scriptoperations", R"(["Op1"])"));
    CHECK(refused("capabilities", "actions"));
    CHECK(refused("unheardof", "x"));
    CHECK(refused("iconblob", "x"));
    CHECK(refused("name", "no prefix"));
    CHECK(refused("displayname", std::string(201, 'x')));
    CHECK(stage.post(row(), "NoSuchSolution").status == 404);
    CHECK(stage.post(row(), "FabrikamApps").status == 400);
    CHECK(stage.send("GET", "connectors").body["value"].empty());
}

TEST_CASE("the name never changes, the title does, and an old version is not overwritten", "[dataverse]") {
    DataverseStage stage;
    REQUIRE(stage.post(row()).status == 204);
    CHECK(stage.patch({{"name", "contoso_Else"}}).status == 400);
    const auto version = std::string(stage.read().at("@odata.etag"));
    CHECK(stage.patch({{"displayname", "Orders 2"}}, version).status == 204);
    CHECK(stage.in_power_apps().body["properties"]["displayName"] == "Orders 2");
    CHECK(stage.patch({{"displayname", "Orders 3"}}, version).error() == "0x80060882");
    stage.switch_to({{"dataverseEtags", "ignored"}});
    CHECK(stage.patch({{"displayname", "Orders 3"}}, version).status == 204);
    stage.switch_to({{"dataverseEtags", "refused"}});
    CHECK(stage.patch({{"displayname", "Orders 3"}}, version).message().find("ptimistic concurrency") !=
          std::string::npos);
    CHECK(stage.patch({{"displayname", "Orders 3"}}).status == 204);
}

TEST_CASE("a patch of what is not there makes it, unless it says not to", "[dataverse]") {
    DataverseStage stage;
    CHECK(stage.patch({{"displayname", "x"}}).status == 404);
    auto body = row();
    body.erase("connectorid");
    CHECK(stage.send("PATCH", "connectors(" + row_id + ")", body).status == 204);
    CHECK(stage.read().at("displayname") == "Orders");
}

TEST_CASE("what becomes of a secret in a row is a switch, and no answer or dump holds one unless it says so",
          "[dataverse]") {
    for (const auto* mode : {"blanked", "elsewhere", "kept"}) {
        DataverseStage stage;
        stage.switch_to({{"dataverseSecrets", mode}});
        auto with_secret = row();
        auto parameters = secret_connector()["connectionParameters"];
        parameters["token"]["oAuthSettings"]["clientSecret"] = "a-secret-of-a-test";
        with_secret["connectionparameters"] = parameters.dump();
        const auto made = stage.post(with_secret);
        INFO(made.text);
        REQUIRE(made.status == 204);
        CHECK((stage.read().dump().find("a-secret-of-a-test") != std::string::npos) == (mode == std::string("kept")));
        CHECK(stage.service->dump().dump().find("a-secret-of-a-test") == std::string::npos);
        const auto connectors = stage.service->dump()["connectors"];
        REQUIRE(connectors.size() == 1);
        CHECK(connectors[0].contains("_clientSecretSha256") == (mode != std::string("blanked")));
    }
}

TEST_CASE("Power Apps hears of a row later, or never", "[dataverse]") {
    DataverseStage stage;
    stage.switch_to({{"syncDelaySeconds", 60}, {"internalIdDelaySeconds", 30}});
    REQUIRE(stage.post(row()).status == 204);
    CHECK(stage.read().at("connectorinternalid").is_null());
    stage.clock.time += std::chrono::seconds(31);
    CHECK(stage.read().at("connectorinternalid").is_string());
    CHECK(stage.in_power_apps().status == 404);
    stage.clock.time += std::chrono::seconds(31);
    CHECK(stage.in_power_apps().status == 200);
    stage.switch_to({{"dataverseSync", "off"}, {"syncDelaySeconds", 0}});
    REQUIRE(stage.patch({{"description", "another"}}).status == 204);
    CHECK(stage.read().at("description") == "another");
    CHECK(stage.in_power_apps().body["properties"]["description"] == "Lists orders");
}

TEST_CASE("a connector in a solution has redirect URL and identity in Power Apps", "[dataverse]") {
    DataverseStage stage;
    auto with_identity = row();
    with_identity["connectionparameters"] = identity_connector()["connectionParameters"].dump();
    const auto made = stage.post(with_identity);
    INFO(made.text);
    REQUIRE(made.status == 204);
    stage.clock.time += std::chrono::seconds(10);
    const auto settings = stage.in_power_apps().body["properties"]["connectionParameters"]["token"]["oAuthSettings"];
    CHECK(std::string(settings.at("redirectUrl")).find("contoso-5forders") != std::string::npos);
    CHECK_FALSE(std::string(settings["properties"]["FederatedIdentityCredentials"].at("Subject")).empty());
}

TEST_CASE("who may not is told so, and who asks too often waits", "[dataverse]") {
    DataverseStage stage;
    stage.switch_to({{"dataverseRights", "read"}});
    CHECK(stage.post(row()).error() == "0x80040220");
    CHECK(stage.send("GET", "connectors").status == 200);
    stage.switch_to({{"dataverseRights", "all"}, {"dataverseRequests", 3}});
    stage.send("GET", "connectors");
    const auto last = stage.send("GET", "connectors");
    CHECK(last.status == 429);
    CHECK(last.error() == "0x80072322");
    const auto& headers = last.raw.headers;
    CHECK(std::any_of(headers.begin(), headers.end(), [](const auto& h) { return h.first == "Retry-After"; }));
    stage.clock.time += std::chrono::seconds(301);
    CHECK(stage.send("GET", "connectors").status == 200);
    stage.sign_in("http://127.0.0.1:8801/dataverse/sales-prod");
    CHECK(stage.send("GET", "connectors").status == 401);
    stage.caller.reset();
    CHECK(stage.send("GET", "connectors").status == 401);
}

TEST_CASE("lists come in pages, of the columns that were asked for", "[dataverse]") {
    DataverseStage stage;
    for (int i = 0; i < 5; ++i) {
        const auto number = std::to_string(i);
        REQUIRE(stage.post(row("contoso_Orders" + number, "00000000-0000-4000-8000-00000000000" + number)).status ==
                204);
    }
    auto page = stage.send("GET", "connectors?$select=name", nullptr, {{"Prefer", "odata.maxpagesize=2"}}).body;
    CHECK(page["value"].size() == 2);
    CHECK_FALSE(page["value"][0].contains("displayname"));
    CHECK(std::string(page.at("@odata.nextLink")).find("skiptoken") != std::string::npos);
    CHECK(stage.send("GET", "connectors?$filter=name%20eq%20'contoso_Orders3'").body["value"].size() == 1);
    CHECK(stage.send("GET", "connectors?$select=unheardof").status == 400);
}

TEST_CASE("solutions have a prefix and hold connectors, and deleted ones hold none", "[dataverse]") {
    DataverseStage stage;
    REQUIRE(stage.post(row()).status == 204);
    const auto solutions =
        stage.send("GET", "solutions?$filter=ismanaged%20eq%20false&$expand=publisherid($select=customizationprefix)")
            .body["value"];
    const auto contoso = std::find_if(solutions.begin(), solutions.end(),
                                      [](const auto& s) { return s["uniquename"] == "ContosoConnectors"; });
    REQUIRE(contoso != solutions.end());
    CHECK((*contoso)["publisherid"]["customizationprefix"] == "contoso");
    CHECK(stage.send("GET", "solutioncomponents?$filter=componenttype%20eq%20372").body["value"].size() == 1);
    const json addition{{"ComponentId", row_id},
                        {"ComponentType", 372},
                        {"SolutionUniqueName", "Default"},
                        {"AddRequiredComponents", false}};
    CHECK(stage.send("POST", "AddSolutionComponent", addition).status == 200);
    CHECK(stage.send("GET", "solutioncomponents?$filter=componenttype%20eq%20372").body["value"].size() == 2);
    stage.service->seed(
        {{"solutions", {{{"environment", sales}, {"uniqueName", "ContosoConnectors"}, {"deleted", true}}}}});
    CHECK(stage.send("GET", "solutioncomponents?$filter=componenttype%20eq%20372").body["value"].size() == 1);
}

TEST_CASE("the platform says where an environment's Dataverse is", "[dataverse]") {
    PowerAppsStage stage;
    const auto shown = stage.call("GET", "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/" +
                                             std::string(sales) + "?api-version=2021-04-01");
    CHECK(shown.body["properties"]["linkedEnvironmentMetadata"]["instanceUrl"] ==
          "http://127.0.0.1:8801/dataverse/sales/");
}
