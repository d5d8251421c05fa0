#include "manifest/manifest_writer.hpp"
#include "model/attributes.hpp"

#include <array>

namespace regent::manifest {
namespace {

namespace path = model::path;

constexpr std::string_view grants_are_not_read =
    "what was granted is read only where a manifest declares it; until then it is left alone";

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
    AttributeForm{.path = path::permissions, .field = "permissions", .form = Form::permissions},
    AttributeForm{.path = path::service_principal, .field = "servicePrincipal", .form = Form::presence},
    AttributeForm{.path = path::principal_account_enabled, .field = "servicePrincipal.accountEnabled"},
    AttributeForm{.path = path::principal_assignment_required, .field = "servicePrincipal.appRoleAssignmentRequired"},
    AttributeForm{.path = path::principal_description, .field = "servicePrincipal.description"},
    AttributeForm{.path = path::principal_notes, .field = "servicePrincipal.notes"},
    AttributeForm{.path = path::principal_home_page_url,
                  .field = "servicePrincipal.homePageUrl",
                  .form = Form::not_importable,
                  .why_not = "the directory copies the application's home page for as long as there is no other"},
    AttributeForm{.path = path::principal_login_url, .field = "servicePrincipal.loginUrl"},
    AttributeForm{.path = path::principal_sign_on_mode, .field = "servicePrincipal.preferredSingleSignOnMode"},
    AttributeForm{.path = path::principal_relay_state, .field = "servicePrincipal.samlSingleSignOnSettings.relayState"},
    AttributeForm{.path = path::principal_notification_addresses,
                  .field = "servicePrincipal.notificationEmailAddresses",
                  .form = Form::list},
    AttributeForm{
        .path = path::principal_alternative_names, .field = "servicePrincipal.alternativeNames", .form = Form::list},
    AttributeForm{.path = path::principal_tags,
                  .field = "servicePrincipal.tags",
                  .form = Form::not_importable,
                  .why_not = "the directory shows them together with the application's own"},
    AttributeForm{.path = path::assigned_people,
                  .field = "servicePrincipal.assignments.usersAndGroups",
                  .form = Form::not_importable,
                  .why_not = grants_are_not_read},
    AttributeForm{.path = path::assigned_applications,
                  .field = "servicePrincipal.assignments.applications",
                  .form = Form::not_importable,
                  .why_not = grants_are_not_read},
    AttributeForm{.path = path::consented_scopes,
                  .field = "permissions.adminConsent",
                  .form = Form::not_importable,
                  .why_not = grants_are_not_read},
    AttributeForm{.path = path::consented_roles,
                  .field = "permissions.adminConsent",
                  .form = Form::not_importable,
                  .why_not = grants_are_not_read},
    AttributeForm{.path = path::federated_credentials, .field = "federatedCredentials", .form = Form::named},
    AttributeForm{
        .path = path::client_secrets,
        .field = "clientSecrets",
        .form = Form::not_importable,
        .why_not = "a declared secret is one that regent issues; nobody can read the value of one that exists"},
};

}  // namespace

std::span<const AttributeForm> attribute_forms(std::string_view kind) noexcept {
    if (kind == model::kind::application) return application_forms;
    return {};
}

}  // namespace regent::manifest
