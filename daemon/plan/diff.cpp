#include "plan/diff.hpp"

#include "model/appended_tags.hpp"
#include "model/element_key.hpp"
#include "model/marks.hpp"
#include "model/policy_keys.hpp"
#include "plan/canonical.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace regent::plan {
namespace {

using model::Compare;
using model::List;
using model::Map;
using model::Value;

bool contains(const Value* list, const Value& element) {
    const auto* elements = list == nullptr ? nullptr : list->as_list();
    return elements != nullptr && std::find(elements->begin(), elements->end(), element) != elements->end();
}

const Value* member(const Value* map, const std::string& name) {
    return map == nullptr ? nullptr : map->find(name);
}

Change change_of(const ResolvedAttribute& attribute, Change::Op op) {
    Change change;
    change.path = std::string(attribute.attribute->path);
    change.op = op;
    change.forces_replacement = attribute.immutable;
    return change;
}

std::string member_text(const Value& element, std::string_view name) {
    const auto* value = element.find(name);
    return value == nullptr ? std::string{} : value->text_or({});
}

/// A permission as "Mail.Read (delegated) of 00000003-…", an assignment as "Approver: user 6b2d…".
std::string undeclared_text(const Value& element) {
    if (element.find("api") != nullptr)
        return fmt::format("{} ({}) of {}", member_text(element, "name"), member_text(element, "type"),
                           member_text(element, "api"));
    if (element.find("principal") != nullptr) {
        const auto role = member_text(element, "role");
        return fmt::format("{}: {} {}", role.empty() ? "default access" : role, member_text(element, "type"),
                           member_text(element, "principal"));
    }
    return to_text(element);
}

void tell_origin(Change& change, const model::Element& element) {
    change.element = element.name;
    change.place = element.span.begin();
    change.contributor = element.contributor;
}

bool is_compared(const model::Attribute& attribute, std::string_view member) {
    const auto& compared = attribute.compared_members;
    return compared.empty() || std::find(compared.begin(), compared.end(), member) != compared.end();
}

Map only_given(const model::Attribute& attribute, const Map& map) {
    Map given;
    for (const auto& [name, value] : map) {
        if (!value.is_null() && value != Value("") && is_compared(attribute, name)) given.emplace(name, value);
    }
    return given;
}

bool same_members(const model::Attribute& attribute, const Value& a, const Value& b) {
    return a.as_map() != nullptr && b.as_map() != nullptr &&
           only_given(attribute, *a.as_map()) == only_given(attribute, *b.as_map());
}

/// A scalar that is a map is the same when its members are.
bool is_same(const model::Attribute& attribute, const Value& a, const Value& b) {
    return same_value(attribute, a, b) || (!attribute.compared_members.empty() && same_members(attribute, a, b));
}

/// What a person is shown of one element.
Value shown_element(const model::Attribute& attribute, const Value& element) {
    const auto named = without_sent_member(attribute, Map{{"", element}});
    return *named.find("");
}

AttributeDiff diff_scalar(const ResolvedAttribute& attribute, const Value* applied) {
    AttributeDiff result;
    result.whole = attribute.value;
    result.waits = !is_known(attribute.value);
    if (!result.waits) result.known = attribute.value;
    const auto& row = *attribute.attribute;
    if (is_same(row, attribute.value, attribute.observed)) return result;
    const auto there = row.compare == model::Compare::document && !result.waits
                           ? model::without_appended_tags(attribute.observed, attribute.value)
                           : attribute.observed;
    if (there == attribute.value) return result;
    auto change = change_of(attribute, Change::Op::set);
    // A change is shown and kept; what is sent is in the steps.
    change.before = model::without_keys(row.path, there);
    change.after = model::without_keys(row.path, without_sent_member(row, attribute.value), attribute.observed);
    change.place = attribute.desired->span.begin();
    const bool is_as_applied = applied != nullptr && !result.waits &&
                               is_same(row, model::without_keys(row.path, canonical(row, *applied)),
                                       model::without_keys(row.path, attribute.value));
    // What is remembered holds no keys: who changed one is not known, and whether a person has to approve follows.
    change.drift = is_as_applied && model::same_keys(row.path, attribute.value, attribute.observed);
    if (is_as_applied && !change.drift) change.note = "whether the key was changed here or outside is not remembered";
    result.changes.push_back(std::move(change));
    return result;
}

/// Whether `there` is what an element is whose object is withheld.
bool is_blocked(const ResolvedAttribute& attribute, const Value& there) {
    return std::any_of(attribute.elements.begin(), attribute.elements.end(),
                       [&](const auto& element) { return element.blocked && element.now == there; });
}

/// What stays for the sake of an element whose object is withheld, which it may well be.
std::string kept_text(const ResolvedAttribute& attribute, const Value& there) {
    const auto shown = undeclared_text(there);
    std::string objects;
    bool all_known = true;
    for (const auto& element : attribute.elements) {
        if (!element.blocked) continue;
        all_known = all_known && !element.now.is_null();
        const auto references = references_in(element.value);
        if (references.empty())
            return fmt::format("{} is in no manifest, and stays until {} can be had", shown,
                               undeclared_text(element.value));
        for (const auto& reference : references) {
            const auto name = to_string(reference.address);
            if (element.now == there)
                return fmt::format("{} comes from {} and is kept until that can be decided", shown, name);
            if (objects.find(name) == std::string::npos) objects += (objects.empty() ? "" : ", ") + name;
        }
    }
    return all_known ? fmt::format("{} is in no manifest, and stays only until {} can be decided", shown, objects)
                     : fmt::format("{} may come from {} and is kept until that can be decided", shown, objects);
}

/// Marks were made of the names that elements had then.
const Value& as_it_was_read(const ResolvedAttribute& attribute, const Value& element) {
    const auto it = std::find_if(attribute.read_as.begin(), attribute.read_as.end(),
                                 [&](const auto& entry) { return entry.first == element; });
    return it == attribute.read_as.end() ? element : it->second;
}

/// Whether something was read under this name that is another thing.
bool was_read_as(const ResolvedAttribute& attribute, const Value& name) {
    return std::any_of(attribute.read_as.begin(), attribute.read_as.end(),
                       [&](const auto& entry) { return entry.second == name; });
}

/// As management.ignore names one element, without the `spec.`.
std::string ignored_path(const ResolvedAttribute& attribute, std::string_view name) {
    return fmt::format("{}[{}]", attribute.attribute->path, name);
}

/// A set. What must go: everything that is not wanted, when the object's manifest declares the list; otherwise only
/// what a former contribution put there. While an element waits for a withheld object nothing goes: what looks foreign
/// may be that element.
AttributeDiff diff_set(const ResolvedAttribute& attribute, const Value* applied,
                       const std::vector<std::string>& marks) {
    AttributeDiff result;
    List wanted, unknown, kept, for_now;
    bool blocked = false;
    for (const auto& element : attribute.elements) {
        blocked = blocked || element.blocked;
        if (element.known && !element.holder) wanted.push_back(element.value);
        if (element.waits()) unknown.push_back(element.value);
    }
    const Value wanted_set(wanted);
    for (const auto& element : attribute.elements) {
        if (element.blocked || (element.known && contains(&attribute.observed, element.value))) continue;
        auto change = change_of(attribute, Change::Op::add);
        tell_origin(change, *element.element);
        change.after = element.value;
        change.drift = element.known && contains(applied, element.value) && !attribute.unreadable &&
                       !was_read_as(attribute, element.value);
        if (attribute.unreadable) change.note = "may be there already: it cannot be read";
        result.changes.push_back(std::move(change));
    }
    for (const auto& there : *attribute.observed.as_list()) {
        if (contains(&wanted_set, there)) continue;
        const auto& read = as_it_was_read(attribute, there);
        const Value mark = element_mark(*attribute.attribute, read);
        const bool contributed = std::find(marks.begin(), marks.end(), mark.text_or({})) != marks.end();
        if (leaves_alone(attribute, there.text_or({}))) {
            kept.push_back(there);
            result.ignored.push_back(ignored_path(attribute, there.text_or({})));
            continue;
        }
        if (blocked || (!attribute.desired->exclusive && !contributed)) {
            kept.push_back(there);
            const bool for_a_withheld_one = attribute.desired->exclusive || contributed || is_blocked(attribute, there);
            auto& texts = blocked && for_a_withheld_one ? result.kept : result.undeclared;
            texts.push_back(blocked && for_a_withheld_one ? kept_text(attribute, there) : undeclared_text(there));
            continue;
        }
        if (attribute.old_ones_stay) for_now.push_back(there);
        auto change = change_of(attribute, Change::Op::remove);
        change.before = there;
        change.drift = applied != nullptr && !contains(applied, read);
        result.changes.push_back(std::move(change));
    }
    auto whole = wanted;
    whole.insert(whole.end(), kept.begin(), kept.end());
    for_now.insert(for_now.end(), whole.begin(), whole.end());
    result.known = canonical_set(std::move(for_now));
    whole.insert(whole.end(), unknown.begin(), unknown.end());
    result.whole = canonical_set(std::move(whole));
    result.waits = !unknown.empty();
    return result;
}

AttributeDiff diff_named(const ResolvedAttribute& attribute, const Value* applied,
                         const std::vector<std::string>& marks) {
    AttributeDiff result;
    std::set<std::string> names;
    std::set<std::pair<Value, Value>> trust;
    bool blocked = false;
    Map whole;
    for (const auto& element : attribute.elements) {
        names.insert(element.element->name);
        blocked = blocked || element.blocked;
        const auto* there = attribute.observed.find(element.element->name);
        if (element.blocked) continue;
        trust.insert(trust_of(element.value));
        whole.emplace(element.element->name, element.value);
        result.waits = result.waits || !element.known;
        if (there != nullptr && element.known && same_members(*attribute.attribute, *there, element.value)) continue;
        auto change = change_of(attribute, there == nullptr ? Change::Op::add : Change::Op::set);
        tell_origin(change, *element.element);
        if (there != nullptr) change.before = *there;
        change.after = shown_element(*attribute.attribute, element.value);
        const auto* last = member(applied, element.element->name);
        change.drift = element.known && last != nullptr && same_members(*attribute.attribute, *last, element.value);
        result.changes.push_back(std::move(change));
    }
    const auto prefix = contribution_prefix(attribute.attribute->path);
    for (const auto& [name, there] : *attribute.observed.as_map()) {
        if (names.contains(name)) continue;
        if (leaves_alone(attribute, name)) {
            whole.emplace(name, there);
            result.ignored.push_back(ignored_path(attribute, name));
            continue;
        }
        const bool contributed = std::find(marks.begin(), marks.end(), prefix + name) != marks.end();
        // It may be what the blocked element will be called then; unless that cannot be, as another one is to be it.
        const bool waits_too = blocked && !trust.contains(trust_of(there));
        const bool stays = is_kept(*attribute.attribute, there);
        if (stays || waits_too || (!attribute.desired->exclusive && !contributed)) {
            if (!stays) whole.emplace(name, there);
            result.undeclared.push_back(listed_element(*attribute.attribute, name, there));
            continue;
        }
        auto change = change_of(attribute, Change::Op::remove);
        change.element = name;
        change.before = there;
        change.drift = applied != nullptr && member(applied, name) == nullptr;
        result.changes.push_back(std::move(change));
    }
    result.known = result.whole = whole;
    return result;
}

}  // namespace

