#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

json step(const std::string& id, const std::string& method, const std::string& url, const json& body = nullptr) {
    json one{{"id", id}, {"method", method}, {"url", url}};
    if (!body.is_null()) {
        one["headers"] = {{"Content-Type", "application/json"}};
        one["body"] = body;
    }
    return one;
}

json after(json one, const std::string& id) {
    one["dependsOn"] = json::array({id});
    return one;
}

/// The answer of one step, whatever place it has.
json answer(const HttpReply& reply, const std::string& id) {
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    for (const auto& one : reply.json.at("responses")) {
        if (one.at("id") == id) return one;
    }
    FAIL("no answer to " << id);
    return {};
}

struct BatchStage {
    HttpReply run(const std::vector<json>& steps) { return tenant.post("/$batch", {{"requests", steps}}); }

    GraphTenant tenant;
    json application = tenant.created({{"displayName", "demo"}});
    const std::string at = GraphTenant::at(application);
};

}  // namespace

TEST_CASE("a batch answers each of its requests by id, in any order", "[simulator][graph]") {
    BatchStage stage;
    const auto reply = stage.run({step("a", "GET", stage.at), step("b", "get", "applications(uniqueName='nobody')"),
                                  step("c", "POST", "/applications", {{"displayName", "made in a batch"}})});
    CHECK(reply.json.at("responses").at(0).at("id") == "c");
    CHECK(answer(reply, "a").at("body").at("displayName") == "demo");
    CHECK(answer(reply, "a").at("headers").contains("request-id"));
    CHECK(answer(reply, "b").at("status") == 404);
    CHECK(answer(reply, "c").at("status") == 201);
    // A list costs 2, these three cost 1 each.
    CHECK(stage.tenant.simulator().requests().back().resource_units == 3);
}

TEST_CASE("a batch that cannot be read is refused whole", "[simulator][graph]") {
    BatchStage stage;
    std::vector<json> many;
    for (int i = 0; i < 21; ++i) many.push_back(step(std::to_string(i), "GET", stage.at));
    CHECK(stage.run(many).status == 400);
    many.pop_back();
    CHECK(stage.run(many).status == 200);
    CHECK(stage.run({step("a", "GET", stage.at), step("A", "GET", stage.at)}).status == 400);
    CHECK(stage.run({{{"id", "a"}, {"method", "GET"}}}).status == 400);
    CHECK(stage.run({{{"id", 1}, {"method", "GET"}, {"url", "/applications"}}}).status == 400);
    CHECK(stage.tenant.post("/$batch", json::object()).status == 400);
    CHECK(stage.tenant.get("/$batch").status == 405);
    auto untyped = step("a", "PATCH", stage.at, {{"notes", "x"}});
    untyped.erase("headers");
    CHECK(answer(stage.run({untyped}), "a").at("status") == 415);
}

TEST_CASE("what depends on a failure is a 424", "[simulator][graph]") {
    BatchStage stage;
    const auto reply =
        stage.run({step("a", "PATCH", stage.at, {{"colour", "red"}}), after(step("b", "GET", stage.at), "a"),
                   after(step("c", "GET", stage.at), "b"), after(step("d", "GET", stage.at), "nobody")});
    CHECK(answer(reply, "a").at("status") == 400);
    CHECK(answer(reply, "b").at("status") == 424);
    CHECK(answer(reply, "c").at("status") == 424);
    CHECK(answer(reply, "d").at("status") == 424);
}

TEST_CASE("two writes on one application wait for each other or collide", "[simulator][graph][switches]") {
    BatchStage stage;
    const auto app_id = stage.application.at("appId").get<std::string>();
    const auto first = step("a", "PATCH", stage.at, {{"notes", "first"}});
    const auto second =
        step("b", "POST", "/applications(appId='" + app_id + "')/federatedIdentityCredentials",
             {{"name", "main"}, {"issuer", "https://i.example"}, {"subject", "s"}, {"audiences", {"a"}}});
    SECTION("independent: the second is a 409") {
        const auto reply = stage.run({first, second});
        CHECK(answer(reply, "a").at("status") == 204);
        CHECK(answer(reply, "b").at("status") == 409);
        CHECK(answer(reply, "b").at("body").at("error").at("code") == "Directory_ConcurrencyViolation");
    }
    SECTION("independent, in a tenant that is lucky") {
        stage.tenant.switches({{"independentBatchWritesCollide", false}});
        CHECK(answer(stage.run({first, second}), "b").at("status") == 201);
    }
    SECTION("one waits for the other, by whatever detour") {
        const auto reply = stage.run({first, after(step("between", "GET", stage.at), "a"), after(second, "between")});
        CHECK(answer(reply, "b").at("status") == 201);
    }
    SECTION("other objects, reads and new objects do not matter") {
        const auto other = stage.tenant.created({{"displayName", "other"}});
        const auto reply =
            stage.run({first, step("b", "PATCH", GraphTenant::at(other), {{"notes", "x"}}), step("c", "GET", stage.at),
                       step("d", "POST", "/applications", {{"displayName", "d"}}),
                       step("e", "POST", "/applications", {{"displayName", "e"}})});
        for (const auto* id : {"a", "b", "c", "d", "e"}) CHECK(answer(reply, id).at("status") < 300);
    }
    SECTION("two upserts of one name meet too") {
        const auto upsert = [](const std::string& id) {
            auto one = step(id, "PATCH", "/applications(uniqueName='x')", {{"displayName", "x"}});
            one["headers"]["Prefer"] = "create-if-missing";
            return one;
        };
        const auto reply = stage.run({upsert("a"), upsert("b")});
        CHECK(answer(reply, "a").at("status") == 201);
        CHECK(answer(reply, "b").at("status") == 409);
    }
}

