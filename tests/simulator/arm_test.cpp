#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

const std::string subscription = "5ab5c4e1-0000-4444-8888-0123456789ab";
const std::string group = "/subscriptions/" + subscription + "/resourceGroups/rg-integration";
const std::string list_path = group + "/providers/Microsoft.Web/customApis";
const std::string version = "?api-version=2016-06-01";

/// A resource group, and somebody who is signed in to Azure.
struct Stage {
    Stage() {
        json state;
        state["arm"]["resourceGroups"][subscription]["rg-integration"]["location"] = "westeurope";
        tenant.simulator().control("POST", "state", state.dump());
        token = token_for("https://management.azure.com");
    }
    std::string token_for(const std::string& resource) {
        const auto answer = tenant.sign_in("grant_type=client_credentials&client_id=" + std::string(client_id) +
                                           "&client_secret=simulator&scope=" + encoded(resource + "/.default"));
        REQUIRE(answer.status == 200);
        return answer.json.at("access_token");
    }
    HttpReply call(const std::string& method, const std::string& target, const json& body = nullptr) {
        Headers headers;
        if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
        if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
        return tenant.http().send(method, target, headers, body.is_null() ? std::string{} : body.dump());
    }
    HttpReply put(const std::string& name, const json& body) {
        return call("PUT", list_path + "/" + name + version, body);
    }
    HttpReply get(const std::string& name) { return call("GET", list_path + "/" + name + version); }
    void set(const json& switches) { tenant.simulator().control("POST", "switches", json{{"arm", switches}}.dump()); }
    json record() { return json::parse(tenant.simulator().state()).at("arm").at("customApis").at(0); }

    GraphTenant tenant;
    std::string token;
};

json orders() {
    return {
        {"swagger", "2.0"},
        {"info", {{"title", "Orders"}, {"version", "1.0"}, {"description", "Orders"}}},
        {"host", "orders.contoso.example"},
        {"basePath", "/"},
        {"schemes", {"https"}},
        {"paths",
         {{"/orders", {{"get", {{"operationId", "ListOrders"}, {"responses", {{"200", {{"description", "OK"}}}}}}}}}}}};
}

json document(const std::string& secret = "s3cr3t-of-orders") {
    json settings{{"identityProvider", "aad"},
                  {"clientId", "aaaaaaaa-0000-4444-8888-0123456789ab"},
                  {"scopes", json::array()},
                  {"customParameters", {{"tenantId", {{"value", "common"}}}}}};
    if (!secret.empty()) settings["clientSecret"] = secret;
    return {{"location", "West Europe"},
            {"tags", {{"team", "platform"}}},
            {"properties",
             {{"displayName", "Orders"},
              {"swagger", orders()},
              {"backendService", {{"serviceUrl", "https://orders.contoso.example/"}}},
              {"connectionParameters", {{"token", {{"type", "oauthSetting"}, {"oAuthSettings", settings}}}}}}}};
}

}  // namespace

TEST_CASE("a PUT makes a custom API, and the same again changes nothing", "[simulator][arm]") {
    Stage stage;
    const auto made = stage.put("orders", document());
    REQUIRE(made.status == 200);
    CHECK(made.json.at("id") == list_path + "/orders");
    CHECK(made.json.at("type") == "Microsoft.Web/customApis");
    CHECK(made.json.at("location") == "westeurope");
    CHECK(made.header("x-ms-ratelimit-remaining-subscription-writes") == "199");
    const auto before = stage.record();
    REQUIRE(stage.put("ORDERS", document()).status == 200);
    CHECK(stage.record() == before);
    const auto list = stage.call("GET", list_path + version);
    REQUIRE(list.json.at("value").size() == 1);
    CHECK(list.json.at("value").at(0).at("name") == "orders");
    CHECK(stage.call("GET", "/subscriptions/" + subscription + "/providers/Microsoft.Web/customApis" + version)
              .json.at("value")
              .size() == 1);
}

