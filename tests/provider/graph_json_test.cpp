#include "model/attributes.hpp"
#include "plan/canonical.hpp"
#include "provider/graph/application_body.hpp"
#include "provider/graph/application_json.hpp"
#include "provider/graph/application_properties.hpp"
#include "provider/service_time.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace regent;
using namespace regent::provider::graph;
using nlohmann::json;
using regent::provider::format_day;
using regent::provider::format_time;
using regent::provider::parse_time;
namespace path = regent::model::path;

namespace {

/// What Graph answers for an application of which nothing was said, as recorded in April 2025; some members left out.
json minimal() {
    return json::parse(R"({
      "id": "7E7E7E7E-1111-4444-8888-ABCDEFABCDEF", "appId": "7e7e7e7e-0000-4444-8888-abcdefabcdef",
      "displayName": "demo", "description": null, "notes": null, "signInAudience": "AzureADMyOrg", "uniqueName": null,
      "tags": [], "identifierUris": [], "requiredResourceAccess": [], "passwordCredentials": [],
      "web": {"homePageUrl": null, "logoutUrl": null, "redirectUris": [], "redirectUriSettings": [],
              "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}},
      "spa": {"redirectUris": []}, "publicClient": {"redirectUris": []},
      "api": {"requestedAccessTokenVersion": null, "acceptMappedClaims": null, "oauth2PermissionScopes": [],
              "preAuthorizedApplications": [], "knownClientApplications": []}, "appRoles": [], "federatedIdentityCredentials": [],
      "groupMembershipClaims": null, "isDeviceOnlyAuthSupported": null, "isFallbackPublicClient": null,
      "nativeAuthenticationApisEnabled": null, "serviceManagementReference": null, "samlMetadataUrl": null,
      "defaultRedirectUri": null, "optionalClaims": null, "servicePrincipalLockConfiguration": null,
      "requestSignatureVerification": null, "addIns": [], "keyCredentials": [], "tokenEncryptionKeyId": null,
      "info": {"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
               "termsOfServiceUrl": null},
      "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"}})");
}

model::ObservedResource read(const json& application) {
    auto resource = read_application(application, PermissionNames({}));
    if (!resource) FAIL(resource.error());
    return *resource;
}

/// As the planner sees it: what says nothing is not kept, and absence means what the table says.
model::Value at(const model::ObservedResource& resource, std::string_view where) {
    const auto found = resource.attributes.find(where);
    if (found != resource.attributes.end()) return found->second;
    return plan::canonical(*model::attributes_of(model::kind::application)->find(where), {});
}

json body(const model::Map& values, const model::ObservedResource* observed = nullptr) {
    Paths changed;
    for (const auto& [where, value] : values) changed.insert(where);
    return property_body(changed, values, observed);
}

}  // namespace

TEST_CASE("nulls are read as what they mean to Entra") {
    const auto resource = read(minimal());
    CHECK(at(resource, path::description) == model::Value(""));
    CHECK(at(resource, path::home_page_url) == model::Value(""));
    CHECK(at(resource, path::access_token_version) == model::Value(1));
    CHECK(at(resource, path::implicit_id_token) == model::Value(false));
    CHECK(at(resource, path::redirect_uris_web) == model::Value(model::List{}));
    CHECK(resource.id == "7e7e7e7e-1111-4444-8888-abcdefabcdef");
    CHECK(at(resource, path::is_fallback_public_client) == model::Value(false));
    CHECK(at(resource, path::accept_mapped_claims) == model::Value(false));
    CHECK(at(resource, path::native_authentication) == model::Value("none"));
    CHECK(at(resource, path::group_membership_claims) == model::Value(model::List{}));
    CHECK(at(resource, path::optional_claims_id_token) == model::Value(model::Map{}));
    CHECK(at(resource, path::lock_enabled) == model::Value(false));
    CHECK(at(resource, path::age_group_rule) == model::Value("Allow"));
    CHECK(at(resource, path::support_url) == model::Value(""));
    CHECK(resource.remarks.empty());
    // A tenant may have 20,000 of them, with forty attributes each that nobody ever set.
    CHECK_FALSE(resource.attributes.contains(path::support_url));
}

