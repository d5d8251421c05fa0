#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using model::List;
using model::Map;
using model::Value;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

const std::string scopes(path::consented_scopes), roles(path::consented_roles), people(path::assigned_people);
constexpr const char* graph_app = "00000003-0000-0000-c000-000000000000";

Value permission(const std::string& name, const char* type = "delegated") {
    return Map{{"api", graph_app}, {"type", type}, {"name", name}};
}

Value assigned(const std::string& principal, const std::string& role, const char* type) {
    return Map{{"principal", principal}, {"role", role}, {"type", type}};
}

/// A portal with its service principal, and what is consented to for it.
struct Stage {
    Stage() {
        tenant.done(step(Work::create, "portal", portal()));
        tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
    }
    plan::Step consent(Work work, const std::string& attribute, List wanted,
                       const model::ObservedResource* observed = nullptr) {
        const Map values{{attribute, std::move(wanted)}};
        const auto part = attribute + "/" + graph_app;
        return observed != nullptr ? step(work, *observed, values, part) : step(work, "portal", values, part);
    }
    model::ObservedResource look(const std::set<std::string, std::less<>>& grants) {
        auto scope = tenant.scope({"portal"}, {graph_app});
        scope.wanted.front().grants = grants;
        model::Snapshot snapshot;
        REQUIRE(tenant.observe(scope, snapshot));
        return snapshot.resources.at(address("portal"));
    }
    json grants() { return tenant.state()["graph"]["oauth2PermissionGrants"]; }
    json assignments() { return tenant.state()["graph"]["appRoleAssignments"]; }

    Tenant tenant;
};

}  // namespace

TEST_CASE("consent to scopes is one grant; it is read back by name, changed, and deleted with its last scope",
          "[grants]") {
    Stage stage;
    stage.tenant.done(stage.consent(Work::add, scopes, {permission("User.Read"), permission("openid")}));
    REQUIRE(stage.grants().size() == 1);
    auto observed = stage.look({scopes});
    CHECK(attribute(observed, scopes) == Value(List{permission("User.Read"), permission("openid")}));

    stage.tenant.done(stage.consent(Work::change, scopes, {permission("openid")}, &observed));
    CHECK(stage.grants().front()["scope"] == "openid");
    observed = stage.look({scopes});
    stage.tenant.done(stage.consent(Work::drop, scopes, {}, &observed));
    CHECK(stage.grants().empty());
    stage.tenant.done(stage.consent(Work::drop, scopes, {}, &observed));  // gone is what was wanted
}

TEST_CASE("what somebody consented to between the look and the write stays", "[grants]") {
    Stage stage;
    stage.tenant.done(stage.consent(Work::add, scopes, {permission("openid")}));
    const auto observed = stage.look({scopes});
    stage.tenant.change("/v1.0/oauth2PermissionGrants", {{"patch", {{"scope", " openid Mail.Read"}}}});
    stage.tenant.done(stage.consent(Work::change, scopes, {permission("User.Read")}, &observed));
    CHECK(stage.grants().front()["scope"] == "Mail.Read User.Read");
}

TEST_CASE("consent to roles is given once, by id, and taken away", "[grants]") {
    Stage stage;
    const auto add = stage.consent(Work::add, roles, {permission("User.Read.All", "application")});
    stage.tenant.done(add);
    stage.tenant.done(add);  // "exists already" is no failure
    REQUIRE(stage.assignments().size() == 1);
    CHECK(stage.assignments().front()["appRoleId"] == "df021288-bdef-4463-88db-98f22de89214");
    const auto observed = stage.look({roles});
    CHECK(attribute(observed, roles) == Value(List{permission("User.Read.All", "application")}));
    stage.tenant.done(stage.consent(Work::drop, roles, {}, &observed));
    CHECK(stage.assignments().empty());
}

TEST_CASE("a grant is waited for while the directory does not know the service principal everywhere", "[grants]") {
    Stage stage;
    stage.tenant.fault("status", "POST", "oauth2PermissionGrants", {{"status", 404}, {"count", 2}});
    stage.tenant.done(stage.consent(Work::add, scopes, {permission("openid")}));
    CHECK(stage.grants().size() == 1);
    CHECK(stage.tenant.clock().slept() > std::chrono::milliseconds(0));
}

