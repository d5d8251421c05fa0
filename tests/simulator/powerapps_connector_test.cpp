#include "simulator/powerapps_names.hpp"
#include "simulator/powerapps_stage.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;
using namespace std::chrono_literals;

TEST_CASE("a connector's name escapes its title and ends in two hashes of its environment", "[simulator][powerapps]") {
    const auto one = connector_name("My_App-1", tenant, default_environment);
    const auto two = connector_name("Other", tenant, default_environment);
    CHECK(one.substr(0, 7 + 14) == "shared_my-5fapp-2d1-5");
    CHECK(one.substr(one.size() - 38) == two.substr(two.size() - 38));
    CHECK(connector_name("Other", tenant, sales) != two);
    CHECK(two.size() == 7 + 5 + 38);
}

TEST_CASE("the part of a name after shared_ has at most 64 characters, and long titles keep apart",
          "[simulator][powerapps]") {
    const auto fits = connector_name(std::string(26, 'a'), tenant, sales);
    const auto cut = connector_name(std::string(27, 'a'), tenant, sales);
    CHECK(bare_connector_name(fits).size() == 64);
    CHECK(bare_connector_name(cut).size() == 64);
    CHECK(bare_connector_name(cut)[47] == '-');
    CHECK(cut != connector_name(std::string(28, 'a'), tenant, sales));
}

TEST_CASE("a created connector is read back with what the service adds", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector("Connector 1"));
    CHECK(name == connector_name("Connector 1", tenant, default_environment));
    const auto answer = stage.get(name);
    const auto& properties = answer.body.at("properties");
    CHECK(answer.body["id"] == "/providers/Microsoft.PowerApps/apis/" + name);
    CHECK(answer.body["type"] == "Microsoft.PowerApps/apis");
    CHECK(properties["isCustomApi"] == true);
    CHECK(properties["iconBrandColor"] == "#007ee5");
    CHECK(properties["createdTime"] == "2026-03-01T12:00:00.0000000Z");
    CHECK(properties["changedTime"] == properties["createdTime"]);
    CHECK(properties["environment"]["name"] == default_environment);
    CHECK(json::parse(properties["metadata"]["createdBy"].get<std::string>())["id"] == stage.caller->object_id);
    CHECK(properties["swagger"]["host"] == "europe-002.azure-apim.net");
    CHECK(properties["swagger"]["basePath"] == "/apim/" + std::string(bare_connector_name(name)));
    CHECK(!properties.contains("openApiDefinition"));
}

TEST_CASE("a connector that lacks what the service needs is not created", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = plain_connector();
    const auto lost = GENERATE("displayName", "environment", "backendService", "openApiDefinition");
    properties.erase(lost);
    INFO(lost);
    CHECK(stage.create(properties).status == 400);
    CHECK(stage.custom_names().empty());
}

TEST_CASE("a connector that says what the service does not take is not created", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = plain_connector();
    SECTION("a stack owner") {
        properties["stackOwner"] = "ISV";
    }
    SECTION("another environment than the filter's") {
        properties["environment"]["name"] = sales;
    }
    SECTION("a definition as text") {
        properties["openApiDefinition"] = definition().dump();
    }
    SECTION("a back end at another path than the definition") {
        properties["openApiDefinition"]["basePath"] = "/v2";
        CHECK_THAT(stage.create(properties).message(),
                   Catch::Contains("Swagger contains base path:/v2 but backend Url doesn't end on same path:/"));
    }
    SECTION("a back end at another host than the definition") {
        properties["backendService"]["serviceUrl"] = "https://example.com/";
    }
    SECTION("a property nobody knows, where the switch asks for strictness") {
        stage.switch_to({{"unknownProperties", "refuse"}});
        properties["nonsense"] = 1;
    }
    SECTION("script operations without a script") {
        properties["scriptOperations"] = {"ListSubscriptions"};
        CHECK(stage.create(properties).error() == "InvalidScriptDefinitionUrlWithNonNullOperations");
    }
    CHECK(stage.create(properties).status == 400);
    CHECK(stage.custom_names().empty());
}

