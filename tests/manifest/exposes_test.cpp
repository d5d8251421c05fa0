// `spec.exposes` and `apiRef`: what is written becomes attributes, what is left out stays unmanaged.

#include "manifest/loading.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::manifest;
using model::List;
using model::Map;
using model::Value;
namespace path = regent::model::path;

namespace {

model::Declaration portal(const std::string& spec) {
    const auto loaded = load_repository({application(spec), "", {}});
    INFO(loaded.text);
    REQUIRE(loaded.diagnostics.empty());
    return loaded["Application/portal"];
}

const model::Element& element(const model::Declaration& declaration, std::string_view where, std::size_t index = 0) {
    return declaration.attributes.find(where)->second.elements.at(index);
}

bool declares(const model::Declaration& declaration, std::string_view where) {
    return declaration.attributes.find(where) != declaration.attributes.end();
}

const Value stock = model::Reference{{"Application", "stock"}, "appId", "", ""};

}  // namespace

TEST_CASE("a scope needs no more than its name, and says the rest by itself", "[manifest][exposes]") {
    const auto app = portal("exposes:\n  scopes:\n    - name: Orders.Read\n");
    const auto& scope = element(app, path::exposed_scopes);
    CHECK(scope.name == "Orders.Read");
    CHECK(scope.value == Value(Map{{"enabled", true},
                                   {"who", "admins-and-users"},
                                   {"title", "Orders.Read"},
                                   {"description", ""},
                                   {"userTitle", ""},
                                   {"userDescription", ""}}));
}

TEST_CASE("all of a scope and of a role is taken over, ids in lower case, Graph's words as ours",
          "[manifest][exposes]") {
    const auto app = portal(
        "exposes:\n"
        "  scopes:\n"
        "    - name: Orders.Read\n"
        "      id: 0F0F0F0F-0000-4444-8888-00000000000A\n"
        "      enabled: false\n"
        "      consent: {who: Admin, title: A, description: B, userTitle: C, userDescription: D}\n"
        "  roles:\n"
        "    - name: Orders.Read.All\n"
        "      allowed: [user, application, User]\n"
        "      displayName: E\n"
        "      description: F\n"
        "    - id: 0F0F0F0F-0000-4444-8888-00000000000B\n"
        "      allowed: [user]\n"
        "      displayName: Auditor\n");
    CHECK(element(app, path::exposed_scopes).value == Value(Map{{"id", "0f0f0f0f-0000-4444-8888-00000000000a"},
                                                                {"enabled", false},
                                                                {"who", "admins"},
                                                                {"title", "A"},
                                                                {"description", "B"},
                                                                {"userTitle", "C"},
                                                                {"userDescription", "D"}}));
    CHECK(
        element(app, path::exposed_roles).value ==
        Value(Map{
            {"enabled", true}, {"allowed", List{"application", "user"}}, {"displayName", "E"}, {"description", "F"}}));
    const auto& without_name = element(app, path::exposed_roles, 1);
    CHECK(without_name.name == "0f0f0f0f-0000-4444-8888-00000000000b");
    CHECK(*without_name.value.find("id") == Value(without_name.name));
    CHECK(*without_name.value.find("displayName") == Value("Auditor"));
}

TEST_CASE("a scope and a role that are one permission say the same", "[manifest][exposes]") {
    const auto said = [](const std::string& scope, const std::string& role) {
        return load_repository({application("exposes:\n  scopes:\n    - {name: Orders.Read" + scope +
                                            "}\n  roles:\n    - {name: Orders.Read, allowed: [user]" + role + "}\n"),
                                "",
                                {}})
            .text;
    };
    CHECK(said("", "").find("RG0493") == std::string::npos);
    CHECK(said(", consent: {title: Read, description: all}", ", displayName: Read, description: all").find("RG0493") ==
          std::string::npos);
    CHECK(said(", consent: {title: Read}", "").find("have different titles") != std::string::npos);
    CHECK(said("", ", description: all").find("have different descriptions") != std::string::npos);
}

TEST_CASE("lists that are left out are not managed, and empty ones are empty", "[manifest][exposes]") {
    for (const auto* spec : {"", "exposes: {identifierUris: [\"api://x\"]}\n"}) {
        const auto app = portal(spec);
        for (const auto where : {path::exposed_scopes, path::exposed_roles, path::pre_authorized, path::known_clients})
            CHECK_FALSE(declares(app, where));
    }
    const auto app =
        portal("exposes: {scopes: [], roles: [], preAuthorizedApplications: [], knownClientApplications: []}\n");
    for (const auto where : {path::exposed_scopes, path::exposed_roles, path::pre_authorized, path::known_clients}) {
        REQUIRE(declares(app, where));
        CHECK(app.attributes.find(where)->second.elements.empty());
        CHECK(app.attributes.find(where)->second.exclusive);
    }
}

TEST_CASE("clients are named by document or by id, and a name is a late reference", "[manifest][exposes]") {
    const auto app = portal(
        "exposes:\n"
        "  scopes: [{name: A}, {name: B}]\n"
        "  preAuthorizedApplications:\n"
        "    - applicationRef: {name: stock}\n"
        "      scopes: [A, B]\n"
        "    - appId: 04B07795-8DDB-461A-BBEE-02F9E1BF7B46\n"
        "      scopes: [A]\n"
        "  knownClientApplications:\n"
        "    - applicationRef: {name: stock}\n"
        "    - appId: 04B07795-8DDB-461A-BBEE-02F9E1BF7B46\n");
    CHECK(element(app, path::pre_authorized, 0).value == Value(Map{{"client", stock}, {"scope", "A"}}));
    CHECK(element(app, path::pre_authorized, 1).value == Value(Map{{"client", stock}, {"scope", "B"}}));
    CHECK(element(app, path::pre_authorized, 2).value ==
          Value(Map{{"client", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}, {"scope", "A"}}));
    CHECK(element(app, path::known_clients, 0).value == stock);
    CHECK(element(app, path::known_clients, 1).value == Value("04b07795-8ddb-461a-bbee-02f9e1bf7b46"));
    REQUIRE(app.references.size() == 2);
    CHECK(app.references[0].field == "spec.exposes.preAuthorizedApplications[0].applicationRef");
    CHECK_FALSE(app.references[0].early);
}

TEST_CASE("permissions at another application of the repository are late references, each name with its place",
          "[manifest][exposes]") {
    const auto app = portal(
        "permissions:\n"
        "  - apiRef: {name: stock}\n"
        "    delegated: [Stock.Read]\n"
        "    application: [Stock.Read.All]\n");
    CHECK(element(app, path::permissions, 0).value ==
          Value(Map{{"api", stock}, {"type", "delegated"}, {"name", "Stock.Read"}}));
    CHECK(element(app, path::permissions, 1).value ==
          Value(Map{{"api", stock}, {"type", "application"}, {"name", "Stock.Read.All"}}));
    REQUIRE(app.references.size() == 3);
    CHECK(app.references[1].needs == "permissions/delegated/Stock.Read");
    CHECK(app.references[2].needs == "permissions/application/Stock.Read.All");
}

TEST_CASE("ignoring `spec.exposes` covers all that an application exposes", "[manifest][exposes]") {
    auto text = application("");
    text.insert(text.find("spec:"), "management: {ignore: [spec.exposes]}\n");
    const auto ignored = load_repository({text, "", {}})["Application/portal"].management.ignore;
    CHECK(ignored == std::vector<std::string>{"identifierUris", "exposes.scopes", "exposes.roles",
                                              "exposes.preAuthorizedApplications", "exposes.knownClientApplications"});
}
