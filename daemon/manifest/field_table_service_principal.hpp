#pragma once

#include "manifest/field_table.hpp"
#include "manifest/field_table_settings.hpp"

#include <array>

namespace regent::manifest {

/// `spec.servicePrincipal` of an Application.

inline constexpr std::array<std::string_view, 2> person_choice = {"user", "group"};
inline constexpr std::array person_members = {
    Field{.name = "role",
          .default_text = "default access: no role",
          .help = "value of one of the application's roles that users may hold",
          .example = "Approver"},
    Field{.name = "user",
          .type = FieldType::guid,
          .help = "object id of a user",
          .example = "6b2d4a1e-0000-4444-8888-0123456789ab"},
    Field{.name = "group",
          .type = FieldType::guid,
          .help = "object id of a group; its members hold the role",
          .example = "9c1f7e3a-0000-4444-8888-0123456789ab"},
};

inline constexpr std::array<std::string_view, 2> assigned_application_choice = {"applicationRef", "servicePrincipal"};
inline constexpr std::array assigned_application_members = {
    Field{.name = "role",
          .default_text = "default access: no role",
          .help = "value of one of the application's roles that applications may hold",
          .example = "Orders.Read.All"},
    Field{.name = "applicationRef",
          .type = FieldType::reference,
          .target = "Application",
          .late = true,
          .help = "an application of this repository",
          .example = "{name: customer-portal}"},
    Field{.name = "servicePrincipal",
          .type = FieldType::guid,
          .help = "object id of a service principal, also of a managed identity",
          .example = "4e7a9d2c-0000-4444-8888-0123456789ab"},
};

inline constexpr std::array assignment_members = {
    Field{.name = "usersAndGroups",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .members = person_members,
          .late = true,
          .exactly_one_of = person_choice,
          .help = "who holds roles of the application: exactly these; `[]` means nobody",
          .example = "[{role: Approver, group: 9c1f7e3a-0000-4444-8888-0123456789ab}]"},
    Field{.name = "applications",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .members = assigned_application_members,
          .late = true,
          .exactly_one_of = assigned_application_choice,
          .help = "applications that hold its roles; others may have them by consent: those are reported and left",
          .example = "[{role: Orders.Read.All, applicationRef: {name: customer-portal}}]"},
};

inline constexpr std::array sign_on_modes = {
    EnumValue{"oidc", {}, "OpenID Connect"},
    EnumValue{"saml", {}, "SAML 2.0"},
    EnumValue{"password", {}, "a password that Entra keeps for the user"},
    EnumValue{"notSupported", {}, "single sign-on is declared as not supported"},
    EnumValue{"none", {}, "no mode is set, which is how a service principal begins"},
};

inline constexpr std::array saml_members = {
    Field{.name = "relayState",
          .help = "where a user goes after signing in from My Apps",
          .example = "https://portal.contoso.example/start"},
};

inline constexpr std::array service_principal_members = {
    Field{.name = "create",
          .type = FieldType::boolean,
          .default_text = "true",
          .help = "the application can be used in its own tenant; false: not managed",
          .example = "true"},
    Field{.name = "accountEnabled",
          .type = FieldType::boolean,
          .help = "false: nobody can sign in, and no token is issued",
          .example = "true"},
    Field{.name = "appRoleAssignmentRequired",
          .type = FieldType::boolean,
          .help = "only users and applications that were assigned get in",
          .example = "true"},
    Field{.name = "assignments",
          .type = FieldType::mapping,
          .members = assignment_members,
          .late = true,
          .instead_of_empty = "`usersAndGroups: []` in it for nobody",
          .help = "who holds the application's roles",
          .example = "{usersAndGroups: [{role: Approver, group: 9c1f7e3a-0000-4444-8888-0123456789ab}]}"},
    Field{.name = "description",
          .help = "shown to users in My Apps; up to 1024 characters",
          .example = "Orders of all regions"},
    Field{.name = "notes",
          .help = "for those who run it, in the tenant: up to 1024 characters",
          .example = "Owner: platform team"},
    Field{.name = "homePageUrl",
          .help = "home page of the service principal (the service calls it homepage)",
          .example = "https://portal.contoso.example/"},
    Field{.name = "loginUrl",
          .help = "where the application begins a sign-in; used for links in My Apps",
          .example = "https://portal.contoso.example/login"},
    Field{.name = "preferredSingleSignOnMode",
          .type = FieldType::enumeration,
          .values = sign_on_modes,
          .help = "how users sign in from My Apps",
          .example = "oidc"},
    Field{.name = "samlSingleSignOnSettings",
          .type = FieldType::mapping,
          .members = saml_members,
          .help = "for SAML; `{}` means: no relay state",
          .example = "{relayState: https://portal.contoso.example/start}"},
    Field{.name = "notificationEmailAddresses",
          .type = FieldType::list,
          .help = "who is told when a certificate for SAML is about to expire",
          .example = "[platform@contoso.example]"},
    Field{.name = "alternativeNames",
          .type = FieldType::list,
          .help = "further names to find it by; Azure uses them for managed identities",
          .example = "[orders]"},
    Field{.name = "owners",
          .type = FieldType::list,
          .item = FieldType::owner,
          .late = true,
          .help = "who may change the service principal: as the application's own `owners`, which are others",
          .example = "[2f1b7c3e-0000-4444-8888-0123456789ab, {applicationRef: {name: deployer}}]"},
    Field{.name = "certificates",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = settings::certificate_members,
          .help = "certificates of the service principal itself, beside the application's: what signs SAML tokens is "
                  "none of them, and is kept",
          .example = "[{name: tokens 2026, path: certificates/tokens.pem, usage: Encrypt}]"},
    Field{.name = "tokenEncryptionKey",
          .help = "the name of the service principal's certificate, with `usage: Encrypt`, that tokens are encrypted "
                  "for in this tenant; \"\" means: none",
          .example = "tokens 2026"},
    Field{.name = "preferredTokenSigningKeyThumbprint",
          .help = "which of its certificates signs SAML tokens: the thumbprint, 40 hexadecimal digits; \"\" lets Entra "
                  "choose. The certificate is made in the portal",
          .example = "71D1315EBC2877D800CE24C2460C2B6774B0315C"},
    Field{.name = "tags",
          .type = FieldType::list,
          .help = "its own tags, beside the application's: `HideApp` keeps it out of My Apps, "
                  "`WindowsAzureActiveDirectoryIntegratedApp` lists it among the enterprise applications",
          .example = "[HideApp]"},
};

}  // namespace regent::manifest
