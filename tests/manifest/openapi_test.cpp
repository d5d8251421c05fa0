#include "manifest/openapi.hpp"

#include "manifest/loading.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::manifest;
using Json = nlohmann::json;

namespace {

OpenApiResult read(const std::string& text, bool entra = false) {
    return read_openapi({.file = "base/api.json",
                         .text = text,
                         .manifest_span = {},
                         .host = {},
                         .base_path = {},
                         .adds_entra_security = entra});
}

std::vector<std::string> codes(const OpenApiResult& result) {
    std::vector<std::string> all;
    for (const auto& diagnostic : result.diagnostics) all.push_back(diagnostic.code);
    return all;
}

using Texts = std::vector<std::string>;

/// A good document with one thing changed.
template <typename Change>
OpenApiResult changed(Change change) {
    auto document = Json::parse(good_openapi());
    change(document);
    return read(document.dump(2));
}

}  // namespace

TEST_CASE("what an operation, a response and a parameter may not hold, or have to, is told at its place", "[openapi]") {
    struct Row {
        std::string pointer;  ///< below the first operation
        Json value;
        std::string code, said;
    };
    const auto row = GENERATE(
        Row{"/requestBody", Json::object(), "RG0606", "the property 'requestBody' is not valid"},
        Row{"/tags", "x", "RG0607", "expected type 'array', but value is of type 'string'"},
        Row{"/parameters", Json::object(), "RG0607", "expected type 'array', but value is of type 'object'"},
        Row{"/responses/200", Json::object(), "RG0605", "the 'description' property is required"},
        Row{"/parameters", {{{"name", "q"}, {"in", "query"}}}, "RG0605", "the 'type' property is required"},
        Row{"/parameters/0/foo", 1, "RG0606", "the property 'foo' is not allowed and must be removed"},
        Row{"/parameters",
            {{{"name", "b"}, {"in", "body"}, {"schema", Json::object()}, {"type", "string"}}},
            "RG0606",
            "the property 'type' is not allowed and must be removed"},
        Row{"/parameters", {{{"name", "q"}, {"in", "cookie"}, {"type", "string"}}}, "RG0605", "cannot be 'in: cookie'"},
        Row{"/parameters", {{{"name", "b"}, {"in", "body"}}}, "RG0605", "the 'schema' property is required"});
    const auto result = changed([&](Json& document) {
        auto& path = *document["paths"].begin();
        auto& operation = *path.begin();
        operation[Json::json_pointer(row.pointer)] = row.value;
    });
    CAPTURE(row.pointer, row.value.dump());
    const auto it = std::find_if(result.diagnostics.begin(), result.diagnostics.end(), [&](const auto& d) {
        return d.code == row.code && d.message.find(row.said) != std::string::npos;
    });
    REQUIRE(it != result.diagnostics.end());
    CHECK(it->severity == model::Severity::error);
    CHECK(it->span.line > 1);
}

TEST_CASE("what forms and connectors do not know is a warning, once for each", "[openapi]") {
    const auto result = changed([](Json& document) {
        auto& operation = *document["paths"].begin()->begin();
        operation["parameters"] = {{{"name", "a"}, {"in", "query"}, {"type", "foo"}},
                                   {{"name", "b"}, {"in", "query"}, {"type", "string"}, {"format", "date-timez"}},
                                   {{"name", "c"}, {"in", "query"}, {"type", "integer"}, {"format", "int32"}}};
        operation["consumes"] = {"application/pdf", "application/JSON ; charset=utf-8"};
        operation["produces"] = {"application/pdf"};
    });
    REQUIRE(codes(result).size() == 3);
    CHECK(!model::has_errors(result.diagnostics));
    const auto said = [&](const std::string& code, const std::string& words) {
        return std::count_if(result.diagnostics.begin(), result.diagnostics.end(), [&](const auto& d) {
            return d.code == code && d.message.find(words) != std::string::npos && d.span.known();
        });
    };
    CHECK(said("RG0631", "'foo'") == 1);
    CHECK(said("RG0631", "'date-timez'") == 1);
    CHECK(said("RG0620", "'application/pdf'") == 1);
}

TEST_CASE("a parameter that operations share is told once, where it is described", "[openapi]") {
    const auto result = changed([](Json& document) {
        document["parameters"]["Shared"] = {{"name", "s"}, {"in", "query"}, {"type", "string"}, {"foo", 1}};
        auto& operation = *document["paths"].begin()->begin();
        operation["parameters"].push_back({{"$ref", "#/parameters/Shared"}});
        auto second = operation;
        second["operationId"] = "Second";
        (*document["paths"].begin())["head"] = second;
    });
    REQUIRE(codes(result) == Texts{"RG0606"});
    CHECK(result.diagnostics[0].notes.at(0) == "the service's validator calls this rule AdditionalPropertyNotAllowed");
}

