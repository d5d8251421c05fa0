#pragma once

#include "model/address.hpp"
#include "model/value.hpp"

#include <array>
#include <span>
#include <string_view>

namespace regent::model {

/// How two values of an attribute are compared.
enum class Compare {
    scalar,      ///< equal or not; null equals `fallback`
    set,         ///< a list whose order and duplicates mean nothing; shown as added and removed members
    named,       ///< a map from element name to a map of members: federated credentials, client secrets
    document,    ///< one opaque JSON document (an OpenAPI definition); shown by its digest and size
    parameters,  ///< JSON of a connector's settings, equal when same_settings() says so: the service respells them
    content      ///< the bytes of a file with their digest in front (content_text()); equal when the digests are
};

/// One property of a remote object that regent compares and writes. This table is what the planner knows of a kind; it
/// is all it knows: a new kind brings a new table and the planner stays as it is.
struct Attribute {
    std::string_view path;  ///< "displayName", "redirectUris.web", "auth.resource"
    Compare compare = Compare::scalar;
    bool late = false;        ///< can be written after creation, so a reference in it never blocks creation
    bool immutable = false;   ///< a change means replacing the object
    bool write_only = false;  ///< never read back (a client secret): never compared, only delivered
    /// Written by requests of its own: each element (named), each group of elements (set, see `grouped_by`), or the
    /// whole (scalar) is a part.
    bool own_step = false;
    bool part_of_ownership = false;  ///< regent's own marks; not shown as a field of the object
    /// Of named elements with an `id` that the client chooses: one without gets the id of the element of its name that
    /// is there, else the one derived from its name. While `enabled` they can be neither changed nor removed: they are
    /// disabled by one request and changed by the next.
    bool exposed = false;
    bool on_demand = false;  ///< read only for objects whose manifest declares it, as reading it costs extra
    Value fallback = {};     ///< what absence means to the service: "", false, an empty list
    /// Of a map, or of each element's: the members that are compared; empty: all.
    std::span<const std::string_view> compared_members = {};
    /// Of a map, or of each element's: a member that is sent and never read back, such as the bytes of a file. Neither
    /// compared nor shown nor remembered.
    std::string_view sent_member = {};
    bool immutable_elements = false;  ///< an element that differs goes and comes anew
    /// Of each element that is there: a member that says, when it is true, that no manifest can ask for the element as
    /// it is. It stays and is listed, also where the list is declared; the provider writes it again.
    std::string_view kept_member = {};
    /// Of a scalar or a set with own_step: the part whose one request writes it together with its likes
    /// ("servicePrincipal/settings"). Empty: it has a part to itself, called by its path.
    std::string_view part = {};
    /// Of a set with own_step, whose elements are maps: the members that tell its requests apart. Empty: one request
    /// for the whole.
    std::span<const std::string_view> grouped_by = {};
    bool one_by_one = false;  ///< of a set with own_step: each element comes and goes by a request of its own
    /// Of a set that comes and goes one by one: the part that it hangs on, and which has to be there first.
    std::string_view below = {};
    /// Elements are marked as ours in the tenant, whoever declares them, so that they can be told from what others put
    /// there: see decisions/0016.
    bool marked = false;
};

/// `value` without the attribute's sent_member.
[[nodiscard]] Value without_sent_member(const Attribute& attribute, Value value);

/// Whether `value` is what the service means by absence: not kept of what was read.
[[nodiscard]] bool says_nothing(const Attribute& attribute, const Value& value) noexcept;

struct KindAttributes {
    std::string_view kind;
    std::span<const Attribute> attributes;  ///< in the order a person should read them

