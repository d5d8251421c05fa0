#pragma once

#include "model/named_keys.hpp"
#include "model/snapshot.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <string>
#include <utility>
#include <vector>

namespace regent::controller {

/// A key that policies of `connector` are to send, and that cannot be compared with what is there: it is not on this
/// machine.
struct UncomparedKey {
    model::Address connector;
    model::Place place;  ///< of its policies
    std::string name;
    std::string why;  ///< a sentence's end
};

/// Services show keys of policies in clear, where manifests name them. Puts the names back into what was observed, by
/// looking at the keys on this machine; from here on nobody sees a key. Of one that is not here the text in its place
/// counts as it: a machine without keys plans what it can, and is told so. A connector whose key is not here is not
/// replaced: the old one may have the only copy (`unreadable`).
[[nodiscard]] std::vector<UncomparedKey> name_policy_keys(const plan::DesiredGraph& graph, const plan::History& history,
                                                          model::Snapshot& observed);

/// Without those that a step of `plan` needs and will miss: RG0720 says so of them.
[[nodiscard]] std::vector<UncomparedKey> without_missed_ones(std::vector<UncomparedKey> keys, const plan::Plan& plan);

/// What there is to say of one, and how to have it compared.
[[nodiscard]] std::pair<std::string, std::string> words_and_help(const UncomparedKey& key);

/// Says so in the report, beside the connectors.
void warn_of_uncompared_keys(const std::vector<UncomparedKey>& keys, plan::Plan& plan);

}  // namespace regent::controller
