#include "plan/secrets.hpp"

#include "plan/secret_work.hpp"
#include "plan/steps.hpp"
#include "plan/tenant_policies.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using Connectors = std::map<std::pair<Address, std::string>, std::vector<Address>>;

bool holds_secrets(const Address& address, const Item& item) {
    return address.kind == model::kind::application && (item.observed != nullptr || item.is_written());
}

const std::vector<model::ObservedDelivery>& deliveries_of(const SecretWork& work, const Address& address) {
    static const std::vector<model::ObservedDelivery> none;
    const auto it = work.observed.deliveries.find(address);
    return it == work.observed.deliveries.end() ? none : it->second;
}

const RotationRequest* rotation_of(const std::vector<RotationRequest>& rotations, const Address& address,
                                   const std::string& name) {
    const auto it = std::find_if(rotations.begin(), rotations.end(), [&](const auto& request) {
        return request.application == address && request.secret == name;
    });
    return it == rotations.end() ? nullptr : &*it;
}

NamedSecret named_secret(const SecretWork& work, const std::vector<Address>& connectors, const Item& item,
                         const model::Element& element) {
    NamedSecret named;
    named.element = &element;
    for (const auto& connector : connectors)
        named.consumers.push_back(connector_as_consumer(connector, work.items.at(connector)));
    for (auto& target : targets_as_consumers(item, element, deliveries_of(work, item.desired->address)))
        named.consumers.push_back(std::move(target));
    if (item.observed == nullptr) return named;
    for (const auto& secret : item.observed->secrets) {
        if (secret.ends_at <= work.now) continue;
        if (secret.name == element.name) {
            named.valid.push_back(secret);
        } else {
            named.others.insert(secret.key_id);
        }
    }
    std::sort(named.valid.begin(), named.valid.end(), is_newer);
    return named;
}

/// A file or a command belongs to one machine, which looks itself. A vault is the same from everywhere: where it does
/// not let regent look, and it is time for a new secret, nobody else issues it.
SecretPlan::LeftAlone left_alone(const SecretWork& work, const Item& item, const NamedSecret& named,
                                 const SecretConsumer& consumer) {
    using Why = Withheld::Why;
    const auto* type = consumer.target->find("type");
    const bool is_vault = type != nullptr && *type == model::Value(std::string(model::delivery::key_vault));
    const bool is_time = item.is_written() && (named.valid.empty() || named.is_due(named.valid.front(), work.now));
    const auto where = model::delivery_words(*consumer.target);
    const auto& name = named.element->name;
    if (is_vault && is_time)
        return {consumer.refused ? Why::delivery_refused : Why::delivery_waits,
                fmt::format("the secret \"{}\" {}, and is not issued: {}: {}", name,
                            named.valid.empty() ? "is not there" : "is to be renewed", where, consumer.note),
                consumer.refused
                    ? "once the vault lets regent list and set its secrets (`Key Vault Secrets Officer`), the "
                      "next run issues it"
                    : "once the vault answers, the next run issues it"};
    auto message = fmt::format("the secret \"{}\" is left alone here: {}: {}", name, where, consumer.note);
    if (is_vault)
        return {Why::delivery_not_due, std::move(message),
                consumer.refused
                    ? "it is not due yet; then the vault has to let regent look (`Key Vault Secrets Officer`)"
                    : "it is not due yet; once the vault answers, regent looks again"};
    return {Why::delivery_unknown, std::move(message),
            "what a machine may deliver says `spec.delivery` of its own configuration, see `regent explain Daemon`"};
}