    [[nodiscard]] const Attribute* find(std::string_view path) const noexcept;
};

/// `bytes` of a file as the value of a `content` attribute: "sha256:<hex>;<bytes in base64>". Empty bytes give "".
[[nodiscard]] std::string content_text(std::string_view sha256_hex, std::string_view base64);
/// "sha256:<hex>" of such a value; what is known of a file that could not be read is its digest alone.
[[nodiscard]] std::string_view digest_of_content(std::string_view content) noexcept;
/// The base64 of such a value; empty when it holds the digest alone.
[[nodiscard]] std::string_view base64_of_content(std::string_view content) noexcept;

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
/// Of all platforms.
inline constexpr std::array redirect_uris = {redirect_uris_web, redirect_uris_spa, redirect_uris_native};
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
    "permissions";  ///< set of {api: appId GUID or Reference, type: "delegated"|"application", name}
/// Not compared, only sent along: ids of `permissions` at applications of ours, as a list of {api, type, name, id}.
inline constexpr std::string_view permission_ids = "permissionIds";
/// What the application exposes: value → {id, enabled, who: "admins"|"admins-and-users", title, description, userTitle,
/// userDescription}.
inline constexpr std::string_view exposed_scopes = "exposes.scopes";
/// value → {id, enabled, allowed: list of "application" and "user", displayName, description}. A role without value,
/// which can only be assigned, stands under its id.
inline constexpr std::string_view exposed_roles = "exposes.roles";
/// Set of {client: appId GUID or Reference, scope: value}.
inline constexpr std::string_view pre_authorized = "exposes.preAuthorizedApplications";
inline constexpr std::string_view known_clients = "exposes.knownClientApplications";  ///< set of appIds or References
inline constexpr std::string_view service_principal = "servicePrincipal";             ///< true: exists; own step
inline constexpr std::string_view principal_account_enabled = "servicePrincipal.accountEnabled";
inline constexpr std::string_view principal_assignment_required = "servicePrincipal.appRoleAssignmentRequired";
inline constexpr std::string_view principal_description = "servicePrincipal.description";
inline constexpr std::string_view principal_notes = "servicePrincipal.notes";
inline constexpr std::string_view principal_home_page_url = "servicePrincipal.homePageUrl";
inline constexpr std::string_view principal_login_url = "servicePrincipal.loginUrl";
inline constexpr std::string_view principal_sign_on_mode = "servicePrincipal.preferredSingleSignOnMode";
inline constexpr std::string_view principal_relay_state = "servicePrincipal.samlSingleSignOnSettings.relayState";
inline constexpr std::string_view principal_notification_addresses = "servicePrincipal.notificationEmailAddresses";
inline constexpr std::string_view principal_alternative_names = "servicePrincipal.alternativeNames";
inline constexpr std::string_view principal_tags = "servicePrincipal.tags";  ///< observed: with the application's
/// Set of object ids, without regent's own unless declared: as `owners`, of the service principal.
inline constexpr std::string_view principal_owners = "servicePrincipal.owners";
/// As `certificates` and `tokenEncryptionKey`, of the service principal. Each that is there says with `signs: true`
/// that it belongs to a key that signs SAML tokens, which no file holds.
inline constexpr std::string_view principal_certificates = "servicePrincipal.certificates";
inline constexpr std::string_view principal_encryption_key = "servicePrincipal.tokenEncryptionKey";
/// 40 capital hex digits; "": Entra chooses.
inline constexpr std::string_view principal_signing_key = "servicePrincipal.preferredTokenSigningKeyThumbprint";
/// Users and groups that hold app roles of the application: set of {principal: object id, role: name, or "" for default
/// access, type: "user"|"group"}.
inline constexpr std::string_view assigned_people = "servicePrincipal.assignments.usersAndGroups";
/// The same of service principals: type "application".
inline constexpr std::string_view assigned_applications = "servicePrincipal.assignments.applications";
/// Consent of an administrator for the whole tenant: elements as in `permissions`, of one type each, since they are
/// kept in different places and reading them needs different permissions.
inline constexpr std::string_view consented_scopes = "permissions.adminConsent.delegated";
inline constexpr std::string_view consented_roles = "permissions.adminConsent.application";
inline constexpr std::string_view federated_credentials =
    "federatedCredentials";                           ///< name → {issuer, subject, audience, description}; there also
                                                      ///< {flexible: true}: matched by an expression nobody can read
inline constexpr std::string_view owners = "owners";  ///< set of object ids, without regent's own unless declared
/// Name → {usage, thumbprint, ends, key}: "Verify" or "Encrypt", SHA-1 in capital hex digits, a day, base64 of the DER.
inline constexpr std::string_view certificates = "certificates";
inline constexpr std::string_view token_encryption_key = "tokenEncryptionKey";  ///< {name, thumbprint}; {}: none
inline constexpr std::string_view logo = "logo";  ///< {sha256, bytes}: 16 hex digits, base64
/// Name → {dataType, targetObjects, isMultiValued}
inline constexpr std::string_view extension_properties = "extensionProperties";
/// name → {validForSeconds, rotateBeforeSeconds, keepOldSeconds, deliverTo: list of delivery targets}
inline constexpr std::string_view client_secrets = "clientSecrets";
/// Not an attribute but the parts "secretDeliveries/<name>": one step hands one secret to one delivery target. Such a
/// step's values are these three.
inline constexpr std::string_view secret_deliveries = "secretDeliveries";  ///< the target, see secret_delivery.hpp
inline constexpr std::string_view delivered_secret = "delivered.secret";   ///< Reference to its text
inline constexpr std::string_view delivered_until = "delivered.until";     ///< Reference to its end, RFC 3339
/// regent's marks on an object: set of strings. "preventDelete", "contributes:redirectUris.web:https://…",
/// "contributes:federatedCredentials:<name>", "logo:<digest>": the picture it was last given, and for a connector
/// "secretKey:<key id>": the secret it was last given.
/// That the object is owned at all is not a mark but Ownership.
inline constexpr std::string_view marks = "marks";
/// What regent calls an object, where that is another name than its manifest has by now: its change is a rename.
inline constexpr std::string_view name = "metadata.name";
// Connector (displayName and description as above)
/// Which service keeps it (`model::backend`); absent: Power Apps.
inline constexpr std::string_view backend = "backend";
inline constexpr std::string_view solution = "solution";        ///< unique name; of the back end of that name only
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
/// The part that writes a service principal's own properties.
inline constexpr std::string_view principal_settings = "servicePrincipal/settings";
// A connector's settings as the service has them, each as JSON text.
inline constexpr std::string_view connection_parameters = "connectionParameters";  ///< instead of `auth.…`
inline constexpr std::string_view connection_parameter_sets = "connectionParameterSets";
inline constexpr std::string_view policies = "policies";                   ///< the service's policyTemplateInstances
inline constexpr std::string_view capabilities = "capabilities";           ///< set
inline constexpr std::string_view script_operations = "scriptOperations";  ///< set
inline constexpr std::string_view publisher = "publisher";
inline constexpr std::string_view icon = "icon";      ///< content; empty: the service's own picture
inline constexpr std::string_view script = "script";  ///< content; empty: none
/// Which secret of this machine its OAuth blocks were last given, and in which version: "contoso/2". No value.
inline constexpr std::string_view client_secret_from = "clientSecretFrom";
inline constexpr std::string_view gateway = "gateway";  ///< reached through an on-premises data gateway
inline constexpr std::string_view shares = "shares";    ///< principal's id → {type, role}
// Connector of Logic Apps. Its `tags` are a set of "name=value", without regent's own.
inline constexpr std::string_view resource_group = "resourceGroup";  ///< "/subscriptions/…/resourceGroups/…"
inline constexpr std::string_view location = "location";             ///< Azure's region: "westeurope"
}  // namespace path

