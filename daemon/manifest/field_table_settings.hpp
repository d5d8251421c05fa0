#pragma once

#include "manifest/field_table.hpp"

#include <array>

/// The fields of an Application that are settings: plain values under Graph's own names, grouped as Graph groups them.
/// https://learn.microsoft.com/graph/api/resources/application
namespace regent::manifest::settings {

inline constexpr std::array native_authentication_values = {
    EnumValue{"none", {}, "not allowed"},
    EnumValue{"all", {}, "allowed"},
};

inline constexpr std::array membership_claims = {
    EnumValue{"None", {}, "says so explicitly; `[]` takes the setting away"},
    EnumValue{"SecurityGroup", {}, "security groups and directory roles"},
    EnumValue{"ApplicationGroup", {}, "groups that are assigned to the application"},
    EnumValue{"DirectoryRole", {}, "directory roles"},
    EnumValue{"All", {}, "security groups, distribution lists and directory roles"},
};

inline constexpr std::array optional_claim_members = {
    Field{.name = "name", .required = true, .help = "the claim's name", .example = "email"},
    Field{.name = "source",
          .default_text = "none: a predefined claim",
          .help = "`user`: the claim is an extension property of the user",
          .example = "user"},
    Field{.name = "essential",
          .type = FieldType::boolean,
          .default_text = "false",
          .help = "the claim is needed for a smooth sign-in",
          .example = "true"},
    Field{.name = "additionalProperties",
          .type = FieldType::list,
          .default_text = "none",
          .help = "what changes the claim, for example `emit_as_roles`",
          .example = "[sam_account_name]"},
};
inline constexpr std::array optional_claims_members = {
    Field{.name = "idToken",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = optional_claim_members,
          .help = "claims of id tokens",
          .example = "[{name: email}, {name: auth_time, essential: true}]"},
    Field{.name = "accessToken",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = optional_claim_members,
          .help = "claims of access tokens that are issued for this application as an API",
          .example = "[{name: groups, additionalProperties: [sam_account_name]}]"},
    Field{.name = "saml2Token",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = optional_claim_members,
          .help = "claims of SAML 2.0 tokens",
          .example = "[{name: upn}]"},
};

inline constexpr std::array info_members = {
    Field{.name = "marketingUrl",
          .type = FieldType::url,
          .help = "the application's marketing page",
          .example = "https://www.contoso.example/portal"},
    Field{.name = "privacyStatementUrl",
          .type = FieldType::url,
          .help = "its privacy statement, linked from the consent page",
          .example = "https://www.contoso.example/privacy"},
    Field{.name = "supportUrl",
          .type = FieldType::url,
          .help = "its support page",
          .example = "https://www.contoso.example/support"},
    Field{.name = "termsOfServiceUrl",
          .type = FieldType::url,
          .help = "its terms of service, linked from the consent page",
          .example = "https://www.contoso.example/terms"},
};

inline constexpr std::array weak_algorithms = {
    EnumValue{"none", {}, "signatures with weak algorithms are refused"},
    EnumValue{"rsaSha1", {}, "RSA with SHA-1 is accepted"},
};
inline constexpr std::array signature_members = {
    Field{.name = "isSignedRequestRequired",
          .type = FieldType::boolean,
          .help = "SAML sign-in requests have to be signed",
          .example = "true"},
    Field{.name = "allowedWeakAlgorithms",
          .type = FieldType::enumeration,
          .values = weak_algorithms,
          .help = "weak algorithms that signatures may still use",
          .example = "none"},
};

inline constexpr std::array lock_members = {
    Field{.name = "isEnabled",
          .type = FieldType::boolean,
          .help = "the lock is on: without it the other switches do nothing",
          .example = "true"},
    Field{.name = "allProperties", .type = FieldType::boolean, .help = "everything below is locked", .example = "true"},
    Field{.name = "credentialsWithUsageSign",
          .type = FieldType::boolean,
          .help = "credentials that sign are locked",
          .example = "true"},
    Field{.name = "credentialsWithUsageVerify",
          .type = FieldType::boolean,
          .help = "credentials that verify are locked",
          .example = "true"},
    Field{.name = "tokenEncryptionKeyId",
          .type = FieldType::boolean,
          .help = "the choice of the key that tokens are encrypted for is locked",
          .example = "true"},
};

inline constexpr std::array age_group_rules = {
    EnumValue{"Allow", {}, "the legal minimum: parental consent in the European Union and Korea"},
    EnumValue{"RequireConsentForPrivacyServices", {}, "minors need consent"},
    EnumValue{"RequireConsentForMinors", {}, "the same, also where the law does not ask for it"},
    EnumValue{"RequireConsentForKids", {}, "children younger than 14 need consent"},
    EnumValue{"BlockMinors", {}, "minors cannot use it"},
};
inline constexpr std::array parental_members = {
    Field{.name = "countriesBlockedForMinors",
          .type = FieldType::list,
          .help = "countries whose minors cannot use it, as ISO codes of two capital letters",
          .example = "[KR, CN]"},
    Field{.name = "legalAgeGroupRule",
          .type = FieldType::enumeration,
          .values = age_group_rules,
          .help = "what minors may do in the other countries",
          .example = "Allow"},
};

inline constexpr std::array behavior_members = {
    Field{.name = "blockAzureADGraphAccess",
          .type = FieldType::boolean,
          .help = "no tokens for the retired Azure AD Graph API",
          .example = "true"},
    Field{.name = "removeUnverifiedEmailClaim",
          .type = FieldType::boolean,
          .help = "no `email` claim whose domain nobody verified",
          .example = "true"},
    Field{.name = "requireClientServicePrincipal",
          .type = FieldType::boolean,
          .help = "only clients with a service principal in the tenant get tokens",
          .example = "true"},
};

inline constexpr std::array add_in_members = {
    Field{.name = "type", .required = true, .help = "what kind of add-in it is", .example = "FileHandler"},
    Field{.name = "id",
          .type = FieldType::guid,
          .required = true,
          .help = "the add-in's id, of your choice",
          .example = "968a844d-7a47-430c-9163-07ae7c31d407"},
    Field{.name = "properties",
          .type = FieldType::text_map,
          .default_text = "none",
          .help = "what the service that uses the add-in asks for",
          .example = "{version: \"2\"}"},
};

inline constexpr std::array certificate_usages = {
    EnumValue{"Verify", {}, "the application proves who it is with the private key"},
    EnumValue{"Encrypt", {}, "tokens can be encrypted for the private key"},
};
inline constexpr std::array certificate_members = {
    Field{.name = "name",
          .required = true,
          .help = "what the certificate is called in the tenant: 1 to 90 characters",
          .example = "portal 2026"},
    Field{.name = "path",
          .type = FieldType::path,
          .required = true,
          .help = "the certificate in PEM form, without its private key; relative to this file",
          .example = "certificates/portal.pem"},
    Field{.name = "usage",
          .type = FieldType::enumeration,
          .values = certificate_usages,
          .default_text = "Verify",
          .help = "what it is for",
          .example = "Verify"},
};

inline constexpr std::array extension_types = {
    EnumValue{"Binary", {}, "at most 256 bytes"},
    EnumValue{"Boolean", {}, "true or false"},
    EnumValue{"DateTime", {}, "a moment, ISO 8601, UTC"},
    EnumValue{"Integer", {}, "32 bits"},
    EnumValue{"LargeInteger", {}, "64 bits"},
    EnumValue{"String", {}, "at most 256 characters"},
};
inline constexpr std::array extension_targets = {
    EnumValue{"User", {}, "users"},
    EnumValue{"Group", {}, "groups"},
    EnumValue{"AdministrativeUnit", {}, "administrative units"},
    EnumValue{"Application", {}, "applications"},
    EnumValue{"Device", {}, "devices"},
    EnumValue{"Organization", {}, "the organization"},
};
inline constexpr std::array extension_members = {
    Field{.name = "name",
          .required = true,
          .immutable = true,
          .help = "letters, digits and `_`; the service puts `extension_<application id>_` in front",
          .example = "costCenter"},
    Field{.name = "dataType",
          .type = FieldType::enumeration,
          .values = extension_types,
          .immutable = true,
          .default_text = "String",
          .help = "what its values are",
          .example = "String"},
    Field{.name = "targetObjects",
          .type = FieldType::list,
          .item = FieldType::enumeration,
          .values = extension_targets,
          .required = true,
          .immutable = true,
          .help = "the kinds of object that can have it",
          .example = "[User]"},
    Field{.name = "isMultiValued",
          .type = FieldType::boolean,
          .immutable = true,
          .default_text = "false",
          .help = "an object can have several values of it",
          .example = "true"},
};

}  // namespace regent::manifest::settings
