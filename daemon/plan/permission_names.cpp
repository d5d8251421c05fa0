#include "plan/permission_names.hpp"

#include "model/ascii.hpp"
#include "plan/exposed_permissions.hpp"
#include "plan/near_names.hpp"
#include "plan/taken_back.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace regent::plan {
namespace {

/// Published names that share their first word ("User.Read" for "User.Raed"), else the first few.
std::vector<std::string> similar(const std::string& name, const std::map<std::string, std::string>& published) {
    std::vector<std::string> found;
    const auto stem = model::lower_case(name.substr(0, name.find('.')));
    for (const auto& [value, id] : published) {
        if (model::lower_case(value).rfind(stem, 0) == 0) found.push_back(value);
    }
    if (found.empty()) {
        for (const auto& [value, id] : published) found.push_back(value);
    }
    if (found.size() > 8) found.resize(8);
    return found;
}

std::vector<std::string> names_of(const std::map<std::string, std::string>& published) {
    std::vector<std::string> names;
    names.reserve(published.size());
    for (const auto& [value, id] : published) names.push_back(value);
    return names;
}

model::Diagnostic problem(const model::Element& element, std::string message, std::string label) {
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0709";
    diagnostic.message = std::move(message);
    diagnostic.span = element.span;
    diagnostic.label = std::move(label);
    return diagnostic;
}

/// At an application of ours. Its manifest's own lists were looked at without the tenant; here it is about what it has
/// and no manifest declares.
std::optional<model::Diagnostic> check_ours(const model::Element& element, const model::Reference& api,
                                            const std::string& type, const std::string& name, const Items& items) {
    const auto target = items.find(api.address);
    if (target == items.end() || target->second.standing == Standing::blocked) return std::nullopt;
    if (exposed_permission_id(target->second, type, name)) return std::nullopt;
    auto diagnostic =
        problem(element, fmt::format("{} exposes no {} permission named `{}`", to_string(api.address), type, name),
                "neither in its manifest nor in the tenant");
    diagnostic.help = fmt::format("add it to its `spec.exposes.{}`", type == "application" ? "roles" : "scopes");
    return diagnostic;
}

/// What is switched off can be asked for, and nobody can be given it.
std::optional<model::Diagnostic> check_enabled(const model::Element& element, const model::ApiPermissions& api,
                                               const std::string& type, const std::string& name) {
    if (!api.disabled.contains(type + " " + name)) return std::nullopt;
    auto diagnostic =
        problem(element, fmt::format("the {} permission `{}` of {} is disabled", type, name, api.display_name),
                "nobody can be given it");
    diagnostic.help = "have it enabled by those who run that API, or remove it here";
    return diagnostic;
}

/// That somebody is to be given it as well, and not only asks for it.
bool is_consented(const DesiredResource& resource, const model::Element& element) {
    const auto it = resource.attributes.find(model::path::consented_roles);
    return it != resource.attributes.end() &&
           std::any_of(it->second.elements.begin(), it->second.elements.end(),
                       [&](const auto& consent) { return consent.value == element.value; });
}

std::optional<model::Diagnostic> check(const model::Element& element, const DesiredResource& resource,
                                       const model::Snapshot& observed, const Items& items) {
    const auto text = [&](const char* member) {
        const auto* value = element.value.find(member);
        return value == nullptr ? std::string{} : value->text_or({});
    };
    const auto api = text("api");
    const auto type = text("type");
    const auto name = text("name");
    if (is_guid_like(name)) return std::nullopt;  // an id says itself what it is
    if (const auto* ours = element.value.find("api"); ours != nullptr && ours->as_reference() != nullptr)
        return check_ours(element, *ours->as_reference(), type, name, items);
    const auto found = observed.apis.find(api);
    if (found == observed.apis.end()) {
        auto diagnostic = problem(element, fmt::format("the API {} has no service principal in this tenant", api),
                                  "its permissions cannot be looked up");
        diagnostic.help = fmt::format(
            "an administrator creates it with `az ad sp create --id {}`; or the application id is wrong", api);
        return diagnostic;
    }
    const auto& published = type == "application" ? found->second.application : found->second.delegated;
    if (published.contains(name)) return check_enabled(element, found->second, type, name);
    const bool for_people = type == "application" && found->second.people.contains(name);
    if (for_people && !is_consented(resource, element))
        return std::nullopt;  // Entra takes it: warn_of_roles_for_people()
    auto diagnostic = problem(
        element, fmt::format("{} publishes no {} permission named `{}`", found->second.display_name, type, name),
        "not among its permissions");
    const auto& other = type == "application" ? found->second.delegated : found->second.application;
    if (for_people) {
        diagnostic.message = fmt::format("`{}` of {} is a role for users and groups, not for applications", name,
                                         found->second.display_name);
        diagnostic.label = "an application cannot hold it";
        diagnostic.help =
            "assign it to people, in the manifest of that API or in the portal; or name a role whose "
            "`allowed` holds `application`";
    } else if (other.contains(name)) {
        diagnostic.help = fmt::format("`{}` is {} permission of this API: move it there", name,
                                      type == "application" ? "a delegated" : "an application");
    } else if (const auto near = similar(name, published); !near.empty()) {
        diagnostic.notes = {fmt::format("it publishes, among others: {}", fmt::join(near, ", "))};
        diagnostic.help = did_you_mean(name, names_of(published));
    }
    return diagnostic;
}

model::Value with_name(model::Value permission, const model::Snapshot& observed) {
    const auto text = [&](const char* member) {
        const auto* value = permission.find(member);
        return value == nullptr ? std::string{} : value->text_or({});
    };
    const auto id = text("name");
    const auto api = observed.apis.find(text("api"));
    if (!is_guid_like(id) || api == observed.apis.end()) return permission;
    const auto type = text("type");
    const auto& roles = api->second;
    const auto lists =
        type == "application" ? std::vector{&roles.application, &roles.people} : std::vector{&roles.delegated};
    for (const auto* list : lists) {
        for (const auto& [name, published] : *list)
            if (published == id) return model::Map{{"api", api->first}, {"type", type}, {"name", name}};
    }
    return permission;
}

std::string_view exposed_path(std::string_view type) {
    return type == "application" ? model::path::exposed_roles : model::path::exposed_scopes;
}

/// Its manifest names it, and leaves it to people to have it there.
bool is_left_to_people(const Item& api, std::string_view path, const std::string& name) {
    const auto it = api.desired->attributes.find(path);
    if (it == api.desired->attributes.end() || !is_ignored(*api.desired, path)) return false;
    const auto& elements = it->second.elements;
    return std::any_of(elements.begin(), elements.end(), [&](const auto& element) { return element.name == name; });
}

Withheld withheld_for(const DesiredResource& resource, const model::Diagnostic& diagnostic, std::string help) {
    const auto place = diagnostic.span.known() ? diagnostic.span.begin() : resource.place;
    return {Withheld::Why::waits_for_withheld, resource.address, place, diagnostic.message, std::move(help), {}};
}

/// Why `element` cannot be had although no manifest has to be mended first; nothing when one has.
std::optional<Withheld> no_mistake(const model::Element& element, const model::Diagnostic& diagnostic, const Item& item,
                                   const Items& items) {
    const auto* api = element.value.find("api");
    const auto* ours = api == nullptr ? nullptr : api->as_reference();
    const auto* name = element.value.find("name");
    const auto* type = element.value.find("type");
    const auto target = ours == nullptr ? items.end() : items.find(ours->address);
    if (target != items.end() && name != nullptr && type != nullptr) {
        const auto path = exposed_path(type->text_or({}));
        if (is_left_to_people(target->second, path, name->text_or({})))
            return withheld_for(*item.desired, diagnostic,
                                fmt::format("its manifest leaves `spec.{}` to people (`management.ignore`): add it in "
                                            "the portal, or remove it here",
                                            path));
    }
    return std::nullopt;
}

/// What its API took back since the application was given it stays as it is there: others must not bring the whole
/// application to a stand.
Withheld kept_entry(const model::Element& element, const model::Diagnostic& diagnostic, Item& item,
                    const Items& items) {
    auto kept = withheld_for(*item.desired, diagnostic,
                             diagnostic.help.empty() ? "it was asked for when it was still there: have it published "
                                                       "again by those who run that API, or remove it here"
                                                     : diagnostic.help);
    kept.message += ": " + keep_as_asked(element, item, items);
    return kept;
}

/// A client can be pre-authorized for what is there, where no manifest says what is to be there.
std::optional<model::Diagnostic> check_pre_authorized(const model::Element& element, const Item& item) {
    const auto* scope = element.value.find("scope");
    const auto name = scope == nullptr ? std::string{} : scope->text_or({});
    if (item.standing == Standing::blocked || exposed_permission_id(item, "delegated", name)) return std::nullopt;
    auto diagnostic =
        problem(element, fmt::format("{} exposes no scope named `{}`", to_string(item.desired->address), name),
                "neither in its manifest nor in the tenant");
    diagnostic.help = "add it to `spec.exposes.scopes`";
    return diagnostic;
}

/// The answers for one application: a mistake, else what it waits for.
class Findings {
public:
    Findings(const DesiredResource& resource, PermissionCheck& all) : resource_(resource), all_(all) {}

