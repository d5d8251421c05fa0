#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

constexpr const char* scope_id = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr const char* role_id = "aaaaaaaa-0000-4000-8000-000000000002";

json scope(bool enabled = true, const std::string& id = scope_id, const std::string& value = "Orders.Read") {
    return {{"id", id},
            {"isEnabled", enabled},
            {"type", "User"},
            {"value", value},
            {"adminConsentDisplayName", "Read orders"},
            {"adminConsentDescription", "Reads orders"}};
}
json write_role(bool enabled = true, const std::string& id = role_id, const std::string& value = "Orders.Write") {
    return {{"id", id},       {"isEnabled", enabled},          {"allowedMemberTypes", {"Application"}},
            {"value", value}, {"displayName", "Write orders"}, {"description", "Writes orders"}};
}
json scopes(const std::vector<json>& list) {
    return {{"api", {{"oauth2PermissionScopes", list}}}};
}
json roles(const std::vector<json>& list) {
    return {{"appRoles", list}};
}

struct PermissionStage {
    HttpReply change(const json& body) { return tenant.patch(GraphTenant::at(application), body); }

    GraphTenant tenant;
    json application = tenant.created({{"displayName", "api"}});
};

}  // namespace

TEST_CASE("an enabled scope or role is disabled before it is changed or removed", "[simulator][graph]") {
    PermissionStage stage;
    REQUIRE(stage.change(scopes({scope()})).status == 204);
    REQUIRE(stage.change(roles({write_role()})).status == 204);
    const auto is_refused = [](const HttpReply& reply) {
        CHECK(reply.status == 400);
        CHECK(reply.code() == "CannotDeleteOrUpdateEnabledEntitlement");
    };
    is_refused(stage.change(scopes({})));
    is_refused(stage.change(roles({})));
    is_refused(stage.change(scopes({scope(true, scope_id, "Orders.Read.All")})));
    auto disabled_and_changed = write_role(false);
    disabled_and_changed["value"] = "Orders.Admin";
    is_refused(stage.change(roles({disabled_and_changed})));
    CHECK(stage.change(scopes({scope()})).status == 204);
    REQUIRE(stage.change(scopes({scope(false)})).status == 204);
    REQUIRE(stage.change(roles({write_role(false)})).status == 204);
    CHECK(stage.change(scopes({scope(true, scope_id, "Orders.Read.All")})).status == 204);
    CHECK(stage.change(roles({})).status == 204);
    CHECK(stage.tenant.shown(stage.application).at("appRoles").empty());
}

TEST_CASE("the code of the disable-first rule differs between versions", "[simulator][graph][switches]") {
    PermissionStage stage;
    REQUIRE(stage.change(roles({write_role()})).status == 204);
    stage.tenant.switches({{"entitlementErrorCode", "Request_BadRequest"}});
    const auto reply = stage.change(roles({}));
    CHECK(reply.code() == "Request_BadRequest");
    CHECK(reply.message() == "Permission (scope or role) cannot be deleted or updated unless disabled first.");
}

TEST_CASE("how long a disabled scope counts as enabled is a switch, and reads do not show it",
          "[simulator][graph][switches]") {
    PermissionStage stage;
    REQUIRE(stage.change(scopes({scope()})).status == 204);
    stage.tenant.switches({{"disabledSeenAfterSeconds", 30}});
    stage.tenant.pass(60);
    REQUIRE(stage.change(scopes({scope(false)})).status == 204);
    const auto shown = stage.tenant.shown(stage.application).at("api").at("oauth2PermissionScopes");
    CHECK(shown.at(0).at("isEnabled") == false);
    CHECK(stage.change(scopes({})).code() == "CannotDeleteOrUpdateEnabledEntitlement");
    CHECK(stage.change({{"notes", "anything else"}}).status == 204);
    stage.tenant.pass(31);
    CHECK(stage.change(scopes({})).status == 204);
}

TEST_CASE("a scope that a pre-authorized client names goes with it, or after it", "[simulator][graph]") {
    PermissionStage stage;
    auto body = scopes({scope(false)});
    body["api"]["preAuthorizedApplications"] = {
        {{"appId", "bbbbbbbb-0000-4000-8000-000000000001"}, {"delegatedPermissionIds", {scope_id}}}};
    REQUIRE(stage.change(body).status == 204);
    CHECK(stage.change(scopes({})).status == 400);
    body = scopes({});
    body["api"]["preAuthorizedApplications"] = json::array();
    CHECK(stage.change(body).status == 204);
}

TEST_CASE("whether texts of an enabled scope may change is a switch; its value may not",
          "[simulator][graph][switches]") {
    PermissionStage stage;
    REQUIRE(stage.change(scopes({scope()})).status == 204);
    auto reworded = scope();
    reworded["adminConsentDisplayName"] = "Read all orders";
    CHECK(stage.change(scopes({reworded})).status == 400);
    stage.tenant.switches({{"enabledPermissionTextsMayChange", true}});
    CHECK(stage.change(scopes({reworded})).status == 204);
    reworded["value"] = "Orders.All";
    CHECK(stage.change(scopes({reworded})).status == 400);
}

