#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "plan/graph_rules.hpp"
#include "plan/near_names.hpp"
#include "plan/resolution.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>

namespace regent::plan {
namespace {

using model::Diagnostic;
using model::Element;
using model::Value;

bool is_for(const Element& role, const std::string& holder) {
    const auto* allowed = role.value.find("allowed");
    const auto* holders = allowed == nullptr ? nullptr : allowed->as_list();
    return holders != nullptr && std::find(holders->begin(), holders->end(), Value(holder)) != holders->end();
}

/// The roles that `application` is to have; null pointer where its manifest leaves that to the tenant.
const std::vector<Element>* declared_roles(const DesiredResource& application) {
    const auto it = application.attributes.find(model::path::exposed_roles);
    const bool decides = it != application.attributes.end() && it->second.exclusive &&
                         application.management.policy == model::ManagementPolicy::full &&
                         !is_ignored(application, model::path::exposed_roles);
    return decides ? &it->second.elements : nullptr;
}

class AssignmentCheck {
public:
    AssignmentCheck(const DesiredResource& application, const std::vector<Element>& roles,
                    model::Diagnostics& diagnostics)
        : application_(application), roles_(roles), diagnostics_(diagnostics) {}

    void check(const Element& assignment) {
        const auto name = text_of(assignment.value, "role"), type = text_of(assignment.value, "type");
        // Default access is no role, and an id may be of one without a name.
        if (name.empty() || model::is_guid(name)) return;
        const std::string holder = type == "application" ? "application" : "user";
        const auto role = std::find_if(roles_.begin(), roles_.end(), [&](const auto& one) { return one.name == name; });
        if (role == roles_.end()) return unknown(assignment, name, holder);
        if (!is_for(*role, holder)) not_for(assignment, *role, holder, type);
    }

private:
    void unknown(const Element& assignment, const std::string& name, const std::string& holder) {
        std::vector<std::string> names;
        for (const auto& role : roles_) {
            if (is_for(role, holder)) names.push_back(role.name);
        }
        auto& diagnostic = tell(assignment, fmt::format("{} has no role `{}`", to_string(application_.address), name),
                                "not among its `exposes.roles`");
        if (!names.empty()) diagnostic.notes = {fmt::format("its roles for {}s: {}", holder, fmt::join(names, ", "))};
        diagnostic.help = did_you_mean(name, names);
        if (diagnostic.help.empty()) diagnostic.help = "add it to `spec.exposes.roles`";
    }

    void not_for(const Element& assignment, const Element& role, const std::string& holder, const std::string& type) {
        const auto* holders = holder == "user" ? "applications" : "users and groups";
        auto& diagnostic =
            tell(assignment,
                 fmt::format("the role `{}` of {} is for {}", role.name, to_string(application_.address), holders),
                 fmt::format("{} {} cannot hold it", type == "user" || type == "group" ? "a" : "an", type));
        diagnostic.secondary = {{role.span, fmt::format("`allowed` without `{}`", holder)}};
        diagnostic.help = fmt::format("add `{}` to its `allowed`, or name another role", holder);
    }

    Diagnostic& tell(const Element& assignment, std::string message, std::string label) {
        Diagnostic diagnostic;
        diagnostic.code = "RG0331";
        diagnostic.message = std::move(message);
        diagnostic.span = assignment.span;
        diagnostic.label = std::move(label);
        diagnostics_.push_back(std::move(diagnostic));
        return diagnostics_.back();
    }

    const DesiredResource& application_;
    const std::vector<Element>& roles_;
    model::Diagnostics& diagnostics_;
};

/// What a grant hangs on at both ends are service principals.
void check_principals(const DesiredResource& resource, std::string_view path, std::string_view member,
                      const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    const auto it = resource.attributes.find(path);
    if (it == resource.attributes.end()) return;
    std::set<model::Address> told;
    for (const auto& element : it->second.elements) {
        const auto* other = element.value.find(member);
        const auto* reference = other == nullptr ? nullptr : other->as_reference();
        const auto target = reference == nullptr ? graph.resources.end() : graph.resources.find(reference->address);
        if (target == graph.resources.end() || target->second.attributes.contains(model::path::service_principal))
            continue;
        if (!told.insert(target->first).second) continue;
        Diagnostic diagnostic;
        diagnostic.code = "RG0333";
        diagnostic.message =
            member == "api" ? fmt::format("nobody can consent to permissions of {}: it has no service principal",
                                          to_string(target->first))
                            : fmt::format("{} can hold no role: it has no service principal", to_string(target->first));
        diagnostic.span = element.span;
        diagnostic.label = member == "api" ? "`adminConsent` here" : "given a role here";
        diagnostic.secondary = {{span_at(target->second.place), "says `servicePrincipal: {create: false}`"}};
        diagnostic.help = "let it have one: `servicePrincipal: {create: true}`";
        diagnostics.push_back(std::move(diagnostic));
    }
}

}  // namespace

void check_assignments(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    for (const auto& [address, resource] : graph.resources) {
        for (const auto path : {model::path::consented_scopes, model::path::consented_roles})
            check_principals(resource, path, "api", graph, diagnostics);
        check_principals(resource, model::path::assigned_applications, "principal", graph, diagnostics);
        const auto* roles = declared_roles(resource);
        if (roles == nullptr) continue;
        AssignmentCheck check(resource, *roles, diagnostics);
        for (const auto path : {model::path::assigned_people, model::path::assigned_applications}) {
            const auto it = resource.attributes.find(path);
            if (it == resource.attributes.end()) continue;
            for (const auto& element : it->second.elements) check.check(element);
        }
    }
}

}  // namespace regent::plan