TEST_CASE("who made a custom API is said when the switch says so, and stays", "[simulator][arm]") {
    Stage stage;
    REQUIRE(stage.put("orders", document()).status == 200);
    CHECK_FALSE(stage.get("orders").json.contains("systemData"));
    stage.set({{"systemData", "appId"}});
    CHECK(stage.get("orders").json.at("systemData").at("createdBy") == client_id);
    CHECK(stage.get("orders").json.at("systemData").at("createdByType") == "Application");
    stage.set({{"systemData", "objectId"}});
    const auto maker = stage.get("orders").json.at("systemData").at("createdBy");
    CHECK(maker != client_id);
    auto claimed = document();
    claimed["systemData"] = {{"createdBy", "somebody"}, {"createdByType", "User"}};
    REQUIRE(stage.put("orders", claimed).status == 200);
    CHECK(stage.get("orders").json.at("systemData").at("createdBy") == maker);
}

TEST_CASE("people come back to one address for the whole region", "[simulator][arm]") {
    Stage stage;
    auto body = document();
    body["properties"]["connectionParameters"]["token"]["oAuthSettings"]["redirectUrl"] = "https://elsewhere.example";
    REQUIRE(stage.put("orders", body).status == 200);
    const auto settings =
        stage.get("orders").json.at("properties").at("connectionParameters").at("token").at("oAuthSettings");
    CHECK(settings.at("redirectUrl") == "https://logic-apis-westeurope.consent.azure-apim.net/redirect");
}

TEST_CASE("the secret of a custom API is shown to nobody", "[simulator][arm]") {
    Stage stage;
    CHECK(stage.put("orders", document()).body.find("s3cr3t") == std::string::npos);
    CHECK(stage.get("orders").body.find("s3cr3t") == std::string::npos);
    CHECK(stage.tenant.simulator().state().find("s3cr3t") == std::string::npos);
    CHECK(stage.record().at("_clientSecrets").at("token").get<std::string>().size() == 64);
}

TEST_CASE("a PUT replaces: what it leaves out is gone, the secret as well", "[simulator][arm]") {
    Stage stage;
    auto body = document();
    body["properties"]["description"] = "for people";
    REQUIRE(stage.put("orders", body).status == 200);
    REQUIRE(stage.put("orders", document("")).status == 200);
    CHECK_FALSE(stage.record().at("properties").contains("description"));
    CHECK(stage.record().at("_clientSecrets").empty());
    stage.put("orders", document());
    stage.set({{"putWithoutSecret", "keep"}});
    REQUIRE(stage.put("orders", document("")).status == 200);
    CHECK(stage.record().at("_clientSecrets").contains("token"));
    stage.set({{"putWithoutSecret", "refuse"}});
    CHECK(stage.put("orders", document("")).status == 400);
}

TEST_CASE("a PATCH changes tags and nothing else", "[simulator][arm]") {
    Stage stage;
    REQUIRE(stage.put("orders", document()).status == 200);
    auto before = stage.record();
    const auto tagged = stage.call("PATCH", list_path + "/orders" + version,
                                   {{"tags", {{"team", "sales"}}}, {"properties", {{"displayName", "Other"}}}});
    REQUIRE(tagged.status == 200);
    before["tags"]["team"] = "sales";
    CHECK(stage.record() == before);
    CHECK(stage.call("PATCH", list_path + "/nobody" + version, {{"tags", json::object()}}).code() ==
          "ResourceNotFound");
}

TEST_CASE("the tags of a PATCH replace those that are there, or come on top of them", "[simulator][arm]") {
    Stage stage;
    REQUIRE(stage.put("orders", document()).status == 200);
    const auto tagged = [&](const json& tags) {
        return stage.call("PATCH", list_path + "/orders" + version, {{"tags", tags}}).json.at("tags");
    };
    CHECK(tagged({{"cost", "42"}}) == json{{"cost", "42"}});
    stage.set({{"patchOfTags", "merge"}});
    CHECK(tagged({{"team", "sales"}}) == json({{"cost", "42"}, {"team", "sales"}}));
    CHECK(tagged({{"TEAM", "ops"}}) == json({{"cost", "42"}, {"team", "ops"}}));
    CHECK(tagged(json::object()) == json({{"cost", "42"}, {"team", "ops"}}));
    auto many = json::object();
    for (int i = 0; i < 49; ++i) many["t" + std::to_string(i)] = "";
    CHECK(stage.call("PATCH", list_path + "/orders" + version, {{"tags", many}}).code() == "InvalidTagCount");
}

