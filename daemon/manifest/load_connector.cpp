#include "manifest/load_connector.hpp"

#include "manifest/load_declaration.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_logicapps.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/openapi.hpp"
#include "manifest/rules_connector.hpp"
#include "manifest/solution_variables.hpp"
#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

void load_environment_id(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("powerPlatformEnvironment");
    if (!entry) return;
    const auto& aliases = job.context.environment.power_platform_environments;
    const auto& text = entry->value.text;
    if (const auto it = aliases.find(text); it != aliases.end())
        return declare(declaration, model::path::environment, entry, it->second);
    if (looks_like_environment_id(text)) return declare(declaration, model::path::environment, entry, text);
    auto& d = job.findings.bad_value("RG0321", entry->value,
                                     fmt::format("no Power Platform environment is known as {}", in_quotes(text)));
    d.label = fmt::format("not in environment `{}`", job.context.environment.name);
    std::vector<std::string_view> names;
    names.reserve(aliases.size());
    for (const auto& alias : aliases) names.push_back(alias.first);
    if (names.empty())
        d.notes.push_back(fmt::format("`{}` has no `powerPlatformEnvironments`", job.context.environment.name));
    else
        d.notes.push_back(fmt::format("aliases in `{}`: {}", job.context.environment.name, listing(names)));
    d.help = near_name_help(text, names);
    if (d.help.empty())
        d.help = "add the alias to the Environment's `powerPlatformEnvironments`, with the environment's id";
}

/// Answers with the definition's operationIds.
std::set<std::string, std::less<>> load_definition(const LoadJob& job, const ConnectorFiles& files,
                                                   const SignInWords& words, model::Declaration& declaration) {
    if (!files.openapi) return {};
    const auto* entry = files.openapi->entry;
    const auto text = connector_bytes(job, *files.openapi, "RG0601", "the OpenAPI file");
    if (!text) return {};
    const bool entra = job.spec.mapping("auth").exists() && words.connection_parameters.empty();
    OpenApiRequest request{.file = files.openapi->path,
                           .text = *text,
                           .manifest_span = entry->value.span,
                           .host = job.spec.text("host"),
                           .base_path = job.spec.text("basePath"),
                           .adds_entra_security = entra,
                           .security_definitions = words.security_definitions,
                           .signs_in_elsewhere = !words.connection_parameters.empty() || files.properties ||
                                                 job.spec.entry("connectionParameters") ||
                                                 job.spec.entry("connectionParameterSets"),
                           .in_solution = is_in_solution(job.spec)};
    auto result = read_openapi(request);
    for (const auto& diagnostic : result.diagnostics) job.findings.adopt(diagnostic);
    if (result.definition.empty()) return {};
    declare(declaration, model::path::definition, entry, result.definition);
    if (!job.spec.entry("description") && !result.description.empty())
        declare(declaration, model::path::description, entry, result.description);
    return result.operations;
}

void load_backend(const LoadJob& job, model::Declaration& declaration) {
    if (const auto* entry = job.spec.entry("backend"))
        declare(declaration, model::path::backend, entry, entry->value.text);
}

/// `gateway` is a field of its own beside the other capabilities, however the manifest says it: it is declared always,
/// so that a connector loses it with its manifest, also where the others are not managed.
void load_gateway(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("gateway");
    bool asked = job.spec.boolean("gateway").value_or(false);
    if (const auto it = declaration.attributes.find(model::path::capabilities); it != declaration.attributes.end()) {
        const auto listed = std::erase_if(it->second.elements, [](const auto& element) {
            return model::lower_case(element.value.text_or({})) == "gateway";
        });
        if (listed > 0 && entry == nullptr) entry = job.spec.entry("capabilities");
        asked = asked || listed > 0;
    }
    declare(declaration, model::path::gateway, entry, asked);
    declaration.attributes.find(model::path::gateway)->second.implied = entry == nullptr && !asked;
}

/// One way to sign in takes the place of several.
void load_single_sign_in(model::Declaration& declaration) {
    if (declaration.attributes.contains(model::path::connection_parameter_sets)) return;
    declare(declaration, model::path::connection_parameter_sets, nullptr, "{}");
    declaration.attributes.find(model::path::connection_parameter_sets)->second.implied = true;
}

