#pragma once

#include "model/address.hpp"
#include "model/value.hpp"

#include <span>
#include <string_view>

namespace regent::model {

/// How two values of an attribute are compared.
enum class Compare {
    scalar,   ///< equal or not; null equals `fallback`
    set,      ///< a list whose order and duplicates mean nothing; shown as added and removed members
    named,    ///< a map from element name to a map of members: federated credentials, client secrets
    document  ///< one opaque JSON document (an OpenAPI definition); shown by its digest and size
};

/// One property of a remote object that regent compares and writes. This table is what the planner knows of a kind; it
/// is all it knows: a new kind brings a new table and the planner stays as it is.
struct Attribute {
    std::string_view path;  ///< "displayName", "redirectUris.web", "auth.resource"
    Compare compare = Compare::scalar;
    bool late = false;        ///< can be written after creation, so a reference in it never blocks creation
    bool immutable = false;   ///< a change means replacing the object
    bool write_only = false;  ///< never read back (a client secret): never compared, only delivered
    bool own_step = false;    ///< written by a request of its own: each element (named) or the whole (scalar) is a part
    bool part_of_ownership = false;  ///< regent's own marks; not shown as a field of the object
    bool on_demand = false;          ///< read only for objects whose manifest declares it, as reading it costs extra
    Value fallback = {};             ///< what absence means to the service: "", false, an empty list
    /// Of a map, or of each element's: the members that are compared; empty: all.
    std::span<const std::string_view> compared_members = {};
    /// Of a map, or of each element's: a member that is sent and never read back, such as the bytes of a file. Neither
    /// compared nor shown nor remembered.
    std::string_view sent_member = {};
    bool immutable_elements = false;  ///< an element that differs goes and comes anew
};

/// `value` without the attribute's sent_member.
[[nodiscard]] Value without_sent_member(const Attribute& attribute, Value value);

struct KindAttributes {
    std::string_view kind;
    std::span<const Attribute> attributes;  ///< in the order a person should read them

