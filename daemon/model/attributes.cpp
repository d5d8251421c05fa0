#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::model {
namespace {

constexpr std::array<std::string_view, 2> certificate_identity = {"thumbprint", "usage"};
constexpr std::array<std::string_view, 1> key_identity = {"thumbprint"};
constexpr std::array<std::string_view, 1> picture_identity = {"sha256"};
/// One request for each API: a grant holds all scopes of one.
constexpr std::array<std::string_view, 1> by_api = {"api"};

constexpr Compare set = Compare::set, scalar = Compare::scalar;

Attribute of_principal(std::string_view path, Value fallback, Compare compare = scalar) {
    return {.path = path,
            .compare = compare,
            .late = true,
            .own_step = true,
            .fallback = std::move(fallback),
            .part = path::principal_settings};
}

Attribute certificates_of_principal() {
    auto attribute = of_principal(path::principal_certificates, {}, Compare::named);
    attribute.compared_members = certificate_identity;
    attribute.sent_member = "key";
    attribute.kept_member = "signs";
    return attribute;
}

Attribute encryption_key_of_principal() {
    auto attribute = of_principal(path::principal_encryption_key, Map{});
    attribute.compared_members = key_identity;
    return attribute;
}

Attribute consent(std::string_view path) {
    return {.path = path, .compare = set, .late = true, .own_step = true, .grouped_by = by_api, .marked = true};
}

Attribute owned_by(std::string_view path, std::string_view below = {}) {
    return {.path = path,
            .compare = set,
            .late = true,
            .own_step = true,
            .on_demand = true,
            .one_by_one = true,
            .below = below};
}

std::span<const Attribute> application_attributes() {
    static const std::array table = {
        Attribute{.path = path::name, .part_of_ownership = true},
        Attribute{.path = path::display_name},
        Attribute{.path = path::description, .fallback = ""},
        Attribute{.path = path::notes, .fallback = ""},
        Attribute{.path = path::sign_in_audience, .fallback = "AzureADMyOrg"},
        Attribute{.path = path::tags, .compare = Compare::set},
        Attribute{.path = path::identifier_uris, .compare = Compare::set, .late = true},
        Attribute{.path = path::redirect_uris_web, .compare = Compare::set, .late = true},
        Attribute{.path = path::redirect_uris_spa, .compare = Compare::set, .late = true},
        Attribute{.path = path::redirect_uris_native, .compare = Compare::set, .late = true},
        Attribute{.path = path::home_page_url, .fallback = ""},
        Attribute{.path = path::logout_url, .fallback = ""},
        Attribute{.path = path::implicit_access_token, .fallback = false},
        Attribute{.path = path::implicit_id_token, .fallback = false},
        Attribute{.path = path::access_token_version, .fallback = 1},
        Attribute{.path = path::exposed_scopes, .compare = Compare::named, .exposed = true},
        Attribute{.path = path::exposed_roles, .compare = Compare::named, .exposed = true},
        Attribute{.path = path::pre_authorized, .compare = Compare::set, .late = true},
        Attribute{.path = path::known_clients, .compare = Compare::set, .late = true},
        Attribute{.path = path::accept_mapped_claims, .fallback = false},
        Attribute{.path = path::is_fallback_public_client, .fallback = false},
        Attribute{.path = path::is_device_only_auth_supported, .fallback = false},
        Attribute{.path = path::native_authentication, .fallback = "none"},
        Attribute{.path = path::is_disabled, .on_demand = true, .fallback = false},
        Attribute{.path = path::requires_post_response, .on_demand = true, .fallback = false},
        Attribute{.path = path::group_membership_claims, .compare = Compare::set},
        Attribute{.path = path::optional_claims_id_token, .compare = Compare::named},
        Attribute{.path = path::optional_claims_access_token, .compare = Compare::named},
        Attribute{.path = path::optional_claims_saml2_token, .compare = Compare::named},
        Attribute{.path = path::marketing_url, .fallback = ""},
        Attribute{.path = path::privacy_statement_url, .fallback = ""},
        Attribute{.path = path::support_url, .fallback = ""},
        Attribute{.path = path::terms_of_service_url, .fallback = ""},
        Attribute{.path = path::saml_metadata_url, .fallback = ""},
        Attribute{.path = path::default_redirect_uri, .fallback = ""},
        Attribute{.path = path::service_management_reference, .fallback = ""},
        Attribute{.path = path::signed_request_required, .fallback = false},
        Attribute{.path = path::weak_algorithms, .fallback = "none"},
        Attribute{.path = path::lock_enabled, .fallback = false},
        Attribute{.path = path::lock_all, .fallback = false},
        Attribute{.path = path::lock_sign, .fallback = false},
        Attribute{.path = path::lock_verify, .fallback = false},
        Attribute{.path = path::lock_encryption, .fallback = false},
        Attribute{.path = path::blocked_countries, .compare = Compare::set},
        Attribute{.path = path::age_group_rule, .fallback = "Allow"},
        Attribute{.path = path::blocks_azure_ad_graph, .on_demand = true, .fallback = false},
        Attribute{.path = path::removes_unverified_email, .on_demand = true, .fallback = false},
        Attribute{.path = path::requires_client_principal, .on_demand = true, .fallback = false},
        Attribute{.path = path::add_ins, .compare = Compare::set},
        Attribute{.path = path::permissions, .compare = Compare::set, .late = true},
        Attribute{.path = path::service_principal, .late = true, .own_step = true, .fallback = false},
        of_principal(path::principal_account_enabled, true),
        of_principal(path::principal_assignment_required, false),
        of_principal(path::principal_description, ""),
        of_principal(path::principal_notes, ""),
        of_principal(path::principal_home_page_url, ""),
        of_principal(path::principal_login_url, ""),
        of_principal(path::principal_sign_on_mode, "none"),
        of_principal(path::principal_relay_state, ""),
        of_principal(path::principal_notification_addresses, {}, set),
        of_principal(path::principal_alternative_names, {}, set),
        of_principal(path::principal_tags, {}, set),
        certificates_of_principal(),
        encryption_key_of_principal(),
        of_principal(path::principal_signing_key, ""),
        owned_by(path::principal_owners, path::service_principal),
        Attribute{.path = path::assigned_people, .compare = Compare::set, .late = true, .own_step = true},
        Attribute{.path = path::assigned_applications, .compare = set, .late = true, .own_step = true, .marked = true},
        consent(path::consented_scopes),
        consent(path::consented_roles),
        Attribute{.path = path::federated_credentials,
                  .compare = Compare::named,
                  .late = true,
                  .own_step = true,
                  .kept_member = "flexible"},
        owned_by(path::owners),
        Attribute{.path = path::certificates,
                  .compare = Compare::named,
                  .compared_members = certificate_identity,
                  .sent_member = "key"},
        Attribute{.path = path::token_encryption_key, .fallback = Map{}, .compared_members = key_identity},
        Attribute{.path = path::logo,
                  .late = true,
                  .own_step = true,
                  .fallback = Map{},
                  .compared_members = picture_identity,
                  .sent_member = "bytes"},
        Attribute{.path = path::extension_properties,
                  .compare = Compare::named,
                  .late = true,
                  .own_step = true,
                  .on_demand = true,
                  .immutable_elements = true},
        Attribute{.path = path::client_secrets, .compare = Compare::named, .late = true, .own_step = true},
        Attribute{.path = path::marks, .compare = Compare::set, .late = true, .part_of_ownership = true},
    };
    return table;
}

std::span<const Attribute> connector_attributes() {
    static const std::array table = {
        Attribute{.path = path::name, .part_of_ownership = true},
        Attribute{.path = path::backend, .immutable = true, .fallback = Value(std::string(backend::environment))},
        Attribute{.path = path::display_name, .immutable = true},
        Attribute{.path = path::environment, .immutable = true},
        Attribute{.path = path::solution},
        Attribute{.path = path::resource_group, .immutable = true},
        Attribute{.path = path::location, .immutable = true},
        Attribute{.path = path::description, .fallback = ""},
        Attribute{.path = path::icon_brand_color},
        Attribute{.path = path::definition, .compare = Compare::document},
        Attribute{.path = path::auth_type, .fallback = "none"},
        Attribute{.path = path::auth_client_id, .fallback = ""},
        Attribute{.path = path::auth_tenant_id, .fallback = ""},
        Attribute{.path = path::auth_resource, .fallback = ""},
        Attribute{.path = path::auth_scopes, .compare = Compare::set},
        Attribute{.path = path::auth_client_secret, .write_only = true},
        Attribute{.path = path::connection_parameters, .compare = Compare::parameters, .fallback = "{}"},
        Attribute{.path = path::connection_parameter_sets, .compare = Compare::parameters, .fallback = "{}"},
        Attribute{.path = path::client_secret_from, .fallback = ""},
        Attribute{.path = path::gateway, .fallback = false},
        Attribute{.path = path::capabilities, .compare = Compare::set},
        Attribute{.path = path::policies, .compare = Compare::parameters, .fallback = "[]"},
        Attribute{.path = path::icon, .compare = Compare::content, .fallback = ""},
        Attribute{.path = path::script, .compare = Compare::content, .fallback = ""},
        Attribute{.path = path::script_operations, .compare = Compare::set},
        Attribute{.path = path::publisher, .fallback = ""},
        Attribute{.path = path::tags, .compare = Compare::set},
        Attribute{.path = path::shares, .compare = Compare::named, .late = true, .own_step = true},
        Attribute{.path = path::marks, .compare = Compare::set, .part_of_ownership = true},
    };
    return table;
}

void erase_member(Map& map, std::string_view name) {
    const auto it = map.find(name);
    if (it != map.end()) map.erase(it);
}

}  // namespace

