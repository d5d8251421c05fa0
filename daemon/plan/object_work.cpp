#include "plan/object_work.hpp"

#include "plan/canonical.hpp"
#include "plan/set_parts.hpp"
#include "plan/vouching.hpp"

#include <fmt/format.h>

namespace regent::plan {

using model::Address;
using model::Reference;
using model::Value;

namespace {

/// The key of the step that yields `reference`.
std::string provider_of(const Reference& reference) {
    return StepGraph::key(reference.address, part_of(reference));
}

/// Of one that a run deleted and somebody restored nothing is remembered but that it is no stranger.
const model::Map& forgotten() {
    static const model::Map nothing;
    return nothing;
}

}  // namespace

ObjectWork::ObjectWork(const Item& object, const Items& all, const UpdatedConnectors& saved, const Secrets& secrets,
                       const History& history, StepGraph& graph, Plan& into)
    : item(object),
      items(all),
      updated(saved),
      steps(graph),
      plan(into),
      address(object.desired->address),
      observed_marks(plan::observed_marks(object.observed)) {
    change.address = address;
    change.place = item.desired->place;
    if (item.observed != nullptr) {
        change.remote_id = item.observed->id;
        change.warnings = item.observed->remarks;
        if (item.is_written()) change.not_in_force = item.observed->not_in_force;
    }
    if (const auto known = history.last_applied.find(address); known != history.last_applied.end())
        applied = &known->second;
    if (applied == nullptr && item.standing == Standing::there && was_removed_here(history, address, item.observed->id))
        applied = &forgotten();
    if (const auto before = history.former.find(address); before != history.former.end()) former = &before->second;
    if (const auto given = secrets.connectors.find(address); given != secrets.connectors.end())
        delivery = given->second;
    if (const auto own = secrets.applications.find(address); own != secrets.applications.end())
        secret_plan = &own->second;
}

bool ObjectWork::writes_everything() const {
    return item.is_made_anew() || item.standing == Standing::in_bin;
}

bool ObjectWork::marks_are_early() const {
    return !model::attributes_of(address.kind)->find(model::path::marks)->late;
}

Reference ObjectWork::secret_reference() const {
    return *item.desired->attributes.find(model::path::auth_client_secret)->second.value.as_reference();
}

Step& ObjectWork::add_step(const std::string& key, std::string part, Work work) {
    const bool is_part = !part.empty();
    auto& step = steps.add(key, address, std::move(part), work);
    step.place = item.desired->place;
    if (is_part) add_whereabouts(step);
    if (item.observed != nullptr && !item.is_made_anew()) {
        if (!shared_observed_) shared_observed_ = std::make_shared<const model::ObservedResource>(*item.observed);
        step.observed = shared_observed_;
    }
    planned = true;
    return step;
}

/// What never changes says where an object is (a connector's environment); who writes a part of it needs that.
void ObjectWork::add_whereabouts(Step& step) const {
    for (const auto& resolved : item.attributes) {
        if (resolved.attribute->immutable && !resolved.value.is_null() && is_known(resolved.value))
            step.values.emplace(resolved.attribute->path, resolved.value);
    }
}

void ObjectWork::after_references(const std::string& key, const Value& value) {
    for (const auto& reference : references_in(value)) {
        const auto part = part_of(reference);
        if (part == "identity") add_await(reference.address);
        steps.after(key, is_awaited(reference) ? awaited(reference.address) : provider_of(reference));
    }
}

/// A connector that is there and signs in, and of which its service cannot say yet what its redirect URL is.
bool ObjectWork::is_awaited(const Reference& reference) const {
    if (reference.output != model::output::redirect_url) return false;
    const auto& target = items.at(reference.address);
    if (target.observed == nullptr || target.is_made_anew()) return false;
    const auto type = target.observed->attributes.find(model::path::auth_type);
    return type != target.observed->attributes.end() &&
           (type->second == Value("managedIdentity") || type->second == Value("clientSecret"));
}

std::string ObjectWork::awaited(const Address& connector) {
    add_await(connector);
    return StepGraph::key(connector, "identity");
}

/// Waiting for a connector's identity is a step of its own, so that what needs only its redirect URL need not wait
/// for it.
void ObjectWork::add_await(const Address& connector) {
    const auto key = StepGraph::key(connector, "identity");
    if (steps.has(key)) return;
    const auto& target = items.at(connector);
    auto& step = steps.add(key, connector, "identity", Work::await);
    step.place = target.desired->place;
    step.reason = Reason::value_known_now;
    for (const auto& resolved : target.attributes) {
        if (!resolved.value.is_null() && is_known(resolved.value))
            step.values.emplace(resolved.attribute->path, resolved.value);
    }
    if (target.observed != nullptr && !target.is_made_anew())
        step.observed = std::make_shared<const model::ObservedResource>(*target.observed);
    steps.after(key, StepGraph::key(connector));
}

RoleChange change_of_role(const ObjectWork& work, const Compared& compared, const Value& element) {
    const auto member = role_member_of(compared.resolved->attribute->path);
    const auto* role = element.find(member);
    if (member.empty() || role == nullptr) return {};
    const auto* api = element.find("api");
    if (api == nullptr) return change_of_role(work.item, role->text_or({}));
    const auto* item = item_of_api(*api, work.items);
    return item == nullptr ? RoleChange{} : change_of_role(*item, role->text_or({}));
}

std::string part_key(const ObjectWork& work, const Compared& compared, const Change& change) {
    const auto& attribute = *compared.resolved->attribute;
    if (attribute.compare == model::Compare::set && !attribute.one_by_one) {
        const bool early = change.op == Change::Op::remove &&
                           change_of_role(work, compared, change.before).goes != RoleChange::When::never;
        return StepGraph::key(work.address, part_of_element(attribute, changed_element(change)), early ? "old" : "");
    }
    return StepGraph::key(work.address, compared.path() + "/" + part_name(change));
}

void tell_observed(Step& step, const std::string& path, model::List there) {
    if (!step.observed) return;
    auto observed = *step.observed;
    observed.attributes.insert_or_assign(path, std::move(there));
    step.observed = std::make_shared<const model::ObservedResource>(std::move(observed));
}

std::string secret_name(const Reference& reference) {
    const auto part = part_of(reference);
    return part.substr(part.find('/') + 1);
}

std::string part_name(const Change& change) {
    if (!change.element.empty()) return change.element;
    const auto& member = changed_element(change);
    return member.as_reference() != nullptr ? to_string(member.as_reference()->address) : member.text_or({});
}

const Value& changed_element(const Change& change) {
    return change.op == Change::Op::remove ? change.before : change.after;
}

std::string plural(std::size_t count, std::string_view word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

}  // namespace regent::plan
