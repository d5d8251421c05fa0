#include "plan/field_warnings.hpp"

#include "model/attributes.hpp"
#include "plan/definition_host.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

bool removes(const Change& change) {
    return change.op == Change::Op::remove;
}

}  // namespace

std::string warning_about(const ResolvedAttribute& attribute, const AttributeDiff& diff) {
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

/// Operations are edited in the portal by people who are to edit them. Where the tokens go is nobody's to change
/// unseen.
std::string warning_about_ignored(const ResolvedAttribute& attribute, const AttributeDiff& diff) {
    if (attribute.attribute->path != model::path::definition) return {};
    for (const auto& change : diff.changes) {
        if (auto host = other_host(change.after, change.before); !host.empty())
            return fmt::format("definition: {}, and the manifest leaves that to others (`management.ignore`)", host);
    }
    return {};
}

}  // namespace regent::plan
