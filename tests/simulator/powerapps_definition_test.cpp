#include "simulator/powerapps_stage.hpp"
#include "simulator/swagger.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

std::string definition_url(PowerAppsStage& stage, const std::string& name, const char* which = "originalSwaggerUrl") {
    return stage.get(name).body.at("properties").at("apiDefinitions").at(which);
}

std::string target_of(const std::string& url) {
    return url.substr(url.find('/', url.find("://") + 3));
}

Request put(const std::string& url, const std::string& content) {
    Request request;
    request.method = "PUT";
    request.target = target_of(url);
    const auto question = request.target.find('?');
    request.path = request.target.substr(0, question);
    request.query = parse_query(std::string_view(request.target).substr(question + 1));
    request.body = content;
    request.headers = {{"x-ms-blob-type", "BlockBlob"}, {"Content-Type", "image/png"}};
    return request;
}

/// The address of a blob that a client may write, as it makes it from the container's.
std::string upload_address(PowerAppsStage& stage, const std::string& file) {
    const auto answer = stage.call("POST",
                                   "/providers/Microsoft.PowerApps/objectIds/" + stage.caller->object_id +
                                       "/generateResourceStorage?api-version=2016-11-01",
                                   {{"environment", {{"name", default_environment}}}});
    std::string url = answer.body.at("sharedAccessSignature");
    return url.insert(url.find('?'), "/" + file);
}

json operation(json extra = json::object()) {
    json made{{"operationId", "Op"}, {"responses", {{"200", {{"description", "OK"}}}}}};
    made.update(extra);
    return made;
}

}  // namespace

TEST_CASE("the definition comes back as submitted from its own address, with a byte order mark",
          "[simulator][powerapps][blob]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector());
    auto text = stage.fetch(definition_url(stage, name)).text;
    REQUIRE(text.substr(0, 3) == "\xEF\xBB\xBF");
    CHECK(json::parse(text.substr(3)) == definition());
    CHECK(text.find("\r\n") == std::string::npos);
    stage.switch_to({{"definitionBom", false}, {"definitionCrlf", true}});
    text = stage.fetch(definition_url(stage, name)).text;
    CHECK(text.front() == '{');
    CHECK(text.find("\r\n") != std::string::npos);
    const auto modified = stage.fetch(definition_url(stage, name, "modifiedSwaggerUrl")).body;
    CHECK(modified["host"] == "europe-002.azure-apim.net");
    CHECK(modified["paths"]["/subscriptions"]["get"]["tags"].size() == 1);
}

TEST_CASE("a signed address is new on every read, lives an hour, and takes no other signature or header",
          "[simulator][powerapps][blob]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector());
    const auto url = definition_url(stage, name);
    CHECK(url != definition_url(stage, name));
    CHECK(stage.fetch(url).status == 200);

    auto request = put(url, {});
    request.method = "GET";
    request.headers = {{"Authorization", "Bearer x"}};
    CHECK(stage.call(request).status == 403);

    auto other = url;
    other.replace(other.find(".json_original"), 14, ".json");
    CHECK(stage.fetch(other).status == 403);
    CHECK(stage.fetch(url.substr(0, url.find('?'))).status == 403);
    CHECK(stage.call(put(url, "{}")).status == 403);
    stage.clock.time += 59min;
    CHECK(stage.fetch(url).status == 200);
    stage.clock.time += 2min;
    CHECK(stage.fetch(url).status == 403);
    CHECK(stage.fetch(definition_url(stage, name)).status == 200);
}

TEST_CASE("the definition of a deleted connector is gone", "[simulator][powerapps][blob]") {
    PowerAppsStage stage;
    const auto name = stage.created(plain_connector());
    const auto url = definition_url(stage, name);
    (void)stage.call("DELETE", PowerAppsStage::apis("/" + name));
    const auto answer = stage.fetch(url);
    CHECK(answer.status == 404);
    CHECK_THAT(answer.text, Catch::Contains("<Code>BlobNotFound</Code>"));
}

