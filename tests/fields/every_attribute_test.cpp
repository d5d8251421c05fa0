#include "fields/field_stage.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

/// What every attribute of an application promises: declared it is kept, undeclared it is left alone, emptied it is
/// empty, and a second run finds nothing to do.

namespace {

struct Row {
    std::string path;      ///< of the attribute
    std::string declared;  ///< lines of `spec`
    std::string place;     ///< in the application's JSON
    json wanted;          ///< there, once applied; lists in any order, and members that are not named here do not count
    json damage;          ///< what somebody does in the portal
    std::string emptied;  ///< lines of `spec` that ask for nothing; empty: what is set once cannot be taken away
    json empty = nullptr;  ///< what is there then
    /// Where `wanted` cannot say it: what holds of it.
    std::function<bool(const json&)> is_wanted = {};
};

const char* const arm = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

std::vector<Row> rows() {
    const json no_claims{{"optionalClaims", nullptr}};
    const auto lock = [](const std::string& member) {
        return Row{"servicePrincipalLockConfiguration." + member,
                   "servicePrincipalLockConfiguration: {" + member + ": true}",
                   "/servicePrincipalLockConfiguration/" + member,
                   true,
                   {{"servicePrincipalLockConfiguration", {{member, false}}}},
                   "servicePrincipalLockConfiguration: {}",
                   false};
    };
    const auto behavior = [](const std::string& member) {
        return Row{"authenticationBehaviors." + member,
                   "authenticationBehaviors: {" + member + ": true}",
                   "/authenticationBehaviors/" + member,
                   true,
                   {{"authenticationBehaviors", {{member, nullptr}}}},
                   "authenticationBehaviors: {" + member + ": false}",
                   false};
    };
    const auto page = [](const std::string& member) {
        return Row{"info." + member,
                   "info: {" + member + ": \"https://www.contoso.example/" + member + "\"}",
                   "/info/" + member,
                   "https://www.contoso.example/" + member,
                   {{"info", {{member, "https://elsewhere.example/"}}}},
                   "info: {}"};
    };
    const auto claims = [&](const std::string& token) {
        return Row{
            "optionalClaims." + token,
            "optionalClaims:\n  " + token +
                ":\n    - {name: email}\n    - {name: groups, essential: true, additionalProperties: "
                "[sam_account_name, emit_as_roles]}\n    - {name: extension_x, source: user}",
            "/optionalClaims/" + token,
            {{{"name", "email"}, {"essential", false}, {"source", nullptr}},
             {{"name", "groups"}, {"essential", true}, {"additionalProperties", {"emit_as_roles", "sam_account_name"}}},
             {{"name", "extension_x"}, {"source", "user"}}},
            {{"optionalClaims", {{token, {{{"name", "email"}, {"essential", true}}}}}}},
            "optionalClaims: {" + token + ": []}",
            json::array()};
    };
    const auto flag = [](const std::string& name, bool damage_to_null = true) {
        return Row{
            name, name + ": true", "/" + name, true, {{name, damage_to_null ? json() : json(false)}}, name + ": false",
            false};
    };
    const auto platform = [](const std::string& path, const std::string& member) {
        return Row{"redirectUris." + path,
                   "redirectUris: {" + path + ": [\"https://a.example/\", \"https://b.example/\"]}",
                   "/" + member + "/redirectUris",
                   {"https://a.example/", "https://b.example/"},
                   {{member, {{"redirectUris", {"https://evil.example/"}}}}},
                   "redirectUris: {}",
                   json::array()};
    };
    std::vector<Row> all{
        {"displayName", "", "/displayName", "Portal", {{"displayName", "Renamed"}}, ""},
        {"description",
         "description: For staff",
         "/description",
         "For staff",
         {{"description", "x"}},
         "description: \"\""},
        {"notes", "notes: Owned by platform", "/notes", "Owned by platform", {{"notes", nullptr}}, "notes: \"\""},
        {"signInAudience",
         "signInAudience: multi-tenant",
         "/signInAudience",
         "AzureADMultipleOrgs",
         {{"signInAudience", "AzureADMyOrg"}},
         ""},
        {"tags",
         "tags: [hr, internal]",
         "/tags",
         {"hr", "internal", "regent:owner:regent.dev"},
         {{"tags", {"hr", "mine", "regent:owner:regent.dev"}}},
         "tags: []",
         {"regent:owner:regent.dev"}},
        {"identifierUris",
         "identifierUris: [\"api://{appId}\"]",
         "/identifierUris",
         nullptr,
         {{"identifierUris", json::array()}},
         "identifierUris: []",
         json::array()},
        platform("web", "web"),
        platform("spa", "spa"),
        platform("native", "publicClient"),
        {"homePageUrl",
         "homePageUrl: https://a.example/",
         "/web/homePageUrl",
         "https://a.example/",
         {{"web", {{"homePageUrl", "https://b.example/"}}}},
         ""},
        {"logoutUrl",
         "logoutUrl: https://a.example/",
         "/web/logoutUrl",
         "https://a.example/",
         {{"web", {{"logoutUrl", nullptr}}}},
         "logoutUrl: \"\""},
        {"implicitGrantSettings.enableIdTokenIssuance",
         "implicitGrantSettings: {enableIdTokenIssuance: true}",
         "/web/implicitGrantSettings/enableIdTokenIssuance",
         true,
         {{"web", {{"implicitGrantSettings", {{"enableIdTokenIssuance", false}}}}}},
         "implicitGrantSettings: {}",
         false},
        {"implicitGrantSettings.enableAccessTokenIssuance",
         "implicitGrantSettings: {enableAccessTokenIssuance: true}",
         "/web/implicitGrantSettings/enableAccessTokenIssuance",
         true,
         {{"web", {{"implicitGrantSettings", {{"enableAccessTokenIssuance", false}}}}}},
         "implicitGrantSettings: {}",
         false},
        {"requestedAccessTokenVersion",
         "requestedAccessTokenVersion: 2",
         "/api/requestedAccessTokenVersion",
         2,
         {{"api", {{"requestedAccessTokenVersion", nullptr}}}},
         "requestedAccessTokenVersion: 1",
         1},
        {"acceptMappedClaims",
         "acceptMappedClaims: true",
         "/api/acceptMappedClaims",
         true,
         {{"api", {{"acceptMappedClaims", nullptr}}}},
         "acceptMappedClaims: false",
         false},
        flag("isFallbackPublicClient"),
        flag("isDeviceOnlyAuthSupported"),
        flag("isDisabled"),
        flag("oauth2RequirePostResponse", false),
        {"nativeAuthenticationApisEnabled",
         "nativeAuthenticationApisEnabled: all",
         "/nativeAuthenticationApisEnabled",
         "all",
         {{"nativeAuthenticationApisEnabled", nullptr}},
         "nativeAuthenticationApisEnabled: none",
         "none"},
        {"groupMembershipClaims",
         "groupMembershipClaims: [SecurityGroup, ApplicationGroup, DirectoryRole]",
         "/groupMembershipClaims",
         "ApplicationGroup,DirectoryRole,SecurityGroup",
         {{"groupMembershipClaims", "All"}},
         "groupMembershipClaims: []"},
        claims("idToken"),
        claims("accessToken"),
        claims("saml2Token"),
        page("marketingUrl"),
        page("privacyStatementUrl"),
        page("supportUrl"),
        page("termsOfServiceUrl"),
        {"samlMetadataUrl",
         "samlMetadataUrl: https://a.example/saml",
         "/samlMetadataUrl",
         "https://a.example/saml",
         {{"samlMetadataUrl", nullptr}},
         "samlMetadataUrl: \"\""},
        {"defaultRedirectUri",
         "defaultRedirectUri: https://a.example/",
         "/defaultRedirectUri",
         "https://a.example/",
         {{"defaultRedirectUri", "https://evil.example/"}},
         "defaultRedirectUri: \"\""},
        {"serviceManagementReference",
         "serviceManagementReference: \"4711\"",
         "/serviceManagementReference",
         "4711",
         {{"serviceManagementReference", "4712"}},
         "serviceManagementReference: \"\""},
        {"requestSignatureVerification.isSignedRequestRequired",
         "requestSignatureVerification: {isSignedRequestRequired: true}",
         "/requestSignatureVerification/isSignedRequestRequired",
         true,
         {{"requestSignatureVerification", nullptr}},
         "requestSignatureVerification: {}",
         false},
        {"requestSignatureVerification.allowedWeakAlgorithms",
         "requestSignatureVerification: {allowedWeakAlgorithms: rsaSha1}",
         "/requestSignatureVerification/allowedWeakAlgorithms",
         "rsaSha1",
         {{"requestSignatureVerification", nullptr}},
         "requestSignatureVerification: {allowedWeakAlgorithms: none}"},
        lock("isEnabled"),
        lock("allProperties"),
        lock("credentialsWithUsageSign"),
        lock("credentialsWithUsageVerify"),
        lock("tokenEncryptionKeyId"),
        {"parentalControlSettings.countriesBlockedForMinors",
         "parentalControlSettings: {countriesBlockedForMinors: [DE, KR, US]}",
         "/parentalControlSettings/countriesBlockedForMinors",
         {"DE", "KR", "US"},
         {{"parentalControlSettings", {{"countriesBlockedForMinors", {"DE"}}}}},
         "parentalControlSettings: {}",
         json::array()},
        {"parentalControlSettings.legalAgeGroupRule",
         "parentalControlSettings: {legalAgeGroupRule: BlockMinors}",
         "/parentalControlSettings/legalAgeGroupRule",
         "BlockMinors",
         {{"parentalControlSettings", {{"legalAgeGroupRule", "Allow"}}}},
         "parentalControlSettings: {}",
         "Allow"},
        behavior("blockAzureADGraphAccess"),
        behavior("removeUnverifiedEmailClaim"),
        behavior("requireClientServicePrincipal"),
        {"addIns",
         "addIns:\n  - {type: FileHandler, id: 968A844D-7a47-430c-9163-07ae7c31d407, properties: {version: \"2\"}}",
         "/addIns",
         {{{"type", "FileHandler"},
           {"id", "968a844d-7a47-430c-9163-07ae7c31d407"},
           {"properties", {{{"key", "version"}, {"value", "2"}}}}}},
         {{"addIns", json::array()}},
         "addIns: []",
         json::array()},
        {"permissions",
         std::string("permissions: [{api: azure-service-management, delegated: [user_impersonation]}]"),
         "/requiredResourceAccess",
         {{{"resourceAppId", arm}}},
         {{"requiredResourceAccess", json::array()}},
         "permissions: []",
         json::array()},
        {"federatedCredentials",
         "federatedCredentials:\n  - {name: deploy, issuer: \"https://issuer.example\", subject: \"repo:a\"}",
         "/federatedIdentityCredentials",
         {{{"name", "deploy"}, {"subject", "repo:a"}}},
         {{"federatedIdentityCredentials",
           {{{"id", "11111111-0000-4000-8000-000000000001"},
             {"name", "deploy"},
             {"issuer", "https://issuer.example"},
             {"subject", "repo:evil"},
             {"audiences", {"api://AzureADTokenExchange"}},
             {"description", nullptr}}}}},
         "federatedCredentials: []",
         json::array()},
    };
    all.push_back({"owners",
                   "owners: [2F1B7C3E-0000-4444-8888-0123456789ab]",
                   "/owners",
                   nullptr,
                   {{"owners", {"eeeeeeee-0000-4444-8888-0123456789ab"}}},
                   "owners: []",
                   json::array(),
                   [](const json& there) {
                       const auto holds_owner = [&](const char* id) {
                           return std::find(there.begin(), there.end(), json(id)) != there.end();
                       };
                       return holds_owner("2f1b7c3e-0000-4444-8888-0123456789ab") &&
                              !holds_owner("eeeeeeee-0000-4444-8888-0123456789ab");
                   }});
    all.push_back({"certificates",
                   "certificates: [{name: portal 2026, path: portal.pem}]",
                   "/keyCredentials",
                   {{{"displayName", "portal 2026"}, {"usage", "Verify"}, {"type", "AsymmetricX509Cert"}}},
                   {{"keyCredentials", json::array()}},
                   "certificates: []",
                   json::array()});
    const std::string saml = "certificates: [{name: saml, path: saml.pem, usage: Encrypt}]\n";
    all.push_back({"tokenEncryptionKey",
                   saml + "tokenEncryptionKey: saml",
                   "/tokenEncryptionKeyId",
                   nullptr,
                   {{"tokenEncryptionKeyId", nullptr}},
                   saml + "tokenEncryptionKey: \"\"",
                   nullptr,
                   [](const json& there) { return there.is_string(); }});
    all.push_back({"logo",
                   "logo: logo.png",
                   "/_logoSha256",
                   nullptr,
                   {{"tags", {"regent:owner:regent.dev"}}},
                   "",
                   nullptr,
                   [](const json& there) { return there.is_string(); }});
    all.push_back({"extensionProperties",
                   "extensionProperties: [{name: costCenter, targetObjects: [User, Group]}]",
                   "/_extensionProperties",
                   {{{"dataType", "String"}, {"targetObjects", {"User", "Group"}}, {"isMultiValued", false}}},
                   {{"_extensionProperties", json::array()}},
                   "extensionProperties: []",
                   json::array()});
    return all;
}

// Still to get rows: the service principal's members need a place of their own to look at.
constexpr const char* of_the_principal = "a member of the service principal; tests/manifest/service_principal_test.cpp";
constexpr const char* of_the_api =
    "entries refer to each other; tests/plan/exposed_test.cpp, tests/scenarios/api-and-its-client";

/// Attributes that no row can be about, and why.
const std::map<std::string, std::string> elsewhere{
    {"marks", "no field: what regent writes down for itself; tests/provider/graph_marks_test.cpp"},
    {"metadata.name", "no setting: what it is called in the marks; tests/plan/previous_names_test.cpp"},
    {"servicePrincipal", "not a member of the application; see below"},
    {"servicePrincipal.accountEnabled", of_the_principal},
    {"servicePrincipal.appRoleAssignmentRequired", of_the_principal},
    {"servicePrincipal.description", of_the_principal},
    {"servicePrincipal.notes", of_the_principal},
    {"servicePrincipal.homePageUrl", of_the_principal},
    {"servicePrincipal.loginUrl", of_the_principal},
    {"servicePrincipal.preferredSingleSignOnMode", of_the_principal},
    {"servicePrincipal.samlSingleSignOnSettings.relayState", of_the_principal},
    {"servicePrincipal.notificationEmailAddresses", of_the_principal},
    {"servicePrincipal.alternativeNames", of_the_principal},
    {"servicePrincipal.tags", of_the_principal},
    {"servicePrincipal.certificates", "tests/fields/principal_certificates_test.cpp"},
    {"servicePrincipal.tokenEncryptionKey", "tests/fields/principal_certificates_test.cpp"},
    {"servicePrincipal.preferredTokenSigningKeyThumbprint", "tests/fields/principal_certificates_test.cpp"},
    {"servicePrincipal.owners", "tests/fields/principal_owners_test.cpp"},
    {"servicePrincipal.assignments.usersAndGroups", "grants; tests/scenarios/role-assignments"},
    {"servicePrincipal.assignments.applications", "grants; tests/scenarios/role-assignments"},
    {"permissions.adminConsent.delegated", "grants; tests/scenarios/consent"},
    {"permissions.adminConsent.application", "grants; tests/scenarios/consent"},
    {"exposes.scopes", of_the_api},
    {"exposes.roles", of_the_api},
    {"exposes.preAuthorizedApplications", of_the_api},
    {"exposes.knownClientApplications", of_the_api},
    {"clientSecrets", "issued for the connectors that use them; tests/plan/secrets_test.cpp, tests/scenarios"},
};

/// Whether `there` has what `wanted` names: lists in any order, objects with further members.
bool holds(const json& there, const json& wanted) {
    if (wanted.is_object()) {
        return there.is_object() && std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& member) {
                   return there.contains(member.key()) && holds(there.at(member.key()), member.value());
               });
    }
    if (!wanted.is_array()) return there == wanted;
    if (!there.is_array() || there.size() != wanted.size()) return false;
    return std::all_of(wanted.begin(), wanted.end(), [&](const json& element) {
        return std::any_of(there.begin(), there.end(), [&](const json& other) { return holds(other, element); });
    });
}

