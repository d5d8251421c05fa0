#include "provider/connectors/obstacles.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace regent::provider::connectors {

using Kind = model::Obstacle::Kind;
using Wanted = model::Scope::Wanted;

model::Obstacle several_marked(const Wanted& wanted, const std::vector<std::string>& names) {
    return {Kind::several_matches, wanted.address,
            fmt::format("{} connectors carry the mark of {}: {}", names.size(), to_string(wanted.address),
                        fmt::join(names, ", ")),
            "delete the superfluous one in the maker portal; connections of the one that stays are kept"};
}

model::Obstacle adopted_is_marked(const Wanted& wanted, const ConnectorMark& mark) {
    return {Kind::adopt_target_taken, wanted.address,
            fmt::format("{} belongs to {} already, as {}", wanted.adopt, mark.owner, mark.name),
            fmt::format("remove it from the manifests there first; was this one only renamed, call it `{}` again",
                        mark.name)};
}

model::Obstacle marked_namesake(const Wanted& wanted, const ConnectorMark& mark, const std::string& name) {
    return {
        Kind::foreign_owner, wanted.address,
        fmt::format("a connector titled \"{}\" is there and belongs to {}: {}", wanted.display_name, mark.owner, name),
        "choose another displayName, or remove it from the manifests there"};
}

model::Obstacle unmarked_namesakes(const Wanted& wanted, const std::vector<std::string>& names) {
    return {Kind::unclaimed_namesake, wanted.address,
            fmt::format("a connector titled \"{}\" is there, which nobody's manifests made: {}", wanted.display_name,
                        fmt::join(names, ", ")),
            fmt::format("to take it over, add `management: {{adopt: {{connector: {}}}}}`; to have a second one, choose "
                        "another displayName",
                        names.front())};
}

}  // namespace regent::provider::connectors
