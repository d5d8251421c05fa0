#include "fields/field_stage.hpp"
#include "fields/owners_of.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

namespace {

void damage(FieldStage& stage, const std::vector<std::string>& now) {
    stage.damage_principal({{"owners", now}});
}

std::string declared(const std::string& list) {
    return "servicePrincipal: {owners: " + list + "}";
}

}  // namespace

TEST_CASE("the owners of a service principal are those declared, and regent itself, and not its application's") {
    FieldStage stage;
    people(stage);
    stage.tenant().switches({{"builtInClientOwnsOnly", true}});
    stage.declare("owners: [" + ben + "]\n" + declared("[" + anna + "]"));
    stage.apply();
    REQUIRE(owners_of(stage.principal()).size() == 2);
    CHECK(has_owner(stage.principal(), anna));
    const auto self = owners_of(stage.principal()).front();
    CHECK(stage.there().at("owners") == json{self, ben});
    CHECK(stage.plan().steps.empty());

    damage(stage, {self, ben});
    const auto repair = stage.plan();
    CHECK(changed_paths(repair) == std::set<std::string>{"servicePrincipal.owners"});
    CHECK(repair.resources.front().reason == plan::Reason::drifted);
    stage.apply();
    CHECK(owners_of(stage.principal()) == std::vector<std::string>{self, anna});

    stage.declare(declared("[]"));
    const auto clearing = stage.plan();
    REQUIRE(clearing.resources.front().warnings.size() == 1);
    CHECK(clearing.resources.front().warnings.front() ==
          "servicePrincipal.owners: nobody is left as an owner, but for regent itself where it is one");
    stage.apply();
    CHECK(owners_of(stage.principal()) == std::vector<std::string>{self});
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("owners of service principals are read for those who declare them only, and nobody else's are touched") {
    FieldStage stage;
    people(stage);
    stage.declare("");
    stage.apply();
    stage.tenant().forget_requests();
    CHECK(stage.plan().steps.empty());
    const auto without = stage.tenant().requests().size();
    damage(stage, {anna});
    CHECK(stage.plan().steps.empty());
    stage.declare(declared("[" + anna + "]"));
    stage.tenant().forget_requests();
    CHECK(stage.plan().steps.empty());
    CHECK(stage.tenant().requests().size() == without + 1);
}

TEST_CASE("a service principal that somebody deleted comes back with its owners") {
    FieldStage stage;
    people(stage);
    stage.declare(declared("[" + anna + "]"));
    stage.apply();
    stage.tenant().change("/v1.0/servicePrincipals/" + stage.principal().at("id").get<std::string>(),
                          {{"delete", true}});
    stage.apply();
    CHECK(has_owner(stage.principal(), anna));
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("the service principal of another application made in the same run can be an owner, and one's own") {
    FieldStage stage;
    people(stage);
    stage.declare_beside(
        "---\napiVersion: regent/v1\nkind: Application\nmetadata: {name: deployer}\nspec: {displayName: Deployer}\n");
    stage.declare(declared("[{applicationRef: {name: deployer}}, {applicationRef: {name: portal}}]"));
    stage.apply();
    const auto deployer = stage.tenant().application("regent.dev.deployer");
    CHECK(has_owner(stage.principal(), stage.tenant().principal_of(deployer.at("appId")).at("id")));
    CHECK(has_owner(stage.principal(), stage.principal().at("id")));
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("an owner of a service principal that is there already, or gone already, is as good as written") {
    FieldStage stage;
    people(stage);
    stage.declare(declared("[" + anna + "]"));
    stage.apply();
    stage.tenant().fault("drop_after", "POST", "/owners/");
    stage.tenant().fault("drop_after", "DELETE", "/owners/");
    stage.declare(declared("[" + ben + "]"));
    stage.apply();
    CHECK(has_owner(stage.principal(), ben));
    CHECK_FALSE(has_owner(stage.principal(), anna));
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("what no manifest says of a service principal is left as it is, and told by name where somebody tries") {
    FieldStage stage;
    people(stage);
    stage.declare("");
    stage.apply();
    const json others{{"keyCredentials", {{{"keyId", ben}, {"type", "AsymmetricX509Cert"}, {"usage", "Sign"}}}},
                      {"passwordCredentials",
                       {{{"keyId", anna},
                         {"displayName", "theirs"},
                         {"startDateTime", "2026-01-01T00:00:00Z"},
                         {"endDateTime", "2099-01-01T00:00:00Z"}}}},
                      {"preferredTokenSigningKeyThumbprint", "71D1315EBC2877D800CE24C2460C2B6774B0315C"}};
    stage.damage_principal(others);
    const auto before = stage.principal();
    stage.declare("servicePrincipal: {notes: Payroll, preferredSingleSignOnMode: saml, owners: [" + anna + "]}");
    stage.apply();
    for (const auto& [name, value] : others.items()) CHECK(stage.principal().at(name) == before.at(name));
    CHECK(stage.plan().steps.empty());
    for (const auto* field : {"passwordCredentials: []", "clientSecrets: []", "tokenSigningCertificate: {}"})
        CHECK(stage.complaints(std::string("servicePrincipal: {") + field + "}").find("RG0210") != std::string::npos);
    CHECK(stage.complaints("applicationTemplateId: " + anna).find("management.adopt") != std::string::npos);
}

TEST_CASE("owners of a service principal that cannot be are told before anything is sent") {
    FieldStage stage;
    people(stage);
    CHECK(stage.complaints(declared("[anna@contoso.example]")).find("RG0213") != std::string::npos);
    CHECK(stage.complaints(declared("[" + anna + ", 2F1B7C3E-0000-4444-8888-0123456789AB]")).find("RG0217") !=
          std::string::npos);
    CHECK(stage.complaints("servicePrincipal: {create: false, owners: []}").find("RG0487") != std::string::npos);
}
