#include "controller/keys_on_this_machine.hpp"

#include "model/attributes.hpp"
#include "plan/resolution.hpp"
#include "provider/connectors/machine_secret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace regent::controller {
namespace {

using model::Value;

/// What a manifest says of policies; null pointer where it leaves them to people.
const model::DesiredAttribute* declared_policies(const plan::DesiredResource& connector) {
    const auto it = connector.attributes.find(model::path::policies);
    const bool is_managed = it != connector.attributes.end() && !plan::is_ignored(connector, model::path::policies);
    return is_managed ? &it->second : nullptr;
}

Value remembered_policies(const plan::History& history, const model::Address& address) {
    const auto applied = history.last_applied.find(address);
    if (applied == history.last_applied.end()) return {};
    const auto policies = applied->second.find(model::path::policies);
    return policies == applied->second.end() ? Value{} : policies->second;
}

/// Keys are read once in a run, whoever names them.
class Keys {
public:
    /// Why there is none of this name; empty: there is.
    std::string look_for(const std::string& name) {
        const auto known = why_not_.find(name);
        if (known != why_not_.end()) return known->second;
        auto key = provider::connectors::machine_secret(name);
        auto why = key ? std::string{} : std::move(key.error());
        if (key) at_hand_.emplace(name, std::move(*key));
        return why_not_.emplace(name, std::move(why)).first->second;
    }
    [[nodiscard]] const model::KeysAtHand& at_hand() const { return at_hand_; }

private:
    model::KeysAtHand at_hand_;
    std::map<std::string, std::string> why_not_;
};

bool misses_it_anyway(const plan::Plan& plan, const UncomparedKey& key) {
    return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const auto& step) {
        return step.address == key.connector && provider::connectors::machine_keys_for(step).contains(key.name);
    });
}

}  // namespace

std::vector<UncomparedKey> name_policy_keys(const plan::DesiredGraph& graph, const plan::History& history,
                                            model::Snapshot& observed) {
    std::vector<UncomparedKey> uncompared;
    Keys keys;
    for (auto& [address, resource] : observed.resources) {
        const auto there = resource.attributes.find(model::path::policies);
        const auto desired = graph.resources.find(address);
        if (there == resource.attributes.end() || desired == graph.resources.end()) continue;
        const auto* declared = declared_policies(desired->second);
        const auto wanted = declared == nullptr ? Value{} : declared->value;
        const auto remembered = remembered_policies(history, address);
        for (const auto& name : model::names_of_keys(remembered)) keys.look_for(name);
        for (const auto& name : model::names_of_keys(wanted)) {
            auto why = keys.look_for(name);
            if (why.empty()) continue;
            uncompared.push_back({address, declared->span.begin(), name, std::move(why)});
            resource.unreadable.emplace(model::path::policies);
        }
        // What people manage may have to be written again as it is, to a connector that takes this one's place.
        const auto unequal = declared == nullptr ? model::Unequal::left : model::Unequal::hidden;
        there->second = model::with_names(there->second, wanted, remembered, keys.at_hand(), unequal);
    }
    return uncompared;
}

std::vector<UncomparedKey> without_missed_ones(std::vector<UncomparedKey> keys, const plan::Plan& plan) {
    std::erase_if(keys, [&](const auto& key) { return misses_it_anyway(plan, key); });
    return keys;
}

std::pair<std::string, std::string> words_and_help(const UncomparedKey& key) {
    auto missing = provider::connectors::missing_machine_secret(key.connector, key.name, key.why);
    return {
        fmt::format("{}: {}; whether a policy still sends it was not compared", to_string(key.place), missing.message),
        std::move(missing.help)};
}

void warn_of_uncompared_keys(const std::vector<UncomparedKey>& keys, plan::Plan& plan) {
    for (const auto& key : keys) {
        const auto resource = std::find_if(plan.resources.begin(), plan.resources.end(),
                                           [&](const auto& one) { return one.address == key.connector; });
        if (resource == plan.resources.end()) continue;
        const auto [words, help] = words_and_help(key);
        resource->warnings.push_back(fmt::format("{}; {}", words, help));
    }
}

}  // namespace regent::controller