json at(const json& application, const std::string& place) {
    const json::json_pointer pointer(place);
    return application.contains(pointer) ? application.at(pointer) : json();
}

void check_nothing_to_do(FieldStage& stage, const char* when) {
    const auto plan = stage.plan();
    INFO(when << ":\n" << words_of(plan));
    CHECK(plan.steps.empty());
}

void check_wanted(FieldStage& stage, const Row& row, const char* when) {
    INFO(when << ": " << at(stage.there(), row.place).dump());
    if (row.path == "identifierUris") {
        CHECK(at(stage.there(), row.place) == json{"api://" + stage.there().at("appId").get<std::string>()});
    } else if (row.is_wanted) {
        CHECK(row.is_wanted(at(stage.there(), row.place)));
    } else {
        CHECK(holds(at(stage.there(), row.place), row.wanted));
    }
}

void check_row(const Row& row) {
    FieldStage stage;
    for (const auto* name : {"portal.pem", "saml.pem"}) stage.file(name, file_text(name));
    stage.file("logo.png", "\x89PNG\r\n\x1a\n and so on");
    if (row.path == "owners") {
        const json users{{{"id", "2f1b7c3e-0000-4444-8888-0123456789ab"}, {"displayName", "Anna"}}};
        stage.tenant().simulator().control("POST", "state", json{{"graph", {{"users", users}}}}.dump());
    }
    if (row.path == "permissions") {
        stage.tenant().seed(json::array(), {{{"appId", arm},
                                             {"displayName", "Azure Service Management"},
                                             {"oauth2PermissionScopes",
                                              {{{"id", "41094075-9dad-400e-a0bd-54e686782033"},
                                                {"value", "user_impersonation"},
                                                {"type", "User"},
                                                {"isEnabled", true}}}}}});
    }
    stage.declare(row.declared);
    stage.apply();
    check_wanted(stage, row, "created");
    check_nothing_to_do(stage, "a second run");

    stage.damage(row.damage);
    const auto repair = stage.plan();
    CHECK(changed_paths(repair) == std::set<std::string>{row.path});
    for (const auto& resource : repair.resources) CHECK(resource.reason == plan::Reason::drifted);
    stage.apply();
    check_wanted(stage, row, "repaired");
    check_nothing_to_do(stage, "after the repair");

    if (row.path != "displayName") {
        stage.declare("");
        check_nothing_to_do(stage, "no longer declared");
        stage.damage(row.damage);
        if (row.path != "tags") check_nothing_to_do(stage, "changed by others and not declared");
        stage.declare(row.declared);
        stage.apply();
        check_wanted(stage, row, "declared again");
    }
    if (row.emptied.empty()) return;
    stage.declare(row.emptied);
    const auto clearing = stage.plan();
    CHECK(changed_paths(clearing) == std::set<std::string>{row.path});
    stage.apply();
    INFO(at(stage.there(), row.place).dump());
    CHECK(holds(at(stage.there(), row.place), row.empty));
    check_nothing_to_do(stage, "emptied");
}

}  // namespace

