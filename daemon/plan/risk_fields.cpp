#include "model/attributes.hpp"
#include "plan/risk_rules.hpp"

#include <algorithm>
#include <array>

namespace regent::plan {
namespace {

Rating claims(const Change&, const RiskContext& context) {
    return context.is_new() ? harmless() : medium("applications and APIs get tokens with other claims");
}

/// Protections, by what is open when one is off or goes.
bool is_off(const Change& change, const RiskContext& context) {
    return change.after != model::Value(true) && !context.is_new();
}
Rating lock(const Change& change, const RiskContext& context) {
    if (!is_off(change, context)) return harmless();
    return medium("credentials can be added to the application's instances in other tenants");
}
Rating signed_requests(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    return is_off(change, context) ? medium("sign-in requests are taken unsigned")
                                   : medium("services that do not sign their sign-in requests are locked out");
}
Rating legacy_guard(const Change& change, const RiskContext& context) {
    return is_off(change, context) ? medium("a protection of new applications is switched off") : harmless();
}
/// https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
Rating unverified_email(const Change& change, const RiskContext&) {
    if (change.after == model::Value(true)) return harmless();
    return high("tokens carry e-mail addresses that nobody verified; who goes by them lets in whoever claims one");
}

Rating mapped_claims(const Change& change, const RiskContext&) {
    if (change.after != model::Value(true)) return harmless();
    return medium("who may write claims mapping policies decides what its tokens say");
}
Rating no_client_proof(const Change& change, const RiskContext&) {
    const bool off =
        change.after == model::Value(false) || change.after == model::Value("none") || change.after.is_null();
    return off ? harmless() : medium("sign-in without any proof of which client it is");
}
/// In every tenant, and so never less than `servicePrincipal.accountEnabled`, which locks out in one.
Rating application_disabled(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    if (change.after == model::Value(true)) return high("nobody can sign in with it any more, and no token is issued");
    return change.before == model::Value(true) ? medium("people can sign in with it again") : harmless();
}
Rating weak_algorithms(const Change& change, const RiskContext&) {
    return change.after.is_null() ? harmless() : medium("signatures by weak algorithms are taken");
}
Rating default_redirect(const Change&, const RiskContext& context) {
    return context.is_new() ? harmless() : medium("sign-ins that name no redirect URI end there");
}
Rating encryption_key(const Change&, const RiskContext& context) {
    return context.is_new() ? harmless() : medium("tokens are encrypted for another key, or not any more");
}
Rating signing_key(const Change&, const RiskContext& context) {
    if (context.is_new()) return harmless();
    return medium("SAML tokens are signed with another key: who trusts the old one only refuses them");
}
Rating saml_metadata(const Change&, const RiskContext&) {
    return medium("who serves that address decides where SAML answers go");
}

/// Another type of property is another property: the old one is removed first.
Rating extension_property(const Change& change, const RiskContext&) {
    if (change.op == Change::Op::add) return harmless();
    return high("what objects of the directory hold in it is lost");
}

struct FieldRule {
    std::string_view path;
    RiskRule rule;
};

/// Of an application, what is not about who signs in by which means.
constexpr std::array field_rules = {
    FieldRule{"acceptMappedClaims", mapped_claims},
    FieldRule{"isFallbackPublicClient", no_client_proof},
    FieldRule{"isDeviceOnlyAuthSupported", no_client_proof},
    FieldRule{"nativeAuthenticationApisEnabled", no_client_proof},
    FieldRule{"isDisabled", application_disabled},
    FieldRule{"oauth2RequirePostResponse", harmless_always},
    FieldRule{"groupMembershipClaims", claims},
    FieldRule{"optionalClaims.idToken", claims},
    FieldRule{"optionalClaims.accessToken", claims},
    FieldRule{"optionalClaims.saml2Token", claims},
    FieldRule{"info.marketingUrl", harmless_always},
    FieldRule{"info.privacyStatementUrl", harmless_always},
    FieldRule{"info.supportUrl", harmless_always},
    FieldRule{"info.termsOfServiceUrl", harmless_always},
    FieldRule{"samlMetadataUrl", saml_metadata},
    FieldRule{"defaultRedirectUri", default_redirect},
    FieldRule{"serviceManagementReference", harmless_always},
    FieldRule{"requestSignatureVerification.isSignedRequestRequired", signed_requests},
    FieldRule{"requestSignatureVerification.allowedWeakAlgorithms", weak_algorithms},
    FieldRule{"servicePrincipalLockConfiguration.isEnabled", lock},
    FieldRule{"servicePrincipalLockConfiguration.allProperties", lock},
    FieldRule{"servicePrincipalLockConfiguration.credentialsWithUsageSign", lock},
    FieldRule{"servicePrincipalLockConfiguration.credentialsWithUsageVerify", lock},
    FieldRule{"servicePrincipalLockConfiguration.tokenEncryptionKeyId", lock},
    FieldRule{"parentalControlSettings.countriesBlockedForMinors", harmless_always},
    FieldRule{"parentalControlSettings.legalAgeGroupRule", harmless_always},
    FieldRule{"authenticationBehaviors.blockAzureADGraphAccess", legacy_guard},
    FieldRule{"authenticationBehaviors.removeUnverifiedEmailClaim", unverified_email},
    FieldRule{"authenticationBehaviors.requireClientServicePrincipal", legacy_guard},
    FieldRule{"addIns", harmless_always},
    FieldRule{"tokenEncryptionKey", encryption_key},
    FieldRule{model::path::principal_encryption_key, encryption_key},
    FieldRule{model::path::principal_signing_key, signing_key},
    FieldRule{"logo", harmless_always},
    FieldRule{"extensionProperties", extension_property},
};

}  // namespace

RiskRule risk_rule_of_field(std::string_view kind, std::string_view path) noexcept {
    if (kind != model::kind::application) return nullptr;
    const auto* it =
        std::find_if(field_rules.begin(), field_rules.end(), [&](const auto& e) { return e.path == path; });
    return it == field_rules.end() ? nullptr : it->rule;
}

}  // namespace regent::plan
