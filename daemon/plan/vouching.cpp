#include "plan/vouching.hpp"

#include "model/marks.hpp"
#include "model/principal_in_bin.hpp"
#include "model/principal_secrets.hpp"
#include "plan/diff.hpp"
#include "plan/sign_in_change.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace regent::plan {
namespace {

using model::Address;

/// What somebody who planted an application would use it by.
struct Way {
    std::string_view path;
    std::string_view words;
};
constexpr std::array ways{
    Way{model::path::owners, "owner"},
    Way{model::path::principal_owners, "owner of its service principal"},
    Way{model::path::certificates, "certificate"},
    Way{model::path::principal_certificates, "certificate of its service principal"},
    Way{model::path::federated_credentials, "federated credential"},
    Way{model::path::redirect_uris_web, "web redirect URI"},
    Way{model::path::redirect_uris_spa, "single-page redirect URI"},
    Way{model::path::redirect_uris_native, "native redirect URI"},
};

const ResolvedAttribute* attribute_of(const Item& item, std::string_view path) {
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(),
                                 [&](const auto& resolved) { return resolved.attribute->path == path; });
    return it == item.attributes.end() ? nullptr : &*it;
}

/// Whose marks count, and who is regent itself.
struct Known {
    std::set<std::string> held_keys;  ///< that connectors and other consumers say they hold: regent gave them away
    std::set<Address> doubtful;       ///< connectors that somebody else made
    std::string caller;
};

bool is_about(const model::Element& element, const std::set<Address>& objects) {
    const auto references = references_in(element.value);
    return std::any_of(references.begin(), references.end(),
                       [&](const auto& reference) { return objects.contains(reference.address); });
}

bool asks_for(const ResolvedAttribute* wanted, std::string_view name, const model::Value& value, const Known& known) {
    return wanted != nullptr && std::any_of(wanted->elements.begin(), wanted->elements.end(), [&](const auto& one) {
               return (name.empty() || one.element->name == name) &&
                      is_same_element(*wanted->attribute, one.value, value) && !is_about(*one.element, known.doubtful);
           });
}

/// Elements that are there and that no manifest asks for as they are. regent itself is no stranger.
std::vector<std::string> strangers(const Item& item, std::string_view path, const Known& known) {
    std::vector<std::string> found;
    const auto* wanted = attribute_of(item, path);
    const auto raw = item.observed->attributes.find(path);
    const auto* there = wanted != nullptr                        ? &wanted->observed
                        : raw == item.observed->attributes.end() ? nullptr
                                                                 : &raw->second;
    if (there == nullptr) return found;
    if (const auto* list = there->as_list()) {
        for (const auto& element : *list)
            if (!asks_for(wanted, {}, element, known) && element != model::Value(known.caller))
                found.push_back(element.text_or("one"));
    } else if (const auto* map = there->as_map()) {
        for (const auto& [name, element] : *map)
            if (!asks_for(wanted, name, element, known)) found.push_back(name);
    }
    return found;
}

/// Whoever made a connector wrote its mark: "others", "unknown" where its service does not say; else it was regent.
std::string maker_of(const model::ObservedResource& object) {
    const auto made_by = object.provider_data.find("madeBy");
    return made_by == object.provider_data.end() ? std::string{} : made_by->second;
}

/// It is remembered from an earlier run, or named in its manifest, whoever made it.
bool is_named(const model::ObservedResource& object, const DesiredGraph& desired, const History& history) {
    const auto remembered = history.remote_ids.find(object.address);
    if (remembered != history.remote_ids.end() && remembered->second == object.id) return true;
    const auto manifest = desired.resources.find(object.address);
    return manifest != desired.resources.end() && manifest->second.management.adopt == object.id;
}

Known known_in(const DesiredGraph& desired, const model::Snapshot& observed, const History& history) {
    Known known;
    known.caller = observed.caller_object_id;
    const auto add = [&](const model::ObservedResource& object) {
        if (object.ownership != model::Ownership::ours) return;
        if (const auto maker = maker_of(object); !maker.empty() && !is_named(object, desired, history)) {
            if (maker == "others") known.doubtful.insert(object.address);
            return;
        }
        for (const auto& mark : observed_marks(&object))
            if (mark.rfind(model::mark::secret_key, 0) == 0)
                known.held_keys.insert(mark.substr(model::mark::secret_key.size()));
    };
    for (const auto& [address, object] : observed.resources) add(object);
    for (const auto& orphan : observed.orphans) add(orphan);
    for (const auto& [address, deliveries] : observed.deliveries)
        for (const auto& delivery : deliveries) known.held_keys.insert(delivery.key_id);
    return known;
}