TEST_CASE("a schema that nests too deeply is shown by its name and by the place where it does", "[openapi]") {
    auto schema = std::string(R"({"type": "string"})");
    for (int i = 0; i < 70; ++i) schema = R"({"properties": {"p": )" + schema + "}}";
    auto text = good_openapi();
    text.insert(text.rfind('}'), ",\n\"definitions\": {\n\"Deep\":\n" + schema + "}\n");
    const auto result = read(text);
    REQUIRE(codes(result) == Texts{"RG0603"});
    const auto& d = result.diagnostics[0];
    CHECK(d.notes.at(0) == "the service's validator calls this rule SchemaTooDeep");
    REQUIRE(d.secondary.size() == 1);
    CHECK(d.span.line + 1 == d.secondary[0].span.line);
}

TEST_CASE("comments around and inside a definition, and commas behind a last member, are passed over", "[openapi]") {
    auto text = good_openapi();
    text.insert(text.rfind('}'), ",");
    text.insert(text.find('{') + 1, " // inside\n");
    const auto plain = read(good_openapi());
    const auto commented = read("// kept by hand\n/* by { us } */ " + text + "\n// the end\n");
    CHECK(codes(commented) == codes(plain));
    CHECK(commented.definition == plain.definition);
    CHECK(codes(read("/* never closed {")) == Texts{"RG0603"});
}

TEST_CASE("an OpenAPI file says the same in JSON, in YAML, and with its keys in another order", "[manifest][openapi]") {
    const auto json = read(good_openapi());
    REQUIRE(json.diagnostics.empty());
    const auto yaml = read(R"(paths:
  /subscriptions:
    get:
      responses:
        "200": {description: OK}
      operationId: ListSubscriptions
      parameters:
        - {in: query, name: api-version, type: string, required: true}
produces: [application/json]
schemes: [https]
basePath: /
host: management.azure.com
info:
  version: "1.0"
  title: Azure Resource Manager
  description: Lists subscriptions
swagger: "2.0"
)");
    REQUIRE(yaml.diagnostics.empty());
    CHECK(json.definition == yaml.definition);
    CHECK(json.definition.find('\n') == std::string::npos);
    CHECK(json.definition.substr(0, 14) == R"({"basePath":"/)");
    CHECK(json.title == "Azure Resource Manager");
    CHECK(json.description == "Lists subscriptions");
}

TEST_CASE("an answer's number needs no quotes in YAML, and a key that could be read otherwise does",
          "[manifest][openapi]") {
    const auto with_key = [](const std::string& key) {
        return "swagger: \"2.0\"\ninfo: {title: A, version: \"1\"}\nhost: api.contoso.example\nschemes: [https]\n"
               "paths:\n  /a:\n    get:\n      operationId: A\n      responses:\n        " +
               key + ": {description: OK}\n        default: {description: none}\n";
    };
    CHECK(read(with_key("200")).definition == read(with_key("\"200\"")).definition);
    CHECK_FALSE(read(with_key("200")).definition.empty());
    for (const auto* key : {"0200", "2e2", "0xC8", "2.5", "true", "~"})
        CHECK(codes(read(with_key(key))) == Texts{"RG0114"});
    CHECK(codes(read(with_key("200: {description: OK}\n        \"200\""))) == Texts{"RG0102"});
}

TEST_CASE("a connector that signs in with Entra ID gets the security its file lacks, and keeps what the file has",
          "[manifest][openapi]") {
    const auto added = Json::parse(read(good_openapi(), true).definition);
    CHECK(added["securityDefinitions"]["oauth2_auth"]["flow"] == "accessCode");
    CHECK(added["security"] == Json::parse(R"([{"oauth2_auth": []}])"));
    CHECK_FALSE(Json::parse(read(good_openapi(), false).definition).contains("securityDefinitions"));

    auto document = Json::parse(good_openapi());
    document["securityDefinitions"]["mine"] = {{"type", "oauth2"}, {"flow", "accessCode"}, {"scopes", {{"a", "b"}}}};
    document["security"] = Json::parse(R"([{"mine": ["a"]}])");
    const auto kept = Json::parse(read(document.dump(), true).definition);
    CHECK(kept["securityDefinitions"] == document["securityDefinitions"]);
    CHECK(kept["security"] == document["security"]);
}

