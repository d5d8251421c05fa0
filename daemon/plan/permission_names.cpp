#include "plan/permission_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace regent::plan {
namespace {

bool is_guid_like(const std::string& name) {
    return name.size() == 36 && name[8] == '-' && name[13] == '-' && name[18] == '-' && name[23] == '-';
}

/// Published names that share their first word ("User.Read" for "User.Raed"), else the first few.
std::vector<std::string> similar(const std::string& name, const std::map<std::string, std::string>& published) {
    std::vector<std::string> found;
    const auto stem = name.substr(0, name.find('.'));
    for (const auto& [value, id] : published) {
        if (value.rfind(stem, 0) == 0) found.push_back(value);
    }
    if (found.empty()) {
        for (const auto& [value, id] : published) found.push_back(value);
    }
    if (found.size() > 8) found.resize(8);
    return found;
}

model::Diagnostic problem(const model::Element& element, std::string message, std::string label) {
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0709";
    diagnostic.message = std::move(message);
    diagnostic.span = element.span;
    diagnostic.label = std::move(label);
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

std::optional<model::Diagnostic> check(const model::Element& element, const model::Snapshot& observed) {
    const auto text = [&](const char* member) {
        const auto* value = element.value.find(member);
        return value == nullptr ? std::string{} : value->text_or({});
    };
    const auto api = text("api");
    const auto type = text("type");
    const auto name = text("name");
    if (is_guid_like(name)) return std::nullopt;  // an id says itself what it is
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
    auto diagnostic = problem(
        element, fmt::format("{} publishes no {} permission named `{}`", found->second.display_name, type, name),
        "not among its permissions");
    const auto& other = type == "application" ? found->second.delegated : found->second.application;
    if (type == "application" && found->second.people.contains(name)) {
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
    for (const auto& [name, published] : type == "application" ? api->second.application : api->second.delegated)
        if (published == id) return model::Map{{"api", api->first}, {"type", type}, {"name", name}};
    return permission;
}

}  // namespace

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

model::Diagnostics check_permission_names(const DesiredGraph& desired, const model::Snapshot& observed, Items& items) {
    model::Diagnostics problems;
    for (const auto& [address, resource] : desired.resources) {
        const auto it = resource.attributes.find(model::path::permissions);
        if (it == resource.attributes.end()) continue;
        for (const auto& element : it->second.elements) {
            auto diagnostic = check(element, observed);
            if (!diagnostic) continue;
            diagnostic->subject = to_string(address);
            problems.push_back(std::move(*diagnostic));
            items.at(address).standing = Standing::blocked;
        }
    }
    model::sort(problems);
    return problems;
}

}  // namespace regent::plan
