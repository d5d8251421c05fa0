#include "plan/desired_graph.hpp"

#include "model/attributes.hpp"
#include "plan/graph_rules.hpp"
#include "plan/previous_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::plan {
namespace {

using model::Declaration;
using model::Diagnostic;

/// Declarations in an order of their own, so that the order of files never shows: by place, then address.
std::vector<Declaration*> in_order(std::vector<Declaration>& declarations) {
    std::vector<Declaration*> sorted;
    sorted.reserve(declarations.size());
    for (auto& declaration : declarations) sorted.push_back(&declaration);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
        return std::tie(a->place.file, a->place.line, a->address) < std::tie(b->place.file, b->place.line, b->address);
    });
    return sorted;
}

Diagnostic used_twice(const Declaration& first, const Declaration& second) {
    Diagnostic diagnostic;
    diagnostic.code = "RG0312";
    diagnostic.message = fmt::format("{} is declared twice", to_string(second.address));
    diagnostic.span = second.span;
    diagnostic.label = "again here";
    diagnostic.secondary = {{first.span, "first here"}};
    diagnostic.help = "give one of them another `metadata.name`, or remove it";
    return diagnostic;
}

/// Takes what a resource is made of out of its declaration: there may be many of them.
DesiredResource resource_of(Declaration& declaration) {
    DesiredResource resource;
    resource.address = declaration.address;
    resource.place = declaration.place;
    for (const auto& previous : declaration.previous_names) resource.previous_names.push_back(previous.name);
    resource.labels = std::move(declaration.labels);
    resource.management = std::move(declaration.management);
    resource.attributes = std::move(declaration.attributes);
    return resource;
}

void add_deliveries(const model::Element& secret, std::vector<model::SecretDelivery>& deliveries) {
    const auto* targets = secret.value.find("deliverTo");
    if (targets == nullptr || targets->as_list() == nullptr) return;
    for (const auto& target : *targets->as_list()) deliveries.push_back({secret.name, target});
}

class Builder {
public:
    Builder(const model::Environment& environment, std::vector<Declaration>& declarations)
        : declarations_(in_order(declarations)) {
        result_.graph.environment = environment;
    }

    GraphResult build() {
        collect();
        for (const auto* declaration : unique_) contribute(*declaration);
        check_previous_names(unique_, result_.diagnostics);
        check_references(unique_, result_.graph, result_.diagnostics);
        check_rules(result_.graph, result_.diagnostics);
        sort_elements();
        model::sort(result_.diagnostics);
        return std::move(result_);
    }

private:
    void collect() {
        std::map<model::Address, const Declaration*> seen;
        for (auto* declaration : declarations_) {
            const auto [it, inserted] = seen.emplace(declaration->address, declaration);
            if (!inserted) {
                result_.diagnostics.push_back(used_twice(*it->second, *declaration));
                continue;
            }
            unique_.push_back(declaration);
            ++result_.graph.documents;
            if (!declaration->contribution)
                result_.graph.resources.emplace(declaration->address, resource_of(*declaration));
        }
    }

    void contribute(const Declaration& declaration) {
        if (!declaration.contribution) return;
        const auto target = result_.graph.resources.find(declaration.contribution->target);
        if (target == result_.graph.resources.end()) return;  // a dangling name; check_references() says so
        auto& resource = target->second;
        auto [attribute, added] = resource.attributes.try_emplace(declaration.contribution->path);
        if (added) attribute->second.exclusive = false;
        auto element = declaration.contribution->element;
        element.contributor = declaration.address;
        attribute->second.elements.push_back(std::move(element));
        resource.contributors.push_back(declaration.address);
    }

    void sort_elements() {
        for (auto& [address, resource] : result_.graph.resources) {
            std::sort(resource.contributors.begin(), resource.contributors.end());
            for (auto& [path, attribute] : resource.attributes) {
                std::stable_sort(attribute.elements.begin(), attribute.elements.end(),
                                 [](const auto& a, const auto& b) {
                                     if (a.name != b.name) return a.name < b.name;
                                     return a.value < b.value;
                                 });
            }
        }
    }

    std::vector<Declaration*> declarations_;
    std::vector<const Declaration*> unique_;
    GraphResult result_;
};