TEST_CASE("tags are also changed at an address of their own, and nothing else of the resource", "[simulator][arm]") {
    Stage stage;
    REQUIRE(stage.put("orders", document()).status == 200);
    const auto before = stage.record();
    const auto target = list_path + "/orders/providers/Microsoft.Resources/tags/default";
    const auto update = [&](const std::string& operation, const json& tags) {
        return stage.call("PATCH", target + "?api-version=2021-04-01",
                          {{"operation", operation}, {"properties", {{"tags", tags}}}});
    };
    const auto left = [](const HttpReply& reply) { return reply.json.at("properties").at("tags"); };
    CHECK(left(update("Merge", {{"cost", "42"}})) == json({{"team", "platform"}, {"cost", "42"}}));
    CHECK(left(update("Delete", {{"COST", "41"}})).contains("cost"));
    CHECK(left(update("Delete", {{"COST", "42"}})) == json{{"team", "platform"}});
    CHECK(left(update("Delete", {{"team", ""}})).empty());
    CHECK(left(update("Replace", {{"team", "platform"}})) == json{{"team", "platform"}});
    CHECK(stage.record() == before);
    CHECK(left(stage.call("GET", target + "?api-version=2021-04-01")) == json{{"team", "platform"}});
    CHECK(
        stage.call("PATCH", target + "?api-version=2021-04-01", {{"properties", {{"tags", json::object()}}}}).status ==
        400);
    CHECK(update("Merge", {{"azure-x", "1"}}).code() == "ReservedTagName");
    CHECK(stage.call("GET", target + version).code() == "NoRegisteredProviderFound");
    CHECK(stage.call("GET", list_path + "/nobody/providers/Microsoft.Resources/tags/default?api-version=2021-04-01")
              .code() == "ResourceNotFound");
    stage.set({{"denied", {"Microsoft.Resources/tags/write"}}});
    CHECK(update("Merge", {{"cost", "42"}}).code() == "AuthorizationFailed");
}

TEST_CASE("what is not there can be deleted, too", "[simulator][arm]") {
    Stage stage;
    REQUIRE(stage.put("orders", document()).status == 200);
    CHECK(stage.call("DELETE", list_path + "/orders" + version).status == 200);
    CHECK(stage.call("DELETE", list_path + "/orders" + version).status == 204);
    CHECK(stage.get("orders").code() == "ResourceNotFound");
}

TEST_CASE("a definition is read back from a signed address, and opens for no token", "[simulator][arm]") {
    Stage stage;
    REQUIRE(stage.put("orders", document()).status == 200);
    const auto shown = stage.get("orders").json;
    CHECK_FALSE(shown.at("properties").contains("swagger"));
    const auto url = shown.at("properties").at("apiDefinitions").at("originalSwaggerUrl").get<std::string>();
    const auto target = url.substr(url.find("/blob/"));
    CHECK(stage.tenant.http().send("GET", target).json == orders());
    CHECK(stage.call("GET", target).status >= 400);
    CHECK(stage.tenant.http().send("GET", target.substr(0, target.find('?'))).status >= 400);
    const auto exported = stage.call("GET", list_path + "/orders" + version + "&export=true").json;
    CHECK_FALSE(exported.at("properties").contains("backendService"));
    CHECK_FALSE(exported.at("properties").contains("apiDefinitions"));
    stage.set({{"definitionOnRead", "inline"}});
    CHECK(stage.get("orders").json.at("properties").at("swagger") == orders());
}

TEST_CASE("bodies that Resource Manager refuses are refused in its words", "[simulator][arm]") {
    Stage stage;
    const auto refused = [&](json body) { return stage.put("orders", body).code(); };
    auto body = document();
    body.erase("location");
    CHECK(refused(body) == "LocationRequired");
    body["location"] = "atlantis";
    CHECK(refused(body) == "LocationNotAvailableForResourceType");
    body = document();
    body["id"] = list_path + "/other";
    CHECK(refused(body) == "InvalidRequestContent");
    body = document();
    body["tags"] = json::object({{"a<b", "c"}});
    CHECK(refused(body) == "InvalidTagNameCharacters");
    body["tags"] = json::object({{"a", std::string(257, 'x')}});
    CHECK(refused(body) == "InvalidTagValueLength");
    body["tags"] = json::object();
    for (int i = 0; i < 51; ++i) body["tags"]["t" + std::to_string(i)] = "x";
    CHECK(refused(body) == "InvalidTagCount");
    body = document();
    body.erase("properties");
    CHECK(refused(body) == "InvalidRequestContent");
    body = document();
    body["properties"]["swagger"]["swagger"] = "3.0";
    CHECK(refused(body) == "InvalidApiSwagger");
    body = document();
    body["properties"]["connectionParameters"]["token"]["oAuthSettings"]["clientAssertionType"] = "x";
    CHECK(refused(body) == "InvalidConnectionParameters");
    CHECK(refused(document("")) == "InvalidConnectionParameters");
    body = document();
    body["properties"]["connectionParameters"]["token"]["oAuthSettings"].erase("clientId");
    CHECK(refused(body) == "InvalidConnectionParameters");
    REQUIRE(stage.put("orders", document()).status == 200);
    body = document();
    body["location"] = "northeurope";
    CHECK(stage.put("orders", body).status == 409);
    CHECK(stage.put("or%20ders", document()).code() == "InvalidResourceName");
}

