#include "plan/secret_work.hpp"

#include "plan/removals.hpp"

#include <algorithm>

namespace regent::plan {

using model::Address;

const model::DesiredAttribute* declared_secrets(const Item& item) {
    const auto it = item.desired->attributes.find(model::path::client_secrets);
    return it == item.desired->attributes.end() ? nullptr : &it->second;
}

std::vector<const model::Element*> elements_of_secrets(const Item& item) {
    std::vector<const model::Element*> found;
    const auto* attribute = declared_secrets(item);
    if (attribute == nullptr) return found;
    for (const auto& element : attribute->elements) found.push_back(&element);
    return found;
}

namespace {

/// Whether this plan gives a connector another secret than it has, or none.
bool parts_with(const SecretWork& work, const Address& address) {
    const auto& item = work.items.at(address);
    if (!item.is_written()) return false;
    if (item.is_made_anew()) return true;
    const auto delivery = work.result.connectors.find(address);
    return delivery == work.result.connectors.end() || delivery->second.deliver;
}

}  // namespace

std::map<std::string, std::vector<Address>> holders_among(const Items& items) {
    std::map<std::string, std::vector<Address>> holders;
    for (const auto& [address, item] : items) {
        if (address.kind != model::kind::connector) continue;
        if (auto key_id = marked_key(item.observed); !key_id.empty()) holders[std::move(key_id)].push_back(address);
    }
    return holders;
}

std::optional<Address> still_used_by(const SecretWork& work, const std::string& key_id) {
    for (const auto& address : written_users(work, key_id)) {
        if (!parts_with(work, address)) return address;
    }
    for (const auto& orphan : work.observed.orphans) {
        if (marked_key(&orphan) == key_id && !is_removed(orphan, work.desired, work.observed, work.items, work.history))
            return orphan.address;
    }
    return std::nullopt;
}

std::vector<Address> written_users(const SecretWork& work, const std::string& key_id) {
    const auto found = work.holders.find(key_id);
    return found == work.holders.end() ? std::vector<Address>{} : found->second;
}

bool is_held_by_connector(const SecretWork& work, const std::string& key_id) {
    const auto holds = [&](const model::ObservedResource& resource) { return marked_key(&resource) == key_id; };
    return !written_users(work, key_id).empty() ||
           std::any_of(work.observed.orphans.begin(), work.observed.orphans.end(), holds);
}

}  // namespace regent::plan