TEST_CASE("host and base path of the manifest replace the file's", "[manifest][openapi]") {
    auto document = Json::parse(good_openapi());
    document.erase("host");
    const auto result = read_openapi(
        {.file = "a", .text = document.dump(), .manifest_span = {}, .host = "api.contoso.example", .base_path = "/v2"});
    REQUIRE(result.diagnostics.empty());
    const auto json = Json::parse(result.definition);
    CHECK(json["host"] == "api.contoso.example");
    CHECK(json["basePath"] == "/v2");
}

TEST_CASE("a file without schemes and base path is sent as it is", "[manifest][openapi]") {
    const auto result = changed([](Json& d) { d.erase("schemes"), d.erase("basePath"); });
    const auto json = Json::parse(result.definition);
    CHECK(result.diagnostics.empty());
    CHECK(!json.contains("schemes"));
    CHECK(!json.contains("basePath"));
}

TEST_CASE("what the service would refuse is refused here", "[manifest][openapi]") {
    CHECK(codes(changed([](Json& d) { d["swagger"] = 2.0; })) == Texts{"RG0604"});
    CHECK(codes(changed([](Json& d) { d.erase("host"); })) == Texts{"RG0605"});
    CHECK(codes(changed([](Json& d) { d.erase("paths"); })) == Texts{"RG0605"});
    CHECK(codes(changed([](Json& d) { d["info"].erase("title"); })) == Texts{"RG0605"});
    CHECK(codes(changed([](Json& d) { d["servers"] = Json::array(); })) == Texts{"RG0606"});
    CHECK(codes(changed([](Json& d) { d["paths"]["/subscriptions"]["fetch"] = Json::object(); })) == Texts{"RG0606"});
    CHECK(codes(changed([](Json& d) { d["host"] = 1; })) == Texts{"RG0607"});
    CHECK(codes(changed([](Json& d) { d["host"] = "https://x"; })) == Texts{"RG0608"});
    CHECK(codes(changed([](Json& d) { d["basePath"] = "v2"; })) == Texts{"RG0609"});
    CHECK(codes(changed([](Json& d) { d["schemes"] = Json::array(); })) == Texts{"RG0610"});
    CHECK(codes(changed([](Json& d) { d["schemes"] = {"ftp"}; })) == Texts{"RG0610"});
    CHECK(codes(changed([](Json& d) { d["paths"]["/subscriptions"]["get"].erase("operationId"); })) == Texts{"RG0611"});
    CHECK(codes(changed([](Json& d) { d["paths"] = Json::object(); })) == Texts{"RG0613"});
    CHECK(codes(changed([](Json& d) {
              d["paths"]["/a?b=c"]["get"] = {{"operationId", "B"}, {"responses", {{"200", {{"description", "OK"}}}}}};
          })) == Texts{"RG0613"});
    CHECK(codes(changed([](Json& d) {
              d["paths"]["/subscriptions/{id}"]["get"] = {{"operationId", "B"},
                                                          {"responses", {{"200", {{"description", "OK"}}}}}};
          })) == Texts{"RG0614"});
    CHECK(codes(changed([](Json& d) {
              d["paths"]["/subscriptions"]["get"]["parameters"][0]["name"] = "connectionId";
          })) == Texts{"RG0616"});
    CHECK(codes(changed([](Json& d) {
              d["paths"]["/subscriptions"]["get"]["responses"]["200"]["schema"]["$ref"] = "#/definitions/None";
          })) == Texts{"RG0617"});
}

TEST_CASE("what the documentation forbids and published connectors do is a warning, and the file is taken",
          "[manifest][openapi]") {
    const auto warned = [](const OpenApiResult& result, const std::string& code) {
        return codes(result) == Texts{code} && !model::has_errors(result.diagnostics) && !result.definition.empty();
    };
    CHECK(
        warned(changed([](Json& d) { d["paths"]["/subscriptions"]["get"]["responses"] = Json::object(); }), "RG0612"));
    CHECK(warned(changed([](Json& d) {
                     d["paths"]["/Subscriptions"]["get"] = {{"operationId", "B"},
                                                            {"responses", {{"200", {{"description", "OK"}}}}}};
                 }),
                 "RG0613"));
    CHECK(warned(changed([](Json& d) {
                     d["paths"]["/subscriptions"]["get"]["parameters"].push_back(
                         {{"name", "b"}, {"in", "body"}, {"schema", Json::object()}});
                 }),
                 "RG0615"));
    CHECK(warned(changed([](Json& d) { d["security"] = Json::parse(R"([{"none": []}])"); }), "RG0618"));
    CHECK(warned(
        changed([](Json& d) { d["paths"]["/subscriptions"]["get"]["security"] = Json::parse(R"([{"none": []}])"); }),
        "RG0618"));
}

