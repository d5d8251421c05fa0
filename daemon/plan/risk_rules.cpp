#include "plan/risk_rules.hpp"

#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::plan {
namespace {

using Op = Change::Op;

/// From narrow to wide. https://learn.microsoft.com/graph/api/resources/application#signinaudience-values
int width_of_audience(const model::Value& audience) {
    static constexpr std::array<std::string_view, 4> audiences = {
        "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"};
    const auto text = audience.text_or("AzureADMyOrg");
    return static_cast<int>(std::find(audiences.begin(), audiences.end(), text) - audiences.begin());
}

Rating audience(const Change& change, const RiskContext& context) {
    const auto before = width_of_audience(change.before), after = width_of_audience(change.after);
    if (after == before) return harmless();
    if (after < before || after == 3) return medium("people who could sign in so far cannot any more");
    const auto* who = after == 1 ? "people of every other organisation can sign in"
                                 : "everybody with a Microsoft account can sign in";
    return context.is_new() ? medium(who) : high(who);
}

Rating identifier_uri(const Change& change, const RiskContext&) {
    if (change.op == Op::remove) return medium("clients that ask for tokens by this identifier get none any more");
    return harmless();
}

Rating implicit_grant(const Change& change, const RiskContext&) {
    if (change.after != model::Value(true)) return harmless();
    if (change.path == model::path::implicit_access_token) {
        return high(
            "access tokens travel in the address bar, where history, logs and other scripts see them; the "
            "authorization code flow does without");
    }
    return medium("ID tokens travel in the address bar; only the hybrid flow of web applications needs it");
}

Rating token_version(const Change&, const RiskContext& context) {
    if (context.is_new()) return harmless();
    return medium("APIs that check issuer and audience see tokens of another form");
}

Rating secret(const Change& change, const RiskContext&) {
    // A rotated secret that goes has done its service; one of another name or another's may be in use.
    if (change.op == Op::remove)
        return change.superseded ? harmless() : medium("whatever signs in with it cannot any more");
    return medium("one more secret to keep: who has it signs in as the application");
}

enum class Remaining { somebody, regent_alone, nobody };

/// Of the owners there are before the plan, less those that it takes away. Regent's own service principal, which is
/// kept beside them, looks after nothing when people are gone.
Remaining who_remains(const Change& change, const RiskContext& context) {
    const auto& changes = context.resource.changes;
    const auto of = [&](Op op) {
        return std::count_if(changes.begin(), changes.end(),
                             [&](const auto& other) { return other.path == change.path && other.op == op; });
    };
    if (of(Op::add) > 0) return Remaining::somebody;
    const auto* object = context.object();
    if (object == nullptr) return Remaining::somebody;
    const auto it = object->attributes.find(change.path);
    const auto* there = it == object->attributes.end() ? nullptr : it->second.as_list();
    if (there == nullptr) return Remaining::somebody;
    const auto& caller = context.observed.caller_object_id;
    const auto regent = caller.empty() ? 0 : std::count(there->begin(), there->end(), model::Value(caller));
    if (of(Op::remove) < static_cast<std::ptrdiff_t>(there->size()) - regent) return Remaining::somebody;
    return regent > 0 ? Remaining::regent_alone : Remaining::nobody;
}

Rating owner(const Change& change, const RiskContext& context) {
    if (change.op != Op::remove && change.path == model::path::principal_owners)
        return medium("an owner may change the service principal, give it new secrets and decide who gets in");
    if (change.op != Op::remove) return medium("an owner may change the application and give it new secrets");
    switch (who_remains(change, context)) {
        case Remaining::somebody:
            return medium("who looked after it so far cannot any more");
        case Remaining::regent_alone:
            return high("no person owns it any more: only regent and administrators of the tenant can change it");
        case Remaining::nobody:
            break;
    }
    return high("nobody owns it any more: only administrators of the tenant can change it");
}

Rating public_client(const Change& change, const RiskContext&) {
    if (change.after != model::Value(true)) return harmless();
    return medium("sign-in without any proof of which client it is: device code, and passwords typed into the client");
}

bool same_member(const Change& change, std::string_view member) {
    const auto* was = change.before.find(member);
    const auto* is = change.after.find(member);
    return was != nullptr && is != nullptr && *was == *is;
}

/// A scope or a role. What others were granted goes by its id.
Rating exposed_permission(const Change& change, const RiskContext&) {
    if (change.op == Op::add) return harmless();
    if (change.op == Op::remove || !same_member(change, "id")) return medium("whoever was granted it has it no more");
    const auto* enabled = change.after.find("enabled");
    if (enabled != nullptr && *enabled == model::Value(false)) return medium("nobody gets tokens with it any more");
    const auto* who = change.after.find("who");
    if (who != nullptr && *who == model::Value("admins-and-users") && !same_member(change, "who"))
        return medium("users may consent to it themselves, where an administrator had to");
    return harmless();
}

Rating pre_authorized_client(const Change& change, const RiskContext&) {
    if (change.op == Op::remove) return harmless();
    return medium("the client gets the scope without anybody being asked for consent");
}

/// How connections sign in. A connector's identity is known only once it is saved with one.
Rating way_to_sign_in(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    if (change.after == model::Value("managedIdentity"))
        return medium(
            "connections have to sign in again; from the save on none gets tokens until the application trusts the "
            "new identity: seconds, up to 5 minutes, where its manifest has the federated credential for that");
    return medium("connections that exist have to sign in again, and get tokens for something else");
}

/// What connections sign in with, or for.
Rating sign_in_of_connections(const Change&, const RiskContext& context) {
    if (context.is_new()) return harmless();
    return medium("connections that exist have to sign in again, and get tokens for something else");
}

Rating connector_scope(const Change& change, const RiskContext& context) {
    if (context.is_new() || change.op == Op::remove) return harmless();
    return medium("tokens of its connections may do more");
}

/// Code of its own that every request passes through on its way to the API.
Rating way_of_requests(const Change&, const RiskContext& context) {
    if (context.is_new()) return harmless();
    return medium("requests of every connection pass through it, with what signs them in");
}

Rating way_in(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    return medium(change.after == model::Value(true)
                      ? "connections that exist name no gateway: requests go through one that people choose anew"
                      : "requests go to the API without the gateway on premises that connections named");
}

Rating share(const Change& change, const RiskContext&) {
    if (change.op == Op::remove) return medium("who used the connector cannot any more");
    const auto* role = change.after.find("role");
    if (role != nullptr && role->text_or({}) == "CanEdit")
        return medium("who may edit a connector may send its connections' tokens to another server");
    return harmless();
}

struct Entry {
    std::string_view kind, path;
    RiskRule rule;
};

constexpr auto application = model::kind::application;
constexpr auto connector = model::kind::connector;

constexpr std::array rules = {
    Entry{application, model::path::name, harmless_always},
    Entry{application, model::path::display_name, harmless_always},
    Entry{application, model::path::description, harmless_always},
    Entry{application, model::path::notes, harmless_always},
    Entry{application, model::path::sign_in_audience, audience},
    Entry{application, model::path::tags, harmless_always},
    Entry{application, model::path::identifier_uris, identifier_uri},
    Entry{application, model::path::redirect_uris_web, rate_redirect_uri},
    Entry{application, model::path::redirect_uris_spa, rate_redirect_uri},
    Entry{application, model::path::redirect_uris_native, rate_redirect_uri},
    Entry{application, model::path::home_page_url, harmless_always},
    Entry{application, model::path::logout_url, harmless_always},
    Entry{application, model::path::implicit_access_token, implicit_grant},
    Entry{application, model::path::implicit_id_token, implicit_grant},
    Entry{application, model::path::access_token_version, token_version},
    Entry{application, model::path::exposed_scopes, exposed_permission},
    Entry{application, model::path::exposed_roles, exposed_permission},
    Entry{application, model::path::pre_authorized, pre_authorized_client},
    Entry{application, model::path::known_clients, harmless_always},
    Entry{application, model::path::permissions, rate_permission},
    Entry{application, model::path::service_principal, harmless_always},
    Entry{application, model::path::principal_account_enabled, rate_account},
    Entry{application, model::path::principal_assignment_required, rate_assignment_required},
    Entry{application, model::path::principal_description, harmless_always},
    Entry{application, model::path::principal_notes, harmless_always},
    Entry{application, model::path::principal_home_page_url, harmless_always},
    Entry{application, model::path::principal_login_url, harmless_always},
    Entry{application, model::path::principal_sign_on_mode, harmless_always},
    Entry{application, model::path::principal_relay_state, harmless_always},
    Entry{application, model::path::principal_notification_addresses, harmless_always},
    Entry{application, model::path::principal_alternative_names, harmless_always},
    Entry{application, model::path::principal_tags, harmless_always},
    Entry{application, model::path::assigned_people, rate_assignment},
    Entry{application, model::path::assigned_applications, rate_assignment},
    Entry{application, model::path::consented_scopes, rate_admin_consent},
    Entry{application, model::path::consented_roles, rate_admin_consent},
    Entry{application, model::path::federated_credentials, rate_federated_credential},
    Entry{application, model::path::client_secrets, secret},
    Entry{application, model::path::marks, harmless_always},
    Entry{application, "certificates", rate_certificate},
    Entry{application, "owners", owner},
    Entry{application, model::path::principal_owners, owner},
    Entry{application, model::path::principal_certificates, rate_certificate},
    Entry{application, "allowPublicClient", public_client},
    Entry{connector, model::path::backend, harmless_always},
    Entry{connector, model::path::solution, harmless_always},
    Entry{connector, model::path::name, harmless_always},
    Entry{connector, model::path::display_name, harmless_always},
    Entry{connector, model::path::environment, harmless_always},
    Entry{connector, model::path::resource_group, harmless_always},
    Entry{connector, model::path::location, harmless_always},
    Entry{connector, model::path::tags, harmless_always},
    Entry{connector, model::path::description, harmless_always},
    Entry{connector, model::path::icon_brand_color, harmless_always},
    Entry{connector, model::path::definition, rate_definition},
    Entry{connector, model::path::auth_type, way_to_sign_in},
    Entry{connector, model::path::auth_client_id, sign_in_of_connections},
    Entry{connector, model::path::auth_tenant_id, sign_in_of_connections},
    Entry{connector, model::path::auth_resource, sign_in_of_connections},
    Entry{connector, model::path::auth_scopes, connector_scope},
    Entry{connector, model::path::auth_client_secret, harmless_always},
    Entry{connector, model::path::connection_parameters, rate_connection_parameters},
    Entry{connector, model::path::connection_parameter_sets, rate_connection_parameters},
    Entry{connector, model::path::client_secret_from, harmless_always},
    Entry{connector, model::path::gateway, way_in},
    Entry{connector, model::path::capabilities, harmless_always},
    Entry{connector, model::path::policies, rate_policies},
    Entry{connector, model::path::icon, harmless_always},
    Entry{connector, model::path::script, way_of_requests},
    Entry{connector, model::path::script_operations, way_of_requests},
    Entry{connector, model::path::publisher, harmless_always},
    Entry{connector, model::path::shares, share},
    Entry{connector, model::path::marks, harmless_always},
};

}  // namespace

RiskRule risk_rule_of(std::string_view kind, std::string_view path) noexcept {
    const auto it =
        std::find_if(rules.begin(), rules.end(), [&](const auto& e) { return e.kind == kind && e.path == path; });
    return it == rules.end() ? risk_rule_of_field(kind, path) : it->rule;
}

}  // namespace regent::plan
