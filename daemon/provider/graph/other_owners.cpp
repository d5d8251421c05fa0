#include "provider/graph/other_owners.hpp"

#include "model/ascii.hpp"

#include <fmt/format.h>

namespace regent::provider::graph {

std::string help_to_take_over(const std::string& owner, const Identity& identity) {
    constexpr auto keep_there =
        "set `management.onRemoval: keep` in its manifest there, apply, then remove that manifest and apply (with "
        "`onRemoval: delete` its removal deletes the application); then take its tags `regent:…` away";
    const auto ours = model::lower_case(identity.owner) + ".";
    if (model::lower_case(owner).starts_with(ours)) {
        return fmt::format(
            "these manifests have it as environment `{0}`: was that renamed, call it `{0}` again, or take the "
            "application's tags `regent:…` away and it is taken over; is it still there, {1}",
            owner.substr(ours.size()), keep_there);
    }
    const auto environment = "." + model::lower_case(identity.environment);
    std::string help = keep_there;
    if (model::lower_case(owner).ends_with(environment)) {
        help += fmt::format("; was only `spec.owner` changed here, write `{}` again, or take these tags away",
                            owner.substr(0, owner.size() - environment.size()));
    }
    return help;
}

std::string help_after_hand_over(const std::string& owner) {
    return fmt::format(
        "{0} has it now: remove the manifest here, which deletes nothing; did nobody hand it over, look who "
        "wrote its tag `regent:owner:{0}`",
        owner);
}

}  // namespace regent::provider::graph