/// Who is given a new one.
void plan_issue(SecretWork& work, const Item& item, const NamedSecret& named, const RotationRequest* rotation,
                SecretPlan& plan) {
    const auto& name = named.element->name;
    for (const auto& consumer : named.consumers) {
        if (consumer.connector) work.result.connectors[*consumer.connector] = {false, consumer.key_id};
        if (consumer.unknown) plan.left_alone.push_back(left_alone(work, item, named, consumer));
    }
    if (named.has_written()) {
        for (auto& text : policy_objections(work.observed.credential_policies, item, *named.element,
                                            seconds_of(*named.element, "validForSeconds"), work.now))
            plan.warnings.push_back(std::move(text));
    }
    auto reason = item.is_written() ? reason_to_issue(work, named, rotation) : std::nullopt;
    if (reason && rotation == nullptr && waits(work, item.desired->address, named, plan)) reason.reset();
    std::set<std::string> after_old_of;
    if (reason && is_without_room(work, item, named, plan, after_old_of)) reason.reset();
    if (!reason) {
        if (named.valid.empty() && named.consumers.empty() && item.is_written())
            plan.warnings.push_back(fmt::format("the secret \"{}\" is not issued: nothing would receive it", name));
        plan.unchanged += named.valid.empty() ? 0 : 1;
        return;
    }
    if (!work.observed.credential_policies.known && !work.observed.credential_policies.why_unknown.empty())
        plan.warnings.push_back(fmt::format("whether the tenant's policies allow the secret \"{}\" is not known: {}",
                                            name, work.observed.credential_policies.why_unknown));
    SecretPlan::Issue issue{name, named.element, *reason, {}, {}, {}, std::move(after_old_of)};
    if (rotation != nullptr) issue.keep_old = rotation->keep_old;
    for (const auto& consumer : named.consumers) {
        if (!consumer.written) continue;
        if (consumer.connector) {
            issue.consumers.push_back(*consumer.connector);
            work.result.connectors[*consumer.connector] = {true, {}};
        } else {
            issue.targets.push_back(consumer.target);
        }
    }
    plan.issues.push_back(std::move(issue));
}

}  // namespace

std::string delivery_key(const Address& application, const std::string& secret, const model::Value& target) {
    return StepGraph::key(application, std::string(model::path::secret_deliveries) + "/" + secret,
                          model::delivery_id(target));
}

std::string part_of_drop(const SecretPlan::Drop& drop) {
    return fmt::format("{}/{}", model::path::client_secrets,
                       drop.secret.name.empty() ? drop.secret.display_name : drop.secret.name);
}

std::string note_of_drop(const std::string& key_id, std::string_view why) {
    return fmt::format("key {}, {}", key_id, why);
}

std::string key_of_drop(const Address& application, const SecretPlan::Drop& drop) {
    return StepGraph::key(application, part_of_drop(drop), drop.secret.key_id);
}

Secrets plan_secrets(const DesiredGraph& desired, const Items& items, const UpdatedConnectors& updated,
                     const model::Snapshot& observed, const History& history, std::chrono::system_clock::time_point now,
                     const std::vector<RotationRequest>& rotations, std::chrono::seconds replication_grace) {
    SecretWork work{desired, items, updated, observed, history, now, replication_grace, holders_among(items), {}, {}};
    Connectors connectors;
    for (const auto& [address, item] : items) {
        if (const auto wanted = wanted_secret(*item.desired)) connectors[*wanted].push_back(address);
    }
    // Who has what, and who is given what, come first, for all: a secret of one application may be in use by a
    // connector, or be in a place, that this plan gives one of another.
    for (const auto& [address, item] : items) {
        if (address.kind != model::kind::application) continue;
        for (const auto* element : elements_of_secrets(item))
            work.named[{address, element->name}] =
                named_secret(work, connectors[{address, element->name}], item, *element);
    }
    for (const auto& [address, item] : items) {
        if (!holds_secrets(address, item)) continue;
        auto& plan = work.result.applications[address];
        for (const auto* element : elements_of_secrets(item))
            plan_issue(work, item, work.named.at({address, element->name}),
                       rotation_of(rotations, address, element->name), plan);
    }
    for (const auto& [address, item] : items) {
        if (!holds_secrets(address, item)) continue;
        auto& plan = work.result.applications[address];
        plan_drops(work, item, plan);
        state_facts(work, item, plan);
    }
    find_orphans_in_use(work);
    return std::move(work.result);
}

}  // namespace regent::plan
