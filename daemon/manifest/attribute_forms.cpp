#include "manifest/manifest_writer.hpp"
#include "model/attributes.hpp"

#include <array>

namespace regent::manifest {
namespace {

namespace path = model::path;

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
    AttributeForm{.path = path::permissions, .field = "permissions", .form = Form::permissions},
    AttributeForm{.path = path::service_principal, .field = "servicePrincipal", .form = Form::presence},
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
