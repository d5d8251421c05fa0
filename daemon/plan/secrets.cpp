#include "plan/secrets.hpp"

#include "plan/diff.hpp"
#include "plan/removals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using model::ObservedSecret;
using Time = std::chrono::system_clock::time_point;

constexpr std::string_view secret_key_mark = "secretKey:";

/// The key id that an observed connector's mark names; empty when it names none.
std::string marked_key(const model::ObservedResource* observed) {
    for (const auto& mark : observed_marks(observed)) {
        if (mark.rfind(secret_key_mark, 0) == 0) return mark.substr(secret_key_mark.size());
    }
    return {};
}

std::string observed_auth(const model::ObservedResource& observed) {
    const auto it = observed.attributes.find(model::path::auth_type);
    return it == observed.attributes.end() ? std::string{} : it->second.text_or({});
}

/// The secret a connector is to sign in with: the application and the secret's name.
std::optional<std::pair<Address, std::string>> wanted_secret(const DesiredResource& connector) {
    const auto it = connector.attributes.find(model::path::auth_client_secret);
    const auto* reference = it == connector.attributes.end() ? nullptr : it->second.value.as_reference();
    if (reference == nullptr) return std::nullopt;
    const auto part = part_of(*reference);
    return std::pair{reference->address, part.substr(part.find('/') + 1)};
}

std::chrono::seconds seconds_of(const model::Element& element, const char* member) {
    const auto* value = element.value.find(member);
    const auto* seconds = value == nullptr ? nullptr : value->as_integer();
    return std::chrono::seconds(seconds == nullptr ? 0 : *seconds);
}

class Planner {
public:
    Planner(const DesiredGraph& desired, const Items& items, const UpdatedConnectors& updated,
            const std::vector<model::ObservedResource>& orphans, Time now)
        : desired_(desired), items_(items), updated_(updated), orphans_(orphans), now_(now) {}

    Secrets run() {
        for (const auto& [address, item] : items_) {
            if (const auto wanted = wanted_secret(*item.desired)) consumers_[*wanted].push_back(address);
        }
        // Who is given what comes first, for all: a secret of one application may be in use by a connector that this
        // plan gives one of another.
        for (const auto& [address, item] : items_) {
            if (!holds_secrets(address, item)) continue;
            auto& plan = result_.applications[address];
            for (const auto* element : elements(item)) plan_delivery(address, item, *element, plan);
        }
        for (const auto& [address, item] : items_) {
            if (holds_secrets(address, item)) plan_drops(address, item, result_.applications[address]);
        }
        return std::move(result_);
    }

private:
    const model::DesiredAttribute* declared(const Item& item) const {
        const auto it = item.desired->attributes.find(model::path::client_secrets);
        return it == item.desired->attributes.end() ? nullptr : &it->second;
    }

    static bool holds_secrets(const Address& address, const Item& item) {
        return address.kind == model::kind::application && (item.observed != nullptr || item.is_written());
    }

    std::vector<const model::Element*> elements(const Item& item) const {
        std::vector<const model::Element*> found;
        const auto* attribute = declared(item);
        if (attribute == nullptr) return found;
        for (const auto& element : attribute->elements) found.push_back(&element);
        return found;
    }

