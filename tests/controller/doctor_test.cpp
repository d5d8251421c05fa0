#include "controller/doctor.hpp"

#include "model/attributes.hpp"
#include "provider/graph/step_permissions.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::controller;
using plan::Work;
namespace path = regent::model::path;

namespace {

plan::Step step(int id, Work work, const std::string& part = {}, const std::string& observed_id = {},
                const std::string& name = "portal") {
    plan::Step made;
    made.id = id;
    made.address = {std::string(model::kind::application), name};
    made.work = work;
    made.part = part;
    if (!observed_id.empty()) {
        model::ObservedResource observed;
        observed.id = observed_id;
        made.observed = std::make_shared<const model::ObservedResource>(std::move(observed));
    }
    return made;
}

std::string part(std::string_view path, const std::string& of) {
    return std::string(path) + "/" + of;
}

plan::Plan plan_of(std::vector<plan::Step> steps) {
    plan::Plan made;
    made.environment = "dev";
    made.steps = std::move(steps);
    return made;
}

bool all_held(const std::vector<PermissionNeed>& needs) {
    return std::all_of(needs.begin(), needs.end(), [](const auto& need) { return need.held; });
}

}  // namespace

TEST_CASE("Application.ReadWrite.OwnedBy alone does for everything about applications of one's own", "[doctor]") {
    const SignedIn caller{"me", "tenant", {"Application.ReadWrite.OwnedBy"}};
    const auto plan = plan_of({step(1, Work::create), step(2, Work::add, "servicePrincipal"),
                               step(3, Work::update, {}, "mine"), step(4, Work::add, "federatedCredentials/ci", "mine"),
                               step(5, Work::add, "clientSecrets/arm", "mine"), step(6, Work::remove, {}, "mine")});
    CHECK(all_held(permission_needs(plan, false, caller, std::set<std::string>{"mine"})));
    CHECK(permission_note(plan, caller).empty());
}

TEST_CASE("somebody else's application cannot be written with Application.ReadWrite.OwnedBy", "[doctor]") {
    const auto plan =
        plan_of({step(1, Work::update, {}, "mine", "own"), step(2, Work::update, {}, "theirs", "portal")});
    const auto needs = permission_needs(plan, false, {"me", "tenant", {"Application.ReadWrite.OwnedBy"}},
                                        std::set<std::string>{"mine"});
    REQUIRE(needs.size() == 2);
    CHECK(needs[0].held);
    CHECK_FALSE(needs[1].held);
    CHECK(needs[1].steps.size() == 2);
    CHECK(needs[1].not_owner == std::vector<std::string>{"Application/portal"});
    const auto findings = check_permissions(needs);
    CHECK(findings[1].verdict == Finding::Verdict::failed);
    CHECK(findings[1].access);
    CHECK(all_held(
        permission_needs(plan, false, {"me", "tenant", {"Application.ReadWrite.All"}}, std::set<std::string>{"mine"})));
}

TEST_CASE("consent and roles need permissions of their own, whoever owns the application", "[doctor]") {
    const auto consent = plan_of({step(1, Work::add, part(path::consented_scopes, "api"), "mine")});
    const auto roles = plan_of({step(1, Work::add, part(path::consented_roles, "api"), "mine")});
    const auto people = plan_of({step(1, Work::add, std::string(path::assigned_people), "mine")});
    const std::set<std::string> mine{"mine"};
    const auto held = [&](const plan::Plan& plan, std::vector<std::string> granted) {
        granted.emplace_back("Application.ReadWrite.OwnedBy");
        return all_held(permission_needs(plan, false, {"me", "tenant", std::move(granted)}, mine));
    };
    CHECK_FALSE(held(consent, {}));
    CHECK_FALSE(held(consent, {"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"}));
    CHECK(held(consent, {"DelegatedPermissionGrant.ReadWrite.All"}));
    for (const auto* plan : {&roles, &people}) {
        CHECK_FALSE(held(*plan, {"DelegatedPermissionGrant.ReadWrite.All"}));
        CHECK_FALSE(held(*plan, {"AppRoleAssignment.ReadWrite.All"}));
        CHECK(held(*plan, {"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}));
    }
    // Taking away needs nothing to be read for it.
    CHECK(held(plan_of({step(1, Work::drop, part(path::consented_roles, "api"), "mine")}),
               {"AppRoleAssignment.ReadWrite.All"}));
}

TEST_CASE("who adds an owner needs to read the directory, and who takes one away does not", "[doctor]") {
    const std::set<std::string> mine{"mine"};
    const auto held = [&](const plan::Step& asked, std::vector<std::string> granted) {
        return all_held(permission_needs(plan_of({asked}), false, {"me", "tenant", std::move(granted)}, mine));
    };
    for (const auto owners : {path::owners, path::principal_owners}) {
        const auto adds = step(1, Work::add, part(owners, "somebody"), "mine");
        CHECK_FALSE(held(adds, {"Application.ReadWrite.OwnedBy"}));
        CHECK_FALSE(held(adds, {"Application.ReadWrite.All"}));
        CHECK(held(adds, {"Application.ReadWrite.OwnedBy", "Directory.Read.All"}));
        CHECK(held(step(1, Work::drop, part(owners, "somebody"), "mine"), {"Application.ReadWrite.OwnedBy"}));
    }
}

TEST_CASE("consent that is declared needs to be read, also when nothing of it is planned", "[doctor]") {
    const SignedIn caller{"me", "tenant", {"Application.ReadWrite.OwnedBy"}};
    CHECK(all_held(permission_needs({}, false, caller, std::nullopt)));
    CHECK_FALSE(all_held(permission_needs({}, true, caller, std::nullopt)));
}

TEST_CASE("a plan says in one line what would be refused, and nothing when the token does not say", "[doctor]") {
    const auto plan = plan_of({step(1, Work::create), step(2, Work::add, part(path::consented_scopes, "api")),
                               step(3, Work::add, part(path::consented_scopes, "other"))});
    const auto note = permission_note(plan, {"me", "tenant", {"Application.ReadWrite.OwnedBy"}});
    CHECK(note ==
          "2 of these steps would be refused: `DelegatedPermissionGrant.ReadWrite.All` is not granted to "
          "regent; see `regent doctor -e dev`");
    CHECK(permission_note(plan, {"me", "tenant", {}}).empty());
}

TEST_CASE("steps of other services ask nothing of Graph", "[doctor]") {
    auto connector = step(1, Work::create);
    connector.address.kind = std::string(model::kind::connector);
    CHECK(provider::graph::permissions_for(connector).empty());
}