TEST_CASE("scopes and roles come back with their origin, ids in lower case, empty texts as null",
          "[simulator][graph]") {
    PermissionStage stage;
    auto given = write_role(true, "AAAAAAAA-0000-4000-8000-00000000000A", "");
    given["description"] = "";
    REQUIRE(stage.change(roles({given, write_role()})).status == 204);
    const auto shown = stage.tenant.shown(stage.application).at("appRoles");
    CHECK(shown.at(0).at("id") == role_id);
    CHECK(shown.at(0).at("origin") == "Application");
    CHECK(shown.at(1).at("id") == "aaaaaaaa-0000-4000-8000-00000000000a");
    CHECK(shown.at(1).at("value").is_null());
    CHECK(shown.at(1).at("description").is_null());
}

TEST_CASE("permissions that could not be told apart or written in a token are refused", "[simulator][graph]") {
    PermissionStage stage;
    const auto typed = [](const char* type) {
        auto one = scope();
        one["type"] = type;
        return one;
    };
    const auto members = [](const json& types) {
        auto one = write_role();
        one["allowedMemberTypes"] = types;
        return one;
    };
    const std::string other_id = "aaaaaaaa-0000-4000-8000-000000000003";
    for (const auto& body :
         {scopes({scope(true, "no-guid")}), scopes({scope(), scope()}), scopes({scope(), scope(true, other_id)}),
          scopes({scope(true, scope_id, "")}), scopes({scope(true, scope_id, "with blank")}),
          scopes({scope(true, scope_id, ".dot")}), scopes({scope(true, scope_id, std::string(121, 'x'))}),
          scopes({typed("Everybody")}), roles({write_role(), write_role(true, other_id)}),
          roles({members(json::array())}), roles({members({"Device"})})}) {
        INFO(body.dump());
        CHECK(stage.change(body).status == 400);
    }
    SECTION("a scope and a role may be one permission, and only then share an id") {
        auto both = scopes({scope()});
        both["appRoles"] = json::array({write_role(true, scope_id, "Orders.Read")});
        // Alike in all that both have: Terraform's azuread provider quotes the service about it.
        CHECK(stage.change(both).status == 400);
        auto& one = both["appRoles"][0];
        one["displayName"] = both["api"]["oauth2PermissionScopes"][0].value("adminConsentDisplayName", json());
        one["description"] = both["api"]["oauth2PermissionScopes"][0].value("adminConsentDescription", json());
        CHECK(stage.change(both).status == 204);
        both["appRoles"][0]["value"] = "Orders.Else";
        PermissionStage second;
        CHECK(second.change(both).status == 400);
    }
}

TEST_CASE("a client is pre-authorised for scopes that exist, once", "[simulator][graph]") {
    PermissionStage stage;
    const json client{{"appId", graph_app_id}, {"delegatedPermissionIds", {scope_id}}};
    const auto api = [](const json& clients) { return json{{"api", {{"preAuthorizedApplications", clients}}}}; };
    CHECK(stage.change(api(json::array({client}))).status == 400);
    REQUIRE(stage.change(scopes({scope(false)})).status == 204);
    CHECK(stage.change(api(json::array({client}))).status == 204);
    CHECK(stage.change(api(json::array({client, client}))).status == 400);
    CHECK(stage.change(scopes({})).status == 400);
    CHECK(stage
              .change(
                  {{"api", {{"oauth2PermissionScopes", json::array()}, {"preAuthorizedApplications", json::array()}}}})
              .status == 204);
}

TEST_CASE("an application that wants too much of others is refused", "[simulator][graph]") {
    PermissionStage stage;
    const auto wanting = [](std::size_t apis, std::size_t permissions) {
        auto list = json::array();
        for (std::size_t i = 0; i < apis; ++i) {
            auto access = json::array();
            for (std::size_t k = 0; k < permissions; ++k) access.push_back({{"id", scope_id}, {"type", "Scope"}});
            list.push_back({{"resourceAppId", graph_app_id}, {"resourceAccess", access}});
        }
        return json{{"requiredResourceAccess", list}};
    };
    CHECK(stage.change(wanting(50, 8)).status == 204);
    CHECK(stage.change(wanting(51, 1)).status == 400);
    CHECK(stage.change(wanting(1, 401)).status == 400);
    std::vector<std::string> tags;
    for (int i = 0; i < 1201; ++i) tags.push_back("tag-" + std::to_string(i));
    const auto reply = stage.change({{"tags", tags}});
    CHECK(reply.status == 403);
    CHECK(reply.code() == "Directory_ResourceSizeExceeded");
}

TEST_CASE("an API for personal accounts has version 2, and roles where a switch says so", "[simulator][graph]") {
    PermissionStage stage;
    const auto personal = [](const json& version) {
        return json{{"signInAudience", "AzureADandPersonalMicrosoftAccount"},
                    {"api", {{"requestedAccessTokenVersion", version}}}};
    };
    CHECK(stage.change(personal(1)).status == 400);
    CHECK(stage.change(personal(nullptr)).status == 400);
    CHECK(stage.change(personal(2)).status == 204);
    CHECK(stage.change(roles({write_role()})).status == 400);
    stage.tenant.switches({{"rolesForPersonalAccounts", true}});
    CHECK(stage.change(roles({write_role()})).status == 204);
}