TEST_CASE("every attribute of an application has a row in this table") {
    std::set<std::string> known;
    for (const auto& row : rows()) CHECK(known.insert(row.path).second);
    for (const auto& [path, why] : elsewhere) CHECK(known.insert(path).second);
    for (const auto& attribute : model::attributes_of(model::kind::application)->attributes) {
        INFO("no row tells how the attribute is kept: " << attribute.path);
        CHECK(known.erase(std::string(attribute.path)) == 1);
    }
    CHECK(known == std::set<std::string>{});
}

TEST_CASE("every attribute is kept while declared, left alone otherwise, and emptied when that is asked for") {
    std::size_t checked = 0;
    for (const auto& row : rows()) {
        DYNAMIC_SECTION(row.path) {
            check_row(row);
        }
        ++checked;
    }
    CHECK(checked == rows().size());
}

TEST_CASE("the same where Graph replaces groups of settings instead of merging them, and neighbours stay") {
    FieldStage stage;
    stage.tenant().switches({{"groupsMerge", false}});
    stage.declare("");
    stage.apply();
    // Somebody else's, and not declared here.
    stage.damage(
        {{"optionalClaims", {{"accessToken", {{{"name", "ipaddr"}}}}}},
         {"parentalControlSettings", {{"countriesBlockedForMinors", {"KR"}}}},
         {"servicePrincipalLockConfiguration", {{"isEnabled", true}, {"allProperties", true}}},
         {"requestSignatureVerification", {{"isSignedRequestRequired", true}, {"allowedWeakAlgorithms", "rsaSha1"}}}});
    stage.declare(
        "optionalClaims: {idToken: [{name: email}]}\n"
        "parentalControlSettings: {legalAgeGroupRule: BlockMinors}\n"
        "servicePrincipalLockConfiguration: {credentialsWithUsageSign: true}\n"
        "requestSignatureVerification: {isSignedRequestRequired: false}");
    stage.apply();
    const auto there = stage.there();
    CHECK(there["optionalClaims"]["idToken"][0]["name"] == "email");
    CHECK(there["optionalClaims"]["accessToken"][0]["name"] == "ipaddr");
    CHECK(there["parentalControlSettings"] ==
          json{{"countriesBlockedForMinors", {"KR"}}, {"legalAgeGroupRule", "BlockMinors"}});
    CHECK(there["servicePrincipalLockConfiguration"] ==
          json{{"isEnabled", true}, {"allProperties", true}, {"credentialsWithUsageSign", true}});
    CHECK(there["requestSignatureVerification"] ==
          json{{"isSignedRequestRequired", false}, {"allowedWeakAlgorithms", "rsaSha1"}});
    check_nothing_to_do(stage, "a second run");
}

