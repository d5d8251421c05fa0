#include "simulator/arm_place.hpp"

#include "simulator/values.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace regent::simulator {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        if (slash > 0) segments.emplace_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return segments;
}

}  // namespace

std::optional<ArmPlace> arm_place(const std::string& path) {
    const auto at = segments_of(path);
    ArmPlace place;
    std::size_t next = 2;
    if (at.size() < next || !same_text(at[0], "subscriptions")) return std::nullopt;
    place.subscription = at[1];
    if (at.size() >= next + 2 && same_text(at[next], "resourceGroups")) {
        place.group = at[next + 1];
        next += 2;
    }
    if (at.size() == next) return place;
    const bool is_provider = at.size() >= next + 3 && at.size() <= next + 4 && same_text(at[next], "providers") &&
                             same_text(at[next + 1], "Microsoft.Web") && same_text(at[next + 2], "customApis");
    if (!is_provider) return std::nullopt;
    place.is_custom_apis = true;
    if (at.size() == next + 4) place.name = at[next + 3];
    return place.name.empty() || !place.group.empty() ? std::optional(place) : std::nullopt;
}

std::string ArmPlace::group_key() const {
    return lower(subscription + "/" + group);
}

std::string ArmPlace::key() const {
    return group_key() + "/" + lower(name);
}

}  // namespace regent::simulator
