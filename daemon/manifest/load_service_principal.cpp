#include "manifest/load_service_principal.hpp"

#include "manifest/load_certificates.hpp"
#include "manifest/load_owners.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_service_principal.hpp"
#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace regent::manifest {
namespace {

namespace path = model::path;

model::DesiredAttribute& declare_attribute(model::Declaration& declaration, std::string_view path, const Entry& entry) {
    auto& attribute = declaration.attributes[std::string(path)];
    attribute.span = entry.key_span;
    return attribute;
}

void load_texts(const Values& settings, model::Declaration& declaration) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> texts = {{
        {"description", path::principal_description},
        {"notes", path::principal_notes},
        {"homePageUrl", path::principal_home_page_url},
        {"loginUrl", path::principal_login_url},
        {"preferredSingleSignOnMode", path::principal_sign_on_mode},
    }};
    for (const auto& [key, attribute] : texts) {
        if (const auto text = settings.text(key)) declare(declaration, attribute, settings.entry(key), *text);
    }
    if (const auto thumbprint = settings.text("preferredTokenSigningKeyThumbprint"))
        declare(declaration, path::principal_signing_key, settings.entry("preferredTokenSigningKeyThumbprint"),
                model::upper_case(*thumbprint));
    const auto saml = settings.mapping("samlSingleSignOnSettings");
    const auto* group = settings.entry("samlSingleSignOnSettings");
    if (const auto state = saml.text("relayState")) {
        declare(declaration, path::principal_relay_state, saml.entry("relayState"), *state);
    } else if (group != nullptr && group->value.is_mapping() && group->value.entries.empty()) {
        declare(declaration, path::principal_relay_state, group, "");
    }
}

void load_flags(const Values& settings, model::Declaration& declaration) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> flags = {{
        {"accountEnabled", path::principal_account_enabled},
        {"appRoleAssignmentRequired", path::principal_assignment_required},
    }};
    for (const auto& [key, attribute] : flags) {
        if (const auto flag = settings.boolean(key)) declare(declaration, attribute, settings.entry(key), *flag);
    }
}

void load_lists(const Values& settings, model::Declaration& declaration) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> lists = {{
        {"notificationEmailAddresses", path::principal_notification_addresses},
        {"alternativeNames", path::principal_alternative_names},
        {"tags", path::principal_tags},
    }};
    for (const auto& [key, attribute] : lists) {
        const auto* entry = settings.entry(key);
        if (entry == nullptr) continue;
        auto& list = declare_attribute(declaration, attribute, *entry);
        for (const auto* item : settings.items(key))
            list.elements.push_back({.name = {}, .value = item->text, .span = item->span, .contributor = {}});
    }
}

model::Element assignment(const Node& item, const Values& values, model::Value principal, std::string_view type) {
    return {.name = {},
            .value = model::Map{{"principal", std::move(principal)},
                                {"role", values.text("role").value_or("")},
                                {"type", std::string(type)}},
            .span = item.entries.front().key_span,
            .contributor = {}};
}

void load_people(const LoadJob& job, const Values& assignments, model::Declaration& declaration) {
    const auto* entry = assignments.entry("usersAndGroups");
    if (entry == nullptr) return;
    auto& people = declare_attribute(declaration, path::assigned_people, *entry);
    for (const auto* item : assignments.items("usersAndGroups")) {
        const Values values(item, job.findings);
        for (const std::string_view type : {"user", "group"}) {
            if (const auto id = values.text(type))
                people.elements.push_back(assignment(*item, values, lower_case(*id), type));
        }
    }
}

/// Others hold roles by consent that other manifests or administrators give: only what is declared here is ours.
void load_assigned_applications(const LoadJob& job, const Values& assignments, model::Declaration& declaration) {
    const auto* entry = assignments.entry("applications");
    if (entry == nullptr) return;
    auto& applications = declare_attribute(declaration, path::assigned_applications, *entry);
    applications.exclusive = false;
    const auto items = assignments.items("applications");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Values values(items[i], job.findings);
        if (const auto id = values.text("servicePrincipal"))
            applications.elements.push_back(assignment(*items[i], values, lower_case(*id), "application"));
        const auto* name = values.reference("applicationRef");
        if (name == nullptr) continue;
        const model::Address target{std::string(model::kind::application), name->text};
        declaration.references.push_back(
            {.target = target,
             .span = name->span,
             .field = fmt::format("spec.servicePrincipal.assignments.applications[{}].applicationRef", i),
             .needs = {},
             .early = false});
        applications.elements.push_back(assignment(
            *items[i], values, model::Reference{target, std::string(model::output::service_principal_id), {}, {}},
            "application"));
    }
}

std::vector<model::Span> names_with_consent(const LoadJob& job) {
    std::vector<model::Span> spans;
    for (const auto* item : job.spec.items("permissions")) {
        const Values permission(item, job.findings);
        if (!permission.boolean("adminConsent").value_or(false)) continue;
        for (const std::string_view type : {"delegated", "application"}) {
            for (const auto* name : permission.items(type)) spans.push_back(name->span);
        }
    }
    return spans;
}

}  // namespace

void load_service_principal(const LoadJob& job, model::Declaration& declaration) {
    const auto settings = job.spec.mapping("servicePrincipal");
    check_service_principal(job.spec, job.findings);
    if (!settings.boolean("create").value_or(true)) return;
    declare(declaration, path::service_principal,
            settings.entry("create") ? settings.entry("create") : job.spec.entry("servicePrincipal"), true);
    load_flags(settings, declaration);
    load_texts(settings, declaration);
    load_lists(settings, declaration);
    load_principal_owners(job, settings, declaration);
    load_principal_certificates(job, settings, declaration);
    const auto assignments = settings.mapping("assignments");
    load_people(job, assignments, declaration);
    load_assigned_applications(job, assignments, declaration);
}

void load_admin_consent(const LoadJob& job, model::Declaration& declaration) {
    const auto spans = names_with_consent(job);
    const auto permissions = declaration.attributes.find(path::permissions);
    if (permissions == declaration.attributes.end()) return;
    const auto asked = permissions->second;
    for (const auto& element : asked.elements) {
        if (std::find(spans.begin(), spans.end(), element.span) == spans.end()) continue;
        const auto* type = element.value.find("type");
        const bool role = type != nullptr && *type == model::Value("application");
        auto& consent = declaration.attributes[std::string(role ? path::consented_roles : path::consented_scopes)];
        consent.span = asked.span;
        // What others consented to is told and left: see daemon/decisions/0016.
        consent.exclusive = false;
        consent.elements.push_back(element);
    }
}

}  // namespace regent::manifest
