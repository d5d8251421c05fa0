// What an application exposes: read, written, and changed although it is enabled.

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

constexpr const char* read_id = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr const char* all_id = "aaaaaaaa-0000-4000-8000-000000000002";
constexpr const char* audit_id = "aaaaaaaa-0000-4000-8000-000000000003";
constexpr const char* client = "bbbbbbbb-0000-4000-8000-000000000001";

Map scope(const std::string& title = "Read orders", bool enabled = true, const std::string& id = read_id) {
    return {{"id", id},
            {"enabled", enabled},
            {"who", "admins-and-users"},
            {"title", title},
            {"description", "Reads"},
            {"userTitle", "Read your orders"},
            {"userDescription", ""}};
}

Map role(const std::string& id, bool enabled = true) {
    return {{"id", id},
            {"enabled", enabled},
            {"allowed", List{"application", "user"}},
            {"displayName", "A role"},
            {"description", ""}};
}

Map api() {
    auto values = portal();
    values[std::string(path::exposed_scopes)] = Map{{"Orders.Read", scope()}};
    values[std::string(path::exposed_roles)] = Map{{"Orders.Read.All", role(all_id)}, {audit_id, role(audit_id)}};
    values[std::string(path::pre_authorized)] = List{Map{{"client", client}, {"scope", "Orders.Read"}}};
    values[std::string(path::known_clients)] = List{client};
    return values;
}

plan::Step changing(const model::ObservedResource& observed, Map values) {
    return step(Work::update, observed, std::move(values));
}

Map only(std::string_view attribute, Value value) {
    return {{std::string(attribute), std::move(value)}};
}

json stored(Tenant& tenant) {
    return tenant.application("regent.dev.portal");
}

}  // namespace

TEST_CASE("what an application exposes is written by the creating request and reads back the same") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", api()));
    const auto written = stored(tenant);
    const auto& scopes = written["api"]["oauth2PermissionScopes"];
    REQUIRE(scopes.size() == 1);
    CHECK(scopes[0]["id"] == read_id);
    CHECK(scopes[0]["value"] == "Orders.Read");
    CHECK(scopes[0]["type"] == "User");
    CHECK(scopes[0]["userConsentDescription"].is_null());
    CHECK(written["api"]["preAuthorizedApplications"][0]["delegatedPermissionIds"][0] == read_id);
    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    for (const auto where : {path::exposed_scopes, path::exposed_roles, path::pre_authorized, path::known_clients}) {
        INFO(where << " is " << to_text(attribute(observed, where)));
        CHECK(attribute(observed, where) == api().at(std::string(where)));
    }
}

TEST_CASE("a role without value is known by its id, and is written without one") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", api()));
    std::size_t without = 0;
    const auto application = stored(tenant);
    for (const auto& role : application["appRoles"]) {
        if (role["id"] == audit_id) CHECK(role["value"].is_null());
        without += role["value"].is_null() ? 1 : 0;
    }
    CHECK(without == 1);
}

TEST_CASE("an enabled scope goes in two requests, and its pre-authorized clients with it") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", api()));
    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    tenant.done(changing(observed, only(path::exposed_scopes, Map{{"Orders.Read", scope("Read orders", false)}})));
    CHECK(stored(tenant)["api"]["preAuthorizedApplications"].size() == 1);
    tenant.done(changing(observed, only(path::exposed_scopes, Map{})));
    CHECK(stored(tenant)["api"]["oauth2PermissionScopes"].empty());
    CHECK(stored(tenant)["api"]["preAuthorizedApplications"].empty());
    CHECK(stored(tenant)["api"]["knownClientApplications"].size() == 1);
}

TEST_CASE("a scope that gets another id takes its pre-authorized clients to it") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", api()));
    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    const std::string other = "aaaaaaaa-0000-4000-8000-00000000000f";
    tenant.done(changing(observed, only(path::exposed_scopes, Map{{"Orders.Read", scope("Read orders", false)}})));
    tenant.done(
        changing(observed, only(path::exposed_scopes, Map{{"Orders.Read", scope("Read orders", true, other)}})));
    CHECK(stored(tenant)["api"]["preAuthorizedApplications"][0]["delegatedPermissionIds"] == json::array({other}));
}

