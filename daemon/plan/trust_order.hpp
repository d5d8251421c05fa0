#pragma once

#include "plan/diff.hpp"
#include "plan/resolution.hpp"

#include <functional>
#include <map>
#include <set>
#include <vector>

namespace regent::plan {

/// In which order the federated credentials of one application come, change and go. It holds an issuer and subject
/// once, and not more than most_federated_credentials. Whoever signs in by one
/// that goes is out at once, so that one which is to come has to be there first wherever it can: the service may refuse
/// it.
class TrustOrder {
public:
    /// `changes` are those of the list, and outlive this; `there` counts what it holds. Of those that go, `is_used`
    /// says which ones are better kept for long.
    TrustOrder(const std::vector<Change>& changes, std::size_t there,
               const std::function<bool(const Change&)>& is_used);

    /// A change that cannot be made in its place: with others it takes over theirs in a circle, which has to be opened
    /// somewhere.
    [[nodiscard]] bool comes_anew(const Change& change) const { return anew_.contains(&change); }

    /// What has to have gone, or changed, before `change` can come: it has its issuer and subject, or its place.
    [[nodiscard]] std::vector<const Change*> before(const Change& change) const;

    /// Whether a removal is in the way of one that comes. Those that are not go last.
    [[nodiscard]] bool is_in_the_way(const Change& removal) const { return in_the_way_.contains(&removal); }

private:
    void find_holders(const std::vector<Change>& changes);
    void open_circles(const std::vector<Change>& changes);
    void give_places(const std::vector<Change>& changes, std::size_t there,
                     const std::function<bool(const Change&)>& is_used);
    [[nodiscard]] const Change* removal_behind(const Change& change) const;

    std::map<const Change*, const Change*> holder_;  ///< comes, and who has its issuer and subject until then
    std::map<const Change*, const Change*> place_;   ///< comes, and who goes to make room for it
    std::set<const Change*> anew_;
    std::set<const Change*> in_the_way_;
};

}  // namespace regent::plan