TEST_CASE("a title that is taken is a conflict, or gets a varied name, as the switch says", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto first = stage.created(plain_connector());
    CHECK(stage.create(plain_connector()).status == 409);
    stage.switch_to({{"duplicateTitle", "vary"}});
    const auto second = stage.created(plain_connector()), third = stage.created(plain_connector());
    CHECK(std::set<std::string>{first, second, third}.size() == 3);
    CHECK(stage.custom_names().size() == 3);
}

TEST_CASE("lists mix built-in connectors in, leave the definition out, and can be asked for custom ones only",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector("Zebra"));
    const auto all = stage.call("GET", PowerAppsStage::apis()).body.at("value");
    CHECK(all.size() == 6);
    CHECK(std::count_if(all.begin(), all.end(),
                        [](const json& c) { return c["properties"]["isCustomApi"] == false; }) == 5);
    CHECK(std::none_of(all.begin(), all.end(), [](const json& c) { return c["properties"].contains("swagger"); }));
    const auto custom =
        stage.call("GET", PowerAppsStage::apis() + "%20and%20IsCustomApi%20eq%20%27True%27").body.at("value");
    REQUIRE(custom.size() == 1);
    CHECK(custom[0]["name"] == name);
    CHECK(custom[0]["properties"]["apiDefinitions"].contains("originalSwaggerUrl"));
}

TEST_CASE("pages of a list together are the list, whatever is made or removed between them", "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.switch_to({{"pageSize", 2}, {"builtInConnectors", 3}});
    for (const auto* title : {"a", "b", "c", "d"}) (void)stage.created(plain_connector(title));
    auto target = PowerAppsStage::apis();
    std::vector<std::string> seen;
    for (int page = 0; !target.empty(); ++page) {
        const auto answer = stage.call("GET", target);
        REQUIRE(answer.status == 200);
        for (const auto& connector : answer.body["value"]) seen.push_back(connector["name"]);
        const auto next = answer.body.value("nextLink", "");
        if (next.empty()) break;
        REQUIRE(next.rfind("http://127.0.0.1:8801/providers/", 0) == 0);
        target = next.substr(next.find("/providers"));
        if (page == 0) CHECK(stage.call("DELETE", PowerAppsStage::apis("/" + seen.front())).status == 200);
    }
    CHECK(seen.size() == 7);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 7);
    stage.switch_to({{"nextLinkHost", "https://management.azure.com"}});
    CHECK_THAT(stage.call("GET", PowerAppsStage::apis()).body["nextLink"].get<std::string>(),
               Catch::StartsWith("https://management.azure.com/providers/"));
}

TEST_CASE("an update replaces the top-level properties that it carries and moves changedTime",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(secret_connector());
    const auto before = stage.get(name).body["properties"];
    CHECK(stage.update(name, {{"capabilities", {"actions"}}}).status == 200);
    const auto after = stage.get(name).body["properties"];
    CHECK(after["capabilities"] == json{"actions"});
    CHECK(after["description"] == before["description"]);
    CHECK(after["connectionParameters"] == before["connectionParameters"]);
    CHECK(after["changedTime"].get<std::string>() > before["changedTime"].get<std::string>());
    CHECK(after["createdTime"] == before["createdTime"]);
}