TEST_CASE("what Graph writes in another form is read as it was meant") {
    const auto sent = read(minimal()).attributes;
    auto shown = minimal();
    // Never set, or set and emptied; defaults spelt out or not.
    shown["optionalClaims"] = {
        {"idToken", json::array()}, {"accessToken", json::array()}, {"saml2Token", json::array()}};
    shown["nativeAuthenticationApisEnabled"] = "none";
    shown["isFallbackPublicClient"] = false;
    shown["isDeviceOnlyAuthSupported"] = false;
    shown["api"]["requestedAccessTokenVersion"] = 1;
    shown["api"]["acceptMappedClaims"] = false;
    shown["parentalControlSettings"] = nullptr;
    shown["info"] = nullptr;
    shown["groupMembershipClaims"] = "";
    CHECK(read(shown).attributes == sent);
    for (const auto* words :
         {"SecurityGroup,ApplicationGroup", "ApplicationGroup, SecurityGroup", " SecurityGroup ,ApplicationGroup,"}) {
        shown["groupMembershipClaims"] = words;
        CHECK(at(read(shown), path::group_membership_claims) ==
              model::Value(model::List{"ApplicationGroup", "SecurityGroup"}));
    }
    // That tokens carry no groups is a choice; that nobody chose is none.
    shown["groupMembershipClaims"] = "None";
    CHECK(at(read(shown), path::group_membership_claims) == model::Value(model::List{"None"}));
    shown["optionalClaims"]["idToken"] = {
        {{"name", "email"}, {"source", nullptr}, {"essential", false}, {"additionalProperties", json::array()}},
        {{"name", "groups"}, {"essential", true}, {"additionalProperties", {"b", "a"}}},
        {{"name", "groups"}, {"source", "user"}, {"essential", false}}};
    const auto claims = at(read(shown), path::optional_claims_id_token);
    CHECK(claims == model::Value(model::Map{
                        {"email", model::Map{}},
                        {"groups", model::Map{{"essential", true}, {"additionalProperties", model::List{"a", "b"}}}},
                        {"groups (user)", model::Map{{"claim", "groups"}, {"source", "user"}}}}));
    // Written again it is the same, also the second one of a name.
    const auto written = body({{std::string(path::optional_claims_id_token), claims}})["optionalClaims"]["idToken"];
    REQUIRE(written.size() == 3);
    CHECK(written[2]["name"] == "groups");
    CHECK(written[2]["source"] == "user");
}

TEST_CASE("claims of one name are the same in any order of the answer, and are written under their own name") {
    const auto claim = [](const char* name, const json& source, bool essential = false) {
        return json{
            {"name", name}, {"source", source}, {"essential", essential}, {"additionalProperties", json::array()}};
    };
    // The last but one is called what the second `groups` would be, and one is there twice.
    std::vector<json> there = {claim("groups", nullptr), claim("groups", "user"),        claim("groups", "user", true),
                               claim("upn", "user"),     claim("groups (user)", "user"), claim("upn", "user")};
    std::sort(there.begin(), there.end());
    std::optional<model::Value> first;
    do {
        auto shown = minimal();
        shown["optionalClaims"] = {{"idToken", json::array()}, {"accessToken", there}, {"saml2Token", json::array()}};
        const auto claims = at(read(shown), path::optional_claims_access_token);
        if (!first) first = claims;
        REQUIRE(claims == *first);
    } while (std::next_permutation(there.begin(), there.end()));
    REQUIRE(first->as_map()->size() == there.size());
    CHECK(*first->find("groups") == model::Value(model::Map{}));
    const auto body = property_body({std::string(path::optional_claims_access_token)},
                                    {{std::string(path::optional_claims_access_token), *first}}, nullptr);
    auto written = body["optionalClaims"]["accessToken"].get<std::vector<json>>();
    std::sort(written.begin(), written.end());
    CHECK(written == there);
}

TEST_CASE("an add-in keeps both values of a key that it has twice") {
    auto shown = minimal();
    shown["addIns"] = {
        {{"id", "0a000000-0000-4000-8000-000000000001"},
         {"type", "FileHandler"},
         {"properties",
          {{{"key", "k"}, {"value", "2"}}, {{"key", "l"}, {"value", ""}}, {{"key", "k"}, {"value", "1"}}}}}};
    const auto add_ins = at(read(shown), path::add_ins);
    auto body = property_body({std::string(path::add_ins)}, {{std::string(path::add_ins), add_ins}}, nullptr);
    CHECK(body["addIns"][0]["properties"] ==
          json{{{"key", "k"}, {"value", "1"}}, {{"key", "k"}, {"value", "2"}}, {{"key", "l"}, {"value", ""}}});
}