    [[nodiscard]] const Attribute* find(std::string_view path) const noexcept;
};

/// The attributes of `kind` (Application, Connector); null pointer for kinds that only contribute to others.
[[nodiscard]] const KindAttributes* attributes_of(std::string_view kind) noexcept;

/// Well-known attribute paths, so that loader, planner and providers spell them alike.
namespace path {
// Application
inline constexpr std::string_view display_name = "displayName";
inline constexpr std::string_view description = "description";
inline constexpr std::string_view notes = "notes";
inline constexpr std::string_view sign_in_audience = "signInAudience";  ///< Graph's spelling: "AzureADMyOrg"
inline constexpr std::string_view tags = "tags";                        ///< without regent's own
inline constexpr std::string_view identifier_uris = "identifierUris";
inline constexpr std::string_view redirect_uris_web = "redirectUris.web";
inline constexpr std::string_view redirect_uris_spa = "redirectUris.spa";
inline constexpr std::string_view redirect_uris_native = "redirectUris.native";
inline constexpr std::string_view home_page_url = "homePageUrl";
inline constexpr std::string_view logout_url = "logoutUrl";
inline constexpr std::string_view implicit_id_token = "implicitGrantSettings.enableIdTokenIssuance";
inline constexpr std::string_view implicit_access_token = "implicitGrantSettings.enableAccessTokenIssuance";
inline constexpr std::string_view access_token_version = "requestedAccessTokenVersion";  ///< 1 or 2
inline constexpr std::string_view accept_mapped_claims = "acceptMappedClaims";
inline constexpr std::string_view is_fallback_public_client = "isFallbackPublicClient";
inline constexpr std::string_view is_device_only_auth_supported = "isDeviceOnlyAuthSupported";
inline constexpr std::string_view native_authentication = "nativeAuthenticationApisEnabled";  ///< "none", "all"
inline constexpr std::string_view is_disabled = "isDisabled";
inline constexpr std::string_view requires_post_response = "oauth2RequirePostResponse";
inline constexpr std::string_view group_membership_claims = "groupMembershipClaims";  ///< set: "SecurityGroup" …
/// Each: claim's name → {source, essential, additionalProperties}, with the members that say something only.
inline constexpr std::string_view optional_claims_id_token = "optionalClaims.idToken";
inline constexpr std::string_view optional_claims_access_token = "optionalClaims.accessToken";
inline constexpr std::string_view optional_claims_saml2_token = "optionalClaims.saml2Token";
inline constexpr std::string_view marketing_url = "info.marketingUrl";
inline constexpr std::string_view privacy_statement_url = "info.privacyStatementUrl";
inline constexpr std::string_view support_url = "info.supportUrl";
inline constexpr std::string_view terms_of_service_url = "info.termsOfServiceUrl";
inline constexpr std::string_view saml_metadata_url = "samlMetadataUrl";
inline constexpr std::string_view default_redirect_uri = "defaultRedirectUri";
inline constexpr std::string_view service_management_reference = "serviceManagementReference";
inline constexpr std::string_view signed_request_required = "requestSignatureVerification.isSignedRequestRequired";
inline constexpr std::string_view weak_algorithms =
    "requestSignatureVerification.allowedWeakAlgorithms";  ///< "none", "rsaSha1"
inline constexpr std::string_view lock_enabled = "servicePrincipalLockConfiguration.isEnabled";
inline constexpr std::string_view lock_all = "servicePrincipalLockConfiguration.allProperties";
inline constexpr std::string_view lock_sign = "servicePrincipalLockConfiguration.credentialsWithUsageSign";
inline constexpr std::string_view lock_verify = "servicePrincipalLockConfiguration.credentialsWithUsageVerify";
inline constexpr std::string_view lock_encryption = "servicePrincipalLockConfiguration.tokenEncryptionKeyId";
inline constexpr std::string_view blocked_countries = "parentalControlSettings.countriesBlockedForMinors";  ///< set
inline constexpr std::string_view age_group_rule = "parentalControlSettings.legalAgeGroupRule";
inline constexpr std::string_view blocks_azure_ad_graph = "authenticationBehaviors.blockAzureADGraphAccess";
inline constexpr std::string_view removes_unverified_email = "authenticationBehaviors.removeUnverifiedEmailClaim";
inline constexpr std::string_view requires_client_principal = "authenticationBehaviors.requireClientServicePrincipal";
inline constexpr std::string_view add_ins = "addIns";  ///< set of {type, id, properties: {key: value}}
inline constexpr std::string_view permissions =
    "permissions";  ///< set of {api: appId GUID, type: "delegated"|"application", name}
inline constexpr std::string_view service_principal = "servicePrincipal";  ///< true: exists; own step
inline constexpr std::string_view federated_credentials =
    "federatedCredentials";                           ///< name → {issuer, subject, audience, description}
inline constexpr std::string_view owners = "owners";  ///< set of object ids, without regent's own unless declared
/// Name → {usage, thumbprint, ends, key}: "Verify" or "Encrypt", SHA-1 in capital hex digits, a day, base64 of the DER.
inline constexpr std::string_view certificates = "certificates";
inline constexpr std::string_view token_encryption_key = "tokenEncryptionKey";  ///< {name, thumbprint}; {}: none
inline constexpr std::string_view logo = "logo";  ///< {sha256, bytes}: 16 hex digits, base64
/// Name → {dataType, targetObjects, isMultiValued}
inline constexpr std::string_view extension_properties = "extensionProperties";
inline constexpr std::string_view client_secrets = "clientSecrets";  ///< name → {validForSeconds, rotateBeforeSeconds}
/// regent's marks on an object: set of strings. "preventDelete", "contributes:redirectUris.web:https://…",
/// "contributes:federatedCredentials:<name>", "logo:<digest>": the picture it was last given, and for a connector
/// "secretKey:<key id>": the secret it was last given.
/// That the object is owned at all is not a mark but Ownership.
inline constexpr std::string_view marks = "marks";
// Connector (displayName and description as above)
inline constexpr std::string_view environment = "environment";  ///< Power Platform environment id
inline constexpr std::string_view icon_brand_color = "iconBrandColor";
inline constexpr std::string_view definition =
    "definition";  ///< OpenAPI 2.0 as canonical JSON text: keys sorted, no blanks
inline constexpr std::string_view auth_type = "auth.type";           ///< "none", "clientSecret", "managedIdentity"
inline constexpr std::string_view auth_client_id = "auth.clientId";  ///< usually a Reference to the application's appId
inline constexpr std::string_view auth_tenant_id = "auth.tenantId";
inline constexpr std::string_view auth_resource = "auth.resource";
inline constexpr std::string_view auth_scopes = "auth.scopes";  ///< set
inline constexpr std::string_view auth_client_secret =
    "auth.clientSecret";  ///< a Reference to clientSecrets/<name>/secretText
}  // namespace path

/// Well-known outputs. For parts see Reference.
namespace output {
inline constexpr std::string_view app_id = "appId";
inline constexpr std::string_view object_id = "objectId";
inline constexpr std::string_view service_principal_id = "servicePrincipal/id";
inline constexpr std::string_view connector_name = "name";
inline constexpr std::string_view redirect_url = "redirectUrl";
inline constexpr std::string_view identity_issuer = "identity/issuer";
inline constexpr std::string_view identity_subject = "identity/subject";
[[nodiscard]] std::string secret_text(std::string_view secret_name);    ///< "clientSecrets/<name>/secretText"
[[nodiscard]] std::string secret_key_id(std::string_view secret_name);  ///< "clientSecrets/<name>/keyId"
}  // namespace output

}  // namespace regent::model