/// Device codes and passwords take neither secret nor redirect URI: whoever knows its id signs people in with it.
bool lets_public_clients_in(const Item& item) {
    const auto there = item.observed->attributes.find(model::path::is_fallback_public_client);
    const auto* wanted = attribute_of(item, model::path::is_fallback_public_client);
    return there != item.observed->attributes.end() && there->second == model::Value(true) &&
           (wanted == nullptr || wanted->value != model::Value(true));
}

/// How somebody else could use the application: sentences' ends.
std::vector<std::string> doubts(const Item& item, const Known& known, std::chrono::system_clock::time_point now) {
    std::vector<std::string> found;
    const auto add = [&](std::string_view words, const std::vector<std::string>& names) {
        if (!names.empty()) found.push_back(fmt::format("{} {}", words, fmt::join(names, ", ")));
    };
    for (const auto& way : ways) {
        add(way.words, strangers(item, way.path, known));
        if (item.observed->unreadable.contains(way.path))
            found.push_back(fmt::format("an {} that cannot be read", way.words));
    }
    std::vector<std::string> secrets, of_principal;
    constexpr std::chrono::system_clock::time_point unknown{};
    const auto signs_in = [&](const model::ObservedSecret& secret) {
        return secret.ends_at == unknown || secret.ends_at > now;
    };
    for (const auto& secret : item.observed->secrets)
        if (signs_in(secret) && !known.held_keys.contains(secret.key_id)) secrets.push_back(secret.key_id);
    for (const auto& secret : model::principal_secrets_of(*item.observed))
        if (signs_in(secret)) of_principal.push_back(secret.key_id);
    add("client secret", secrets);
    add("client secret of its service principal", of_principal);
    if (lets_public_clients_in(item)) found.emplace_back("public clients, which are let in (`isFallbackPublicClient`)");
    return found;
}

bool was_found_by_key(const Address& address, const History& history) {
    const auto applied = history.last_applied.find(address);
    return applied == history.last_applied.end() || applied->second.contains(found_by_key);
}

bool is_vouched_for(const Item& item, const History& history) {
    if (item.is_made_anew() || !item.desired->management.adopt.empty()) return true;
    if (was_removed_here(history, item.desired->address, item.observed->id)) return true;
    const auto remembered = history.remote_ids.find(item.desired->address);
    return remembered != history.remote_ids.end() && remembered->second == item.observed->id &&
           !was_found_by_key(item.desired->address, history);
}

/// Where an application gives another one power: a role, a scope that nobody is asked about, or itself. Whoever owns an
/// application can sign in as it.
bool gives_to_others(std::string_view path) {
    constexpr std::array paths{model::path::assigned_applications, model::path::owners, model::path::principal_owners,
                               model::path::pre_authorized, model::path::known_clients};
    return std::find(paths.begin(), paths.end(), path) != paths.end();
}

/// The application that is given it; one of no manifest was named by a person.
Address receiver_in(const model::Element& element) {
    const auto references = references_in(element.value);
    return references.empty() ? Address{} : references.front().address;
}

std::set<Address> receivers(const DesiredGraph& desired) {
    std::set<Address> found;
    for (const auto& [address, resource] : desired.resources) {
        if (address.kind == model::kind::connector) {
            if (const auto application = application_of(resource)) found.insert(*application);
        }
        for (const auto& [path, attribute] : resource.attributes) {
            if (path == model::path::consented_scopes || path == model::path::consented_roles) found.insert(address);
            if (!gives_to_others(path)) continue;
            for (const auto& element : attribute.elements) found.insert(receiver_in(element));
        }
    }
    return found;
}

class Withholding {
public:
    Withholding(const DesiredGraph& desired, const model::Snapshot& observed, const History& history, Items& items,
                Plan& plan)
        : history_(history),
          items_(items),
          plan_(plan),
          known_(known_in(desired, observed, history)),
          now_(observed.taken_at) {}

    void warn_of_sign_ins() {
        for (auto& resource : plan_.resources) {
            const auto item = items_.find(resource.address);
            if (item == items_.end() || !is_to_sign_in_anew(item->second)) continue;
            const auto application = application_of(*item->second.desired);
            if (!application || doubts_of(*application).empty()) continue;
            const auto& object = *items_.at(*application).observed;
            resource.warnings.push_back(fmt::format(
                "signs in as {}, which was there ({}): no run on this machine made it, and it has what no "
                "manifest declares: {}. Whoever put that there could use what people give it. Is it the "
                "right one, say so in its manifest: `management: {{adopt: {{appId: {}}}}}`",
                to_string(*application), object.id, fmt::join(doubts_of(*application), "; "), app_id_of(object)));
        }
    }

