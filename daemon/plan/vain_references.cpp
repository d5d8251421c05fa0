#include "plan/vain_references.hpp"

#include "model/attributes.hpp"
#include "plan/diff.hpp"

#include <fmt/format.h>

namespace regent::plan {
namespace {

std::string reason_of(const Item& giver) {
    switch (giver.desired->management.policy) {
        case model::ManagementPolicy::observe:
            return "it is only watched (`policy: observe`)";
        case model::ManagementPolicy::create_only:
            return "it is left alone since it is there (`policy: create-only`)";
        case model::ManagementPolicy::full:
            return "its sign-in is left to people (`management.ignore`)";
    }
    return {};
}

Withheld vain(const Item& item, const ResolvedAttribute& attribute, const ResolvedElement& element,
              const model::Reference& reference, const Item& giver) {
    const auto& place = element.element->span;
    return {Withheld::Why::waits_for_withheld,
            item.desired->address,
            place.known() ? place.begin() : item.desired->place,
            fmt::format("waits with `{}` for {}, which has no {}: {}", attribute.attribute->path,
                        to_string(reference.address),
                        part_of(reference) == "identity" ? "managed identity" : "redirect URL", reason_of(giver)),
            "have somebody set up how it signs in, or let its manifest decide; or take the reference to it out",
            {}};
}

}  // namespace

void tell_vain_references(const Items& items, Plan& plan) {
    for (const auto& [address, item] : items) {
        if (!item.is_written()) continue;
        for (const auto& attribute : item.attributes) {
            for (const auto& element : attribute.elements) {
                // What is there already, though no manifest may count on it, is missed by nobody.
                if (!element.blocked || !element.now.is_null()) continue;
                const auto references = references_in(element.value);
                // What waits for a service principal that is out of sight is told by that.
                if (!references.empty() && references.front().address.kind != model::kind::connector) continue;
                const auto giver = references.empty() ? items.end() : items.find(references.front().address);
                if (giver == items.end() || giver->second.standing == Standing::blocked) continue;
                plan.withheld.push_back(vain(item, attribute, element, references.front(), giver->second));
            }
        }
    }
}

}  // namespace regent::plan
