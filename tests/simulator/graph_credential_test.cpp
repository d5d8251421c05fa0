#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

json credential(const std::string& name, const std::string& subject = "repo:contoso/app:environment:prod") {
    return {{"name", name},
            {"issuer", "https://token.actions.githubusercontent.com"},
            {"subject", subject},
            {"audiences", {"api://AzureADTokenExchange"}}};
}

struct CredentialStage {
    GraphTenant tenant;
    json application = tenant.created({{"displayName", "demo"}});
    const std::string all = GraphTenant::at(application, "/federatedIdentityCredentials");
};

}  // namespace

TEST_CASE("a federated credential is made, read by id and name, changed and deleted", "[simulator][graph]") {
    CredentialStage stage;
    auto& tenant = stage.tenant;
    auto given = credential("main");
    given["description"] = "";
    const auto made = tenant.post(stage.all, given);
    REQUIRE(made.status == 201);
    CHECK(made.json.at("description").is_null());
    CHECK(made.json.at("@odata.context").get<std::string>().find("federatedIdentityCredentials/$entity") !=
          std::string::npos);
    CHECK(tenant.get(stage.all + "/main").json.at("id") == made.json.at("id"));
    CHECK(tenant.get(stage.all + "/" + made.json.at("id").get<std::string>()).json.at("name") == "main");
    CHECK(tenant.get(stage.all + "(name='main')?$select=subject").json.contains("subject"));
    CHECK(tenant.patch(stage.all + "/main", {{"subject", "another"}, {"name", "main"}}).status == 204);
    CHECK(tenant.get(stage.all + "/main").json.at("subject") == "another");
    CHECK(tenant.get(stage.all + "/main").json.at("issuer") == given["issuer"]);
    CHECK(tenant.patch(stage.all + "/main", {{"name", "renamed"}}).status == 400);
    CHECK(tenant.remove(stage.all + "/main").status == 204);
    CHECK(tenant.remove(stage.all + "/main").code() == "Request_ResourceNotFound");
}

TEST_CASE("a credential is upserted by its name", "[simulator][graph]") {
    CredentialStage stage;
    auto& tenant = stage.tenant;
    const auto target = stage.all + "(name='main')";
    auto body = credential("main");
    body.erase("name");
    CHECK(tenant.patch(target, body).status == 404);
    CHECK(tenant.upsert(target, credential("other")).status == 400);
    CHECK(tenant.upsert(target, body).status == 201);
    CHECK(tenant.upsert(target, {{"subject", "changed"}}).status == 204);
    CHECK(tenant.get(stage.all).json.at("value").size() == 1);
}

TEST_CASE("values of a credential that no token exchange could use are refused", "[simulator][graph]") {
    CredentialStage stage;
    const auto with = [](const char* member, const json& value) {
        auto body = credential("main");
        body[member] = value;
        return body;
    };
    for (const auto& body :
         {with("name", "ab"), with("name", "-begins"), with("name", "with blank"), with("name", std::string(121, 'x')),
          with("issuer", ""), with("subject", ""), with("subject", nullptr), with("subject", std::string(601, 'x')),
          with("audiences", json::array()), with("audiences", {"a", "b"}), with("audiences", "a"),
          with("claimsMatchingExpression", {{"value", "x"}}), with("issuer", 1),
          with("description", std::string(601, 'x')), with("id", "99999999-9999-9999-9999-999999999999")}) {
        INFO(body.dump());
        CHECK(stage.tenant.post(stage.all, body).status == 400);
    }
    CHECK(stage.tenant.get(stage.all).json.at("value").empty());
}

TEST_CASE("issuer and subject together are one application's only once", "[simulator][graph]") {
    CredentialStage stage;
    auto& tenant = stage.tenant;
    REQUIRE(tenant.post(stage.all, credential("one", "s")).status == 201);
    const auto second = tenant.post(stage.all, credential("two", "s"));
    CHECK(second.status == 400);
    CHECK(second.code() == "InvalidFederatedIdentityCredentialValue");
    CHECK(tenant.post(stage.all, credential("two", "S")).status == 201);
    CHECK(tenant.patch(stage.all + "/two", {{"subject", "s"}}).status == 400);
    const auto other = tenant.created({{"displayName", "other"}});
    CHECK(tenant.post(GraphTenant::at(other, "/federatedIdentityCredentials"), credential("one", "s")).status == 201);
}

TEST_CASE("a name twice is a 409, or a 400", "[simulator][graph][switches]") {
    CredentialStage stage;
    REQUIRE(stage.tenant.post(stage.all, credential("main", "a")).status == 201);
    for (const int status : {409, 400}) {
        stage.tenant.switches({{"duplicateCredentialNameStatus", status}});
        const auto reply = stage.tenant.post(stage.all, credential("main", "b"));
        CHECK(reply.status == status);
        CHECK(reply.code() == "Request_MultipleObjectsWithSameKeyValue");
    }
}

TEST_CASE("the 21st credential is one too many", "[simulator][graph][switches]") {
    CredentialStage stage;
    for (int i = 0; i < 20; ++i) {
        const auto number = std::to_string(i);
        REQUIRE(stage.tenant.post(stage.all, credential("number-" + number, "subject-" + number)).status == 201);
    }
    for (const int status : {403, 400}) {
        stage.tenant.switches({{"tooManyCredentialsStatus", status}});
        const auto reply = stage.tenant.post(stage.all, credential("last", "last"));
        CHECK(reply.status == status);
        CHECK(reply.code() == "Directory_QuotaExceeded");
    }
    CHECK(stage.tenant.patch(stage.all + "/number-3", {{"subject", "still changes"}}).status == 204);
    CHECK(stage.tenant.get(GraphTenant::at(stage.application, "?$expand=federatedIdentityCredentials"))
              .json.at("federatedIdentityCredentials")
              .size() == 20);
    CHECK(stage.tenant.filter(stage.all, "name eq 'number-7'").json.at("value").size() == 1);
    REQUIRE(stage.tenant.remove(stage.all + "/number-3").status == 204);
    CHECK(stage.tenant.post(stage.all, credential("last", "last")).status == 201);
}
