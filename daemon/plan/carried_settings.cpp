#include "plan/carried_settings.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "plan/canonical.hpp"
#include "plan/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace regent::plan {
namespace {

using model::Value;

bool is_sign_in(std::string_view path) {
    return path.rfind("auth.", 0) == 0 || path == model::path::connection_parameters ||
           path == model::path::connection_parameter_sets;
}

const Value* observed_of(const Item& item, std::string_view path) {
    const auto it = item.observed->attributes.find(path);
    return it == item.observed->attributes.end() ? nullptr : &it->second;
}

bool is_declared(const Item& item, std::string_view path) {
    return item.desired->attributes.contains(path) && !is_ignored(*item.desired, path);
}

bool declares_sign_in(const Item& item) {
    const auto& declared = item.desired->attributes;
    return std::any_of(declared.begin(), declared.end(), [](const auto& entry) { return is_sign_in(entry.first); });
}

/// What belongs to the one connector is in such a block, and its secret is not: it cannot be read.
bool has_oauth(const Value& parameters) {
    return model::lower_case(parameters.text_or({})).find("oauthsetting") != std::string::npos;
}

ResolvedAttribute* wanted_of(Item& item, std::string_view path) {
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(),
                                 [&](const auto& resolved) { return resolved.attribute->path == path; });
    return it == item.attributes.end() ? nullptr : &*it;
}

/// Operations that go through a script are refused without one.
bool has_script(Item& item) {
    const auto* script = wanted_of(item, model::path::script);
    return script != nullptr && !script->value.text_or({}).empty();
}

bool is_about_the_object(const model::Attribute& attribute) {
    return attribute.immutable || attribute.write_only || attribute.part_of_ownership || attribute.own_step ||
           attribute.path == model::path::solution || attribute.path == model::path::client_secret_from;
}

/// Whether the old connector's value can be given to another one. The secret of the machine is handed over by its own
/// rules, and a solution may be called otherwise where the new connector goes.
bool can_be_carried(const model::Attribute& attribute, const Value& there, Item& item) {
    const auto& path = attribute.path;
    if (is_about_the_object(attribute) || says_nothing(attribute, there) || there == Value("")) return false;
    if (is_sign_in(path))
        return attribute.compare == model::Compare::parameters && !declares_sign_in(item) && !has_oauth(there);
    if (attribute.compare == model::Compare::content) return !model::base64_of_content(there.text_or({})).empty();
    return path != model::path::script_operations || has_script(item);
}

std::shared_ptr<const model::DesiredAttribute> desired_as(const model::Attribute& attribute, const Value& there) {
    auto desired = std::make_shared<model::DesiredAttribute>();
    if (attribute.compare != model::Compare::set) {
        desired->value = there;
        return desired;
    }
    for (const auto& member : *there.as_list())
        desired->elements.push_back({.name = {}, .value = member, .span = {}, .contributor = {}});
    return desired;
}

ResolvedAttribute resolved_as(const model::Attribute& attribute, const model::DesiredAttribute& desired,
                              const Value& there) {
    ResolvedAttribute resolved;
    resolved.attribute = &attribute;
    resolved.desired = &desired;
    resolved.observed = canonical(attribute, there);
    if (attribute.compare != model::Compare::set) resolved.value = canonical(attribute, there);
    for (const auto& element : desired.elements) {
        ResolvedElement one;
        one.element = &element;
        one.value = element.value;
        resolved.elements.push_back(std::move(one));
    }
    return resolved;
}

bool differs(const ResolvedAttribute& wanted) {
    return !diff(wanted, nullptr, {}).changes.empty();
}

/// `is_there`: the connector that has them is still there.
void take_settings(Item& item, const model::Map& settings, bool is_there) {
    for (const auto& attribute : model::attributes_of(model::kind::connector)->attributes) {
        const auto there = settings.find(attribute.path);
        if (there == settings.end() || is_declared(item, attribute.path)) continue;
        if (!can_be_carried(attribute, there->second, item)) continue;
        item.settings_carried_over.push_back(desired_as(attribute, there->second));
        auto carried = resolved_as(attribute, *item.settings_carried_over.back(), there->second);
        if (!is_there) carried.observed = canonical(attribute, {});
        if (auto* wanted = wanted_of(item, attribute.path)) {
            *wanted = std::move(carried);
        } else {
            item.attributes.push_back(std::move(carried));
        }
    }
    std::stable_sort(item.attributes.begin(), item.attributes.end(),
                     [](const auto& a, const auto& b) { return a.attribute < b.attribute; });
}

}  // namespace

void carry_over_settings(Item& item) {
    if (item.standing != Standing::outdated || item.desired->address.kind != model::kind::connector) return;
    take_settings(item, item.observed->attributes, true);
}

model::Map settings_of_both(const model::ObservedResource& deleted, const model::Map& sent) {
    model::Map both;
    for (const auto& attribute : model::attributes_of(model::kind::connector)->attributes) {
        const auto there = deleted.attributes.find(attribute.path);
        const auto value = sent.find(attribute.path);
        if (there == deleted.attributes.end() || value == sent.end() || is_about_the_object(attribute)) continue;
        if (is_sign_in(attribute.path) && (attribute.compare != model::Compare::parameters || has_oauth(value->second)))
            continue;
        const bool has_it = is_known(value->second) && same_value(attribute, canonical(attribute, there->second),
                                                                  canonical(attribute, value->second));
        if (has_it && !says_nothing(attribute, there->second)) both.emplace(attribute.path, there->second);
    }
    return both;
}

void give_settings_back(Item& item, const model::Map& settings) {
    take_settings(item, settings, false);
}

std::vector<std::string> settings_lost(const Item& item) {
    auto lost = item.lost;
    if (item.standing != Standing::outdated || item.desired->address.kind != model::kind::connector) return lost;
    const bool signs_in_otherwise =
        std::any_of(item.attributes.begin(), item.attributes.end(), [&](const auto& resolved) {
            return is_sign_in(resolved.attribute->path) && is_ignored(*item.desired, resolved.attribute->path) &&
                   differs(resolved);
        });
    if (signs_in_otherwise)
        lost.emplace_back(
            "how it signs in is left to people, and is lost with it: a client secret cannot be read, so the new one "
            "signs in as the manifest says");
    const auto sign_in = {model::path::connection_parameters, model::path::connection_parameter_sets};
    const bool is_undeclared = !declares_sign_in(item) && std::any_of(sign_in.begin(), sign_in.end(), [&](auto path) {
        const auto* there = observed_of(item, path);
        return there != nullptr && has_oauth(*there);
    });
    if (is_undeclared)
        lost.emplace_back(
            "how it signs in is declared by no manifest, and is lost with it: a client secret cannot be read");
    const auto* backend = observed_of(item, model::path::backend);
    const bool reads_icons = backend == nullptr || *backend == Value(std::string(model::backend::environment));
    if (!reads_icons && !is_declared(item, model::path::icon))
        lost.emplace_back(
            "if people gave it an icon, that is lost with it: it is not seen where the connector is kept");
    return lost;
}

}  // namespace regent::plan
