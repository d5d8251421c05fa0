#include "provider/connectors/obstacles.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace regent::provider::connectors {

using Kind = model::Obstacle::Kind;
using Wanted = model::Scope::Wanted;

model::Obstacle perhaps_copied(const Wanted& wanted, const std::string& name, const std::string& title) {
    return {
        Kind::several_matches, wanted.address,
        fmt::format("\"{}\" ({}) carries the mark of {}, and is titled otherwise: it is that connector under an "
                    "older title, or somebody's copy of it, and its mark is too old to tell which",
                    title, name, to_string(wanted.address)),
        fmt::format("was only `displayName` changed, put \"{}\" back, apply, and then change it; is it a copy, take "
                    "`x-regent` out of its definition",
                    title)};
}

model::Obstacle perhaps_made_by_others(const Wanted& wanted, const std::string& name, const std::string& who) {
    return {
        Kind::several_matches, wanted.address,
        fmt::format("\"{}\" ({}) carries the mark of {}, and {} made it: it is somebody's copy, or was made by "
                    "regent under another identity",
                    wanted.display_name, name, to_string(wanted.address),
                    who.empty() ? std::string("somebody else") : who),
        fmt::format("is it the connector of this manifest, write `management: {{adopt: {{connector: {}}}}}` and apply; "
                    "is it a copy, take `x-regent` out of its definition, or delete it in the maker portal",
                    name)};
}

model::Obstacle made_under_our_id(const Wanted& wanted, const std::string& name, const std::string& who) {
    return {Kind::several_matches, wanted.address,
            fmt::format("{} is the id that regent gives {}, and {} made a connector under it: somebody else's, or "
                        "regent's under another identity",
                        name, to_string(wanted.address), who),
            fmt::format("is it the connector of this manifest, write `management: {{adopt: {{connector: {}}}}}` and "
                        "apply; is it not, delete it in the maker portal",
                        name)};
}

model::Obstacle several_marked(const Wanted& wanted, const std::vector<std::string>& names) {
    return {Kind::several_matches, wanted.address,
            fmt::format("{} connectors carry the mark of {}: {}", names.size(), to_string(wanted.address),
                        fmt::join(names, ", ")),
            "one of them is somebody's copy, and nothing tells which: take `x-regent` out of its definition in the "
            "maker portal, or delete it there; connections of the one that stays are kept"};
}

model::Obstacle named_twice(const Wanted& wanted, const MarkedOne& now, const MarkedOne& before) {
    return {Kind::several_matches, wanted.address,
            fmt::format("a connector is there under its name and one under a name that it had before, so neither is "
                        "renamed: {} ({}) and {} ({})",
                        now.mark.name, now.name, before.mark.name, before.name),
            fmt::format("delete the one that was made by mistake, and the other one is kept; or, to keep both, take "
                        "`{}` out of `previousNames` and give it a manifest of its own",
                        before.mark.name)};
}

model::Obstacle name_of_renamed(const Wanted& wanted, const ConnectorMark& mark, const std::string& name) {
    return {Kind::several_matches, wanted.address,
            fmt::format("what regent would make under this name, {}, is a connector that is called {} by now", name,
                        mark.name),
            "choose another `metadata.name`: a connector keeps what it was made under"};
}

model::Obstacle adopted_is_marked(const Wanted& wanted, const ConnectorMark& mark) {
    return {
        Kind::adopt_target_taken, wanted.address,
        fmt::format("{} belongs to {} already, as {}", wanted.adopt, mark.owner, mark.name),
        fmt::format("remove it from the manifests there first, kept by `onRemoval: keep` (else the removal may delete "
                    "it); was this one only renamed, say so beside its name: `previousNames: [{}]`; did a "
                    "solution import bring it, add `policy: observe`: applications get its redirect URL and identity",
                    mark.name)};
}

model::Obstacle copied_namesake(const Wanted& wanted, const ConnectorMark& mark, const std::string& name) {
    return {
        Kind::unclaimed_namesake, wanted.address,
        fmt::format("a connector titled \"{}\" is there, which a solution import brought or somebody made from the "
                    "definition of {} of {}: {}",
                    wanted.display_name, mark.name, mark.owner, name),
        fmt::format("add `management: {{adopt: {{connector: {}}}, policy: observe}}` to give applications its redirect "
                    "URL and identity and leave it as it is; without `policy: observe` it is taken over",
                    name)};
}

model::Obstacle marked_namesake(const Wanted& wanted, const ConnectorMark& mark, const std::string& name) {
    return {
        Kind::foreign_owner, wanted.address,
        fmt::format("a connector titled \"{}\" is there and belongs to {}: {}", wanted.display_name, mark.owner, name),
        fmt::format(
            "choose another displayName, or remove it from the manifests there; did a solution import bring it, "
            "add `management: {{adopt: {{connector: {}}}, policy: observe}}`: applications get its redirect URL and "
            "identity, and it stays as it is",
            name)};
}

model::Obstacle unmarked_namesakes(const Wanted& wanted, const std::vector<std::string>& names) {
    return {Kind::unclaimed_namesake, wanted.address,
            names.size() == 1 ? fmt::format("a connector titled \"{}\" is there, which nobody's manifests made: {}",
                                            wanted.display_name, names.front())
                              : fmt::format("{} connectors titled \"{}\" are there, which nobody's manifests made: {}",
                                            names.size(), wanted.display_name, fmt::join(names, ", ")),
            fmt::format("to take {} over, add `management: {{adopt: {{connector: {}}}}}`; to have another one, choose "
                        "another displayName",
                        names.size() == 1 ? "it" : "one of them", names.front())};
}

std::string copy_words(const ConnectorMark& mark) {
    return fmt::format(
        "carries the mark of Connector/{} and is another connector: it was made from that one's definition, and is not "
        "regent's",
        mark.name);
}

std::string unsure_words(const ConnectorMark& mark) {
    return fmt::format("carries the mark of Connector/{}, and nothing tells it from a copy that somebody made",
                       mark.name);
}

}  // namespace regent::provider::connectors