TEST_CASE("certificates are called by their names and told apart by their thumbprints") {
    auto application = minimal();
    const auto key = [](const char* id, const json& name, const char* thumbprint) {
        return json{{"keyId", id},
                    {"type", "AsymmetricX509Cert"},
                    {"usage", "Encrypt"},
                    {"displayName", name},
                    {"key", nullptr},
                    {"customKeyIdentifier", thumbprint},
                    {"startDateTime", "2026-01-01T00:00:00Z"},
                    {"endDateTime", "2027-01-01T00:00:00.0000000Z"}};
    };
    const std::string a(40, 'a'), b(40, 'B');
    application["keyCredentials"] = {key("A0000000-0000-4000-8000-000000000001", "portal", a.c_str()),
                                     key("a0000000-0000-4000-8000-000000000002", "portal", b.c_str()),
                                     key("a0000000-0000-4000-8000-000000000003", nullptr, "somebody's own")};
    application["tokenEncryptionKeyId"] = "A0000000-0000-4000-8000-000000000001";
    const auto resource = read(application);
    const auto certificate = [](const std::string& thumbprint) {
        return model::Value(model::Map{
            {"usage", "Encrypt"}, {"thumbprint", thumbprint}, {"starts", "2026-01-01"}, {"ends", "2027-01-01"}});
    };
    CHECK(at(resource, path::certificates) ==
          model::Value(model::Map{{"portal", certificate(std::string(40, 'A'))},
                                  {"portal (a0000000-0000-4000-8000-000000000002)", certificate(b)},
                                  {"somebody's own", certificate("somebody's own")}}));
    CHECK(at(resource, path::token_encryption_key) ==
          model::Value(model::Map{{"name", "portal"}, {"thumbprint", std::string(40, 'A')}}));
}

TEST_CASE("attributes that are read on demand are absent, not empty, unless somebody asked") {
    auto application = minimal();
    application["isDisabled"] = true;
    CHECK_FALSE(read(application).attributes.contains(path::is_disabled));
    const auto asked = read_application(application, PermissionNames({}), {std::string(path::is_disabled)});
    REQUIRE(asked);
    CHECK(at(*asked, path::is_disabled) == model::Value(true));
    CHECK(application_members({}).find("isDisabled") == std::string::npos);
    CHECK(application_members({std::string(path::is_disabled)}).find("isDisabled") != std::string::npos);
    application.erase("isDisabled");
    CHECK_FALSE(read_application(application, PermissionNames({}), {std::string(path::is_disabled)}));
}

TEST_CASE("a complex member that is null is read like an empty one") {
    auto application = minimal();
    for (const auto* member : {"web", "spa", "publicClient", "api"}) application[member] = nullptr;
    CHECK(read(application).attributes == read(minimal()).attributes);
}

TEST_CASE("members that are new to regent are ignored, wherever they are") {
    auto application = minimal();
    application["isDisabled"] = true;
    application["web"]["future"] = {{"a", 1}};
    application["extension_0123_x"] = "y";
    application["@odata.etag"] = "W/1";
    CHECK(read(application).attributes == read(minimal()).attributes);
}

TEST_CASE("a member that was asked for and is missing or of another type is an error, never an empty list") {
    const std::vector<std::string> asked{"/id",
                                         "/appId",
                                         "/displayName",
                                         "/tags",
                                         "/identifierUris",
                                         "/web",
                                         "/web/redirectUris",
                                         "/spa/redirectUris",
                                         "/publicClient",
                                         "/api",
                                         "/web/implicitGrantSettings",
                                         "/requiredResourceAccess",
                                         "/passwordCredentials",
                                         "/federatedIdentityCredentials",
                                         "/groupMembershipClaims",
                                         "/isFallbackPublicClient",
                                         "/optionalClaims",
                                         "/info/supportUrl",
                                         "/parentalControlSettings/legalAgeGroupRule",
                                         "/addIns",
                                         "/keyCredentials",
                                         "/info/logoUrl",
                                         "/uniqueName"};
    for (const auto& place : asked) {
        INFO(place);
        auto without = minimal();
        const json::json_pointer pointer(place);
        without[pointer.parent_pointer()].erase(pointer.back());
        CHECK_FALSE(read_application(without, PermissionNames({})));
        auto wrong = minimal();
        wrong[pointer] = 17;
        CHECK_FALSE(read_application(wrong, PermissionNames({})));
    }
    auto mixed = minimal();
    mixed["tags"] = {"a", 1};
    CHECK_FALSE(read_application(mixed, PermissionNames({})));
}

TEST_CASE("permissions have names where their API is known, and ids elsewhere") {
    auto application = minimal();
    application["requiredResourceAccess"] = {{{"resourceAppId", "797F4846-BA00-4FD7-BA43-DAC1F8F63013"},
                                              {"resourceAccess",
                                               {{{"id", "41094075-9DAD-400e-a0bd-54e686782033"}, {"type", "Scope"}},
                                                {{"id", "00000000-0000-0000-0000-000000000001"}, {"type", "Role"}}}}}};
    model::ApiPermissions arm;
    arm.delegated.emplace("user_impersonation", "41094075-9dad-400e-a0bd-54e686782033");
    const auto resource =
        read_application(application, PermissionNames({{"797f4846-ba00-4fd7-ba43-dac1f8f63013", arm}}));
    REQUIRE(resource);
    CHECK(at(*resource, path::permissions) ==
          model::Value(model::List{model::Map{{"api", "797f4846-ba00-4fd7-ba43-dac1f8f63013"},
                                              {"type", "delegated"},
                                              {"name", "user_impersonation"}},
                                   model::Map{{"api", "797f4846-ba00-4fd7-ba43-dac1f8f63013"},
                                              {"type", "application"},
                                              {"name", "00000000-0000-0000-0000-000000000001"}}}));
}

