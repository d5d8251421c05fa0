#include "fields/field_stage.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

TEST_CASE("the service principal of an application of ours is waited for, whatever a replica says of it") {
    FieldStage stage;
    stage.declare_beside(
        "---\napiVersion: regent/v1\nkind: Application\nmetadata: {name: deployer}\nspec: {displayName: Deployer}\n");
    stage.declare("");
    stage.apply();
    const auto deployer = stage.tenant().principal_of(stage.tenant().application("regent.dev.deployer").at("appId"));
    const auto id = deployer.at("id").get<std::string>();
    // Longer than anybody waits for strangers.
    stage.tenant().fault("status", "GET", "servicePrincipals/" + id,
                         {{"status", 404}, {"code", "Request_ResourceNotFound"}, {"count", -1}});
    stage.tenant().fault(
        "status", "POST", "appRoleAssignedTo",
        {{"status", 400}, {"code", "Request_BadRequest"}, {"message", "Not a valid reference update."}, {"count", 9}});
    stage.declare("servicePrincipal: {assignments: {applications: [{applicationRef: {name: deployer}}]}}");
    stage.apply();
    CHECK(stage.tenant().state()["graph"]["appRoleAssignments"].front()["principalId"] == id);
}
