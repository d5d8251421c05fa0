#include "manifest/field_table.hpp"

#include "manifest/field_table_kinds.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

namespace regent::manifest {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view first_segment(std::string_view path) {
    return path.substr(0, path.find('.'));
}

}  // namespace

std::span<const KindTable> kind_tables() noexcept {
    static const std::array tables = {environment_table(),          application_table(), redirect_uri_table(),
                                      federated_credential_table(), connector_table(),   daemon_table()};
    return tables;
}

const KindTable* table_of(std::string_view kind) noexcept {
    const auto tables = kind_tables();
    const auto it = std::find_if(tables.begin(), tables.end(), [&](const auto& t) { return t.kind == kind; });
    return it == tables.end() ? nullptr : &*it;
}

const Field* find_field(std::span<const Field> fields, std::string_view name) noexcept {
    const auto it = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.name == name; });
    return it == fields.end() ? nullptr : &*it;
}

const Field* KindTable::find(std::string_view path) const noexcept {
    auto members = fields;
    for (;;) {
        const auto name = first_segment(path);
        const auto* field = find_field(members, name);
        if (!field || name.size() == path.size()) return field;
        members = field->members;
        path.remove_prefix(name.size() + 1);
    }
}

std::string_view known_wrong_name(std::span<const Field> fields, std::string_view name) noexcept {
    struct WrongName {
        std::string_view wrong;
        std::string_view right;
    };
    // The names that neighbouring tools use: the portals, Graph itself, Terraform's azuread provider, azurerator,
    // paconn. A name may be wrong in several places, so it may stand here several times; the first answer that the
    // place has is given.
    static constexpr std::array names = {
        WrongName{"replyUrls", "redirectUris.web"},
        WrongName{"reply_urls", "redirectUris.web"},
        WrongName{"replyUrlsWithType", "redirectUris"},
        WrongName{"redirectUrl", "redirectUris"},
        WrongName{"redirectUrls", "redirectUris"},
        WrongName{"redirect_uris", "redirectUris"},
        WrongName{"redirectUri", "redirectUris"},
        WrongName{"callbackUrl", "redirectUris"},
        WrongName{"publicClient", "redirectUris.native"},
        WrongName{"public_client", "redirectUris.native"},
        WrongName{"publicClient", "native"},
        WrongName{"mobile", "native"},
        WrongName{"desktop", "native"},
        WrongName{"singlePageApplication", "spa"},
        WrongName{"web", "redirectUris.web"},
        WrongName{"spa", "redirectUris.spa"},
        WrongName{"fic", "federatedCredentials"},
        WrongName{"fics", "federatedCredentials"},
        WrongName{"federatedIdentityCredentials", "federatedCredentials"},
        WrongName{"federated_identity_credential", "federatedCredentials"},
        WrongName{"federatedIdentity", "federatedCredentials"},
        WrongName{"passwordCredentials", "clientSecrets"},
        WrongName{"password", "clientSecrets"},
        WrongName{"passwords", "clientSecrets"},
        WrongName{"secrets", "clientSecrets"},
        WrongName{"clientSecret", "clientSecrets"},
        WrongName{"clientSecret", "clientSecretRef"},
        WrongName{"client_secret", "clientSecretRef"},
        WrongName{"secretRef", "clientSecretRef"},
        WrongName{"msi", "managedIdentity"},
        WrongName{"requiredResourceAccess", "permissions"},
        WrongName{"required_resource_access", "permissions"},
        WrongName{"apiPermissions", "permissions"},
        WrongName{"oauth2Permissions", "permissions"},
        WrongName{"resourceAppId", "api"},
        WrongName{"appRoles", "exposes.roles"},
        WrongName{"app_role", "exposes.roles"},
        WrongName{"app_roles", "exposes.roles"},
        WrongName{"roles", "exposes.roles"},
        WrongName{"appRoles", "roles"},
        WrongName{"api", "exposes"},
        WrongName{"oauth2PermissionScopes", "exposes.scopes"},
        WrongName{"oauth2_permission_scope", "exposes.scopes"},
        WrongName{"scopes", "exposes.scopes"},
        WrongName{"oauth2PermissionScopes", "scopes"},
        WrongName{"preAuthorizedApplications", "exposes.preAuthorizedApplications"},
        WrongName{"authorizedClientApplications", "preAuthorizedApplications"},
        WrongName{"preAuthorized", "preAuthorizedApplications"},
        WrongName{"knownClientApplications", "exposes.knownClientApplications"},
        WrongName{"known_client_applications", "knownClientApplications"},
        WrongName{"adminConsentDisplayName", "consent.title"},
        WrongName{"adminConsentDescription", "consent.description"},
        WrongName{"userConsentDisplayName", "consent.userTitle"},
        WrongName{"userConsentDescription", "consent.userDescription"},
        WrongName{"displayName", "consent.title"},
        WrongName{"description", "consent.description"},
        WrongName{"type", "consent.who"},
        WrongName{"type", "who"},
        WrongName{"allowedMemberTypes", "allowed"},
        WrongName{"allowed_member_types", "allowed"},
        WrongName{"isEnabled", "enabled"},
        WrongName{"value", "name"},
        WrongName{"delegatedPermissionIds", "scopes"},
        WrongName{"resourceRef", "apiRef"},
        WrongName{"applicationRef", "apiRef"},
        WrongName{"appRef", "apiRef"},
        WrongName{"scopes", "delegated"},
        WrongName{"roles", "application"},
        WrongName{"identifierUri", "identifierUris"},
        WrongName{"identifier_uris", "identifierUris"},
        WrongName{"applicationIdUri", "identifierUris"},
        WrongName{"appIdUri", "identifierUris"},
        WrongName{"display_name", "displayName"},
        WrongName{"name", "displayName"},
        WrongName{"title", "displayName"},
        WrongName{"sign_in_audience", "signInAudience"},
        WrongName{"availableToOtherTenants", "signInAudience"},
        WrongName{"supportedAccountTypes", "signInAudience"},
        WrongName{"homepage", "homePageUrl"},
        WrongName{"homepageUrl", "homePageUrl"},
        WrongName{"logoutUri", "logoutUrl"},
        WrongName{"logout_url", "logoutUrl"},
        WrongName{"signOutUrl", "logoutUrl"},
        WrongName{"implicitGrant", "implicitGrantSettings"},
        WrongName{"implicit_grant", "implicitGrantSettings"},
        WrongName{"idTokenIssuanceEnabled", "enableIdTokenIssuance"},
        WrongName{"accessTokenIssuanceEnabled", "enableAccessTokenIssuance"},
        WrongName{"accessTokenAcceptedVersion", "requestedAccessTokenVersion"},
        WrongName{"accessTokenVersion", "requestedAccessTokenVersion"},
        WrongName{"keyCredentials", "certificates"},
        WrongName{"certificate", "certificates"},
        WrongName{"owner", "owners"},
        WrongName{"owners@odata.bind", "owners"},
        WrongName{"logo_image", "logo"},
        WrongName{"logoUrl", "logo"},
        WrongName{"icon", "logo"},
        WrongName{"tokenEncryptionKeyId", "tokenEncryptionKey"},
        WrongName{"extensions", "extensionProperties"},
        WrongName{"pem", "path"},
        WrongName{"file", "path"},
        WrongName{"key", "path"},
        WrongName{"displayName", "name"},
        WrongName{"fallback_public_client_enabled", "isFallbackPublicClient"},
        WrongName{"allowPublicClient", "isFallbackPublicClient"},
        WrongName{"allowPublicClientFlows", "isFallbackPublicClient"},
        WrongName{"device_only_auth_enabled", "isDeviceOnlyAuthSupported"},
        WrongName{"group_membership_claims", "groupMembershipClaims"},
        WrongName{"optional_claims", "optionalClaims"},
        WrongName{"id_token", "idToken"},
        WrongName{"access_token", "accessToken"},
        WrongName{"saml2_token", "saml2Token"},
        WrongName{"mapped_claims_enabled", "acceptMappedClaims"},
        WrongName{"oauth2_post_response_required", "oauth2RequirePostResponse"},
        WrongName{"service_management_reference", "serviceManagementReference"},
        WrongName{"marketing_url", "info.marketingUrl"},
        WrongName{"marketingUrl", "info.marketingUrl"},
        WrongName{"privacy_statement_url", "info.privacyStatementUrl"},
        WrongName{"privacyStatementUrl", "info.privacyStatementUrl"},
        WrongName{"support_url", "info.supportUrl"},
        WrongName{"supportUrl", "info.supportUrl"},
        WrongName{"terms_of_service_url", "info.termsOfServiceUrl"},
        WrongName{"termsOfServiceUrl", "info.termsOfServiceUrl"},
        WrongName{"informationalUrls", "info"},
        WrongName{"samlMetadataUri", "samlMetadataUrl"},
        WrongName{"servicePrincipalLock", "servicePrincipalLockConfiguration"},
        WrongName{"audiences", "audience"},
        WrongName{"aud", "audience"},
        WrongName{"iss", "issuer"},
        WrongName{"sub", "subject"},
        WrongName{"expiresIn", "validFor"},
        WrongName{"lifetime", "validFor"},
        WrongName{"endDateTime", "validFor"},
        WrongName{"connectorId", "connectorRef"},
        WrongName{"connectorName", "connectorRef"},
        WrongName{"connector", "connectorRef"},
        WrongName{"applicationId", "applicationRef"},
        WrongName{"application", "applicationRef"},
        WrongName{"clientId", "applicationRef"},
        WrongName{"appId", "applicationRef"},
        WrongName{"app", "applicationRef"},
        WrongName{"url", "uri"},
        WrongName{"type", "platform"},
        WrongName{"resourceUri", "resource"},
        WrongName{"resourceUrl", "resource"},
        WrongName{"AzureActiveDirectoryResourceId", "resource"},
        WrongName{"scope", "scopes"},
        WrongName{"authentication", "auth"},
        WrongName{"security", "auth"},
        WrongName{"policyTemplateInstances", "policies"},
        WrongName{"apiProperties", "properties"},
        WrongName{"folder", "files"},
        WrongName{"permissions", "shares"},
        WrongName{"secretFrom", "clientSecretFrom"},
        WrongName{"swagger", "openapi"},
        WrongName{"openApiDefinition", "openapi"},
        WrongName{"apiDefinition", "openapi"},
        WrongName{"environment", "powerPlatformEnvironment"},
        WrongName{"environmentId", "powerPlatformEnvironment"},
        WrongName{"environments", "powerPlatformEnvironments"},
        WrongName{"tenant", "tenantId"},
        WrongName{"variables", "vars"},
        WrongName{"paths", "sources"},
        WrongName{"folders", "sources"},
        WrongName{"patches", "overrides"},
        WrongName{"prune", "onRemoval"},
        WrongName{"deletionPolicy", "onRemoval"},
        WrongName{"prevent_destroy", "preventDelete"},
        WrongName{"preventDestroy", "preventDelete"},
        WrongName{"ignore_changes", "ignore"},
        WrongName{"ignoreChanges", "ignore"},
        WrongName{"import", "adopt"},
        WrongName{"appId", "connector"},
        WrongName{"id", "connector"},
        WrongName{"objectId", "appId"},
        WrongName{"clientId", "appId"},
        WrongName{"annotations", "labels"},
        WrongName{"previousName", "previousNames"},
        WrongName{"formerNames", "previousNames"},
        WrongName{"renamedFrom", "previousNames"},
        WrongName{"moved", "previousNames"},
        WrongName{"assignmentRequired", "appRoleAssignmentRequired"},
        WrongName{"app_role_assignment_required", "appRoleAssignmentRequired"},
        WrongName{"userAssignmentRequired", "appRoleAssignmentRequired"},
        WrongName{"enabled", "accountEnabled"},
        WrongName{"account_enabled", "accountEnabled"},
        WrongName{"appRoleAssignedTo", "assignments"},
        WrongName{"users", "usersAndGroups"},
        WrongName{"groups", "usersAndGroups"},
        WrongName{"consent", "adminConsent"},
        WrongName{"admin_consent", "adminConsent"},
        WrongName{"hideApp", "tags"},
        WrongName{"hidden", "tags"},
        WrongName{"visibleToUsers", "tags"},
    };
    const WrongName* found = nullptr;
    for (const auto& entry : names)
        if (!found && equal_ignoring_case(entry.wrong, name) && find_field(fields, first_segment(entry.right)))
            found = &entry;
    return found ? found->right : std::string_view{};
}

