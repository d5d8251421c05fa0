#include "plan/unseen_applications.hpp"

#include "model/principal_in_bin.hpp"
#include "plan/vouching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace regent::plan {
namespace {

bool is_remembered(const model::Address& address, const History& history) {
    const auto applied = history.last_applied.find(address);
    return history.remote_ids.contains(address) &&
           (applied == history.last_applied.end() || !applied->second.contains(found_by_key));
}

bool may_lie_in_bin(const Item& item, const History& history) {
    const auto& address = item.desired->address;
    return address.kind == model::kind::application && item.standing == Standing::missing && item.is_written() &&
           !is_remembered(address, history);
}

}  // namespace

void warn_of_unseen_applications(const model::Snapshot& observed, const History& history, const Items& items,
                                 Plan& plan) {
    if (!model::is_bin_unread(observed)) return;
    ResourceChange* first = nullptr;
    std::size_t others = 0;
    for (auto& resource : plan.resources) {
        const auto item = items.find(resource.address);
        if (item == items.end() || !may_lie_in_bin(item->second, history)) continue;
        if (first == nullptr) {
            first = &resource;
        } else {
            ++others;
        }
    }
    if (first == nullptr) return;
    const auto whose =
        others == 0 ? "its key" : fmt::format("its key, or with that of {} more that this plan makes,", others);
    first->warnings.push_back(fmt::format(
        "whether a deleted application with {} lies in the recycle bin cannot be looked at without "
        "`Application.Read.All`. If one does, Entra refuses to make it anew (`Another object with the same value for "
        "property uniqueName already exists`): have it restored there, or deleted for good (Entra admin center, App "
        "registrations, Deleted applications)",
        whose));
}

}  // namespace regent::plan