TEST_CASE("members that the specification does not name are dropped, or refused", "[simulator][arm]") {
    Stage stage;
    auto body = document();
    body["properties"]["scriptDefinitionUrl"] = "https://x.example/script.csx";
    REQUIRE(stage.put("orders", body).status == 200);
    CHECK_FALSE(stage.record().at("properties").contains("scriptDefinitionUrl"));
    stage.set({{"unknownProperties", "refuse"}});
    CHECK(stage.put("orders", body).status == 400);
}

TEST_CASE("who asks, for what and in which version is checked", "[simulator][arm]") {
    Stage stage;
    CHECK(stage.call("GET", list_path).code() == "MissingApiVersionParameter");
    CHECK(stage.call("GET", list_path + "?api-version=2015-01-01").code() == "NoRegisteredProviderFound");
    CHECK(
        stage.call("GET", "/subscriptions/none/resourceGroups/a/providers/Microsoft.Web/customApis" + version).code() ==
        "InvalidSubscriptionId");
    CHECK(stage
              .call("GET",
                    "/subscriptions/99999999-0000-4444-8888-0123456789ab/resourceGroups/a/providers/"
                    "Microsoft.Web/customApis" +
                        version)
              .code() == "SubscriptionNotFound");
    CHECK(stage
              .call("GET",
                    "/subscriptions/" + subscription + "/resourceGroups/a/providers/Microsoft.Web/customApis" + version)
              .code() == "ResourceGroupNotFound");
    stage.set({{"denied", json::array({"Microsoft.Web/customApis/write"})}});
    CHECK(stage.put("orders", document()).code() == "AuthorizationFailed");
    stage.token = stage.token_for("https://management.core.windows.net");
    CHECK(stage.call("GET", list_path + version).status == 200);
    stage.token = stage.token_for("https://graph.microsoft.com");
    CHECK(stage.call("GET", list_path + version).code() == "InvalidAuthenticationTokenAudience");
    stage.token.clear();
    CHECK(stage.call("GET", list_path + version).status == 401);
}

TEST_CASE("a list goes on behind a link", "[simulator][arm]") {
    Stage stage;
    for (int i = 0; i < 5; ++i) REQUIRE(stage.put("orders-" + std::to_string(i), document()).status == 200);
    stage.set({{"pageSize", 2}});
    std::size_t seen = 0;
    auto target = list_path + version;
    while (!target.empty()) {
        const auto page = stage.call("GET", target);
        seen += page.json.at("value").size();
        const auto next = page.json.value("nextLink", "");
        target = next.empty() ? "" : next.substr(next.find("/subscriptions/"));
    }
    CHECK(seen == 5);
}

TEST_CASE("who asks too much is told how long to wait", "[simulator][arm]") {
    Stage stage;
    stage.set({{"writeBucket", 0}});
    const auto refused = stage.put("orders", document());
    CHECK(refused.status == 429);
    CHECK(refused.code() == "SubscriptionRequestsThrottled");
    CHECK(refused.header("Retry-After").has_value());
}

TEST_CASE("a reader of a late replica sees what was", "[simulator][arm]") {
    Stage stage;
    stage.set({{"replicaLagSeconds", 3600}});
    REQUIRE(stage.put("orders", document()).status == 200);
    CHECK(stage.get("orders").status == 404);
    stage.tenant.simulator().control("POST", "clock", R"({"advanceSeconds": 3601})");
    stage.token = stage.token_for("https://management.azure.com");
    CHECK(stage.get("orders").status == 200);
}