bool is_same_element(const model::Attribute& attribute, const Value& a, const Value& b) {
    return a == b || same_members(attribute, a, b);
}

bool is_kept(const model::Attribute& attribute, const Value& element) {
    const auto* kept = attribute.kept_member.empty() ? nullptr : element.find(attribute.kept_member);
    return kept != nullptr && *kept == Value(true);
}

std::string listed_element(const model::Attribute& attribute, const std::string& name, const Value& element) {
    auto text = fmt::format("\"{}\"", name);
    if (const auto ends = member_text(element, "ends"); !ends.empty()) text += ", ends " + ends;
    if (is_kept(attribute, element)) text += " (no manifest can declare it; it is kept)";
    return text;
}

std::pair<Value, Value> trust_of(const Value& credential) {
    const auto* issuer = credential.find("issuer");
    const auto* subject = credential.find("subject");
    return {issuer == nullptr ? Value{} : *issuer, subject == nullptr ? Value{} : *subject};
}

std::string contribution_prefix(std::string_view path) {
    return "contributes:" + std::string(path) + ":";
}

Value element_mark(const model::Attribute& attribute, const Value& element) {
    const auto prefix = contribution_prefix(attribute.path);
    const auto key = element_key(element);
    const auto* reference = key.as_reference();
    if (reference == nullptr) return prefix + key.text_or({});
    auto mark = *reference;
    mark.prefix = prefix + mark.prefix;
    return mark;
}

