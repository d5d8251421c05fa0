#include "plan/remembered_end.hpp"

#include "model/marks.hpp"
#include "plan/diff.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::ManagementPolicy;
using model::OnRemoval;

bool is_marked(const Item& item, std::string_view mark) {
    const auto marks = observed_marks(item.observed);
    return std::find(marks.begin(), marks.end(), mark) != marks.end();
}

bool is_left_as_it_is(const Item& item) {
    return item.standing == Standing::there && !item.is_written();
}

}  // namespace

std::string_view end_to_remember(const Item& item) {
    if (!is_left_as_it_is(item)) return {};
    const auto& management = item.desired->management;
    if (management.prevent_delete) return is_marked(item, model::mark::prevent_delete) ? "" : end_prevented;
    const bool stays = management.on_removal.value_or(OnRemoval::keep) == OnRemoval::keep;
    return stays && !is_marked(item, model::mark::kept_on_removal) ? end_keeps : "";
}

std::string remembered_end(const History& history, const model::Address& address) {
    const auto remembered = history.last_applied.find(address);
    if (remembered == history.last_applied.end()) return {};
    const auto end = remembered->second.find(end_said);
    return end == remembered->second.end() ? std::string{} : end->second.text_or({});
}

std::string warning_of_unwritten_end(const Item& item) {
    const auto end = end_to_remember(item);
    const auto& management = item.desired->management;
    if (end.empty() || (!management.prevent_delete && !management.on_removal)) return {};
    return fmt::format(
        "`{}` is not written down on it, for it is {}: this is remembered by the database of who applies "
        "only, and without that, the object goes with its manifest where `policy.onRemoval` is "
        "`delete`. Apply it once with `policy: full`",
        end == end_prevented ? "preventDelete" : "onRemoval: keep",
        management.policy == ManagementPolicy::observe ? "only watched" : "left alone once it is there");
}

}  // namespace regent::plan
