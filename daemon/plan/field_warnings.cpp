#include "plan/field_warnings.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace regent::plan {
namespace {

using model::Map;
using model::Value;

constexpr auto soon = std::chrono::hours(24 * 30);

bool removes(const Change& change) {
    return change.op == Change::Op::remove;
}

std::string day_of(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

/// Last days by certificate's name: as they will be, and as they are where no manifest declares them.
std::map<std::string, std::string> last_days(const Item& item) {
    std::map<std::string, std::string> days;
    const auto take = [&](const std::string& name, const Value& certificate) {
        if (const auto* ends = certificate.find("ends")) days.emplace(name, ends->text_or({}));
    };
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(), [](const auto& resolved) {
        return resolved.attribute->path == model::path::certificates;
    });
    if (it != item.attributes.end()) {
        for (const auto& element : it->elements) take(element.element->name, element.value);
        return days;
    }
    if (item.observed == nullptr) return days;
    const auto there = item.observed->attributes.find(model::path::certificates);
    const auto* map = there == item.observed->attributes.end() ? nullptr : there->second.as_map();
    for (const auto& [name, certificate] : map == nullptr ? Map{} : *map) take(name, certificate);
    return days;
}

/// A credential that is to come, and one that nobody declares and that stays, on which Entra would refuse it.
std::string taken_trust(const ResolvedAttribute& attribute, const AttributeDiff& diff) {
    const auto* observed = attribute.observed.as_map();
    if (attribute.attribute->path != model::path::federated_credentials || observed == nullptr) return {};
    const auto changes = [&](const std::string& name) {
        return std::any_of(diff.changes.begin(), diff.changes.end(),
                           [&](const auto& change) { return change.element == name; });
    };
    for (const auto& change : diff.changes) {
        if (removes(change)) continue;
        for (const auto& [name, there] : *observed) {
            if (changes(name) || trust_of(there) != trust_of(change.after)) continue;
            return fmt::format(
                "federatedCredentials: \"{}\" will be refused while \"{}\" is there, which nobody declares: an "
                "application takes each issuer and subject once. Call it \"{}\" in the manifest to take that one over, "
                "or delete that one",
                change.element, name, name);
        }
    }
    return {};
}

}  // namespace

std::string warning_about(const ResolvedAttribute& attribute, const AttributeDiff& diff) {
    if (auto taken = taken_trust(attribute, diff); !taken.empty()) return taken;
    if (!std::any_of(diff.changes.begin(), diff.changes.end(), removes)) {
        const bool is_made_anew = attribute.attribute->immutable_elements &&
                                  std::any_of(diff.changes.begin(), diff.changes.end(),
                                              [](const auto& change) { return change.op == Change::Op::set; });
        return is_made_anew ? fmt::format(
                                  "{}: what changes is removed and made anew, and what objects of the directory "
                                  "hold in it is lost",
                                  attribute.attribute->path)
                            : std::string{};
    }
    const auto path = attribute.attribute->path;
    if ((path == model::path::owners || path == model::path::principal_owners) && attribute.elements.empty())
        return fmt::format("{}: nobody is left as an owner, but for regent itself where it is one", path);
    if (attribute.attribute->path == model::path::extension_properties)
        return "extensionProperties: what objects of the directory hold in a property that is removed is lost";
    return {};
}

void warn_of_expiry(const Items& items, std::chrono::system_clock::time_point now, Plan& plan) {
    const auto today = day_of(now), in_a_month = day_of(now + soon);
    for (auto& resource : plan.resources) {
        const auto item = items.find(resource.address);
        if (item == items.end()) continue;
        for (const auto& [name, day] : last_days(item->second)) {
            // Days in this form are ordered as texts.
            if (day.empty() || day > in_a_month) continue;
            resource.warnings.push_back(day < today ? fmt::format("the certificate \"{}\" expired on {}", name, day)
                                                    : fmt::format("the certificate \"{}\" expires on {}", name, day));
        }
    }
}

}  // namespace regent::plan
