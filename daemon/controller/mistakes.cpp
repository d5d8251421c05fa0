#include "controller/mistakes.hpp"

#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace regent::controller {
namespace {

bool refers_to(const plan::DesiredResource& resource, const model::Address& target) {
    const auto is_target = [&](const model::Value& value) {
        const auto references = model::references_in(value);
        return std::any_of(references.begin(), references.end(), [&](const auto& r) { return r.address == target; });
    };
    return std::any_of(resource.attributes.begin(), resource.attributes.end(), [&](const auto& entry) {
        const auto& elements = entry.second.elements;
        return is_target(entry.second.value) ||
               std::any_of(elements.begin(), elements.end(), [&](const auto& e) { return is_target(e.value); });
    });
}

}  // namespace

std::optional<Holds> held_by_mistakes(const plan::Plan& plan, const plan::DesiredGraph& desired,
                                      const model::Snapshot& observed) {
    Holds holds;
    std::vector<model::Address> open;
    for (const auto& problem : plan.problems) {
        const auto it = std::find_if(observed.resources.begin(), observed.resources.end(),
                                     [&](const auto& entry) { return to_string(entry.first) == problem.subject; });
        if (it == observed.resources.end() || it->second.deleted) return std::nullopt;
        if (holds.emplace(it->first, Hold{Hold::Why::mistaken, problem.message, {}}).second) open.push_back(it->first);
    }
    while (!open.empty()) {
        const auto target = open.back();
        open.pop_back();
        for (const auto& [address, resource] : desired.resources) {
            if (holds.contains(address) || !refers_to(resource, target)) continue;
            holds.emplace(address,
                          Hold{Hold::Why::mistaken,
                               fmt::format("waits for {}, whose manifest has a mistake", report::shown(target)),
                               {}});
            open.push_back(address);
        }
    }
    return holds;
}

}  // namespace regent::controller