TEST_CASE("an update is refused in the words of the service", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(secret_connector());
    const auto whole = [] {
        auto properties = secret_connector();
        properties.erase("displayName");
        return properties;
    }();
    auto properties = whole;
    std::string target = name, code;
    int status = 400;
    SECTION("a display name, even the same one") {
        properties["displayName"] = "Sample";
        code = "CannotUpdateApiDisplayName";
    }
    SECTION("metadata") {
        properties["metadata"] = json::object();
        code = "CannotUpdateApiMetadata";
    }
    SECTION("connection parameters alone") {
        properties = {{"connectionParameters", whole["connectionParameters"]}};
        code = "ApiHubsRequestFailed";
        status = 500;
    }
    SECTION("script operations without a script") {
        properties["scriptOperations"] = {"ListSubscriptions"};
        code = "InvalidScriptDefinitionUrlWithNonNullOperations";
    }
    SECTION("a connector that is not there") {
        target = "shared_nobody";
        code = "CustomApiNotFound";
    }
    SECTION("a built-in connector") {
        target = "shared_office365";
        code = "CustomApiNotFound";
    }
    SECTION("a definition as the service itself shows it") {
        properties["openApiDefinition"] = stage.get(name).body["properties"]["swagger"];
        code = "ApiHubsRequestFailed";
        CHECK_THAT(stage.update(target, properties).message(), Catch::Contains("Swagger contains base path:/apim/"));
    }
    SECTION("the service's own tags sent back") {
        properties["openApiDefinition"]["paths"] = stage.get(name).body["properties"]["swagger"]["paths"];
        code = "ApiHubsRequestFailed";
        CHECK_THAT(stage.update(target, properties).message(), Catch::Contains("Non-unique array item at index 1"));
    }
    SECTION("a stack owner") {
        properties["stackOwner"] = "ISV";
        code = "InvalidRequestContent";
    }
    const auto before = stage.record(name);
    const auto answer = stage.update(target, properties);
    INFO(answer.text);
    CHECK(answer.status == status);
    CHECK(answer.error() == code);
    CHECK(stage.record(name) == before);
    CHECK(stage.update(name, whole).status == 200);
}

TEST_CASE("a rejected definition can be dropped without a word", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector());
    auto bad = definition();
    bad["swagger"] = "3.0";
    const json properties{{"description", "new"}, {"openApiDefinition", bad}};
    CHECK(stage.update(name, properties).status == 400);
    stage.switch_to({{"dropRejectedSwagger", true}});
    CHECK(stage.update(name, properties).status == 200);
    CHECK(stage.record(name)["openApiDefinition"] == definition());
    CHECK(stage.record(name)["properties"]["description"] == "new");
    auto created = plain_connector("Another");
    created["openApiDefinition"] = bad;
    CHECK(stage.create(created).status == 400);
}

TEST_CASE("statuses of writes are switches", "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.switch_to({{"createStatus", 200}, {"updateStatus", 204}, {"deleteStatus", 204}, {"deleteAbsentStatus", 204}});
    const auto created = stage.create(plain_connector());
    CHECK(created.status == 200);
    const std::string name = created.body["name"];
    const auto updated = stage.update(name, {{"description", "x"}});
    CHECK(updated.status == 204);
    CHECK(updated.text.empty());
    CHECK(stage.call("DELETE", PowerAppsStage::apis("/" + name)).status == 204);
    CHECK(stage.call("DELETE", PowerAppsStage::apis("/" + name)).status == 204);
    CHECK(stage.get(name).status == 404);
}

TEST_CASE("a late replica does not know a new connector, shows old values, and still knows a deleted one",
          "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.switch_to({{"replicaLagSeconds", 10}});
    const auto name = stage.created(plain_connector());
    CHECK(stage.get(name).status == 404);
    CHECK(stage.custom_names().empty());
    stage.clock.time += 11s;
    CHECK(stage.get(name).status == 200);
    CHECK(stage.update(name, {{"description", "new"}}).body["properties"]["description"] == "new");
    CHECK(stage.get(name).body["properties"]["description"] == "Lists subscriptions");
    stage.clock.time += 11s;
    CHECK(stage.get(name).body["properties"]["description"] == "new");
    CHECK(stage.call("DELETE", PowerAppsStage::apis("/" + name)).status == 200);
    CHECK(stage.get(name).status == 200);
    stage.clock.time += 11s;
    CHECK(stage.get(name).status == 404);
}

