#include "manifest/load_certificates.hpp"
#include "manifest/load_declaration.hpp"
#include "manifest/load_extensions.hpp"
#include "manifest/load_logo.hpp"
#include "manifest/load_owners.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/load_settings.hpp"
#include "manifest/rules_application.hpp"
#include "manifest/rules_credential.hpp"
#include "manifest/rules_redirect_uri.hpp"
#include "manifest/well_known_apis.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace regent::manifest {
namespace {

constexpr std::string_view default_audience = "AzureADMyOrg";

model::DesiredAttribute& declare_list(model::Declaration& declaration, std::string_view path, const model::Span& span) {
    auto& attribute = declaration.attributes[std::string(path)];
    attribute.span = span;
    attribute.exclusive = true;
    return attribute;
}

void load_tags(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("tags");
    if (!entry) return;
    auto& tags = declare_list(declaration, model::path::tags, entry->key_span);
    for (const auto* tag : job.spec.items("tags"))
        tags.elements.push_back({.name = {}, .value = tag->text, .span = tag->span, .contributor = {}});
}

model::Value identifier_uri(const std::string& text, const model::Address& self) {
    const auto at = text.find(app_id_placeholder);
    if (at == std::string::npos) return text;
    return model::Reference{self, std::string(model::output::app_id), text.substr(0, at),
                            text.substr(at + app_id_placeholder.size())};
}

void load_identifier_uris(const LoadJob& job, model::Declaration& declaration) {
    const auto holder = job.spec.entry("identifierUris") ? job.spec : job.spec.mapping("exposes");
    const auto* entry = holder.entry("identifierUris");
    if (!entry) return;
    auto& uris = declare_list(declaration, model::path::identifier_uris, entry->key_span);
    for (const auto* uri : holder.items("identifierUris"))
        uris.elements.push_back({.name = {},
                                 .value = identifier_uri(uri->text, declaration.address),
                                 .span = uri->span,
                                 .contributor = {}});
}

void load_platform(const LoadJob& job, const Values& platforms, std::string_view key, std::string_view path,
                   std::string_view audience, model::Declaration& declaration) {
    const auto* entry = platforms.entry(key);
    if (!entry) return;
    auto& uris = declare_list(declaration, path, entry->key_span);
    const auto items = platforms.items(key);
    check_repetition(items, "the redirect URI", job.findings);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& item = *items[i];
        if (item.is_scalar()) {
            check_redirect_uri(item, platform_of(key), audience, job.findings);
            uris.elements.push_back({.name = {}, .value = item.text, .span = item.span, .contributor = {}});
        } else if (const auto* name = Values(&item, job.findings).reference("connectorRef")) {
            const auto where = fmt::format("spec.redirectUris.{}[{}].connectorRef", key, i);
            uris.elements.push_back({.name = {},
                                     .value = connector_redirect_url(*name, where, declaration),
                                     .span = item.entries.front().key_span,
                                     .contributor = {}});
        }
    }
}

void load_redirect_uris(const LoadJob& job, std::string_view audience, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("redirectUris");
    if (!entry) return;
    const auto platforms = job.spec.mapping("redirectUris");
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> paths = {{
        {"web", model::path::redirect_uris_web},
        {"spa", model::path::redirect_uris_spa},
        {"native", model::path::redirect_uris_native},
    }};
    std::size_t count = 0;
    for (const auto& [key, path] : paths) {
        if (entry->value.entries.empty()) declare_list(declaration, path, entry->key_span);
        load_platform(job, platforms, key, path, audience, declaration);
        count += platforms.items(key).size();
    }
    if (count > max_redirect_uris(audience))
        job.findings
            .error(
                "RG0418", entry->key_span,
                fmt::format("this application can have {} redirect URIs, not {}", max_redirect_uris(audience), count))
            .notes.push_back("https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation");
}

