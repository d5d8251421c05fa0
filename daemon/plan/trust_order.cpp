#include "plan/trust_order.hpp"

#include "plan/canonical.hpp"
#include "plan/credential_count.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

bool gives_up_its_trust(const Change& change) {
    return change.op == Change::Op::remove ||
           (change.op == Change::Op::set && trust_of(change.before) != trust_of(change.after));
}

/// What waits for a connector's identity is what a connector waits for, most likely: it is not to wait for another one.
bool is_needed_early(const Change* change) {
    return !is_known(change->after);
}

}  // namespace

TrustOrder::TrustOrder(const std::vector<Change>& changes, std::size_t there,
                       const std::function<bool(const Change&)>& is_used) {
    find_holders(changes);
    open_circles(changes);
    give_places(changes, there, is_used);
    for (const auto& pairs : {holder_, place_})
        for (const auto& [comes, goes] : pairs)
            if (goes->op == Change::Op::remove) in_the_way_.insert(goes);
}

void TrustOrder::find_holders(const std::vector<Change>& changes) {
    for (const auto& comes : changes) {
        if (comes.op == Change::Op::remove) continue;
        const auto trust = trust_of(comes.after);
        const auto goes = std::find_if(changes.begin(), changes.end(), [&](const auto& other) {
            return &other != &comes && gives_up_its_trust(other) && trust_of(other.before) == trust;
        });
        if (goes != changes.end()) holder_.emplace(&comes, &*goes);
    }
}

/// Each has one holder at most, so that from each there is one way to go on, which ends or comes back.
void TrustOrder::open_circles(const std::vector<Change>& changes) {
    for (const auto& start : changes) {
        const auto* at = &start;
        bool is_open = false;
        for (std::size_t steps = 0; steps <= changes.size(); ++steps) {
            const auto next = holder_.find(at);
            is_open = is_open || anew_.contains(at) || next == holder_.end();
            if (is_open) break;
            at = next->second;
            if (at == &start) break;
        }
        if (!is_open && at == &start) anew_.insert(&start);
    }
}

/// The one that goes, and with it makes room, at the end of the way from `change`; null when none does.
const Change* TrustOrder::removal_behind(const Change& change) const {
    const auto* at = &change;
    for (std::size_t steps = 0; steps <= holder_.size() && !anew_.contains(at); ++steps) {
        if (at->op == Change::Op::remove) return at;
        const auto next = holder_.find(at);
        if (next == holder_.end()) return nullptr;
        at = next->second;
    }
    return nullptr;
}

void TrustOrder::give_places(const std::vector<Change>& changes, std::size_t there,
                             const std::function<bool(const Change&)>& is_used) {
    std::vector<const Change*> come, go;
    std::set<const Change*> taken;
    for (const auto& change : changes) {
        if (change.op != Change::Op::add) continue;
        const auto* removal = removal_behind(change);
        removal != nullptr ? void(taken.insert(removal)) : come.push_back(&change);
    }
    for (const auto& change : changes)
        if (change.op == Change::Op::remove && !taken.contains(&change)) go.push_back(&change);
    std::stable_partition(come.begin(), come.end(), is_needed_early);
    std::stable_partition(go.begin(), go.end(), [&](const auto* change) { return !is_used(*change); });
    const auto free = most_federated_credentials - std::min(there, most_federated_credentials);
    for (auto i = free; i < come.size() && i - free < go.size(); ++i) place_.emplace(come[i], go[i - free]);
}

std::vector<const Change*> TrustOrder::before(const Change& change) const {
    std::vector<const Change*> first;
    if (const auto it = holder_.find(&change); it != holder_.end()) first.push_back(it->second);
    if (const auto it = place_.find(&change); it != place_.end()) first.push_back(it->second);
    return first;
}

}  // namespace regent::plan