TEST_CASE("an uploaded icon and script come back from the service's own copies", "[simulator][powerapps][blob]") {
    PowerAppsStage stage;
    const auto icon = upload_address(stage, "icon.png"), script = upload_address(stage, "script.csx");
    CHECK(stage.call(put(icon, "picture")).status == 201);
    CHECK(stage.call(put(script, "public class Script : ScriptBase {}")).status == 201);
    auto properties = plain_connector();
    properties["iconUri"] = icon;
    properties["scriptDefinitionUrl"] = script;
    properties["scriptOperations"] = {"ListSubscriptions"};
    const auto name = stage.created(properties);
    CHECK(stage.call(put(icon, "another picture")).status == 201);
    auto read = stage.get(name).body["properties"];
    CHECK(read["iconUri"] != icon);
    CHECK(stage.fetch(read["iconUri"]).text == "picture");
    CHECK(stage.fetch(read["scriptDefinitionUrl"]).text == "public class Script : ScriptBase {}");

    CHECK(stage.update(name, {{"description", "x"}}).status == 200);
    CHECK(stage.get(name).body["properties"].contains("scriptDefinitionUrl"));
    CHECK(stage.update(name, {{"scriptDefinitionUrl", ""}}).status == 200);
    read = stage.get(name).body["properties"];
    CHECK(!read.contains("scriptDefinitionUrl"));
    CHECK(!read.contains("scriptOperations"));
}

TEST_CASE("a blob without its type header, and an icon that was never uploaded, are refused",
          "[simulator][powerapps][blob]") {
    PowerAppsStage stage;
    const auto url = upload_address(stage, "icon.png");
    auto request = put(url, "picture");
    request.headers.clear();
    CHECK(stage.call(request).status == 400);
    auto properties = plain_connector();
    properties["iconUri"] = url;
    CHECK(stage.create(properties).status == 400);
}

TEST_CASE("a script can fail to compile or find no room", "[simulator][powerapps]") {
    PowerAppsStage stage;
    auto properties = plain_connector();
    properties["scriptDefinitionUrl"] = "https://contoso.example/script.csx";
    stage.switch_to({{"scriptFailure", "compile"}});
    CHECK_THAT(stage.create(properties).message(), Catch::Contains("error CS"));
    stage.switch_to({{"scriptFailure", "capacity"}});
    CHECK_THAT(stage.create(properties).message(), Catch::Contains("Unable to find an unassigned function app"));
    stage.switch_to({{"scriptFailure", "none"}});
    CHECK(stage.create(properties).status == 201);
}