TEST_CASE("whoever uses up his resource units waits as long as Graph says", "[simulator][graph][switches]") {
    BatchStage stage;
    stage.tenant.switches({{"resourceUnitsPer10Seconds", 5}});
    for (int i = 0; i < 4; ++i) CHECK_FALSE(stage.tenant.get(stage.at).header("x-ms-throttle-limit-percentage"));
    CHECK(stage.tenant.get(stage.at).header("x-ms-throttle-limit-percentage") == "1.0");
    const auto refused = stage.tenant.patch(stage.at, {{"notes", "too much"}});
    CHECK(refused.status == 429);
    CHECK(refused.code() == "TooManyRequests");
    CHECK(refused.json.at("error").at("innerError").at("status") == "429");
    CHECK(refused.header("x-ms-throttle-information") == "ResourceUnitLimitExceeded");
    CHECK(refused.header("x-ms-throttle-scope").value_or("").find(client_id) != std::string::npos);
    const auto seconds = std::stol(refused.header("Retry-After").value_or("0"));
    CHECK(seconds >= 1);
    CHECK(seconds <= 10);
    SECTION("inside a batch each request is charged by itself") {
        const auto reply = stage.run({step("a", "GET", stage.at)});
        CHECK(answer(reply, "a").at("status") == 429);
        CHECK(answer(reply, "a").at("headers").contains("Retry-After"));
    }
    SECTION("after that it is good again, and nothing had happened") {
        stage.tenant.pass(seconds);
        CHECK(stage.tenant.shown(stage.application).at("notes").is_null());
    }
    SECTION("without a limit nothing is refused") {
        stage.tenant.switches({{"resourceUnitsPer10Seconds", 0}});
        CHECK(stage.tenant.get(stage.at).status == 200);
    }
}

TEST_CASE("a request costs what Graph's table says", "[simulator][graph]") {
    BatchStage stage;
    const auto cost = [&](const std::string& target) {
        return stage.tenant.get(target).header("x-ms-resource-unit").value_or("");
    };
    CHECK(cost("/applications") == "2");
    CHECK(cost("/applications?$select=id") == "1");
    CHECK(cost("/applications?$expand=owners") == "3");
    CHECK(cost("/applications?$top=10&$expand=owners") == "2");
    CHECK(cost(stage.at) == "1");
    CHECK(cost(stage.at + "?$select=id") == "1");
    CHECK(cost("/oauth2PermissionGrants") == "2");
    CHECK(cost("/servicePrincipals") == "1");
}

TEST_CASE("the bytes of certificates are for 150 reads a minute of the whole tenant", "[simulator][graph][switches]") {
    BatchStage stage;
    for (int i = 0; i < 150; ++i) REQUIRE(stage.tenant.get(stage.at + "?$select=id,keyCredentials").status == 200);
    const auto refused = stage.tenant.get(stage.at + "?$select=keyCredentials");
    CHECK(refused.status == 429);
    CHECK(refused.header("Retry-After"));
    CHECK(refused.header("x-ms-throttle-scope").value_or("").starts_with("Tenant/"));
    CHECK(stage.tenant.get(stage.at).status == 200);
    CHECK(stage.tenant.get("/applications?$select=keyCredentials").status == 200);
    stage.tenant.pass(60);
    CHECK(stage.tenant.get(stage.at + "?$select=keyCredentials").status == 200);
    stage.tenant.switches({{"keyReadsPerMinute", 1}});
    CHECK(stage.tenant.get(stage.at + "?$select=keyCredentials").status == 429);
}