TEST_CASE("what was disabled a moment ago is changed as soon as it can be seen, and not given up before",
          "[replication]") {
    for (const auto* code : {"CannotDeleteOrUpdateEnabledEntitlement", "Request_BadRequest"}) {
        INFO(code);
        Tenant tenant;
        tenant.done(step(Work::create, "portal", api()));
        const auto snapshot = tenant.look({"portal"});
        const auto& observed = snapshot.resources.at(address("portal"));
        tenant.clock().sleep_for(std::chrono::minutes(5));
        const auto before = tenant.clock().slept();
        tenant.replicas_lag(20);
        tenant.switches({{"disabledSeenAfterSeconds", 60}, {"entitlementErrorCode", code}});
        tenant.done(changing(observed, only(path::exposed_scopes, Map{{"Orders.Read", scope("Read orders", false)}})));
        tenant.done(changing(observed, only(path::exposed_scopes, Map{{"Orders.Read", scope("Read all orders")}})));
        CHECK(stored(tenant)["api"]["oauth2PermissionScopes"][0]["adminConsentDisplayName"] == "Read all orders");
        CHECK(tenant.clock().slept() - before >= std::chrono::seconds(59));
    }
}

TEST_CASE("a scope that somebody enabled meanwhile is a conflict that says what to do") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", api()));
    const auto snapshot = tenant.look({"portal"});
    auto observed = snapshot.resources.at(address("portal"));
    SECTION("before we write") {
        observed.attributes[std::string(path::exposed_scopes)] = Map{{"Orders.Read", scope("Read orders", false)}};
        const auto refused = tenant.apply(changing(observed, only(path::exposed_scopes, Map{})));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::conflict);
        CHECK(refused.error().help.find("the next run reads the tenant again") != std::string::npos);
        CHECK(tenant.clock().slept() <= std::chrono::seconds(20));
    }
    SECTION("or the service says so for longer than it ever takes") {
        tenant.done(changing(observed, only(path::exposed_scopes, Map{{"Orders.Read", scope("Read orders", false)}})));
        tenant.fault("status", "PATCH", "/applications/",
                     {{"status", 400}, {"code", "CannotDeleteOrUpdateEnabledEntitlement"}, {"count", -1}});
        const auto refused = tenant.apply(changing(observed, only(path::exposed_scopes, Map{})));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::conflict);
        CHECK(refused.error().help.find("run again") != std::string::npos);
    }
}

TEST_CASE("a permission at an application of ours is written by the id that the plan knows") {
    Tenant tenant;
    auto values = portal();
    const std::string app_id = "cccccccc-0000-4000-8000-000000000001";
    const Map asked{{"api", app_id}, {"type", "delegated"}, {"name", "Orders.Read"}};
    auto known = asked;
    known.emplace("id", read_id);
    values[std::string(path::permissions)] = List{asked};
    auto create = step(Work::create, "portal", values);
    create.values[std::string(path::permission_ids)] = List{known};
    tenant.done(create);
    CHECK(stored(tenant)["requiredResourceAccess"][0]["resourceAccess"][0]["id"] == read_id);
}

TEST_CASE("permissions at an application of ours are read by the names it has itself, without its service principal") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", api()));
    const auto app_id = stored(tenant)["appId"].get<std::string>();
    auto other = portal();
    other[std::string(path::display_name)] = "Client";
    const Map asked{{"api", app_id}, {"type", "application"}, {"name", "Orders.Read.All"}};
    auto known = asked;
    known.emplace("id", all_id);
    other[std::string(path::permissions)] = List{asked};
    auto create = step(Work::create, "client", other);
    create.values[std::string(path::permission_ids)] = List{known};
    tenant.done(create);
    const auto snapshot = tenant.look({"portal", "client"});
    CHECK(attribute(snapshot.resources.at(address("client")), path::permissions) == Value(List{asked}));
}