    void add(model::Diagnostic diagnostic, std::optional<Withheld> why_no_mistake) {
        if (why_no_mistake) {
            if (!withheld_) withheld_ = std::move(why_no_mistake);
            return;
        }
        diagnostic.subject = to_string(resource_.address);
        all_.problems.push_back(std::move(diagnostic));
        mistaken_ = true;
    }
    /// Whether the application is to be left alone.
    bool finish() {
        if (!mistaken_ && withheld_) all_.withheld.push_back(*withheld_);
        return mistaken_ || withheld_;
    }

private:
    const DesiredResource& resource_;
    PermissionCheck& all_;
    std::optional<Withheld> withheld_;
    bool mistaken_ = false;
};

void check_pre_authorized(const DesiredResource& resource, const Item& item, Findings& findings) {
    const auto it = resource.attributes.find(model::path::pre_authorized);
    if (it == resource.attributes.end()) return;
    for (const auto& element : it->second.elements) {
        auto diagnostic = check_pre_authorized(element, item);
        if (!diagnostic) continue;
        const auto* scope = element.value.find("scope");
        std::optional<Withheld> why;
        if (scope != nullptr && is_left_to_people(item, model::path::exposed_scopes, scope->text_or({})))
            why = withheld_for(resource, *diagnostic,
                               "the manifest leaves `spec.exposes.scopes` to people (`management.ignore`): add it in "
                               "the portal, or remove it here");
        findings.add(std::move(*diagnostic), std::move(why));
    }
}

}  // namespace