Value without_sent_member(const Attribute& attribute, Value value) {
    auto* map = std::get_if<Map>(&value.held);
    if (map == nullptr || attribute.sent_member.empty()) return value;
    if (attribute.compare == Compare::named) {
        for (auto& [name, element] : *map) {
            if (auto* members = std::get_if<Map>(&element.held)) erase_member(*members, attribute.sent_member);
        }
    } else {
        erase_member(*map, attribute.sent_member);
    }
    return value;
}

bool says_nothing(const Attribute& attribute, const Value& value) noexcept {
    if (value.is_null()) return true;
    if (attribute.compare == Compare::set) return value.as_list() != nullptr && value.as_list()->empty();
    if (attribute.compare == Compare::named) return value.as_map() != nullptr && value.as_map()->empty();
    return value == attribute.fallback;
}

const Attribute* KindAttributes::find(std::string_view wanted) const noexcept {
    const auto it = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.path == wanted; });
    return it == attributes.end() ? nullptr : &*it;
}

const KindAttributes* attributes_of(std::string_view wanted) noexcept {
    static const std::array kinds = {
        KindAttributes{kind::application, application_attributes()},
        KindAttributes{kind::connector, connector_attributes()},
    };
    const auto it = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.kind == wanted; });
    return it == kinds.end() ? nullptr : &*it;
}

std::string content_text(std::string_view sha256_hex, std::string_view base64) {
    return base64.empty() ? std::string{} : fmt::format("sha256:{};{}", sha256_hex, base64);
}

std::string_view digest_of_content(std::string_view content) noexcept {
    return content.substr(0, content.find(';'));
}

std::string_view base64_of_content(std::string_view content) noexcept {
    const auto end = content.find(';');
    return end == std::string_view::npos ? std::string_view{} : content.substr(end + 1);
}

namespace output {

std::string secret_text(std::string_view secret_name) {
    return fmt::format("clientSecrets/{}/secretText", secret_name);
}
std::string secret_key_id(std::string_view secret_name) {
    return fmt::format("clientSecrets/{}/keyId", secret_name);
}
std::string secret_ends_at(std::string_view secret_name) {
    return fmt::format("clientSecrets/{}/endsAt", secret_name);
}

}  // namespace output
}  // namespace regent::model
