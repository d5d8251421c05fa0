#include "plan/credential_count.hpp"

#include "plan/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>

namespace regent::plan {
namespace {

constexpr auto most = most_federated_credentials;
constexpr std::size_t nearly_full = 16;

/// What an application will hold once the plan is carried out, by who wants it there.
struct CredentialCount {
    std::size_t own = 0, contributed = 0, by_nobody = 0;
    [[nodiscard]] std::size_t all() const { return own + contributed + by_nobody; }
    [[nodiscard]] std::string text() const {
        std::string parts;
        const auto add = [&](std::size_t count, std::string_view whose) {
            if (count != 0) parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count, whose);
        };
        add(own, "of its own manifest");
        add(contributed, "of FederatedCredential documents");
        add(by_nobody, "that no manifest declares");
        return parts;
    }
};

template <typename ItemOrConst>
auto credentials_in(ItemOrConst& item) -> decltype(item.attributes.data()) {
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(), [](const auto& resolved) {
        return resolved.attribute->path == model::path::federated_credentials;
    });
    return it == item.attributes.end() ? nullptr : &*it;
}

/// Those in the tenant that no manifest asks for and that stay.
std::map<std::string, const model::Value*> strangers_in(const Item& item) {
    std::map<std::string, const model::Value*> strangers;
    const auto* wanted = credentials_in(item);
    if (item.observed == nullptr || item.is_made_anew()) return strangers;
    const bool is_exact = wanted != nullptr && wanted->desired->exclusive;
    const auto there = item.observed->attributes.find(model::path::federated_credentials);
    if (there == item.observed->attributes.end() || there->second.as_map() == nullptr) return strangers;
    const auto marks = observed_marks(item.observed);
    const auto prefix = contribution_prefix(model::path::federated_credentials);
    for (const auto& [name, value] : *there->second.as_map()) {
        const bool stays = wanted != nullptr && (is_kept(*wanted->attribute, value) || leaves_alone(*wanted, name));
        const bool goes = std::find(marks.begin(), marks.end(), prefix + name) != marks.end();
        const bool is_wanted = wanted != nullptr && std::any_of(wanted->elements.begin(), wanted->elements.end(),
                                                                [&, &called = name](const auto& one) {
                                                                    return one.element->name == called;
                                                                });
        if (!is_wanted && (stays || (!goes && !is_exact))) strangers.emplace(name, &value);
    }
    return strangers;
}

CredentialCount count_of(const Item& item) {
    CredentialCount count;
    if (const auto* wanted = credentials_in(item)) {
        for (const auto& resolved : wanted->elements) ++(resolved.element->contributor ? count.contributed : count.own);
    }
    count.by_nobody = strangers_in(item).size();
    return count;
}

bool is_counted(const Item& item) {
    return item.desired->address.kind == model::kind::application && item.standing != Standing::blocked;
}

const model::Value* there_already(const ResolvedAttribute& credentials, const ResolvedElement& element) {
    return credentials.observed.find(element.element->name);
}

Withheld withheld(const Item& item, const ResolvedElement& element, Withheld::Why why, std::string message,
                  std::string help) {
    const auto place = element.element->span.known() ? element.element->span.begin() : item.desired->place;
    return {why, item.desired->address, place, std::move(message), std::move(help), {}};
}

/// Not asked for any more; one that is there stays as it is.
void leave_alone(ResolvedAttribute& credentials, std::size_t index) {
    auto& element = credentials.elements[index];
    if (const auto* there = there_already(credentials, element)) {
        element.value = *there;
    } else {
        credentials.elements.erase(credentials.elements.begin() + static_cast<std::ptrdiff_t>(index));
    }
}

/// The name of the credential that has `element`'s issuer and subject; null pointer when it is free, or was its own all
/// the time.
const std::string* holder_of_trust(const ResolvedAttribute& credentials, const ResolvedElement& element,
                                   const std::map<std::string, const model::Value*>& strangers) {
    const auto trust = trust_of(element.value);
    const auto* there = there_already(credentials, element);
    if (!element.known || element.blocked || (there != nullptr && trust_of(*there) == trust)) return nullptr;
    for (const auto& [name, stranger] : strangers) {
        if (trust_of(*stranger) == trust) return &name;
    }
    return nullptr;
}

/// One that stays whatever the manifests say, under the name of one that they declare.
void withhold_names_of_kept(const Item& item, ResolvedAttribute& credentials, Plan& plan) {
    for (auto i = credentials.elements.size(); i-- > 0;) {
        const auto& element = credentials.elements[i];
        const auto* there = there_already(credentials, element);
        if (there == nullptr || !is_kept(*credentials.attribute, *there)) continue;
        plan.withheld.push_back(withheld(
            item, element, Withheld::Why::unclaimed_namesake,
            fmt::format("cannot have the federated credential \"{}\": the one of that name matches by an expression, "
                        "which no manifest can declare, and stays",
                        element.element->name),
            "give this one another name, or delete the other in the portal"));
        credentials.elements.erase(credentials.elements.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

}  // namespace

void withhold_taken_credentials(Items& items, Plan& plan) {
    for (auto& [address, item] : items) {
        auto* credentials = is_counted(item) && item.is_written() ? credentials_in(item) : nullptr;
        if (credentials == nullptr) continue;
        withhold_names_of_kept(item, *credentials, plan);
        const auto strangers = strangers_in(item);
        for (auto i = credentials->elements.size(); i-- > 0;) {
            const auto& element = credentials->elements[i];
            const auto* holder = holder_of_trust(*credentials, element, strangers);
            if (holder == nullptr) continue;
            plan.withheld.push_back(withheld(
                item, element, Withheld::Why::unclaimed_namesake,
                fmt::format("cannot have the federated credential \"{}\": \"{}\", which no manifest declares, has its "
                            "issuer and subject already",
                            element.element->name, *holder),
                fmt::format("write `name: {}` to take that one over, or remove it by hand", *holder)));
            leave_alone(*credentials, i);
        }
    }
}

void withhold_credentials_without_room(Items& items, Plan& plan) {
    for (auto& [address, item] : items) {
        auto* credentials = is_counted(item) && item.is_written() ? credentials_in(item) : nullptr;
        if (credentials == nullptr) continue;
        const auto count = count_of(item);
        auto excess = count.all() > most ? count.all() - most : 0;
        for (auto i = credentials->elements.size(); i-- > 0 && excess > 0;) {
            const auto& element = credentials->elements[i];
            if (there_already(*credentials, element) != nullptr) continue;
            plan.withheld.push_back(
                withheld(item, element, Withheld::Why::no_place,
                         fmt::format("has no room for the federated credential \"{}\": it would be one of {}, and an "
                                     "application can hold {} ({})",
                                     element.element->name, count.all(), most, count.text()),
                         "remove those that nothing uses, or split the application"));
            leave_alone(*credentials, i);
            --excess;
        }
    }
}

void warn_of_credential_counts(const Items& items, Plan& plan) {
    for (auto& resource : plan.resources) {
        const auto it = items.find(resource.address);
        if (it == items.end() || !is_counted(it->second)) continue;
        const auto count = count_of(it->second);
        if (count.all() < nearly_full) continue;
        resource.warnings.push_back(fmt::format("{} of {} federated credentials: {}", count.all(), most, count.text()));
    }
}

}  // namespace regent::plan