const UnsupportedField* unsupported_field(std::string_view kind, std::string_view path) noexcept {
    static constexpr std::string_view portal =
        "remove it: what this version does not know, it does not touch, so the portal's value stays";
    static constexpr std::string_view of_principal =
        "declare it of the application, `spec.clientSecrets`, whose secrets sign in as well and are rotated; what the "
        "service principal has is left alone";
    static constexpr std::string_view gallery =
        "remove it: make the application in the gallery, then take it over with `management.adopt`";
    static constexpr std::array fields = {
        UnsupportedField{"Application", "spec.servicePrincipal.displayName",
                         "remove it: the directory copies the application's `spec.displayName`"},
        UnsupportedField{"Application", "spec.servicePrincipal.replyUrls",
                         "remove it: the directory copies the application's `spec.redirectUris`"},
        UnsupportedField{"Application", "spec.servicePrincipal.servicePrincipalNames",
                         "remove it: the directory copies the application's `spec.identifierUris`"},
        UnsupportedField{"Application", "spec.servicePrincipal.appRoles",
                         "remove it: the directory copies the application's"},
        UnsupportedField{"Application", "spec.servicePrincipal.logoutUrl",
                         "remove it: the directory copies the application's `spec.logoutUrl`"},
        UnsupportedField{"Application", "spec.servicePrincipal.passwordCredentials", of_principal},
        UnsupportedField{"Application", "spec.servicePrincipal.clientSecrets", of_principal},
        UnsupportedField{
            "Application", "spec.servicePrincipal.tokenSigningCertificate",
            "remove it: regent makes no certificate that signs SAML tokens, as whoever relies on them has to be "
            "given it first; make it in the portal, and name it in `preferredTokenSigningKeyThumbprint`"},
        UnsupportedField{"Application", "spec.servicePrincipal.claimsMappingPolicies",
                         "remove it: assign the policy with Graph; it is left alone"},
        UnsupportedField{"Application", "spec.applicationTemplateId", gallery},
        UnsupportedField{"Application", "spec.templateId", gallery},
        UnsupportedField{"Application", "spec.federatedCredentials.claimsMatchingExpression",
                         "write one credential with `subject` for each subject; Graph v1.0 has no expressions"},
        UnsupportedField{"FederatedCredential", "spec.claimsMatchingExpression",
                         "write one document with `subject` for each subject; Graph v1.0 has no expressions"},
        UnsupportedField{"Application", "spec.uniqueName",
                         "remove it: regent sets it, from owner, environment and metadata.name"},
        UnsupportedField{
            "Application", "spec.appId",
            "remove it: the service chooses it; to take over a registration, use `management.adopt.appId`"},
        UnsupportedField{"Connector", "spec.auth.onBehalfOf", portal},
        UnsupportedField{"Connector", "spec.auth.credential.certificateRef",
                         "use `clientSecretRef` or `managedIdentity`"},
        UnsupportedField{"Connector", "spec.redirectUrl",
                         "remove it: the service makes it; applications name it by `connectorRef`"},
        UnsupportedField{
            "RedirectUri", "metadata.previousNames",
            "remove it: the URI is what it is known by, so its document can be called otherwise at any time"},
        UnsupportedField{"FederatedCredential", "metadata.previousNames",
                         "remove it: the credential is known by `spec.name`; write the name there that it had before"},
        UnsupportedField{"Environment", "metadata.previousNames",
                         "remove it: an environment's name is in the key of every object, and stays"},
        UnsupportedField{"RedirectUri", "management",
                         "remove it; how the URI is managed says its application's document"},
        UnsupportedField{"FederatedCredential", "management",
                         "remove it; how the credential is managed says its application's document"},
        UnsupportedField{"Environment", "management", "remove it; what a run may do says `spec.policy`"},
        UnsupportedField{"Environment", "spec.approvals", "use `policy.requireApprovedPlan`"},
        UnsupportedField{"Environment", "spec.schedule", "remove it; run `regent apply` when it is time"},
    };
    const auto it =
        std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.kind == kind && f.path == path; });
    return it == fields.end() ? nullptr : &*it;
}

std::string describe_type(const Field& field) {
    switch (field.type) {
        case FieldType::text:
            return "text";
        case FieldType::boolean:
            return "`true` or `false`";
        case FieldType::integer:
            return "a whole number";
        case FieldType::duration:
            return "a duration such as `180d`";
        case FieldType::guid:
            return "a GUID";
        case FieldType::url:
            return "a URL";
        case FieldType::enumeration: {
            std::vector<std::string> names;
            for (const auto& value : field.values) names.push_back(fmt::format("`{}`", value.name));
            return fmt::format("{}{}", names.size() > 1 ? "one of " : "", fmt::join(names, ", "));
        }
        case FieldType::path:
            return "a path";
        case FieldType::mapping:
            return "a mapping";
        case FieldType::list:
            return "a list";
        case FieldType::reference:
            return "a reference, `{name: …}`";
        case FieldType::redirect_target:
            return "a URL or `connectorRef: {name: …}`";
        case FieldType::owner:
            return "an object id or `applicationRef: {name: …}`";
        case FieldType::text_map:
            return "a mapping of names to text";
        case FieldType::scalar_map:
            return "a mapping of names to values";
        case FieldType::any:
            return "anything";
    }
    return "anything";
}

}  // namespace regent::manifest
