#include "manifest/manifest_writer.hpp"
#include "model/attributes.hpp"

#include <array>

namespace regent::manifest {
namespace {

namespace path = model::path;

constexpr std::string_view grants_go_on =
    "administrators assign people from day to day; a list in a manifest would take back what they do";

constexpr std::array application_forms = {
    AttributeForm{.path = path::display_name, .field = "displayName", .always = true},
    AttributeForm{.path = path::description, .field = "description"},
    AttributeForm{.path = path::notes, .field = "notes"},
    AttributeForm{.path = path::sign_in_audience, .field = "signInAudience", .always = true},
    AttributeForm{.path = path::tags, .field = "tags", .form = Form::list},
    AttributeForm{.path = path::identifier_uris, .field = "identifierUris", .form = Form::identifier_uris},
    AttributeForm{.path = path::redirect_uris_web, .field = "redirectUris.web", .form = Form::list},
    AttributeForm{.path = path::redirect_uris_spa, .field = "redirectUris.spa", .form = Form::list},
    AttributeForm{.path = path::redirect_uris_native, .field = "redirectUris.native", .form = Form::list},
    AttributeForm{.path = path::home_page_url, .field = "homePageUrl"},
    AttributeForm{.path = path::logout_url, .field = "logoutUrl"},
    AttributeForm{.path = path::implicit_access_token, .field = "implicitGrantSettings.enableAccessTokenIssuance"},
    AttributeForm{.path = path::implicit_id_token, .field = "implicitGrantSettings.enableIdTokenIssuance"},
    AttributeForm{.path = path::access_token_version, .field = "requestedAccessTokenVersion"},
    AttributeForm{.path = path::exposed_scopes, .field = "exposes.scopes", .form = Form::exposed},
    AttributeForm{.path = path::exposed_roles, .field = "exposes.roles", .form = Form::exposed},
    AttributeForm{
        .path = path::pre_authorized, .field = "exposes.preAuthorizedApplications", .form = Form::pre_authorized},
    AttributeForm{.path = path::known_clients, .field = "exposes.knownClientApplications", .form = Form::clients},
    AttributeForm{.path = path::accept_mapped_claims, .field = "acceptMappedClaims"},
    AttributeForm{.path = path::is_fallback_public_client, .field = "isFallbackPublicClient"},
    AttributeForm{.path = path::is_device_only_auth_supported, .field = "isDeviceOnlyAuthSupported"},
    AttributeForm{.path = path::native_authentication, .field = "nativeAuthenticationApisEnabled"},
    AttributeForm{.path = path::is_disabled, .field = "isDisabled"},
    AttributeForm{.path = path::requires_post_response, .field = "oauth2RequirePostResponse"},
    AttributeForm{.path = path::group_membership_claims, .field = "groupMembershipClaims", .form = Form::list},
    AttributeForm{.path = path::optional_claims_id_token, .field = "optionalClaims.idToken", .form = Form::named},
    AttributeForm{
        .path = path::optional_claims_access_token, .field = "optionalClaims.accessToken", .form = Form::named},
    AttributeForm{.path = path::optional_claims_saml2_token, .field = "optionalClaims.saml2Token", .form = Form::named},
    AttributeForm{.path = path::marketing_url, .field = "info.marketingUrl"},
    AttributeForm{.path = path::privacy_statement_url, .field = "info.privacyStatementUrl"},
    AttributeForm{.path = path::support_url, .field = "info.supportUrl"},
    AttributeForm{.path = path::terms_of_service_url, .field = "info.termsOfServiceUrl"},
    AttributeForm{.path = path::saml_metadata_url, .field = "samlMetadataUrl"},
    AttributeForm{.path = path::default_redirect_uri, .field = "defaultRedirectUri"},
    AttributeForm{.path = path::service_management_reference, .field = "serviceManagementReference"},
    AttributeForm{.path = path::signed_request_required,
                  .field = "requestSignatureVerification.isSignedRequestRequired"},
    AttributeForm{.path = path::weak_algorithms, .field = "requestSignatureVerification.allowedWeakAlgorithms"},
    AttributeForm{.path = path::lock_enabled, .field = "servicePrincipalLockConfiguration.isEnabled"},
    AttributeForm{.path = path::lock_all, .field = "servicePrincipalLockConfiguration.allProperties"},
    AttributeForm{.path = path::lock_sign, .field = "servicePrincipalLockConfiguration.credentialsWithUsageSign"},
    AttributeForm{.path = path::lock_verify, .field = "servicePrincipalLockConfiguration.credentialsWithUsageVerify"},
    AttributeForm{.path = path::lock_encryption, .field = "servicePrincipalLockConfiguration.tokenEncryptionKeyId"},
    AttributeForm{.path = path::blocked_countries,
                  .field = "parentalControlSettings.countriesBlockedForMinors",
                  .form = Form::list},
    AttributeForm{.path = path::age_group_rule, .field = "parentalControlSettings.legalAgeGroupRule"},
    AttributeForm{.path = path::blocks_azure_ad_graph, .field = "authenticationBehaviors.blockAzureADGraphAccess"},
    AttributeForm{.path = path::removes_unverified_email,
                  .field = "authenticationBehaviors.removeUnverifiedEmailClaim"},
    AttributeForm{.path = path::requires_client_principal,
                  .field = "authenticationBehaviors.requireClientServicePrincipal"},
    AttributeForm{.path = path::add_ins, .field = "addIns", .form = Form::add_ins},
    AttributeForm{.path = path::owners, .field = "owners", .form = Form::directory_objects},
    AttributeForm{.path = path::certificates, .field = "certificates", .form = Form::named},
    AttributeForm{.path = path::token_encryption_key, .field = "tokenEncryptionKey", .form = Form::name_of_one},
    AttributeForm{.path = path::logo,
                  .field = "logo",
                  .form = Form::not_importable,
                  .why_not = "a manifest names the file of a picture, which is not in the tenant"},
    AttributeForm{.path = path::extension_properties, .field = "extensionProperties", .form = Form::named},
    AttributeForm{.path = path::permissions, .field = "permissions", .form = Form::permissions},
    AttributeForm{.path = path::service_principal, .field = "servicePrincipal", .form = Form::presence},
    AttributeForm{.path = path::principal_account_enabled, .field = "servicePrincipal.accountEnabled"},
    AttributeForm{.path = path::principal_assignment_required, .field = "servicePrincipal.appRoleAssignmentRequired"},
    AttributeForm{.path = path::principal_description, .field = "servicePrincipal.description"},
    AttributeForm{.path = path::principal_notes, .field = "servicePrincipal.notes"},
    AttributeForm{.path = path::principal_home_page_url, .field = "servicePrincipal.homePageUrl"},
    AttributeForm{.path = path::principal_login_url, .field = "servicePrincipal.loginUrl"},
    AttributeForm{.path = path::principal_sign_on_mode, .field = "servicePrincipal.preferredSingleSignOnMode"},
    AttributeForm{.path = path::principal_relay_state, .field = "servicePrincipal.samlSingleSignOnSettings.relayState"},
    AttributeForm{.path = path::principal_notification_addresses,
                  .field = "servicePrincipal.notificationEmailAddresses",
                  .form = Form::list},
    AttributeForm{
        .path = path::principal_alternative_names, .field = "servicePrincipal.alternativeNames", .form = Form::list},
    AttributeForm{.path = path::principal_tags, .field = "servicePrincipal.tags", .form = Form::list},
    AttributeForm{.path = path::principal_certificates,
                  .field = "servicePrincipal.certificates",
                  .form = Form::not_importable,
                  .why_not = "a manifest names the file of a certificate, which is not in the tenant; what signs SAML "
                             "tokens stays whatever a manifest says"},
    AttributeForm{.path = path::principal_encryption_key,
                  .field = "servicePrincipal.tokenEncryptionKey",
                  .form = Form::not_importable,
                  .why_not = "it names a certificate, whose file is not in the tenant"},
    AttributeForm{.path = path::principal_signing_key, .field = "servicePrincipal.preferredTokenSigningKeyThumbprint"},
    AttributeForm{.path = path::principal_owners, .field = "servicePrincipal.owners", .form = Form::directory_objects},
    AttributeForm{.path = path::assigned_people,
                  .field = "servicePrincipal.assignments.usersAndGroups",
                  .form = Form::not_importable,
                  .why_not = grants_go_on},
    AttributeForm{.path = path::assigned_applications,
                  .field = "servicePrincipal.assignments.applications",
                  .form = Form::not_importable,
                  .why_not = "each of them may have consent in a manifest of its own: adminConsent"},
    AttributeForm{.path = path::consented_scopes, .field = "permissions.adminConsent", .form = Form::consent},
    AttributeForm{.path = path::consented_roles, .field = "permissions.adminConsent", .form = Form::consent},
    AttributeForm{.path = path::federated_credentials, .field = "federatedCredentials", .form = Form::named},
    AttributeForm{
        .path = path::client_secrets,
        .field = "clientSecrets",
        .form = Form::not_importable,
        .why_not = "a declared secret is one that regent issues; nobody can read the value of one that exists"},
};

constexpr std::string_view in_parameters =
    "it is in the connection parameters, in the service's own words: its client need not be an Application here";

constexpr std::array connector_forms = {
    AttributeForm{.path = path::backend, .field = "backend"},
    AttributeForm{.path = path::solution, .field = "solution"},
    AttributeForm{.path = path::resource_group, .field = "resourceGroup", .always = true},
    AttributeForm{.path = path::location, .field = "location", .always = true},
    AttributeForm{.path = path::tags, .field = "tags", .form = Form::tags},
    AttributeForm{.path = path::display_name, .field = "displayName", .always = true},
    AttributeForm{.path = path::environment, .field = "powerPlatformEnvironment", .always = true},
    AttributeForm{.path = path::description, .field = "description", .always = true},
    AttributeForm{.path = path::definition, .field = "files", .form = Form::folder},
    AttributeForm{.path = path::icon, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::script, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::connection_parameters, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::connection_parameter_sets, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::policies, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::gateway, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::capabilities, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::script_operations, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::publisher, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::icon_brand_color, .field = "files", .form = Form::in_folder},
    AttributeForm{.path = path::client_secret_from, .field = "clientSecretFrom", .form = Form::secret_from},
    AttributeForm{.path = path::auth_type, .field = "auth", .form = Form::not_importable, .why_not = in_parameters},
    AttributeForm{.path = path::auth_client_id,
                  .field = "auth.applicationRef",
                  .form = Form::not_importable,
                  .why_not = in_parameters},
    AttributeForm{
        .path = path::auth_tenant_id, .field = "auth.tenantId", .form = Form::not_importable, .why_not = in_parameters},
    AttributeForm{
        .path = path::auth_resource, .field = "auth.resource", .form = Form::not_importable, .why_not = in_parameters},
    AttributeForm{
        .path = path::auth_scopes, .field = "auth.scopes", .form = Form::not_importable, .why_not = in_parameters},
    AttributeForm{.path = path::auth_client_secret,
                  .field = "auth.credential",
                  .form = Form::not_importable,
                  .why_not = "nobody can read the secret that a connector has"},
    AttributeForm{.path = path::shares, .field = "shares", .form = Form::shares},
};

}  // namespace

std::span<const AttributeForm> attribute_forms(std::string_view kind) noexcept {
    if (kind == model::kind::connector) return connector_forms;
    if (kind == model::kind::application) return application_forms;
    return {};
}

}  // namespace regent::manifest
