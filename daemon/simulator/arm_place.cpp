#include "simulator/arm_place.hpp"

#include "simulator/values.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace regent::simulator {
namespace {

constexpr std::array<std::string_view, 4> tags_suffix{"providers", "Microsoft.Resources", "tags", "default"};

bool is_about_tags(const std::vector<std::string>& segments) {
    return segments.size() > tags_suffix.size() &&
           std::equal(tags_suffix.rbegin(), tags_suffix.rend(), segments.rbegin(),
                      [](std::string_view a, const std::string& b) { return same_text(a, b); });
}

}  // namespace

std::optional<ArmPlace> arm_place(const std::string& path) {
    auto at = segments_of(path);
    ArmPlace place;
    place.is_tags = is_about_tags(at);
    if (place.is_tags) at.resize(at.size() - tags_suffix.size());
    std::size_t next = 2;
    if (at.size() < next || !same_text(at[0], "subscriptions")) return std::nullopt;
    place.subscription = at[1];
    if (at.size() >= next + 2 && same_text(at[next], "resourceGroups")) {
        place.group = at[next + 1];
        next += 2;
    }
    if (at.size() == next) return place.is_tags ? std::nullopt : std::optional(place);
    const bool is_provider = at.size() >= next + 3 && at.size() <= next + 4 && same_text(at[next], "providers") &&
                             same_text(at[next + 1], "Microsoft.Web") && same_text(at[next + 2], "customApis");
    if (!is_provider) return std::nullopt;
    place.is_custom_apis = true;
    if (at.size() == next + 4) place.name = at[next + 3];
    if (place.is_tags && place.name.empty()) return std::nullopt;
    return place.name.empty() || !place.group.empty() ? std::optional(place) : std::nullopt;
}

std::string ArmPlace::group_key() const {
    return lower(subscription + "/" + group);
}

std::string ArmPlace::key() const {
    return group_key() + "/" + lower(name);
}

}  // namespace regent::simulator
