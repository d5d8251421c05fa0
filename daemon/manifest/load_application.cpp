#include "manifest/load_certificates.hpp"
#include "manifest/load_declaration.hpp"
#include "manifest/load_exposes.hpp"
#include "manifest/load_extensions.hpp"
#include "manifest/load_logo.hpp"
#include "manifest/load_owners.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/load_service_principal.hpp"
#include "manifest/load_settings.hpp"
#include "manifest/rules_application.hpp"
#include "manifest/rules_credential.hpp"
#include "manifest/rules_exposes.hpp"
#include "manifest/rules_redirect_uri.hpp"
#include "manifest/well_known_apis.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <array>
#include <set>

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
    std::set<std::string_view> listed;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& item = *items[i];
        if (item.is_scalar()) {
            if (!listed.insert(item.text).second) continue;  // told already
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

/// The API's application id: known to all, written down, or another application's of the repository. Null: neither.
model::Value api_of(const Values& permission, const std::string& where, model::Declaration& declaration) {
    if (const auto* name = permission.reference("apiRef")) return application_id(*name, where, declaration);
    const auto api = permission.text("api");
    if (!api) return {};
    const auto* known = find_well_known_api(*api);
    return known ? std::string(known->app_id) : lower_case(*api);
}

void load_permissions(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("permissions");
    if (!entry) return;
    auto& permissions = declare_list(declaration, model::path::permissions, entry->key_span);
    const auto items = job.spec.items("permissions");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Values permission(items[i], job.findings);
        const auto api = api_of(permission, fmt::format("spec.permissions[{}].apiRef", i), declaration);
        if (api.is_null()) continue;
        const auto* ours = api.as_reference();
        for (const std::string type : {"delegated", "application"}) {
            const auto add = [&](const Node& where, const std::string& name) {
                permissions.elements.push_back({.name = {},
                                                .value = model::Map{{"api", api}, {"type", type}, {"name", name}},
                                                .span = where.span,
                                                .contributor = {}});
            };
            for (const auto* name : permission.items(type)) {
                add(*name, name->text);
                if (ours != nullptr)
                    declaration.references.push_back({.target = ours->address,
                                                      .span = name->span,
                                                      .field = fmt::format("spec.permissions[{}].{}", i, type),
                                                      .needs = fmt::format("permissions/{}/{}", type, name->text),
                                                      .early = false});
            }
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

/// A new application is told its audience, since the service's own default has changed over the years. One that exists
/// keeps its own where no manifest says otherwise: changing it could lock people out.
void load_audience(const LoadJob& job, const std::string& audience, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("signInAudience");
    if (entry != nullptr) return declare(declaration, model::path::sign_in_audience, entry, audience);
    auto& initial = declaration.attributes[std::string(model::path::sign_in_audience)];
    initial.value = audience;
    initial.initial = true;
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
    check_application(job.spec, audience, job.context.environment.cloud, job.findings);
    check_settings(job.spec, job.findings);
    load_settings(job, declaration);
    load_audience(job, audience, declaration);
    load_tags(job, declaration);
    load_identifier_uris(job, declaration);
    check_exposes(job.spec, audience, job.findings);
    load_exposes(job, declaration);
    load_redirect_uris(job, audience, declaration);
    load_permissions(job, declaration);
    load_credentials(job, declaration);
    load_client_secrets(job, declaration);
    load_service_principal(job, declaration);
    load_owners(job, declaration);
    load_certificates(job, declaration);
    load_logo(job, declaration);
    load_extensions(job, declaration);
    load_admin_consent(job, declaration);
}

}  // namespace regent::manifest