TEST_CASE("a deleted connector that is made again has its name and redirect URL again", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto first = stage.create(secret_connector()).body;
    CHECK(stage.call("DELETE", PowerAppsStage::apis("/" + first["name"].get<std::string>())).status == 200);
    auto second = stage.create(secret_connector()).body;
    CHECK(first["name"] == second["name"]);
    CHECK(oauth(first["properties"])["redirectUrl"] == oauth(second["properties"])["redirectUrl"]);
}

TEST_CASE("sharing adds, changes and takes away permissions, but never the owner's", "[simulator][powerapps]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector());
    const std::string friend_id = "44444444-4444-4444-4444-444444444444";
    const auto share = [&](const std::string& role) {
        return stage.call(
            "POST", PowerAppsStage::apis("/" + name + "/modifyPermissions"),
            {{"put", {{{"properties", {{"roleName", role}, {"principal", {{"id", friend_id}, {"type", "Group"}}}}}}}}});
    };
    const auto listed = [&] {
        return stage.call("GET", PowerAppsStage::apis("/" + name + "/permissions")).body.at("value");
    };
    CHECK(listed().size() == 1);
    CHECK(share("CanView").status == 200);
    CHECK(share("CanEdit").status == 200);
    CHECK(share("CanDance").status == 400);
    REQUIRE(listed().size() == 2);
    CHECK(listed()[1]["properties"]["roleName"] == "CanEdit");
    const auto remove = [&](const json& permission) {
        return stage
            .call("POST", PowerAppsStage::apis("/" + name + "/modifyPermissions"),
                  {{"delete", {{{"id", permission["id"]}}}}})
            .status;
    };
    CHECK(remove(listed()[0]) == 400);
    CHECK(remove(listed()[1]) == 200);
    CHECK(listed().size() == 1);
}

TEST_CASE("what a service principal made can stay invisible to others until it is shared", "[simulator][powerapps]") {
    PowerAppsStage stage;
    stage.switch_to({{"unsharedInvisible", true}});
    const auto name = stage.created(plain_connector());
    const auto maker = *stage.caller;
    stage.caller->object_id = "44444444-4444-4444-4444-444444444444";
    CHECK(stage.get(name).status == 404);
    CHECK(stage.custom_names().empty());
    const auto other = stage.caller->object_id;
    stage.caller = maker;
    CHECK(stage.custom_names() == std::vector{name});
    CHECK(
        stage
            .call(
                "POST", PowerAppsStage::apis("/" + name + "/modifyPermissions"),
                {{"put",
                  {{{"properties", {{"roleName", "CanView"}, {"principal", {{"id", tenant}, {"type", "Tenant"}}}}}}}}})
            .status == 200);
    stage.caller->object_id = other;
    CHECK(stage.get(name).status == 200);
}

TEST_CASE("operations may stay with a script that was seeded", "[simulator][powerapps][script]") {
    PowerAppsStage stage;
    stage.service->seed({{"connectors",
                          {{{"name", "shared_seeded"},
                            {"environment", default_environment},
                            {"properties",
                             {{"displayName", "Seeded"},
                              {"backendService", {{"serviceUrl", "https://api.contoso.example/"}}},
                              {"scriptOperations", {"ListSubscriptions"}}}},
                            {"openApiDefinition", definition()},
                            {"_script", {{"contentType", "text/plain"}, {"base64", "cHVibGlj"}}}}}}});
    CHECK(stage.update("shared_seeded", {{"description", "Somebody's"}}).status == 200);
    const auto refused = stage.update("shared_seeded", {{"scriptDefinitionUrl", ""}, {"scriptOperations", {"x"}}});
    CHECK(refused.error() == "InvalidScriptDefinitionUrlWithNonNullOperations");
}