TEST_CASE("definitions break one rule each", "[simulator][swagger]") {
    auto document = definition();
    auto& get = document["paths"]["/subscriptions"]["get"];
    std::string pointer, words;
    SECTION("version") {
        document["swagger"] = "3.0.0";
        pointer = "swagger", words = "must have the string value \"2.0\"";
    }
    SECTION("no info") {
        document.erase("info");
        words = "'info' property is required";
    }
    SECTION("no title") {
        document["info"].erase("title");
        pointer = "info", words = "'title' property is required";
    }
    SECTION("no paths") {
        document.erase("paths");
        words = "'paths' property is required";
    }
    SECTION("a member nobody knows") {
        document["components"] = json::object();
        pointer = "components", words = "its name must begin with \"x-\"";
    }
    SECTION("security definitions in the wrong place") {
        document["paths"]["/subscriptions"]["securityDefinitions"] = json::object();
        pointer = "paths/~1subscriptions/securityDefinitions",
        words = "The property 'securityDefinitions' is not valid.";
    }
    SECTION("a host with a scheme") {
        document["host"] = "https://management.azure.com";
        pointer = "host", words = "without a scheme or path";
    }
    SECTION("a base path without its slash") {
        document["basePath"] = "v1";
        pointer = "basePath", words = "must start with a '/'";
    }
    SECTION("no scheme") {
        document["schemes"] = json::array();
        pointer = "schemes", words = "requires at least one value";
    }
    SECTION("a web socket") {
        document["schemes"] = {"wss"};
        pointer = "schemes", words = "WebSocket schemes are not supported.";
    }
    SECTION("no operation id") {
        get.erase("operationId");
        pointer = "paths/~1subscriptions/get", words = "'operationId' property is required";
    }
    SECTION("an operation id twice") {
        document["paths"]["/other"]["get"] = get;
        pointer = "paths/~1subscriptions/get", words = "'ListSubscriptions' is used multiple times";
    }
    SECTION("no response") {
        get["responses"] = json::object();
        pointer = "paths/~1subscriptions/get", words = "at least one response";
    }
    SECTION("a path without its slash") {
        document["paths"]["other"]["get"] = operation();
        pointer = "paths/other", words = "must start with a '/'";
    }
    SECTION("a path with a query") {
        document["paths"]["/other?x=1"]["get"] = operation();
        pointer = "paths/~1other?x=1", words = "query part";
    }
    SECTION("two templates of one shape") {
        const json by_id =
            operation({{"parameters", {{{"name", "id"}, {"in", "path"}, {"required", true}, {"type", "string"}}}}});
        auto by_key = by_id;
        by_key["operationId"] = "Op2";
        by_key["parameters"][0]["name"] = "key";
        document["paths"]["/a/{id}"]["get"] = by_id;
        document["paths"]["/a/{key}"]["get"] = by_key;
        pointer = "paths/~1a~1{key}", words = "cannot be told apart";
    }
    SECTION("two paths that differ in case") {
        document["paths"]["/SUBSCRIPTIONS"]["get"] = operation();
        pointer = "paths/~1subscriptions", words = "compared without case";
    }
    SECTION("a template without its parameter") {
        document["paths"]["/a/{id}"]["get"] = operation();
        pointer = "paths/~1a~1{id}/get", words = "missing the path parameter 'id'";
    }
    SECTION("a path parameter without its template") {
        get["parameters"] = {{{"name", "id"}, {"in", "path"}, {"required", true}, {"type", "string"}}};
        pointer = "paths/~1subscriptions/get", words = "not defined in the path template";
    }
    SECTION("a body on GET") {
        get["parameters"] = {{{"name", "b"}, {"in", "body"}, {"schema", json::object()}}};
        pointer = "paths/~1subscriptions/get", words = "not allowed in an operation that fetches";
    }
    SECTION("body and form together") {
        document["paths"]["/a"]["post"] = operation({{"parameters",
                                                      {{{"name", "b"}, {"in", "body"}, {"schema", json::object()}},
                                                       {{"name", "f"}, {"in", "formData"}, {"type", "string"}}}}});
        pointer = "paths/~1a/post", words = "both body and formData";
    }
    SECTION("a parameter named connectionId") {
        get["parameters"] = {{{"name", "connectionId"}, {"in", "query"}, {"type", "string"}}};
        pointer = "paths/~1subscriptions/get", words = "cannot be named as 'connectionId'";
    }
    SECTION("tags twice") {
        get["tags"] = {"a", "b", "a"};
        pointer = "paths/~1subscriptions/get", words = "Non-unique array item at index 2";
    }
    SECTION("a reference into nothing") {
        get["responses"]["200"]["schema"] = {{"$ref", "#/definitions/Missing"}};
        pointer = "paths/~1subscriptions/get/responses/200/schema", words = "'#/definitions/Missing' was not found";
    }
    SECTION("definitions that only refer to each other") {
        document["definitions"] = {{"A", {{"$ref", "#/definitions/A"}}}};
        pointer = "definitions/A", words = "leads back to itself";
    }
    SECTION("a security requirement nobody defined") {
        document["security"] = {{{"oauth2_auth", json::array()}}};
        pointer = "security", words = "must be defined";
    }
    SECTION("a scope nobody declared") {
        document["securityDefinitions"]["o"] = {{"type", "oauth2"}, {"scopes", json::object()}};
        document["security"] = {{{"o", {"read"}}}};
        pointer = "security", words = "is not declared";
    }
    const auto errors = swagger_errors(document);
    INFO("expected: " << words << "; found: " << swagger_report(errors, "Error"));
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].pointer == pointer);
    CHECK_THAT(errors[0].message, Catch::Contains(words));
}

