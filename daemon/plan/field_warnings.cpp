#include "plan/field_warnings.hpp"

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

}  // namespace regent::plan