/// The services that keep custom connectors. Each makes an object of its own: other ids, another redirect URL, other
/// rights.
namespace backend {
inline constexpr std::string_view environment = "environment";  ///< Power Apps
inline constexpr std::string_view solution = "solution";        ///< Dataverse
inline constexpr std::string_view logicapps = "logicapps";      ///< Azure Resource Manager
}  // namespace backend

/// Well-known outputs. For parts see Reference.
namespace output {
inline constexpr std::string_view app_id = "appId";
inline constexpr std::string_view object_id = "objectId";
inline constexpr std::string_view service_principal_id = "servicePrincipal/id";
inline constexpr std::string_view connector_name = "name";
inline constexpr std::string_view redirect_url = "redirectUrl";
inline constexpr std::string_view identity_issuer = "identity/issuer";
inline constexpr std::string_view identity_subject = "identity/subject";
[[nodiscard]] std::string secret_text(std::string_view secret_name);     ///< "clientSecrets/<name>/secretText"
[[nodiscard]] std::string secret_key_id(std::string_view secret_name);   ///< "clientSecrets/<name>/keyId"
[[nodiscard]] std::string secret_ends_at(std::string_view secret_name);  ///< "clientSecrets/<name>/endsAt", RFC 3339
}  // namespace output

}  // namespace regent::model
