#include "controller/import_remarks.hpp"

#include "manifest/manifest_writer.hpp"
#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "model/principal_secrets.hpp"
#include "plan/diff.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>

namespace regent::controller {
namespace {

using Lines = std::vector<std::string>;

std::string date(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

const model::List* list_at(const model::ObservedResource& resource, std::string_view path) {
    const auto it = resource.attributes.find(path);
    return it == resource.attributes.end() ? nullptr : it->second.as_list();
}

void describe_secrets(const model::ObservedResource& resource, Lines& lines) {
    for (const auto& secret : resource.secrets) {
        lines.push_back(fmt::format("clientSecrets: \"{}\" (key {}), ends {} (nobody can read its value)",
                                    secret.display_name, secret.key_id, date(secret.ends_at)));
    }
}

void describe_secrets_of_principal(const model::ObservedResource& resource, Lines& lines) {
    for (const auto& secret : model::principal_secrets_of(resource)) {
        lines.push_back(fmt::format(
            "servicePrincipal.clientSecrets: \"{}\" (key {}), ends {} (no manifest can declare it; it stays)",
            secret.display_name, secret.key_id, date(secret.ends_at)));
    }
}

void describe_flexible_credentials(const model::ObservedResource& resource, Lines& lines) {
    const auto all = resource.attributes.find(model::path::federated_credentials);
    if (all == resource.attributes.end() || all->second.as_map() == nullptr) return;
    for (const auto& [name, credential] : *all->second.as_map()) {
        if (!is_flexible(credential)) continue;
        lines.push_back(fmt::format(
            "federatedCredentials: \"{}\" (it matches by an expression, which Graph v1.0 does not show; it stays)",
            name));
    }
}

/// Consent is written beside the permission it is for, so one without has no place.
void describe_grants(const model::ObservedResource& resource, const model::Survey& survey, Lines& lines) {
    const auto* asked = list_at(resource, model::path::permissions);
    for (const auto path : {model::path::consented_scopes, model::path::consented_roles}) {
        const auto* granted = list_at(resource, path);
        if (granted == nullptr) continue;
        for (const auto& grant : *granted) {
            const bool named = !model::is_guid(member_text(grant, "name"));
            if (named && asked != nullptr && std::find(asked->begin(), asked->end(), grant) != asked->end()) continue;
            const auto api = member_text(grant, "api");
            const auto known = survey.apis.find(api);
            lines.push_back(fmt::format("adminConsent: {} {} of {} ({})", member_text(grant, "type"),
                                        member_text(grant, "name"),
                                        known == survey.apis.end() ? api : known->second.display_name,
                                        named ? "granted, and the application does not ask for it"
                                              : "its API publishes no permission with this id"));
        }
    }
}

/// Who holds its roles: the form of each attribute says why it is not written.
void describe_holders(const model::ObservedResource& resource, Lines& lines) {
    for (const auto& form : manifest::attribute_forms(model::kind::application)) {
        if (form.path != model::path::assigned_people && form.path != model::path::assigned_applications) continue;
        const auto* holders = list_at(resource, form.path);
        if (holders == nullptr || holders->empty()) continue;
        std::map<std::string, std::size_t> by_type;
        for (const auto& holder : *holders) ++by_type[member_text(holder, "type")];
        std::string counts;
        for (const auto& [type, count] : by_type)
            counts += fmt::format("{}{} {}{}", counts.empty() ? "" : ", ", count, type, count == 1 ? "" : "s");
        lines.push_back(fmt::format("{}: {} ({})", form.field, counts, form.why_not));
    }
}

void describe_unreadable(const model::ObservedResource& resource, Lines& lines) {
    for (const auto& form : manifest::attribute_forms(model::kind::application)) {
        if (!resource.unreadable.contains(form.path)) continue;
        lines.push_back(fmt::format("{}: not known (whoever imports may not read it)", form.field));
    }
}

/// An application's own are among what it says itself.
void describe_keys_of_principal(const model::ObservedResource& resource, Lines& lines) {
    for (const auto& certificate : resource.certificates) {
        if (!certificate.of_principal) continue;
        lines.push_back(fmt::format("{}: \"{}\" (key {}), ends {} ({})", model::path::principal_certificates,
                                    certificate.name, certificate.key_id, date(certificate.ends_at),
                                    certificate.signs ? "it signs SAML tokens, and is kept whatever a manifest says"
                                                      : "a manifest names its file, which is not in the tenant"));
    }
    const auto encryption = resource.attributes.find(model::path::principal_encryption_key);
    const auto* name = encryption == resource.attributes.end() ? nullptr : encryption->second.find("name");
    if (name != nullptr)
        lines.push_back(fmt::format("{}: \"{}\" (it names a certificate, whose file is not in the tenant)",
                                    model::path::principal_encryption_key, name->text_or({})));
}

}  // namespace

bool is_flexible(const model::Value& credential) {
    static const auto* row = model::attributes_of(model::kind::application)->find(model::path::federated_credentials);
    return plan::is_kept(*row, credential);
}

std::string member_text(const model::Value& value, std::string_view member) {
    const auto* found = value.find(member);
    return found == nullptr ? std::string{} : found->text_or({});
}

std::vector<std::string> remarks_on(const model::SurveyedApplication& application, const model::Survey& survey) {
    const auto& resource = application.resource;
    Lines lines;
    describe_secrets(resource, lines);
    describe_secrets_of_principal(resource, lines);
    describe_flexible_credentials(resource, lines);
    describe_keys_of_principal(resource, lines);
    lines.insert(lines.end(), application.unsayable.begin(), application.unsayable.end());
    describe_grants(resource, survey, lines);
    describe_holders(resource, lines);
    describe_unreadable(resource, lines);
    return lines;
}

}  // namespace regent::controller