TEST_CASE("a file of more than a megabyte is good when blanks are what makes it large", "[manifest][openapi]") {
    const auto result = read(good_openapi() + std::string(2 * 1024 * 1024, ' '));
    CHECK(result.diagnostics.empty());
    CHECK(result.definition == read(good_openapi()).definition);
}

TEST_CASE("a byte order mark and CRLF are no part of what a file says", "[manifest][openapi]") {
    std::string text = "\xEF\xBB\xBF";
    for (const char c : good_openapi()) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const auto result = read(text);
    CHECK(result.diagnostics.empty());
    CHECK(result.definition == read(good_openapi()).definition);
}

TEST_CASE("256 operations are a connector, 257 are not", "[manifest][openapi]") {
    const auto with = [](int count) {
        return changed([&](Json& d) {
            for (int i = 1; i < count; ++i)
                d["paths"]["/p" + std::to_string(i)]["get"] = {{"operationId", "Op" + std::to_string(i)},
                                                               {"responses", {{"200", {{"description", "OK"}}}}}};
        });
    };
    CHECK(with(256).diagnostics.empty());
    CHECK(codes(with(257)) == Texts{"RG0619"});
}

TEST_CASE("parameters of a path and shared ones count for each operation", "[manifest][openapi]") {
    const auto result = changed([](Json& d) {
        d["parameters"]["id"] = {{"name", "id"}, {"in", "path"}, {"required", true}, {"type", "string"}};
        d["paths"]["/subscriptions/{id}"] = {
            {"parameters", {{{"$ref", "#/parameters/id"}}}},
            {"get", {{"operationId", "One"}, {"responses", {{"200", {{"description", "OK"}}}}}}}};
    });
    CHECK(codes(result).empty());
}

TEST_CASE("a schema that meets itself in a property is a tree and no mistake", "[manifest][openapi]") {
    CHECK(codes(changed([](Json& d) {
              d["definitions"]["Tree"] = Json::parse(R"({"properties": {"child": {"$ref": "#/definitions/Tree"}}})");
          })).empty());
    CHECK(codes(changed([](Json& d) {
              d["definitions"]["Loop"] = Json::parse(R"({"allOf": [{"$ref": "#/definitions/Loop"}]})");
          })) == Texts{"RG0617"});
}

TEST_CASE("a mistake is shown where it stands in the file, and by its pointer where nobody knows the place",
          "[manifest][openapi]") {
    const auto near = changed([](Json& d) { d["host"] = "https://x"; });
    CHECK(near.diagnostics.at(0).span.file == "base/api.json");
    CHECK(near.diagnostics.at(0).span.line == 3);
    // A tab is good JSON and no indentation of YAML's.
    auto text = good_openapi();
    text.replace(text.find("management.azure.com"), 20, "https://x");
    text.insert(text.find("  \"host\""), "\t");
    const auto far = read(text);
    CHECK(codes(far) == Texts{"RG0608"});
    if (!far.diagnostics.at(0).span.known()) CHECK(far.diagnostics.at(0).notes.at(0) == "in `base/api.json`, at /host");
}

TEST_CASE("a file of one megabyte, a deep one and a broken one are refused without being walked",
          "[manifest][openapi]") {
    auto big = Json::parse(good_openapi());
    big["info"]["description"] = std::string(1024 * 1024, 'a');
    CHECK(codes(read(big.dump())) == Texts{"RG0602"});
    CHECK(codes(read("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}")) == Texts{"RG0603"});
    CHECK(codes(read("{\"swagger\": ")) == Texts{"RG0603"});
    CHECK(codes(read("")) == Texts{"RG0603"});
    CHECK(codes(read("[]")).size() == 1);
}

TEST_CASE("a key that stands twice in a JSON file is a warning with both places, and the last one counts",
          "[manifest][openapi]") {
    auto text = good_openapi();
    text.insert(text.find("  \"basePath\""), "  \"host\": \"other.contoso.example\",\n");
    const auto result = read(text);
    REQUIRE(codes(result) == Texts{"RG0627"});
    CHECK(!model::has_errors(result.diagnostics));
    CHECK(result.diagnostics[0].secondary.size() == 1);
    CHECK(result.diagnostics[0].span.line != result.diagnostics[0].secondary[0].span.line);
    CHECK(Json::parse(result.definition)["host"] == "other.contoso.example");
}

TEST_CASE("canonical JSON has its keys sorted and no blanks", "[manifest][openapi]") {
    CHECK(canonical_json(Json::parse(R"({"b": [1, 2.5, "ü"], "a": {"d": null, "c": true}})")) ==
          R"({"a":{"c":true,"d":null},"b":[1,2.5,"ü"]})");
}