    std::vector<ObservedSecret> candidates(const Item& item, const std::string& name) const {
        std::vector<ObservedSecret> found;
        if (item.observed == nullptr) return found;
        for (const auto& secret : item.observed->secrets) {
            if (secret.name == name && secret.ends_at > now_) found.push_back(secret);
        }
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return std::tie(a.ends_at, a.key_id) > std::tie(b.ends_at, b.key_id);
        });
        return found;
    }

    void plan_delivery(const Address& address, const Item& item, const model::Element& element, SecretPlan& plan) {
        const auto valid = candidates(item, element.name);
        std::vector<Address> written;
        for (const auto& consumer : consumers_[{address, element.name}]) {
            if (items_.at(consumer).is_written()) written.push_back(consumer);
        }
        const auto reason = item.is_written() ? reason_to_issue(element, valid, written) : std::nullopt;
        for (const auto& consumer : consumers_[{address, element.name}])
            result_.connectors[consumer] = {false, marked_key(items_.at(consumer).observed)};
        if (reason) {
            plan.issues.push_back({element.name, &element, *reason, written});
            for (const auto& consumer : written) result_.connectors[consumer] = {true, {}};
            return;
        }
        if (valid.empty() && written.empty() && item.is_written()) {
            plan.warnings.push_back(
                fmt::format("the secret \"{}\" is not issued: nothing would receive it", element.name));
        }
        plan.unchanged += valid.empty() ? 0 : 1;
    }

    void plan_drops(const Address& address, const Item& item, SecretPlan& plan) {
        std::set<std::string> names;
        for (const auto* element : elements(item)) {
            names.insert(element->name);
            if (!item.is_written()) continue;
            const auto issue = std::find_if(plan.issues.begin(), plan.issues.end(),
                                            [&](const auto& i) { return i.name == element->name; });
            const bool issued = issue != plan.issues.end();
            std::set<std::string> in_use;
            for (const auto& consumer : consumers_[{address, element->name}]) {
                const auto& delivery = result_.connectors[consumer];
                if (!delivery.deliver && !delivery.keep_key_id.empty()) in_use.insert(delivery.keep_key_id);
            }
            if (issued || !in_use.empty())
                drop_named(item, element->name, in_use, issued ? issue->consumers : std::vector<Address>{}, plan);
        }
        drop_undeclared(item, names, plan);
    }

    std::optional<Reason> reason_to_issue(const model::Element& element, const std::vector<ObservedSecret>& valid,
                                          const std::vector<Address>& consumers) const {
        if (consumers.empty()) return std::nullopt;
        if (valid.empty()) return Reason::secret_missing;
        const auto rotate_before = seconds_of(element, "rotateBeforeSeconds");
        for (const auto& address : consumers) {
            const auto& consumer = items_.at(address);
            if (consumer.standing != Standing::there || observed_auth(*consumer.observed) != "clientSecret")
                return Reason::secret_needed;
            const auto key = marked_key(consumer.observed);
            const auto it = std::find_if(valid.begin(), valid.end(), [&](const auto& s) { return s.key_id == key; });
            if (it == valid.end()) return Reason::secret_not_delivered;
            if (it->ends_at - now_ <= rotate_before) return Reason::secret_expiring;
            // An OAuth block that is sent without its secret may lose the stored one, and nobody could tell.
            if (updated_.sign_in.contains(address)) return Reason::secret_needed;
            const auto policy = desired_.environment.policy.connector_secret_on_update;
            if (policy == model::Policy::SecretOnUpdate::reissue && updated_.any.contains(address))
                return Reason::secret_needed;
        }
        return std::nullopt;
    }

    /// Drops what carries `name` and is not in `keep`.
    void drop_named(const Item& item, const std::string& name, const std::set<std::string>& keep,
                    const std::vector<Address>& after, SecretPlan& plan) const {
        if (item.observed == nullptr) return;
        for (const auto& secret : item.observed->secrets) {
            if (secret.name != name || keep.contains(secret.key_id)) continue;
            drop(secret, after,
                 secret.ends_at <= now_ ? "expired"
                 : after.empty()        ? "nothing uses it"
                                        : "replaced",
                 plan);
        }
    }

    /// Drops `secret` after everyone who has it now has another one, or is gone; unless somebody keeps it.
    void drop(const ObservedSecret& secret, std::vector<Address> after, std::string note, SecretPlan& plan) const {
        if (const auto user = still_used_by(secret.key_id)) {
            plan.warnings.push_back(
                fmt::format("the secret {} is kept: {} still signs in with it", shown(secret), to_string(*user)));
            return;
        }
        for (auto& user : written_users(secret.key_id)) after.push_back(std::move(user));
        SecretPlan::Drop drop{secret, std::move(after), {}, std::move(note), secret.name.empty()};
        for (const auto& orphan : orphans_) {
            if (marked_key(&orphan) == secret.key_id) drop.after_removals.push_back(removal_key(orphan));
        }
        plan.drops.push_back(std::move(drop));
    }

    /// A connector that goes on signing in with `key_id` after this plan.
    std::optional<Address> still_used_by(const std::string& key_id) const {
        for (const auto& [address, item] : items_) {
            if (address.kind == model::kind::connector && marked_key(item.observed) == key_id &&
                !parts_with(address, item))
                return address;
        }
        for (const auto& orphan : orphans_) {
            if (marked_key(&orphan) == key_id && !is_removed(orphan, desired_)) return orphan.address;
        }
        return std::nullopt;
    }

    /// Whether this plan gives a connector another secret than it has, or none.
    bool parts_with(const Address& address, const Item& item) const {
        if (!item.is_written()) return false;
        if (item.is_made_anew()) return true;
        const auto delivery = result_.connectors.find(address);
        return delivery == result_.connectors.end() || delivery->second.deliver;
    }

    std::vector<Address> written_users(const std::string& key_id) const {
        std::vector<Address> users;
        for (const auto& [address, item] : items_) {
            if (address.kind == model::kind::connector && marked_key(item.observed) == key_id) users.push_back(address);
        }
        return users;
    }

    static std::string shown(const ObservedSecret& secret) {
        return fmt::format("\"{}\" ({})", secret.name.empty() ? secret.display_name : secret.name, secret.key_id);
    }

    void drop_undeclared(const Item& item, const std::set<std::string>& names, SecretPlan& plan) {
        if (item.observed == nullptr) return;
        const auto* attribute = declared(item);
        const bool exclusive = attribute != nullptr && attribute->exclusive;
        for (const auto& secret : item.observed->secrets) {
            if (names.contains(secret.name)) continue;
            const bool issued_here = !secret.name.empty();
            if ((!issued_here && !exclusive) || !item.is_written()) {
                plan.undeclared.push_back(shown(secret));
                continue;
            }
            drop(secret, {}, issued_here ? "no manifest declares it" : "not issued by regent", plan);
        }
    }

    const DesiredGraph& desired_;
    const Items& items_;
    const UpdatedConnectors& updated_;
    const std::vector<model::ObservedResource>& orphans_;
    const Time now_;
    std::map<std::pair<Address, std::string>, std::vector<Address>> consumers_;
    Secrets result_;
};

}  // namespace

Secrets plan_secrets(const DesiredGraph& desired, const Items& items, const UpdatedConnectors& updated,
                     const std::vector<model::ObservedResource>& orphans, Time now) {
    return Planner(desired, items, updated, orphans, now).run();
}

}  // namespace regent::plan