void load_permissions(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("permissions");
    if (!entry) return;
    auto& permissions = declare_list(declaration, model::path::permissions, entry->key_span);
    for (const auto* item : job.spec.items("permissions")) {
        const Values permission(item, job.findings);
        const auto api = permission.text("api");
        if (!api) continue;
        const auto* known = find_well_known_api(*api);
        const auto app_id = known ? std::string(known->app_id) : lower_case(*api);
        for (const std::string type : {"delegated", "application"}) {
            const auto add = [&](const Node& where, const std::string& name) {
                permissions.elements.push_back({.name = {},
                                                .value = model::Map{{"api", app_id}, {"type", type}, {"name", name}},
                                                .span = where.span,
                                                .contributor = {}});
            };
            for (const auto* name : permission.items(type)) add(*name, name->text);
            for (const auto* id : permission.items(type + "Ids")) add(*id, lower_case(id->text));
        }
    }
}

void load_credentials(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("federatedCredentials");
    if (!entry) return;
    auto& credentials = declare_list(declaration, model::path::federated_credentials, entry->key_span);
    const auto items = job.spec.items("federatedCredentials");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Values credential(items[i], job.findings);
        const auto* name = credential.node("name");
        check_federated_credential(credential, name, job.findings);
        if (!name) continue;
        const auto where = fmt::format("spec.federatedCredentials[{}].connectorRef", i);
        credentials.elements.push_back({.name = name->text,
                                        .value = credential_value(job, credential, where, declaration),
                                        .span = name->span,
                                        .contributor = {}});
    }
}

void load_secrets(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("clientSecrets");
    if (!entry) return;
    auto& secrets = declare_list(declaration, model::path::client_secrets, entry->key_span);
    for (const auto* item : job.spec.items("clientSecrets")) {
        const Values secret(item, job.findings);
        const auto* name = secret.node("name");
        if (!name) continue;
        const std::chrono::seconds valid_for = secret.duration("validFor").value_or(std::chrono::hours(24 * 180));
        const std::chrono::seconds rotate_before =
            secret.duration("rotateBefore").value_or(std::chrono::hours(24 * 30));
        secrets.elements.push_back(
            {.name = name->text,
             .value = model::Map{{"validForSeconds", static_cast<std::int64_t>(valid_for.count())},
                                 {"rotateBeforeSeconds", static_cast<std::int64_t>(rotate_before.count())}},
             .span = name->span,
             .contributor = {}});
    }
}

/// A new application is told its audience, since the service's own default has changed over the years. One that exists
/// keeps its own where no manifest says otherwise: changing it could lock people out.
void load_audience(const LoadJob& job, const std::string& audience, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("signInAudience");
    if (entry != nullptr) return declare(declaration, model::path::sign_in_audience, entry, audience);
    auto& initial = declaration.attributes[std::string(model::path::sign_in_audience)];
    initial.value = audience;
    initial.initial = true;
}

void load_service_principal(const LoadJob& job, model::Declaration& declaration) {
    const auto settings = job.spec.mapping("servicePrincipal");
    if (!settings.boolean("create").value_or(true)) return;
    declare(declaration, model::path::service_principal,
            settings.entry("create") ? settings.entry("create") : job.spec.entry("servicePrincipal"), true);
}

}  // namespace

std::string audience_of(const Node& application) {
    const auto* spec = application.find("spec");
    const auto* audience = spec ? spec->find("signInAudience") : nullptr;
    if (!audience || !audience->is_scalar()) return std::string(default_audience);
    const auto* field = table_of("Application")->find("spec.signInAudience");
    for (const auto& value : field->values)
        if (audience->text == value.name || audience->text == value.alias) return std::string(value.alias);
    return std::string(default_audience);
}

void load_application(const LoadJob& job, model::Declaration& declaration) {
    const auto audience = audience_of(job.document.root);
    check_application(job.spec, audience, job.findings);
    check_settings(job.spec, job.findings);
    load_settings(job, declaration);
    load_audience(job, audience, declaration);
    load_tags(job, declaration);
    load_identifier_uris(job, declaration);
    load_redirect_uris(job, audience, declaration);
    load_permissions(job, declaration);
    load_credentials(job, declaration);
    load_secrets(job, declaration);
    load_service_principal(job, declaration);
    load_owners(job, declaration);
    load_certificates(job, declaration);
    load_logo(job, declaration);
    load_extensions(job, declaration);
}

}  // namespace regent::manifest