/// What its manifest asks for of that which a tenant's policies may forbid, beside secrets: the policies are read then.
std::vector<std::string_view> under_policies(const DesiredResource& resource) {
    std::vector<std::string_view> paths;
    for (const auto path :
         {model::path::certificates, model::path::principal_certificates, model::path::identifier_uris}) {
        const auto it = resource.attributes.find(path);
        if (it != resource.attributes.end() && !it->second.elements.empty()) paths.push_back(path);
    }
    const auto audience = resource.attributes.find(model::path::sign_in_audience);
    if (audience != resource.attributes.end() && audience->second.value != model::Value("AzureADMyOrg"))
        paths.push_back(model::path::sign_in_audience);
    return paths;
}

}  // namespace

GraphResult build_desired_graph(const model::Environment& environment, std::vector<Declaration> declarations) {
    return Builder(environment, declarations).build();
}

model::Scope scope_of(const DesiredGraph& graph, const std::map<model::Address, std::string>& remembered) {
    model::Scope scope;
    scope.owner = graph.environment.owner;
    scope.environment = graph.environment.name;
    scope.tenant_id = graph.environment.tenant_id;
    scope.dataverses = graph.environment.dataverses;
    std::set<std::string> environments;
    for (const auto& [alias, id] : graph.environment.power_platform_environments) environments.insert(id);
    for (const auto& [address, resource] : graph.resources) {
        model::Scope::Wanted wanted;
        wanted.address = address;
        wanted.adopt = resource.management.adopt;
        wanted.previous_names = resource.previous_names;
        const auto text = [&attributes = resource.attributes](std::string_view path) {
            const auto it = attributes.find(path);
            return it == attributes.end() ? std::string{} : it->second.value.text_or({});
        };
        wanted.display_name = text(model::path::display_name);
        if (address.kind == model::kind::connector) {
            wanted.pp_environment = text(model::path::environment);
            if (auto backend = text(model::path::backend); !backend.empty()) wanted.backend = std::move(backend);
            wanted.solution = text(model::path::solution);
            wanted.resource_group = text(model::path::resource_group);
            for (const auto& [path, attribute] : resource.attributes) wanted.managed.insert(path);
            environments.insert(wanted.pp_environment);
            const auto client = resource.attributes.find(model::path::auth_client_id);
            if (client != resource.attributes.end()) wanted.client_id = client->second.value;
        }
        // Where one is wanted and there is none, the recycle bin is looked into.
        if (resource.attributes.contains(model::path::service_principal))
            wanted.managed.emplace(model::path::service_principal);
        for (const auto path : {model::path::consented_scopes, model::path::consented_roles,
                                model::path::assigned_people, model::path::assigned_applications}) {
            if (resource.attributes.contains(path)) wanted.grants.emplace(path);
        }
        const auto hint = remembered.find(address);
        if (hint != remembered.end()) wanted.remembered_id = hint->second;
        for (const auto& attribute : model::attributes_of(address.kind)->attributes) {
            if (attribute.on_demand && resource.attributes.contains(attribute.path))
                wanted.on_demand.emplace(attribute.path);
        }
        for (const auto path : under_policies(resource)) wanted.managed.emplace(path);
        if (const auto secrets = resource.attributes.find(model::path::client_secrets);
            secrets != resource.attributes.end()) {
            wanted.has_secrets = !secrets->second.elements.empty();
            for (const auto& secret : secrets->second.elements) add_deliveries(secret, wanted.deliveries);
        }
        scope.wanted.push_back(std::move(wanted));
        const auto permissions = resource.attributes.find(model::path::permissions);
        if (permissions == resource.attributes.end()) continue;
        for (const auto& element : permissions->second.elements) {
            // What an application of ours exposes is read with the application.
            const auto* api = element.value.find("api");
            if (api != nullptr && api->as_string() != nullptr) scope.apis.insert(*api->as_string());
        }
    }
    environments.erase("");
    std::set<std::string> groups;
    for (const auto& [alias, id] : graph.environment.resource_groups) groups.insert(id);
    for (const auto& wanted : scope.wanted) groups.insert(wanted.resource_group);
    groups.erase("");
    scope.resource_groups.assign(groups.begin(), groups.end());
    scope.power_platform_environments.assign(environments.begin(), environments.end());
    return scope;
}

}  // namespace regent::plan
