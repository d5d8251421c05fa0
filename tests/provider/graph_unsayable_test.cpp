#include "provider/graph/unsayable.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace regent::provider::graph;
using nlohmann::json;
using Lines = std::vector<std::string>;

namespace {

/// What Graph answers for an application of which nothing was said, without `$select`; recorded in April 2025.
json untouched() {
    return json::parse(R"({
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
      "id": "7e7e7e7e-1111-4444-8888-abcdefabcdef", "deletedDateTime": null, "appId": "7e7e7e7e-0000-4444-8888-abcdefabcdef",
      "applicationTemplateId": null, "disabledByMicrosoftStatus": null, "createdDateTime": "2025-04-08T06:15:07Z",
      "displayName": "demo", "description": null, "groupMembershipClaims": null, "identifierUris": [],
      "isDeviceOnlyAuthSupported": null, "isFallbackPublicClient": null, "nativeAuthenticationApisEnabled": null, "notes": null,
      "publisherDomain": "contoso.onmicrosoft.com", "serviceManagementReference": null, "signInAudience": "AzureADMyOrg",
      "tags": [], "tokenEncryptionKeyId": null, "uniqueName": null, "samlMetadataUrl": null, "defaultRedirectUri": null,
      "certification": null, "optionalClaims": null, "servicePrincipalLockConfiguration": null,
      "requestSignatureVerification": null, "addIns": [],
      "api": {"acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null,
              "oauth2PermissionScopes": [], "preAuthorizedApplications": []},
      "appRoles": [], "info": {"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null,
                               "termsOfServiceUrl": null},
      "keyCredentials": [], "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
      "passwordCredentials": [], "publicClient": {"redirectUris": []}, "requiredResourceAccess": [],
      "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null},
      "web": {"homePageUrl": null, "logoutUrl": null, "redirectUris": [], "redirectUriSettings": [],
              "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}},
      "spa": {"redirectUris": []}, "federatedIdentityCredentials": []})");
}

}  // namespace

TEST_CASE("of an application that nobody has touched nothing is left to say", "[provider][graph][import]") {
    CHECK(unsayable_of(untouched()) == Lines{});
}

TEST_CASE("what is set and no manifest can say is told, also what nobody here has heard of",
          "[provider][graph][import]") {
    auto application = untouched();
    application["tokenOfTomorrow"] = {{"on", true}};
    application["web"]["somethingNew"] = 3;
    application["info"]["logoUrl"] = "https://cdn.contoso.com/1";
    application["keyCredentials"] = {{{"keyId", "11111111-0000-4000-8000-000000000001"},
                                      {"displayName", "CN=portal"},
                                      {"usage", "Verify"},
                                      {"type", "AsymmetricX509Cert"},
                                      {"key", nullptr},
                                      {"endDateTime", "2027-01-01T00:00:00Z"}}};
    application["requiredResourceAccess"] = {
        {{"resourceAppId", "0f0f0f0f-0000-4000-8000-000000000000"}, {"resourceAccess", json::array()}}};
    auto lines = unsayable_of(application);
    const auto says = [&](const std::string& line) {
        INFO(line);
        CHECK(std::erase(lines, line) == 1);
    };
    says(R"(tokenOfTomorrow: {"on":true} (no field for it))");
    says("web.somethingNew: 3 (no field for it)");
    says("info.logoUrl: it has a logo (with its picture beside the manifest it can be declared: `logo`)");
    says(
        "requiredResourceAccess: an entry without permissions for the API 0f0f0f0f-0000-4000-8000-000000000000 (no "
        "field "
        "for it)");
    std::erase_if(lines, [](const auto& line) { return line.find("CN=portal") != std::string::npos; });
    CHECK(lines == Lines{});
}
