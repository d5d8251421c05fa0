#include "manifest/load_owners.hpp"

#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <map>

namespace regent::manifest {
namespace {

// https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
constexpr std::size_t max_owners = 100;

model::Element owner_element(const Node& item, std::size_t index, const LoadJob& job, model::Declaration& declaration) {
    if (item.is_scalar()) return {.name = {}, .value = lower_case(item.text), .span = item.span, .contributor = {}};
    const auto* name = Values(&item, job.findings).reference("applicationRef");
    if (name == nullptr) return {.name = {}, .value = {}, .span = item.span, .contributor = {}};
    const model::Address application{std::string(model::kind::application), name->text};
    declaration.references.push_back({.target = application,
                                      .span = name->span,
                                      .field = fmt::format("spec.owners[{}].applicationRef", index),
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

}  // namespace

void load_owners(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("owners");
    if (entry == nullptr) return;
    auto& owners = declaration.attributes[std::string(model::path::owners)];
    owners.span = entry->key_span;
    const auto items = job.spec.items("owners");
    std::map<model::Value, std::size_t> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto element = owner_element(*items[i], i, job, declaration);
        if (element.value.is_null()) continue;
        const auto [it, is_new] = seen.emplace(element.value, owners.elements.size());
        if (is_new)
            owners.elements.push_back(std::move(element));
        else
            complain_of_repetition(element, owners.elements[it->second], job);
    }
    if (owners.elements.size() > max_owners) {
        auto& d = job.findings.error(
            "RG0480", owners.elements[max_owners].span,
            fmt::format("an application has at most {} owners, not {}", max_owners, owners.elements.size()));
        d.label = "one too many";
    }
}

}  // namespace regent::manifest