TEST_CASE("a refused consent names the permission that is missing, and the other way", "[grants]") {
    Stage stage;
    const auto forbidden = [&](const char* method, const char* at) {
        stage.tenant.fault("status", method, at, {{"status", 403}, {"count", -1}});
    };
    forbidden("POST", "oauth2PermissionGrants");
    forbidden("POST", "appRoleAssignedTo");
    const auto scope = stage.tenant.apply(stage.consent(Work::add, scopes, {permission("openid")}));
    REQUIRE(!scope);
    CHECK(scope.error().code == "RG0704");
    CHECK(scope.error().message == "Entra refused to grant admin consent for Application/portal");
    CHECK(scope.error().help ==
          "the service principal needs `DelegatedPermissionGrant.ReadWrite.All`, or set `adminConsent: false` and let "
          "an administrator consent; check with `regent doctor`");
    const auto role = stage.tenant.apply(stage.consent(Work::add, roles, {permission("User.Read.All", "application")}));
    REQUIRE(!role);
    CHECK(role.error().help.find("AppRoleAssignment.ReadWrite.All") != std::string::npos);
}

TEST_CASE("grants that may not be read leave the rest of the tenant readable", "[grants]") {
    Stage stage;
    stage.tenant.done(stage.consent(Work::add, scopes, {permission("openid")}));
    // Inside a batch, where it is asked for.
    stage.tenant.fault("status", "GET", "oauth2PermissionGrants", {{"status", 403}, {"count", -1}});
    const auto observed = stage.look({scopes, roles});
    CHECK(observed.unreadable.contains(scopes));
    CHECK(observed.attributes.find(scopes) == observed.attributes.end());
    CHECK(attribute(observed, roles) == Value(List{}));
    CHECK(std::any_of(observed.remarks.begin(), observed.remarks.end(),
                      [](const auto& remark) { return remark.find("DelegatedPermissionGrant") != std::string::npos; }));
}

TEST_CASE("nothing is asked about grants where no manifest declares any", "[grants]") {
    Stage stage;
    stage.tenant.forget_requests();
    (void)stage.look({});
    for (const auto& request : stage.tenant.requests()) {
        CHECK(request.target.find("Grants") == std::string::npos);
        CHECK(request.target.find("appRoleAssign") == std::string::npos);
    }
}

TEST_CASE("marks of grants survive a look that was not asked for them, and lead to one", "[grants]") {
    Stage stage;
    stage.tenant.done(stage.consent(Work::add, scopes, {permission("openid")}));
    const std::string mark = "contributes:" + scopes + ":" + graph_app + " openid delegated";
    const auto before = stage.look({});
    stage.tenant.done(step(Work::update, before, {{std::string(path::marks), List{mark}}}));
    // The manifest says nothing of consent any more: the tag does.
    const auto after = stage.look({});
    CHECK(attribute(after, path::marks) == Value(List{mark}));
    CHECK(attribute(after, scopes) == Value(List{permission("openid")}));
}

TEST_CASE("a service principal's properties are written and read back, and its application's tags are seen with them",
          "[grants]") {
    Stage stage;
    const Map wanted{{std::string(path::principal_account_enabled), false},
                     {std::string(path::principal_assignment_required), true},
                     {std::string(path::principal_description), "Orders"},
                     {std::string(path::principal_notes), "Owner: platform"},
                     {std::string(path::principal_home_page_url), "https://contoso.example/"},
                     {std::string(path::principal_login_url), "https://contoso.example/login"},
                     {std::string(path::principal_sign_on_mode), "saml"},
                     {std::string(path::principal_relay_state), "start"},
                     {std::string(path::principal_notification_addresses), List{"a@contoso.example"}},
                     {std::string(path::principal_alternative_names), List{"orders"}},
                     {std::string(path::principal_tags), List{"HideApp"}}};
    stage.tenant.done(step(Work::change, "portal", wanted, std::string(path::principal_settings)));
    const auto observed = stage.look({});
    for (const auto& [at, value] : wanted) {
        INFO(at);
        CHECK(attribute(observed, at) == value);
    }
    // Empty is no text, and not an empty one.
    stage.tenant.done(step(Work::change, "portal", {{std::string(path::principal_notes), ""}},
                           std::string(path::principal_settings)));
    const auto application = stage.tenant.application("regent.dev.portal");
    CHECK(stage.tenant.principal_of(application["appId"])["notes"].is_null());
}

TEST_CASE("roles go to users and groups by name, and a group declared as a user is said so", "[grants]") {
    Stage stage;
    const auto group = "eeeeeeee-0000-4000-8000-000000000001";
    stage.tenant.simulator().control(
        "POST", "state", json{{"graph", {{"groups", {{{"id", group}, {"displayName", "Readers"}}}}}}}.dump());
    const auto before = stage.look({people});
    stage.tenant.done(step(Work::add, before, {{people, List{assigned(group, "", "group")}}}, people));
    auto observed = stage.look({people});
    CHECK(attribute(observed, people) == Value(List{assigned(group, "", "group")}));
    stage.tenant.done(step(Work::drop, observed, {{people, List{}}}, people));
    CHECK(stage.assignments().empty());
    const auto wrong =
        stage.tenant.apply(step(Work::add, before, {{people, List{assigned(group, "", "user")}}}, people));
    REQUIRE(!wrong);
    CHECK(wrong.error().message.find("is declared as user, and is group") != std::string::npos);
}