    GivenAfterALook run() {
        for (auto& [address, item] : items_) {
            if (address.kind != model::kind::application || !item.is_written()) continue;
            held_back_.clear();
            for (auto& attribute : item.attributes) {
                const auto path = attribute.attribute->path;
                if (path == model::path::consented_scopes || path == model::path::consented_roles) {
                    hold_back(item, attribute, [&address = address](const auto&) { return address; });
                } else if (gives_to_others(path)) {
                    hold_back(item, attribute, [](const auto& resolved) { return receiver_in(*resolved.element); });
                }
            }
            for (const auto& [receiver, elements] : held_back_) tell(item, receiver, elements);
        }
        return std::move(later_);
    }

private:
    struct HeldBack {
        model::Place place;  ///< of the first
        std::vector<std::string> names;
    };

    template <typename Receiver>
    void hold_back(const Item& giver, ResolvedAttribute& attribute, const Receiver& receiver_of) {
        std::erase_if(attribute.elements, [&](const auto& element) {
            const auto address = receiver_of(element);
            const auto& from = giver.desired->address;
            if (element.blocked || is_there(attribute, element) || !gives_power(attribute, from, address)) return false;
            if (is_unseen(address) && is_given_later(attribute)) {
                later_[address].push_back(element_name(attribute, element) +
                                          (from == address ? std::string{} : " of " + to_string(from)));
                return true;
            }
            if (doubts_of(address).empty()) return false;
            auto& held_back = held_back_[address];
            const auto& span = element.element->span;
            if (!held_back.place.known() && span.known()) held_back.place = span.begin();
            held_back.names.push_back(element_name(attribute, element));
            return true;
        });
    }

    /// Who names himself has what he is given.
    static bool gives_power(const ResolvedAttribute& attribute, const Address& from, const Address& to) {
        const auto path = attribute.attribute->path;
        return from != to || path == model::path::consented_scopes || path == model::path::consented_roles ||
               path == model::path::assigned_applications;
    }

    /// The look after a restoration goes after what hangs on an object by itself (came_back.hpp). These are lists of
    /// the giver, which the next run writes.
    static bool is_given_later(const ResolvedAttribute& attribute) {
        const auto path = attribute.attribute->path;
        return path != model::path::pre_authorized && path != model::path::known_clients;
    }

    static bool is_there(const ResolvedAttribute& attribute, const ResolvedElement& element) {
        const auto* list = attribute.observed.as_list();
        return list != nullptr && std::find(list->begin(), list->end(), element.value) != list->end();
    }

    bool is_unseen(const Address& address) const {
        const auto item = items_.find(address);
        if (item == items_.end() || item->second.observed == nullptr) return false;
        const bool in_bin = item->second.standing == Standing::in_bin ||
                            (item->second.is_written() && brings_principal_back(item->second));
        return in_bin && !is_vouched_for(item->second, history_);
    }

    static bool brings_principal_back(const Item& item) {
        return !model::principal_in_bin_of(*item.observed).empty() &&
               attribute_of(item, model::path::service_principal) != nullptr;
    }

    static bool is_to_sign_in_anew(const Item& item) {
        if (item.desired->address.kind != model::kind::connector || !item.is_written()) return false;
        return item.observed == nullptr || item.standing == Standing::unclaimed || signs_in_anew(item);
    }

    static std::string app_id_of(const model::ObservedResource& application) {
        const auto it = application.outputs.find(model::output::app_id);
        return it == application.outputs.end() ? "…" : it->second;
    }

    const std::vector<std::string>& doubts_of(const Address& address) {
        const auto known = doubts_.find(address);
        if (known != doubts_.end()) return known->second;
        const auto item = items_.find(address);
        auto& found = doubts_[address];
        if (item == items_.end() || item->second.observed == nullptr || is_vouched_for(item->second, history_))
            return found;
        found = doubts(item->second, known_, now_);
        if (is_unseen(address)) found.emplace_back("owners, who are not to be seen while it lies in the recycle bin");
        return found;
    }

    void tell(const Item& item, const Address& receiver, const HeldBack& held_back) {
        const auto& object = *items_.at(receiver).observed;
        const auto& address = item.desired->address;
        plan_.withheld.push_back(
            {Withheld::Why::unvouched,
             address,
             held_back.place.known() ? held_back.place : item.desired->place,
             fmt::format("{}is not given {}: it was there ({}), no run on this machine made it, and it has what no "
                         "manifest declares: {}. Whoever put that there could use what it is given",
                         receiver == address ? std::string{} : to_string(receiver) + " ",
                         fmt::join(held_back.names, ", "), object.id, fmt::join(doubts_of(receiver), "; ")),
             fmt::format("look who made it. If it is the right one, say so in its manifest: `management: {{adopt: "
                         "{{appId: {}}}}}`",
                         app_id_of(object)),
             {}});
    }