bool is_guid_like(const std::string& name) {
    return name.size() == 36 && name[8] == '-' && name[13] == '-' && name[18] == '-' && name[23] == '-';
}

void name_permissions(const model::Snapshot& observed, Items& items) {
    for (auto& [address, item] : items) {
        for (auto& attribute : item.attributes) {
            if (attribute.attribute->path != model::path::permissions) continue;
            model::List named;
            std::erase_if(attribute.elements, [&](auto& element) {
                element.value = with_name(std::move(element.value), observed);
                if (std::find(named.begin(), named.end(), element.value) != named.end()) return true;
                named.push_back(element.value);
                return false;
            });
        }
    }
}

PermissionCheck check_permission_names(const DesiredGraph& desired, const model::Snapshot& observed, Items& items) {
    PermissionCheck all;
    for (const auto& [address, resource] : desired.resources) {
        auto& item = items.at(address);
        Findings findings(resource, all);
        check_pre_authorized(resource, item, findings);
        if (const auto it = resource.attributes.find(model::path::permissions); it != resource.attributes.end()) {
            for (const auto& element : it->second.elements) {
                auto diagnostic = check(element, resource, observed, items);
                if (!diagnostic) continue;
                if (was_asked_before(element, item, items)) {
                    auto kept = kept_entry(element, *diagnostic, item, items);
                    // Of an API that is gone each entry has the same to say.
                    if (all.kept.empty() || all.kept.back().address != kept.address ||
                        all.kept.back().message != kept.message)
                        all.kept.push_back(std::move(kept));
                    continue;
                }
                auto why = no_mistake(element, *diagnostic, item, items);
                findings.add(std::move(*diagnostic), std::move(why));
            }
        }
        if (findings.finish()) item.standing = Standing::blocked;
    }
    model::sort(all.problems);
    return all;
}

void warn_of_roles_for_people(const model::Snapshot& observed, Plan& plan) {
    const auto text = [](const model::Value& permission, const char* member) {
        const auto* value = permission.find(member);
        return value == nullptr ? std::string{} : value->text_or({});
    };
    for (auto& resource : plan.resources) {
        for (const auto& change : resource.changes) {
            if (change.path != model::path::permissions || change.op != Change::Op::add) continue;
            const auto api = observed.apis.find(text(change.after, "api"));
            const auto name = text(change.after, "name");
            if (api == observed.apis.end() || text(change.after, "type") != "application") continue;
            if (api->second.application.contains(name) || !api->second.people.contains(name)) continue;
            resource.warnings.push_back(
                fmt::format("permissions: `{}` of {} is a role for users and groups: it can be asked for, and no "
                            "application is given it",
                            name, api->second.display_name));
        }
    }
}

}  // namespace regent::plan
