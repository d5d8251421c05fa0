#include "plan/handed_over.hpp"
#include "plan/secret_work.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using model::ObservedSecret;

/// What a place says itself counts. One that says nothing may have what regent handed to it last; and whatever regent
/// issued for its application and no manifest declares any more, as that may be its own secret under a former name.
bool may_have(const SecretWork& work, const Address& owner, const ObservedSecret& secret, const Address& application,
              const SecretConsumer& place) {
    if (!place.key_id.empty() || !place.may_hold) return place.key_id == secret.key_id;
    if (handed_over_to(work.history, owner, model::delivery_id(*place.target)) == secret.key_id) return true;
    return application == owner && !secret.name.empty() && !work.named.contains({owner, secret.name});
}

bool is_given_another(const SecretWork& work, const Address& application, const NamedSecret& named,
                      const SecretConsumer& place) {
    const auto planned = work.result.applications.find(application);
    if (planned == work.result.applications.end()) return false;
    const auto& issues = planned->second.issues;
    return std::any_of(issues.begin(), issues.end(), [&](const auto& issue) {
        return issue.name == named.element->name &&
               std::find(issue.targets.begin(), issue.targets.end(), place.target) != issue.targets.end();
    });
}

}  // namespace

std::vector<HoldingPlace> places_with(const SecretWork& work, const Address& owner, const ObservedSecret& secret,
                                      const NamedSecret* but_for) {
    std::vector<HoldingPlace> places;
    if (secret.ends_at <= work.now) return places;
    for (const auto& [key, named] : work.named) {
        if (&named == but_for) continue;
        for (const auto& consumer : named.consumers) {
            if (consumer.target == nullptr || !may_have(work, owner, secret, key.first, consumer)) continue;
            places.push_back({key.first, &named, &consumer, is_given_another(work, key.first, named, consumer)});
        }
    }
    return places;
}

std::optional<HoldingPlace> place_that_keeps(const std::vector<HoldingPlace>& places) {
    const auto it =
        std::find_if(places.begin(), places.end(), [](const auto& place) { return !place.is_given_another; });
    return it == places.end() ? std::nullopt : std::optional(*it);
}

std::string words_of(const HoldingPlace& place) {
    const auto& consumer = *place.consumer;
    const auto where = fmt::format("{}, which is to have \"{}\" of {}", model::delivery_words(*consumer.target),
                                   place.named->element->name, to_string(place.application));
    if (!consumer.key_id.empty()) return where + ", still holds it";
    return fmt::format("{}, may still hold it{}{}", where, consumer.note.empty() ? "" : ": ", consumer.note);
}

void find_orphans_in_use(SecretWork& work) {
    for (const auto& orphan : work.observed.orphans) {
        for (const auto& secret : orphan.secrets) {
            const auto place = place_that_keeps(places_with(work, orphan.address, secret, nullptr));
            if (place) work.result.orphans_in_use.emplace(orphan.id, UsedSecret{shown(secret), words_of(*place)});
        }
    }
}

}  // namespace regent::plan