    static std::string element_name(const ResolvedAttribute& attribute, const ResolvedElement& element) {
        const auto path = attribute.attribute->path;
        if (path == model::path::owners) return "ownership";
        if (path == model::path::principal_owners) return "ownership of the service principal";
        if (path == model::path::known_clients) return "a place among the known clients";
        if (path == model::path::pre_authorized) {
            const auto* scope = element.value.find("scope");
            return fmt::format("`{}` without consent", scope == nullptr ? std::string{} : scope->text_or({}));
        }
        for (const auto* member : {"name", "role"}) {
            const auto* name = element.value.find(member);
            if (name != nullptr && !name->text_or({}).empty()) return fmt::format("`{}`", name->text_or({}));
        }
        return "access";
    }

    const History& history_;
    Items& items_;
    Plan& plan_;
    const Known known_;
    const std::chrono::system_clock::time_point now_;
    std::map<Address, std::vector<std::string>> doubts_;
    std::map<Address, HeldBack> held_back_;  ///< of one item, by who is not given it
    GivenAfterALook later_;
};

}  // namespace

void ask_for_owners(const DesiredGraph& desired, const History& history, model::Scope& scope) {
    const auto asked = receivers(desired);
    for (auto& wanted : scope.wanted) {
        if (!asked.contains(wanted.address) || !wanted.adopt.empty() || !was_found_by_key(wanted.address, history))
            continue;
        wanted.on_demand.emplace(model::path::owners);
        wanted.on_demand.emplace(model::path::principal_owners);
    }
}

void leave_out_those_found_by_key(const History& history, model::Scope& scope) {
    for (auto& wanted : scope.wanted) {
        const auto applied = history.last_applied.find(wanted.address);
        if (wanted.address.kind == model::kind::application && applied != history.last_applied.end() &&
            applied->second.contains(found_by_key))
            wanted.remembered_id.clear();
    }
}

Address principal_of(const Address& application) {
    return {"ServicePrincipal", application.name};
}

void add_remembered_principals(const History& history, model::Snapshot& observed) {
    for (auto& [address, object] : observed.resources) {
        if (address.kind != model::kind::application || !model::is_principal_in_bin_unknown(object)) continue;
        const auto application = history.remote_ids.find(address);
        const auto principal = history.remote_ids.find(principal_of(address));
        if (principal == history.remote_ids.end() || principal->second.empty() ||
            application == history.remote_ids.end() || application->second != object.id)
            continue;
        object.unreadable.erase(std::string(model::path::principal_in_bin));
        object.attributes.emplace(model::path::principal_in_bin, principal->second);
    }
}

bool was_removed_here(const History& history, const Address& address, const std::string& id) {
    const auto remembered = history.remote_ids.find(address);
    return address.kind == model::kind::application && !id.empty() && remembered != history.remote_ids.end() &&
           remembered->second == id && !history.last_applied.contains(address);
}

bool is_of_another_object(const History& history, const Address& address, const std::string& id) {
    if (address.kind != model::kind::application || id.empty()) return false;
    const auto remembered = history.remote_ids.find(address);
    // Of which values are remembered and no id, nobody can say that it is this one.
    if (remembered == history.remote_ids.end() || remembered->second.empty())
        return history.last_applied.contains(address);
    return remembered->second != id;
}

void forget_object(History& history, const Address& address) {
    history.last_applied.erase(address);
    history.remote_ids.erase(address);
    history.remote_ids.erase(principal_of(address));
}

std::optional<History> without_other_objects(const History& history, const model::Snapshot& observed) {
    std::optional<History> without;
    for (const auto& [address, object] : observed.resources) {
        if (!is_of_another_object(history, address, object.id)) continue;
        if (!without) without = history;
        forget_object(*without, address);
    }
    return without;
}

GivenAfterALook withhold_unvouched_consent(const DesiredGraph& desired, const model::Snapshot& observed,
                                           const History& history, Items& items, Plan& plan) {
    return Withholding(desired, observed, history, items, plan).run();
}

void warn_of_unvouched_sign_ins(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                                Items& items, Plan& plan) {
    Withholding(desired, observed, history, items, plan).warn_of_sign_ins();
}

void warn_of_look(const GivenAfterALook& later, Plan& plan) {
    for (auto& resource : plan.resources) {
        const auto given = later.find(resource.address);
        if (given == later.end()) continue;
        resource.warnings.push_back(
            fmt::format("{} is not given before somebody looks: no run on this machine made this application, and who "
                        "could use it is not to be seen in the recycle bin. The same apply looks when it is restored, "
                        "and gives it, or says why not",
                        fmt::join(given->second, ", ")));
    }
}

}  // namespace regent::plan