TEST_CASE("a secret's name and operation are read from what regent writes, and from nothing else") {
    const auto name_of = [](const json& display_name) {
        auto application = minimal();
        application["passwordCredentials"] = {{{"keyId", "A7D109D6-0000-4000-8000-000000000001"},
                                               {"displayName", display_name},
                                               {"startDateTime", "2026-01-01T00:00:00Z"},
                                               {"endDateTime", "2299-12-31T00:00:00Z"}}};
        const auto secret = read(application).secrets.at(0);
        CHECK(secret.key_id == "a7d109d6-0000-4000-8000-000000000001");
        CHECK(secret.ends_at > std::chrono::system_clock::now());
        return secret.name + "|" + secret.operation_id;
    };
    CHECK(name_of("arm (regent 5f3a91c2)") == "arm|5f3a91c2");
    CHECK(name_of("a (regent 00000000) (regent 5f3a91c2)") == "a (regent 00000000)|5f3a91c2");
    for (const auto* other : {"arm", "arm (regent 5F3A91C2)", "arm (regent 5f3a91c)", " (regent 5f3a91c2)",
                              "arm (regent 5f3a91c2) ", "arm (terraform 5f3a91c2)"}) {
        CHECK(name_of(other) == "|");
    }
    CHECK(name_of(nullptr) == "|");
}

TEST_CASE("a secret whose end is null ends late, and one without an end is no answer") {
    auto application = minimal();
    application["passwordCredentials"] = {
        {{"keyId", "a7d109d6-0000-4000-8000-000000000001"}, {"endDateTime", nullptr}}};
    const auto resource = read_application(application, PermissionNames({}));
    REQUIRE(resource);
    CHECK(resource->secrets.at(0).ends_at > std::chrono::system_clock::now() + std::chrono::hours(24 * 365 * 100));
    application["passwordCredentials"][0].erase("endDateTime");
    CHECK_FALSE(read_application(application, PermissionNames({})));
}

TEST_CASE("a body holds what changed and not its neighbours") {
    CHECK(body({{std::string(path::redirect_uris_web), model::List{"https://a.example/"}}}) ==
          json{{"web", {{"redirectUris", {"https://a.example/"}}}}});
    CHECK(body({{std::string(path::redirect_uris_native), model::List{}}}) ==
          json::parse(R"({"publicClient": {"redirectUris": []}})"));
    CHECK(body({{std::string(path::access_token_version), 2}}) == json{{"api", {{"requestedAccessTokenVersion", 2}}}});
    CHECK(body({{std::string(path::description), ""}}) == json{{"description", nullptr}});
    CHECK(property_body({}, {{std::string(path::notes), "not changed"}}, nullptr) == json::object());
}

TEST_CASE("both implicit grant settings travel together, the other one as it is") {
    auto application = minimal();
    application["web"]["implicitGrantSettings"]["enableAccessTokenIssuance"] = true;
    const auto observed = read(application);
    CHECK(body({{std::string(path::implicit_id_token), true}}, &observed)["web"]["implicitGrantSettings"] ==
          json{{"enableIdTokenIssuance", true}, {"enableAccessTokenIssuance", true}});
}

TEST_CASE("what an application has anyway is not said when it is created") {
    auto made = body({{std::string(path::home_page_url), ""},
                      {std::string(path::notes), ""},
                      {std::string(path::display_name), "Portal"}});
    leave_out_nulls(made);
    CHECK(made == json{{"displayName", "Portal"}});
}

TEST_CASE("times are read in every form that Graph has used") {
    const auto time = parse_time("2026-09-01T12:34:56Z");
    REQUIRE(time);
    CHECK(format_time(*time) == "2026-09-01T12:34:56Z");
    CHECK(parse_time("2026-09-01T12:34:56.1234567Z") == time);
    CHECK(parse_time("2026-09-01T14:34:56+02:00") == time);
    CHECK(parse_time("2026-09-01T07:04:56-05:30") == time);
    CHECK(format_day(*time) == "2026-09-01");
    CHECK(*parse_time("9999-12-31T23:59:59Z") > *time);
    for (const auto* text : {"", "tomorrow", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-09-01T12:34:56",
                             "2026-09-01", "2026-09-01T12:34:56+2", "2026-09-01T25:00:00Z"}) {
        INFO(text);
        CHECK_FALSE(parse_time(text));
    }
}
