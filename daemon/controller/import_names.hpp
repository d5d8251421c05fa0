#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// An object that is to get a name in the manifests.
struct Nameless {
    std::string id;                  ///< in its service
    std::string given;               ///< the name that one of ours has; empty: it has none
    std::string wish;                ///< made of its display name; empty when nothing is left of that
    std::string otherwise;           ///< what is named instead then
    std::vector<std::string> tails;  ///< what tells it from a namesake, the shorter first; the last of them certainly
};

/// Names (and so file names) by `id`, none of them in `taken`. The order of `objects` plays no part.
[[nodiscard]] std::map<std::string, std::string> import_names(const std::vector<Nameless>& objects,
                                                              const std::set<std::string>& taken);

}  // namespace regent::controller
