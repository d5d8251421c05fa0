#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/connector_mark.hpp"

#include <string>
#include <vector>

namespace regent::provider::connectors {

// Why no connector of the Power Platform can be the one that a manifest means. Its services differ in how a connector
// is found, and not in what is said when it is not.

/// `name` carries a mark that does not say which connector it was written onto, and is titled otherwise than the
/// manifest says: ours under an older title, or a copy.
[[nodiscard]] model::Obstacle perhaps_copied(const model::Scope::Wanted& wanted, const std::string& name,
                                             const std::string& title);
/// `name` carries a mark that does not say which connector it was written onto, has the manifest's title, and was made
/// by somebody else (`who`; may be empty).
[[nodiscard]] model::Obstacle perhaps_made_by_others(const model::Scope::Wanted& wanted, const std::string& name,
                                                     const std::string& who);
/// `name` is the id that regent gives the manifest's connector, and `who` made it.
[[nodiscard]] model::Obstacle made_under_our_id(const model::Scope::Wanted& wanted, const std::string& name,
                                                const std::string& who);
/// Several carry the mark of one manifest.
[[nodiscard]] model::Obstacle several_marked(const model::Scope::Wanted& wanted, const std::vector<std::string>& names);
/// One carries the manifest's name and one a name that it had before: each mark with what its service calls it.
struct MarkedOne {
    const ConnectorMark& mark;
    std::string name;
};
[[nodiscard]] model::Obstacle named_twice(const model::Scope::Wanted& wanted, const MarkedOne& now,
                                          const MarkedOne& before);
/// `name`, which regent would give the manifest's connector, is that of one that was renamed since.
[[nodiscard]] model::Obstacle name_of_renamed(const model::Scope::Wanted& wanted, const ConnectorMark& mark,
                                              const std::string& name);
/// The one that the manifest adopts is marked already.
[[nodiscard]] model::Obstacle adopted_is_marked(const model::Scope::Wanted& wanted, const ConnectorMark& mark);
/// One with the manifest's title is called `name`, and carries the mark of another connector, which it was made from
/// or imported from.
[[nodiscard]] model::Obstacle copied_namesake(const model::Scope::Wanted& wanted, const ConnectorMark& mark,
                                              const std::string& name);
/// One with the manifest's title is called `name`, and marked by somebody else.
[[nodiscard]] model::Obstacle marked_namesake(const model::Scope::Wanted& wanted, const ConnectorMark& mark,
                                              const std::string& name);
/// Those with the manifest's title carry nobody's mark.
[[nodiscard]] model::Obstacle unmarked_namesakes(const model::Scope::Wanted& wanted,
                                                 const std::vector<std::string>& names);

/// What a person is told of a connector that carries the mark of another one.
[[nodiscard]] std::string copy_words(const ConnectorMark& mark);
/// The same of one of which that is not sure: an earlier regent did not write down where it was.
[[nodiscard]] std::string unsure_words(const ConnectorMark& mark);

}  // namespace regent::provider::connectors
