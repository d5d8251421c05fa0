#include "plan/taken_back.hpp"

#include "plan/permission_names.hpp"
#include "plan/staying.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace regent::plan {
namespace {

using model::Value;

bool same(const Value& a, const Value& b, const char* member) {
    const auto* one = a.find(member);
    const auto* other = b.find(member);
    return one != nullptr && other != nullptr && *one == *other;
}

bool is_nameless(const Value& permission) {
    const auto* name = permission.find("name");
    return name != nullptr && is_guid_like(name->text_or({}));
}

/// What `wanted` is in `there`: itself, else each of that API that has no name and that the manifest does not ask for
/// by its id. Nobody can say which of them it was.
model::List found_as(const Value& wanted, const Value& there, const model::DesiredAttribute& desired,
                     const Items& items) {
    model::List found;
    const auto* list = there.as_list();
    if (list == nullptr) return found;
    if (std::find(list->begin(), list->end(), wanted) != list->end()) return {wanted};
    const auto is_asked_by_id = [&](const Value& one) {
        return std::any_of(desired.elements.begin(), desired.elements.end(),
                           [&](const auto& element) { return looked_up(element.value, items) == one; });
    };
    for (const auto& one : *list) {
        if (is_nameless(one) && same(one, wanted, "api") && same(one, wanted, "type") && !is_asked_by_id(one))
            found.push_back(one);
    }
    return found;
}

bool holds(const ResolvedAttribute& attribute, const Value& value) {
    return std::any_of(attribute.elements.begin(), attribute.elements.end(),
                       [&](const auto& element) { return element.value == value; });
}

/// Puts what is there in the place of what is wanted; true when nothing of it is there.
bool put_what_is_there(const model::Element& permission, std::string_view path, Item& item, const Items& items) {
    const auto attribute = attribute_in(item, path);
    if (attribute == item.attributes.end()) return false;
    const auto wanted = std::find_if(attribute->elements.begin(), attribute->elements.end(),
                                     [&](const auto& element) { return element.element->value == permission.value; });
    if (wanted == attribute->elements.end()) return false;
    const auto found = found_as(wanted->value, attribute->observed, *attribute->desired, items);
    attribute->elements.erase(wanted);
    for (const auto& one : found)
        if (!holds(*attribute, one)) keep_as_it_is(item, *attribute, {}, one);
    return found.empty();
}

}  // namespace

bool was_asked_before(const model::Element& permission, const Item& item, const Items& items) {
    if (item.observed == nullptr || item.is_made_anew()) return false;
    const auto there = item.observed->attributes.find(model::path::permissions);
    const auto desired = item.desired->attributes.find(model::path::permissions);
    return there != item.observed->attributes.end() && desired != item.desired->attributes.end() &&
           !found_as(looked_up(permission.value, items), there->second, desired->second, items).empty();
}

std::string keep_as_asked(const model::Element& permission, Item& item, const Items& items) {
    put_what_is_there(permission, model::path::permissions, item, items);
    bool consent_waits = false;
    for (const auto path : std::array{model::path::consented_scopes, model::path::consented_roles})
        consent_waits = put_what_is_there(permission, path, item, items) || consent_waits;
    return consent_waits ? "the application goes on asking for it, and is not consented to it until it is back"
                         : "the application goes on asking for it";
}

}  // namespace regent::plan