TEST_CASE(
    "an enabled role or scope that somebody wrote in other words than ours does not keep its neighbours from "
    "changing") {
    Tenant tenant;
    tenant.seed(json::array({{{"displayName", "Portal"},
                              {"uniqueName", "regent.dev.portal"},
                              {"tags", {Tenant::owner_tag}},
                              {"api",
                               {{"oauth2PermissionScopes",
                                 {{{"id", read_id},
                                   {"isEnabled", true},
                                   {"type", "User"},
                                   {"value", "Orders.Read"},
                                   {"adminConsentDisplayName", "Read orders"},
                                   {"adminConsentDescription", "Reads"},
                                   {"userConsentDisplayName", "Read your orders"},
                                   {"userConsentDescription", ""}}}}}},
                              {"appRoles",
                               {{{"id", all_id},
                                 {"isEnabled", true},
                                 {"value", "Orders.Read.All"},
                                 {"displayName", "A role"},
                                 {"description", ""},
                                 {"allowedMemberTypes", {"User", "Application"}}},
                                {{"id", audit_id},
                                 {"isEnabled", true},
                                 {"value", "Audit"},
                                 {"displayName", "A role"},
                                 {"description", "Audits"},
                                 {"allowedMemberTypes", {"Application"}}}}}}}));
    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    auto roles = *attribute(observed, path::exposed_roles).as_map();
    auto scopes = *attribute(observed, path::exposed_scopes).as_map();
    REQUIRE(roles.size() == 2);
    const auto write = [&] {
        tenant.done(changing(observed,
                             {{std::string(path::exposed_roles), roles}, {std::string(path::exposed_scopes), scopes}}));
    };

    auto audit = *roles["Audit"].as_map();
    audit["enabled"] = false;
    roles["Audit"] = audit;
    scopes["Orders.Write"] = scope("Write orders", true, "aaaaaaaa-0000-4000-8000-000000000009");
    write();
    audit["enabled"] = true;
    audit["description"] = "Audits it all";
    roles["Audit"] = audit;
    write();

    const auto application = stored(tenant);
    CHECK(application["api"]["oauth2PermissionScopes"].size() == 2);
    for (const auto& role : application["appRoles"]) {
        if (role["id"] == all_id) CHECK(role["allowedMemberTypes"] == json({"User", "Application"}));
        if (role["id"] == audit_id) CHECK(role["description"] == "Audits it all");
    }
}

TEST_CASE("of a role that is said in other words, what a step changes is changed") {
    Tenant tenant;
    tenant.seed(json::array({{{"displayName", "Portal"},
                              {"uniqueName", "regent.dev.portal"},
                              {"tags", {Tenant::owner_tag}},
                              {"appRoles",
                               {{{"id", all_id},
                                 {"isEnabled", false},
                                 {"value", "Orders.Read.All"},
                                 {"displayName", "A role"},
                                 {"description", "One"},
                                 {"allowedMemberTypes", {"User", "Application"}}}}}}}));
    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    auto changed = *attribute(observed, path::exposed_roles).find("Orders.Read.All")->as_map();
    changed["allowed"] = List{"user"};
    changed["displayName"] = "Readers";
    tenant.done(changing(observed, only(path::exposed_roles, Map{{"Orders.Read", changed}})));
    const auto role = stored(tenant)["appRoles"][0];
    CHECK(role["allowedMemberTypes"] == json::array({"User"}));
    CHECK(role["displayName"] == "Readers");
    CHECK(role["value"] == "Orders.Read");
    CHECK(role["isEnabled"] == false);
}

TEST_CASE(
    "of two roles of one value the one in use has the name, the other one its id, and a change of the list loses "
    "none") {
    const bool first = GENERATE(true, false);
    const auto entry = [](const char* id, bool enabled) {
        return json{{"id", id},
                    {"isEnabled", enabled},
                    {"value", "Orders.Read.All"},
                    {"displayName", "A role"},
                    {"description", "Reads"},
                    {"allowedMemberTypes", {"Application", "User"}}};
    };
    const json in_use = entry(audit_id, true), old = entry(all_id, false);
    Tenant tenant;
    tenant.switches({{"oldValuesAreJudged", false}});
    tenant.seed(json::array({{{"displayName", "Portal"},
                              {"uniqueName", "regent.dev.portal"},
                              {"tags", {Tenant::owner_tag}},
                              {"appRoles", first ? json{in_use, old} : json{old, in_use}}}}));
    const auto snapshot = tenant.look({"portal"});
    const auto& observed = snapshot.resources.at(address("portal"));
    auto roles = *attribute(observed, path::exposed_roles).as_map();
    REQUIRE(roles.size() == 2);
    CHECK(*roles.at("Orders.Read.All").find("id") == Value(audit_id));
    REQUIRE(roles.contains(all_id));

    roles["Audit"] = role("aaaaaaaa-0000-4000-8000-000000000009");
    tenant.done(changing(observed, only(path::exposed_roles, roles)));
    const auto written = stored(tenant)["appRoles"];
    REQUIRE(written.size() == 3);
    for (const auto& there : {in_use, old}) {
        const auto found =
            std::find_if(written.begin(), written.end(), [&](const auto& r) { return r["id"] == there["id"]; });
        REQUIRE(found != written.end());
        for (const auto& [name, value] : there.items()) CHECK((*found)[name] == value);
    }
}