TEST_CASE("an id that nobody has is told at once, by name, and keeps nobody else from what is theirs", "[grants]") {
    Stage stage;
    const auto group = "eeeeeeee-0000-4000-8000-000000000001", nobody = "eeeeeeee-0000-4000-8000-000000000009",
               other = "eeeeeeee-0000-4000-8000-00000000000a";
    stage.tenant.simulator().control(
        "POST", "state", json{{"graph", {{"groups", {{{"id", group}, {"displayName", "Readers"}}}}}}}.dump());
    // Both where its own service principal is as old as this run, and where it was there before.
    const auto seen = stage.look({people});
    for (const auto& add : {step(Work::add, "portal", {{people, List{}}}, people), step(Work::add, seen, {}, people)}) {
        auto both = add;
        both.changed = {people};
        both.values = {
            {people, List{assigned(nobody, "", "user"), assigned(other, "", "group"), assigned(group, "", "group")}}};
        const auto refused = stage.tenant.apply(both);
        REQUIRE(!refused);
        CHECK(refused.error().code == "RG0705");
        CHECK(refused.error().message.find(std::string("assign default access of Application/portal to user ") +
                                           nobody) != std::string::npos);
        CHECK(refused.error().help.find(std::string("az ad user show --id ") + nobody) != std::string::npos);
        CHECK(refused.error().help.find(std::string("group ") + other + " was refused, too") != std::string::npos);
        CHECK(stage.tenant.clock().slept() == std::chrono::milliseconds(0));
        REQUIRE(stage.assignments().size() == 1);
        CHECK(stage.assignments().front()["principalId"] == group);
        stage.tenant.change("/v1.0/appRoleAssignments", {{"delete", true}});
    }
}

TEST_CASE(
    "a service principal that nobody has is waited for some seconds, and one of ours for as long as Entra may take",
    "[grants]") {
    Stage stage;
    const std::string applications(path::assigned_applications), nobody = "eeeeeeee-0000-4000-8000-000000000009";
    auto add = step(Work::add, stage.look({people}), {{applications, List{assigned(nobody, "", "application")}}},
                    applications);
    const auto slept_for = [&] {
        const auto before = stage.tenant.clock().slept();
        const auto refused = stage.tenant.apply(add);
        REQUIRE(!refused);
        CHECK(refused.error().message.find("to application " + nobody) != std::string::npos);
        CHECK(refused.error().help.find("az ad sp show --id " + nobody) != std::string::npos);
        return stage.tenant.clock().slept() - before;
    };
    const auto stranger = slept_for();
    CHECK(stranger > std::chrono::milliseconds(0));
    stage.tenant.input.known_principals = {nobody};
    CHECK(slept_for() > 4 * stranger);
}

TEST_CASE("who is there, or may be as new as this run, is waited for", "[grants]") {
    Stage stage;
    const auto group = "eeeeeeee-0000-4000-8000-000000000001", other = "eeeeeeee-0000-4000-8000-000000000002";
    stage.tenant.simulator().control(
        "POST", "state",
        json{{"graph",
              {{"groups", {{{"id", group}, {"displayName", "Readers"}}, {{"id", other}, {"displayName", "Writers"}}}}}}}
            .dump());
    const json twice{
        {"status", 400}, {"code", "Request_BadRequest"}, {"message", "Not a valid reference update."}, {"count", 2}};
    const auto give = [&](const char* who, const char* type) {
        const auto seen = stage.look({people});
        stage.tenant.fault("status", "POST", "appRoleAssignedTo", twice);
        const auto done = stage.tenant.apply(step(Work::add, seen, {{people, List{assigned(who, "", type)}}}, people));
        stage.tenant.simulator().control("DELETE", "faults", "");
        return done.has_value();
    };
    CHECK(give(group, "group"));
    CHECK(stage.tenant.clock().slept() > std::chrono::milliseconds(0));
    CHECK(stage.assignments().size() == 1);

    // Where the directory may not be asked: who cannot be new, at an application that is not, fails at once.
    stage.tenant.input.own_outputs.clear();
    const auto before = stage.tenant.clock().slept();
    const auto seen = stage.look({people});
    stage.tenant.fault("status", "GET", "directoryObjects", {{"status", 403}, {"count", -1}});
    stage.tenant.fault("status", "POST", "appRoleAssignedTo", twice);
    CHECK(!stage.tenant.apply(step(Work::add, seen, {{people, List{assigned(other, "", "group")}}}, people)));
    CHECK(stage.tenant.clock().slept() == before);
}
