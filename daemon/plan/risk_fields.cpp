#include "model/attributes.hpp"
#include "plan/risk_rules.hpp"

#include <algorithm>
#include <array>

namespace regent::plan {
namespace {

Rating low(const Change&, const RiskContext&) {
    return harmless();
}

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
Rating disabled(const Change& change, const RiskContext& context) {
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

struct Entry {
    std::string_view path;
    RiskRule rule;
};

/// Of an application, what is not about who signs in by which means.
constexpr std::array rules = {
    Entry{"acceptMappedClaims", mapped_claims},
    Entry{"isFallbackPublicClient", no_client_proof},
    Entry{"isDeviceOnlyAuthSupported", no_client_proof},
    Entry{"nativeAuthenticationApisEnabled", no_client_proof},
    Entry{"isDisabled", disabled},
    Entry{"oauth2RequirePostResponse", low},
    Entry{"groupMembershipClaims", claims},
    Entry{"optionalClaims.idToken", claims},
    Entry{"optionalClaims.accessToken", claims},
    Entry{"optionalClaims.saml2Token", claims},
    Entry{"info.marketingUrl", low},
    Entry{"info.privacyStatementUrl", low},
    Entry{"info.supportUrl", low},
    Entry{"info.termsOfServiceUrl", low},
    Entry{"samlMetadataUrl", saml_metadata},
    Entry{"defaultRedirectUri", default_redirect},
    Entry{"serviceManagementReference", low},
    Entry{"requestSignatureVerification.isSignedRequestRequired", signed_requests},
    Entry{"requestSignatureVerification.allowedWeakAlgorithms", weak_algorithms},
    Entry{"servicePrincipalLockConfiguration.isEnabled", lock},
    Entry{"servicePrincipalLockConfiguration.allProperties", lock},
    Entry{"servicePrincipalLockConfiguration.credentialsWithUsageSign", lock},
    Entry{"servicePrincipalLockConfiguration.credentialsWithUsageVerify", lock},
    Entry{"servicePrincipalLockConfiguration.tokenEncryptionKeyId", lock},
    Entry{"parentalControlSettings.countriesBlockedForMinors", low},
    Entry{"parentalControlSettings.legalAgeGroupRule", low},
    Entry{"authenticationBehaviors.blockAzureADGraphAccess", legacy_guard},
    Entry{"authenticationBehaviors.removeUnverifiedEmailClaim", unverified_email},
    Entry{"authenticationBehaviors.requireClientServicePrincipal", legacy_guard},
    Entry{"addIns", low},
    Entry{"tokenEncryptionKey", encryption_key},
    Entry{model::path::principal_encryption_key, encryption_key},
    Entry{model::path::principal_signing_key, signing_key},
    Entry{"logo", low},
    Entry{"extensionProperties", extension_property},
};

}  // namespace

RiskRule risk_rule_of_field(std::string_view kind, std::string_view path) noexcept {
    if (kind != model::kind::application) return nullptr;
    const auto* it = std::find_if(rules.begin(), rules.end(), [&](const auto& e) { return e.path == path; });
    return it == rules.end() ? nullptr : it->rule;
}

}  // namespace regent::plan