AttributeDiff diff(const ResolvedAttribute& attribute, const Value* applied, const std::vector<std::string>& marks) {
    switch (attribute.attribute->compare) {
        case Compare::set:
            return diff_set(attribute, applied, marks);
        case Compare::named:
            return diff_named(attribute, applied, marks);
        default:
            return diff_scalar(attribute, applied);
    }
}

std::vector<std::string> observed_marks(const model::ObservedResource* observed) {
    std::vector<std::string> marks;
    if (observed == nullptr) return marks;
    const auto it = observed->attributes.find(model::path::marks);
    const auto* list = it == observed->attributes.end() ? nullptr : it->second.as_list();
    if (list == nullptr) return marks;
    for (const auto& mark : *list) marks.push_back(mark.text_or({}));
    return marks;
}

namespace {

bool holds_marked(const ResolvedAttribute& attribute, const std::string& mark) {
    const auto* list = attribute.observed.as_list();
    return list != nullptr && std::any_of(list->begin(), list->end(), [&](const auto& element) {
               return element_mark(*attribute.attribute, element) == Value(mark);
           });
}

/// The observed marks of the elements that are there, and all of them where nobody can say what is.
void keep_marks(const ResolvedAttribute& attribute, const model::ObservedResource* observed, bool is_unknown,
                List& marks) {
    const auto prefix = contribution_prefix(attribute.attribute->path);
    for (const auto& mark : observed_marks(observed)) {
        if (mark.rfind(prefix, 0) != 0) continue;
        const auto element = mark.substr(prefix.size());
        if (is_unknown || attribute.unreadable || holds_marked(attribute, mark) ||
            member(&attribute.observed, element) != nullptr)
            marks.emplace_back(mark);
    }
}

/// Whether a member of a set was there before its document, in a list that is nobody's: it is whoever's put it there,
/// and stays when the document goes. What regent adds, it marks in the same request.
bool was_there_before(const ResolvedAttribute& attribute, const ResolvedElement& element,
                      const std::vector<std::string>& marks) {
    const auto& row = *attribute.attribute;
    if (row.compare != Compare::set || row.marked || attribute.desired->exclusive || !element.known) return false;
    return contains(&attribute.observed, element.value) &&
           std::find(marks.begin(), marks.end(), element_mark(row, element.value).text_or({})) == marks.end();
}

/// What stays for the sake of something else goes with its mark, or it would never go.
void keep_mark(const ResolvedAttribute& attribute, const ResolvedElement& element,
               const std::vector<std::string>& there, List& marks) {
    const bool named = attribute.attribute->compare == Compare::named;
    const auto mark = named ? contribution_prefix(attribute.attribute->path) + element.element->name
                            : element_mark(*attribute.attribute, element.value).text_or({});
    if (std::find(there.begin(), there.end(), mark) != there.end()) marks.emplace_back(mark);
}

/// What is to be left alone once it is there is left alone after its manifest is gone, too, unless that says otherwise.
std::optional<model::OnRemoval> removal_to_mark(const model::Management& management) {
    if (management.on_removal) return management.on_removal;
    if (management.policy == model::ManagementPolicy::create_only) return model::OnRemoval::keep;
    return std::nullopt;
}

/// Kept when the secret is not among those that were read, too: a read may be behind, and it would be taken for ours.
void mark_secrets_of_others(const Item& item, List& marks) {
    for (const auto& mark : observed_marks(item.observed))
        if (mark.rfind(model::mark::secret_of_others, 0) == 0) marks.emplace_back(mark);
    if (item.standing != Standing::unclaimed || item.observed == nullptr) return;
    const auto declared = item.desired->attributes.find(model::path::client_secrets);
    for (const auto& secret : item.observed->secrets) {
        const bool is_taken_over = declared != item.desired->attributes.end() &&
                                   std::any_of(declared->second.elements.begin(), declared->second.elements.end(),
                                               [&](const auto& element) { return element.name == secret.name; });
        if (!secret.name.empty() && !is_taken_over)
            marks.emplace_back(std::string(model::mark::secret_of_others) + secret.key_id);
    }
}

}  // namespace

