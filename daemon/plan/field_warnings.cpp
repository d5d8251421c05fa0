#include "plan/field_warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

bool removes(const Change& change) {
    return change.op == Change::Op::remove;
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

}  // namespace regent::plan