TEST_CASE("the service principal is made again where it is gone, and left alone where it is not managed") {
    FieldStage stage;
    stage.declare("");
    stage.apply();
    const auto app_id = stage.there().at("appId").get<std::string>();
    REQUIRE(stage.tenant().principal_of(app_id).is_object());
    check_nothing_to_do(stage, "a second run");
    stage.declare("servicePrincipal: {create: false}");
    check_nothing_to_do(stage, "no longer declared");
}

TEST_CASE("mapped claims are set by a second request when who creates may only write what it owns") {
    FieldStage stage;
    stage.tenant().switches({{"builtInClientOwnsOnly", true}});
    stage.declare("acceptMappedClaims: true");
    stage.apply();
    CHECK(stage.there()["api"]["acceptMappedClaims"] == true);
    check_nothing_to_do(stage, "a second run");
}

TEST_CASE("a property that Graph shows and does not take is refused with what to do about it") {
    FieldStage stage;
    stage.tenant().switches({{"undocumentedPropertiesRefused", true}});
    for (const std::string line : {"authenticationBehaviors: {blockAzureADGraphAccess: true}", "isDisabled: true",
                                   "oauth2RequirePostResponse: true"}) {
        stage.declare(line);
        const auto result = stage.try_to_apply();
        REQUIRE(!result.complete());
        const auto& error = result.outcomes.front().error;
        INFO(line << ": " << error.help);
        CHECK(error.help.find("management.ignore") != std::string::npos);
        CHECK(error.help.find(line.substr(0, line.find(':'))) != std::string::npos);
    }
}

TEST_CASE("what costs extra to select is selected for those who declare it only") {
    FieldStage stage;
    stage.declare("isFallbackPublicClient: true");
    stage.apply();
    stage.tenant().forget_requests();
    check_nothing_to_do(stage, "a second run");
    for (const auto& request : stage.tenant().requests()) {
        INFO(request.target);
        CHECK(request.target.find("isDisabled") == std::string::npos);
        CHECK(request.target.find("authenticationBehaviors") == std::string::npos);
    }
    stage.declare("isDisabled: false");
    stage.tenant().forget_requests();
    check_nothing_to_do(stage, "declared as it is");
    const auto requests = stage.tenant().requests();
    CHECK(std::any_of(requests.begin(), requests.end(),
                      [](const auto& request) { return request.target.find("isDisabled") != std::string::npos; }));
}
