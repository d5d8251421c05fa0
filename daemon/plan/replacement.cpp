#include "plan/replacement.hpp"

#include "model/attributes.hpp"
#include "plan/carried_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::plan {
namespace {

std::string fields_of(const Item& item) {
    std::vector<std::string> names;
    names.reserve(item.held.size());
    for (const auto& held : item.held) names.push_back(fmt::format("`{}`", held.attribute->path));
    return fmt::format("{}", fmt::join(names, " and "));
}

/// What cannot be seen, of a replacement that is allowed and kept back: see resolution.cpp. Empty: nothing.
std::string waits_for(const Item& item) {
    const auto* unseen = std::find_if(read_before_replacing.begin(), read_before_replacing.end(),
                                      [&](auto path) { return item.observed->unreadable.contains(path); });
    if (unseen == read_before_replacing.end() || !item.desired->management.allow_replacement) return {};
    if (*unseen == model::path::policies) return "a key of its policies";
    return *unseen == model::path::shares ? "who may use it" : fmt::format("its {}", *unseen);
}

std::string help_for(const Item& item) {
    if (item.desired->management.prevent_delete) return "take the change back, or apply without `preventDelete`";
    if (!waits_for(item).empty()) return "the next run looks again";
    return "take the change back; or, to have it replaced, write `management: {allowReplacement: true}` and apply";
}

std::string message_for(const Item& item) {
    const auto way = fmt::format("{} can only be changed by deleting it ({}) and making it anew", fields_of(item),
                                 item.observed->id);
    if (item.desired->management.prevent_delete) return way + ", and `preventDelete` forbids that";
    if (const auto unseen = waits_for(item); !unseen.empty())
        return fmt::format("{}, and {}, which the new one has to be given, cannot be seen at the moment", way, unseen);
    return fmt::format("{}, which nobody asked for; {} lost then", way, lost_connections(*item.observed));
}

Withheld unasked(const Item& item) {
    Withheld withheld;
    withheld.why =
        item.desired->management.prevent_delete ? Withheld::Why::prevent_delete : Withheld::Why::replacement_unasked;
    withheld.address = item.desired->address;
    withheld.message = message_for(item);
    withheld.help = help_for(item);
    return withheld;
}

}  // namespace

std::string lost_connections(const model::ObservedResource& connector) {
    const auto& count = connector.connections;
    const auto& why = connector.connections_unread;
    if (!count) {
        return fmt::format("connections to it{} are",
                           why.empty() ? "" : fmt::format(", how many cannot be seen ({}),", why));
    }
    return fmt::format("{} to it {}", *count == 0 ? "no connection" : plural(*count, "connection"),
                       *count < 2 ? "is" : "are");
}

void withhold_replacement(ObjectWork& work) {
    const auto& held = work.item.held;
    if (held.empty()) return;
    auto withheld = work.item.withheld.value_or(unasked(work.item));
    const auto& place = held.front().desired->span;
    withheld.place = place.known() ? place.begin() : work.item.desired->place;
    for (const auto& attribute : held) {
        auto changes = diff(attribute, nullptr, work.observed_marks).changes;
        withheld.changes.insert(withheld.changes.end(), changes.begin(), changes.end());
    }
    work.plan.withheld.push_back(std::move(withheld));
}

}  // namespace regent::plan