void load_credential(const Values& auth, const model::Address& application, model::Declaration& declaration) {
    const auto credential = auth.mapping("credential");
    if (const auto* identity = credential.entry("managedIdentity")) {
        declare(declaration, model::path::auth_type, identity, "managedIdentity");
        return;
    }
    const auto* secret = credential.reference("clientSecretRef");
    if (!secret) return;
    const auto* entry = credential.entry("clientSecretRef");
    declare(declaration, model::path::auth_type, entry, "clientSecret");
    declare(declaration, model::path::auth_client_secret, entry,
            model::Reference{application, model::output::secret_text(secret->text), {}, {}});
    declaration.references.push_back({.target = application,
                                      .span = secret->span,
                                      .field = "spec.auth.credential.clientSecretRef",
                                      .needs = fmt::format("clientSecrets/{}", secret->text),
                                      .early = true});
}

/// The block of a sign-in is written whole: what is not asked for is no leaving of another client's.
void load_scopes(const Entry& block, const Values& auth, model::Declaration& declaration) {
    auto& attribute = declaration.attributes[std::string(model::path::auth_scopes)];
    const auto* scopes = auth.entry("scopes");
    attribute.implied = scopes == nullptr;
    attribute.span = scopes == nullptr ? block.key_span : scopes->key_span;
    for (const auto* scope : auth.items("scopes"))
        attribute.elements.push_back({.name = {}, .value = scope->text, .span = scope->span, .contributor = {}});
}

/// Signing in with Entra ID has attributes of its own, since applications of the manifests have a part in it.
void load_auth(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("auth");
    if (!entry) return declare(declaration, model::path::auth_type, nullptr, "none");
    const auto auth = job.spec.mapping("auth");
    const auto* tenant = auth.entry("tenantId");
    declare(declaration, model::path::auth_tenant_id, tenant,
            tenant ? lower_case(tenant->value.text) : job.context.environment.tenant_id);
    if (const auto resource = auth.text("resource"))
        declare(declaration, model::path::auth_resource, auth.entry("resource"), *resource);
    load_scopes(*entry, auth, declaration);
    const auto* name = auth.reference("applicationRef");
    if (!name) return;
    const model::Address application{std::string(model::kind::application), name->text};
    declare(declaration, model::path::auth_client_id, auth.entry("applicationRef"),
            model::Reference{application, std::string(model::output::app_id), {}, {}});
    declaration.references.push_back(
        {.target = application, .span = name->span, .field = "spec.auth.applicationRef", .needs = {}, .early = true});
    load_credential(auth, application, declaration);
}

}  // namespace

void load_connector(const LoadJob& job, model::Declaration& declaration) {
    check_connector(job.spec, declaration.address.name, job.findings);
    if (const auto* entry = job.spec.entry("displayName"))
        declare(declaration, model::path::display_name, entry, entry->value.text);
    if (const auto* entry = job.spec.entry("iconBrandColor"))
        declare(declaration, model::path::icon_brand_color, entry, model::lower_case(entry->value.text));
    if (const auto* entry = job.spec.entry("description"))
        declare(declaration, model::path::description, entry, entry->value.text);
    load_environment_id(job, declaration);
    load_backend(job, declaration);
    const auto files = connector_files(job);
    const auto words = sign_in_words(job);
    const auto operations = load_definition(job, files, words, declaration);
    load_solution(job, files, declaration);
    const bool in_solution = declaration.attributes.contains(model::path::solution);
    const bool in_azure = is_for_logicapps(job);
    if (!in_solution && !in_azure) load_icon(job, files, declaration);
    load_connector_settings(job, files, operations, declaration);
    if (!in_azure) load_script(job, files, declaration);
    if (in_solution) leave_to_solution(job, declaration);
    if (in_azure) leave_to_logicapps(job, files, declaration);
    if (!words.connection_parameters.empty()) {
        const auto* entry = job.spec.entry("auth");
        declare(declaration, model::path::connection_parameters, entry ? entry : job.spec.entry("gateway"),
                words.connection_parameters);
    }
    load_gateway(job, declaration);
    load_single_sign_in(declaration);
    if (!declaration.attributes.contains(model::path::connection_parameters)) load_auth(job, declaration);
    load_secret_from(job, declaration);
    load_shares(job, declaration);
    load_logicapps(job, declaration);
}

}  // namespace regent::manifest