TEST_CASE("a definition without faults, with shared parameters, extensions and a recursive schema passes",
          "[simulator][swagger]") {
    auto document = definition();
    document["x-ms-connector-metadata"] = json::array();
    document["parameters"]["Id"] = {{"name", "id"}, {"in", "path"}, {"required", true}, {"type", "string"}};
    document["definitions"]["Node"] = {
        {"type", "object"},
        {"properties", {{"children", {{"type", "array"}, {"items", {{"$ref", "#/definitions/Node"}}}}}}}};
    document["paths"]["/nodes/{id}"] = {{"parameters", {{{"$ref", "#/parameters/Id"}}}},
                                        {"get", operation({{"x-ms-visibility", "important"}})}};
    document["produces"] = {"application/xml"};
    CHECK(swagger_report(swagger_errors(document), "Error") == "");
    CHECK(swagger_errors(document, {.strict_mime_types = true}).size() == 1);
    CHECK(swagger_errors("text").size() == 1);
}

TEST_CASE("a definition of more than a megabyte or 256 operations is too large", "[simulator][swagger]") {
    auto document = definition();
    SECTION("bytes") {
        document["info"]["description"] = std::string(max_definition_bytes, 'x');
    }
    SECTION("operations") {
        for (std::size_t i = 0; i < max_operations; ++i) {
            document["paths"]["/a" + std::to_string(i)]["get"] = operation({{"operationId", "Op" + std::to_string(i)}});
        }
    }
    CHECK(swagger_errors(document).size() == 1);
}

TEST_CASE("validation answers a JSON string, or 400 for a bad definition", "[simulator][powerapps][swagger]") {
    PowerAppsStage stage;
    const auto target = "/providers/Microsoft.PowerApps/objectIds/" + stage.caller->object_id +
                        "/validateApiSwagger?api-version=2016-11-01";
    const auto strict = target + "&enableConnectorCertificationRules=true";
    CHECK(stage.call("POST", target, definition()).text == "\"\"");
    auto untidy = definition();
    untidy["paths"]["/subscriptions"]["get"].erase("summary");
    CHECK(stage.call("POST", target, untidy).text == "\"\"");
    CHECK_THAT(stage.call("POST", strict, untidy).body.get<std::string>(),
               Catch::StartsWith("Warning : paths/~1subscriptions/get : "));
    auto bad = definition();
    bad["swagger"] = "3.0";
    CHECK(stage.call("POST", target, bad).status == 400);
    CHECK_THAT(stage.call("POST", target, bad).message(),
               Catch::Contains("Error : swagger : The 'swagger' property must have"));
    CHECK(stage.call("POST", strict, bad).status == 200);
    stage.switch_to({{"validateFailureStatus", 200}});
    CHECK(stage.call("POST", target, bad).status == 200);
}

TEST_CASE("whether the documented rules that published connectors break are errors is a switch",
          "[simulator][powerapps][swagger]") {
    PowerAppsStage stage;
    const auto target = "/providers/Microsoft.PowerApps/objectIds/" + stage.caller->object_id +
                        "/validateApiSwagger?api-version=2016-11-01";
    auto document = definition();
    SECTION("an operation without response") {
        document["paths"]["/subscriptions"]["get"]["responses"] = json::object();
    }
    SECTION("a requirement that nothing defines") {
        document["security"] = json::array({{{"nobody", json::array()}}});
    }
    SECTION("two paths that cannot be told apart") {
        document["paths"]["/Subscriptions"]["get"] = operation({{"operationId", "Again"}});
    }
    CHECK(stage.call("POST", target, document).status == 200);
    CHECK_THAT(stage.call("POST", target + "&enableConnectorCertificationRules=true", document).text,
               Catch::Contains("Error : "));
    stage.switch_to({{"swaggerRules", "documented"}});
    CHECK(stage.call("POST", target, document).status == 400);
}
