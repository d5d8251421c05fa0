#include "manifest/load_exposes.hpp"

#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

/// What the service calls `User` in a scope, and what manifests write.
constexpr std::string_view admins = "admins", admins_and_users = "admins-and-users";

model::DesiredAttribute* declared_list(const Values& exposes, std::string_view key, std::string_view path,
                                       model::Declaration& declaration) {
    const auto* entry = exposes.entry(key);
    if (!entry) return nullptr;
    auto& attribute = declaration.attributes[std::string(path)];
    attribute.span = entry->key_span;
    return &attribute;
}

/// Only when it is pinned: the planner knows the one that is there, and how to derive one.
void put_id(const Values& permission, model::Map& value) {
    if (const auto id = permission.text("id")) value["id"] = lower_case(*id);
}

model::Map scope_value(const Values& scope, const std::string& name) {
    const auto consent = scope.mapping("consent");
    const auto who = consent.text("who").value_or(std::string(admins_and_users));
    model::Map value{{"enabled", scope.boolean("enabled").value_or(true)},
                     {"who", std::string(who == admins || who == "Admin" ? admins : admins_and_users)},
                     {"title", consent.text("title").value_or(name)}};
    for (const std::string_view text : {"description", "userTitle", "userDescription"})
        value.emplace(text, consent.text(text).value_or(""));
    put_id(scope, value);
    return value;
}

model::Value allowed_value(const Values& role) {
    model::List allowed;
    for (const auto* holder : role.items("allowed"))
        allowed.emplace_back(lower_case(holder->text) == "user" ? "user" : "application");
    std::sort(allowed.begin(), allowed.end());
    allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
    return allowed;
}

model::Map role_value(const Values& role, const std::string& name) {
    model::Map value{{"enabled", role.boolean("enabled").value_or(true)},
                     {"allowed", allowed_value(role)},
                     {"displayName", role.text("displayName").value_or(name)},
                     {"description", role.text("description").value_or("")}};
    put_id(role, value);
    return value;
}

void load_scopes(const Values& exposes, const Findings& findings, model::Declaration& declaration) {
    auto* scopes = declared_list(exposes, "scopes", model::path::exposed_scopes, declaration);
    if (!scopes) return;
    for (const auto* item : exposes.items("scopes")) {
        const Values scope(item, findings);
        const auto* name = scope.node("name");
        if (!name) continue;
        scopes->elements.push_back(
            {.name = name->text, .value = scope_value(scope, name->text), .span = name->span, .contributor = {}});
    }
}

void load_roles(const Values& exposes, const Findings& findings, model::Declaration& declaration) {
    auto* roles = declared_list(exposes, "roles", model::path::exposed_roles, declaration);
    if (!roles) return;
    for (const auto* item : exposes.items("roles")) {
        const Values role(item, findings);
        const auto* name = role.node("name");
        const auto* key = name ? name : role.node("id");
        if (!key) continue;
        roles->elements.push_back({.name = name ? name->text : lower_case(key->text),
                                   .value = role_value(role, name ? name->text : std::string{}),
                                   .span = key->span,
                                   .contributor = {}});
    }
}

/// The client of one entry: an id that is written, or another application's.
std::optional<model::Value> client_of(const Values& entry, const std::string& where, model::Declaration& declaration) {
    if (const auto id = entry.text("appId")) return model::Value(lower_case(*id));
    const auto* name = entry.reference("applicationRef");
    if (!name) return std::nullopt;
    return application_id(*name, where + ".applicationRef", declaration);
}

void load_pre_authorized(const Values& exposes, const Findings& findings, model::Declaration& declaration) {
    constexpr std::string_view key = "preAuthorizedApplications";
    auto* list = declared_list(exposes, key, model::path::pre_authorized, declaration);
    if (!list) return;
    const auto items = exposes.items(key);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Values entry(items[i], findings);
        const auto client = client_of(entry, fmt::format("spec.exposes.{}[{}]", key, i), declaration);
        if (!client) continue;
        for (const auto* scope : entry.items("scopes"))
            list->elements.push_back({.name = {},
                                      .value = model::Map{{"client", *client}, {"scope", scope->text}},
                                      .span = scope->span,
                                      .contributor = {}});
    }
}

void load_known_clients(const Values& exposes, const Findings& findings, model::Declaration& declaration) {
    constexpr std::string_view key = "knownClientApplications";
    auto* list = declared_list(exposes, key, model::path::known_clients, declaration);
    if (!list) return;
    const auto items = exposes.items(key);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Values entry(items[i], findings);
        const auto client = client_of(entry, fmt::format("spec.exposes.{}[{}]", key, i), declaration);
        if (client)
            list->elements.push_back(
                {.name = {}, .value = *client, .span = items[i]->entries.front().key_span, .contributor = {}});
    }
}

}  // namespace

model::Value application_id(const Node& application_name, const std::string& where, model::Declaration& declaration) {
    const model::Address application{std::string(model::kind::application), application_name.text};
    declaration.references.push_back(
        {.target = application, .span = application_name.span, .field = where, .needs = {}, .early = false});
    return model::Reference{application, std::string(model::output::app_id), {}, {}};
}

void load_exposes(const LoadJob& job, model::Declaration& declaration) {
    const auto exposes = job.spec.mapping("exposes");
    load_scopes(exposes, job.findings, declaration);
    load_roles(exposes, job.findings, declaration);
    load_pre_authorized(exposes, job.findings, declaration);
    load_known_clients(exposes, job.findings, declaration);
}

}  // namespace regent::manifest