List desired_marks(const Item& item) {
    List marks;
    const auto& management = item.desired->management;
    if (management.prevent_delete) marks.emplace_back("preventDelete");
    if (const auto removal = removal_to_mark(management)) {
        const bool remove = *removal == model::OnRemoval::remove;
        marks.emplace_back(std::string(remove ? model::mark::deleted_on_removal : model::mark::kept_on_removal));
    }
    mark_secrets_of_others(item, marks);
    // What is not written now keeps its marks, or its elements would never go with their documents later.
    for (const auto& attribute : item.ignored) keep_marks(attribute, item.observed, false, marks);
    const auto there = observed_marks(item.observed);
    for (const auto& attribute : item.attributes) {
        const auto prefix = contribution_prefix(attribute.attribute->path);
        const auto& elements = attribute.elements;
        // What is below an object in the recycle bin comes back with it, and cannot be looked at before.
        const bool comes_back = item.standing == Standing::in_bin && attribute.attribute->own_step;
        if (comes_back || attribute.unreadable ||
            std::any_of(elements.begin(), elements.end(), [](const auto& element) { return element.blocked; }))
            keep_marks(attribute, item.observed, comes_back, marks);
        for (const auto& element : elements) {
            if (element.stays) keep_mark(attribute, element, there, marks);
            if (!element.element->contributor && !attribute.attribute->marked) continue;
            if (was_there_before(attribute, element, there)) continue;
            if (attribute.attribute->compare == Compare::named) {
                marks.emplace_back(prefix + element.element->name);
            } else if (element.known || !element.blocked) {
                marks.push_back(element_mark(*attribute.attribute, element.value));
            }
        }
    }
    return canonical_set(std::move(marks));
}

}  // namespace regent::plan
