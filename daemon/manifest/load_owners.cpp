#include "manifest/load_owners.hpp"

#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <map>

namespace regent::manifest {
namespace {

// https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
constexpr std::size_t max_owners = 100;

model::Element owner_element(const Node& item, const std::string& field, const LoadJob& job,
                             model::Declaration& declaration) {
    if (item.is_scalar()) return {.name = {}, .value = lower_case(item.text), .span = item.span, .contributor = {}};
    const auto* name = Values(&item, job.findings).reference("applicationRef");
    if (name == nullptr) return {.name = {}, .value = {}, .span = item.span, .contributor = {}};
    const model::Address application{std::string(model::kind::application), name->text};
    declaration.references.push_back({.target = application,
                                      .span = name->span,
                                      .field = field + ".applicationRef",
                                      .needs = std::string(model::path::service_principal),
                                      .early = false});
    return {.name = {},
            .value = model::Reference{application, std::string(model::output::service_principal_id), {}, {}},
            .span = name->span,
            .contributor = {}};
}

void complain_of_repetition(const model::Element& again, const model::Element& first, const LoadJob& job) {
    auto& d = job.findings.error("RG0217", again.span, fmt::format("an owner is listed twice"));
    d.label = "again here";
    d.secondary.push_back({first.span, "first here"});
    d.help = "remove one";
}

model::DesiredAttribute* load_list(const LoadJob& job, const Values& holder, std::string_view path,
                                   const std::string& field, model::Declaration& declaration) {
    const auto* entry = holder.entry("owners");
    if (entry == nullptr) return nullptr;
    auto& owners = declaration.attributes[std::string(path)];
    owners.span = entry->key_span;
    const auto items = holder.items("owners");
    std::map<model::Value, std::size_t> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto element = owner_element(*items[i], fmt::format("{}[{}]", field, i), job, declaration);
        if (element.value.is_null()) continue;
        const auto [it, is_new] = seen.emplace(element.value, owners.elements.size());
        if (is_new)
            owners.elements.push_back(std::move(element));
        else
            complain_of_repetition(element, owners.elements[it->second], job);
    }
    return &owners;
}

}  // namespace

void load_owners(const LoadJob& job, model::Declaration& declaration) {
    const auto* owners = load_list(job, job.spec, model::path::owners, "spec.owners", declaration);
    if (owners == nullptr || owners->elements.size() <= max_owners) return;
    auto& d = job.findings.error(
        "RG0480", owners->elements[max_owners].span,
        fmt::format("an application has at most {} owners, not {}", max_owners, owners->elements.size()));
    d.label = "one too many";
}

/// Microsoft writes down no limit for service principals: more than it takes is for Graph to refuse.
void load_principal_owners(const LoadJob& job, const Values& settings, model::Declaration& declaration) {
    load_list(job, settings, model::path::principal_owners, "spec.servicePrincipal.owners", declaration);
}

}  // namespace regent::manifest
