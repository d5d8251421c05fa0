#include "plan/sign_in_change.hpp"

#include "plan/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::plan {
namespace {

using model::Value;

bool changes_sign_in(const std::vector<ResolvedAttribute>& attributes) {
    return std::any_of(attributes.begin(), attributes.end(), [](const auto& attribute) {
        const auto path = attribute.attribute->path;
        return (path == model::path::auth_type || path == model::path::auth_client_id) &&
               !diff(attribute, nullptr, {}).changes.empty();
    });
}

bool is_same(std::string_view path, const Value& a, const Value& b) {
    return path == model::path::federated_credentials ? trust_of(a) == trust_of(b) : a == b;
}

bool has_already(const Item& application, const std::string& path, const Value& value) {
    if (application.observed == nullptr || application.is_made_anew() || !is_known(value)) return false;
    const auto it = application.observed->attributes.find(path);
    if (it == application.observed->attributes.end()) return false;
    if (const auto* list = it->second.as_list()) return std::find(list->begin(), list->end(), value) != list->end();
    const auto* map = it->second.as_map();
    return map != nullptr &&
           std::any_of(map->begin(), map->end(), [&](const auto& one) { return is_same(path, one.second, value); });
}

/// Whether `application` accepts it, or does after this plan.
bool is_accepted(const Item& application, const NeededToSignIn& needed, const Items& items) {
    const auto value = looked_up(needed.element->value, items);
    if (has_already(application, needed.path, value)) return true;
    if (!application.is_written()) return false;
    const auto attribute = std::find_if(application.attributes.begin(), application.attributes.end(),
                                        [&](const auto& one) { return one.attribute->path == needed.path; });
    return attribute != application.attributes.end() &&
           std::any_of(attribute->elements.begin(), attribute->elements.end(), [&](const auto& element) {
               return element.element == needed.element && !element.blocked &&
                      is_same(needed.path, element.value, value);
           });
}

std::string shown(const NeededToSignIn& needed) {
    return needed.path == model::path::federated_credentials
               ? fmt::format("the federated credential \"{}\" that trusts its identity", needed.element->name)
               : fmt::format("its redirect URL (`{}`)", needed.path);
}

void withhold(Item& connector, const model::Address& application, const NeededToSignIn& needed) {
    const auto* what = connector.standing == Standing::outdated ? "is not replaced" : "goes on signing in as it does";
    connector.standing = Standing::blocked;
    connector.withheld = Withheld{
        Withheld::Why::waits_for_withheld,
        connector.desired->address,
        connector.desired->place,
        fmt::format("waits for {0}, which is not given {1}: nobody could sign in any more, so it {2}, and nothing "
                    "else of it is changed",
                    to_string(application), shown(needed), what),
        "let that application be given it, or take back what is to change here",
        {}};
}

const NeededToSignIn* first_not_accepted(const std::vector<NeededToSignIn>& all, const Item& application,
                                         const Items& items) {
    const auto it = std::find_if(all.begin(), all.end(),
                                 [&](const auto& needed) { return !is_accepted(application, needed, items); });
    return it == all.end() ? nullptr : &*it;
}

/// What waited for a connector that is not written now: it is what that brings forth as it is, or does not come.
void look_up_again(Items& items, const std::set<model::Address>& withheld) {
    for (auto& [address, item] : items) {
        for (auto& attribute : item.attributes) {
            for (auto& element : attribute.elements) {
                const auto references = references_in(element.value);
                if (std::none_of(references.begin(), references.end(),
                                 [&](const auto& reference) { return withheld.contains(reference.address); }))
                    continue;
                element.value = looked_up(element.value, items);
                element.known = is_known(element.value);
                element.blocked = !element.known;
            }
        }
    }
}

}  // namespace

bool is_redirect_list(std::string_view path) {
    return path == model::path::redirect_uris_web || path == model::path::redirect_uris_spa ||
           path == model::path::redirect_uris_native;
}

bool keeps_its_sign_in(const Item& connector) {
    const auto* there = connector.observed;
    const bool is_one_of_ours = connector.desired->address.kind == model::kind::connector && there != nullptr &&
                                !there->deleted && there->ownership == model::Ownership::ours &&
                                there->address == connector.desired->address;
    if (!is_one_of_ours) return false;
    return changes_sign_in(connector.ignored) || (!connector.is_written() && changes_sign_in(connector.attributes));
}

bool signs_in_anew(const Item& connector) {
    if (connector.desired->address.kind != model::kind::connector || !connector.is_written()) return false;
    if (connector.observed == nullptr || !application_of(*connector.desired)) return false;
    if (connector.standing == Standing::outdated) return true;
    return connector.standing == Standing::there && changes_sign_in(connector.attributes);
}

std::optional<model::Address> application_of(const DesiredResource& connector) {
    const auto it = connector.attributes.find(model::path::auth_client_id);
    if (it == connector.attributes.end()) return std::nullopt;
    const auto references = references_in(it->second.value);
    return references.empty() ? std::nullopt : std::optional(references.front().address);
}

std::vector<NeededToSignIn> needed_to_sign_in(const model::Address& connector, const DesiredResource& application) {
    std::vector<NeededToSignIn> needed;
    for (const auto& [path, attribute] : application.attributes) {
        if (!is_redirect_list(path) && path != model::path::federated_credentials) continue;
        for (const auto& element : attribute.elements) {
            const auto references = references_in(element.value);
            if (std::any_of(references.begin(), references.end(),
                            [&](const auto& reference) { return reference.address == connector; }))
                needed.push_back({path, &element});
        }
    }
    return needed;
}

bool withhold_sign_ins_not_accepted(Items& items) {
    std::set<model::Address> withheld;
    for (auto& [address, item] : items) {
        if (!signs_in_anew(item)) continue;
        const auto application = application_of(*item.desired);
        const auto it = application ? items.find(*application) : items.end();
        if (it == items.end()) continue;
        const auto all = needed_to_sign_in(address, *it->second.desired);
        const auto* missing = first_not_accepted(all, it->second, items);
        if (missing == nullptr) continue;
        withhold(item, *application, *missing);
        withheld.insert(address);
    }
    if (!withheld.empty()) look_up_again(items, withheld);
    return !withheld.empty();
}

}  // namespace regent::plan
