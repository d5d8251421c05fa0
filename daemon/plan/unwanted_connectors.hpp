#pragma once

#include "model/snapshot.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

namespace regent::plan {

/// Has those connectors asked for by their keys that are remembered and that no manifest wants, or wants elsewhere. A
/// list out of a cache may leave one out, and what people sign in to it by would be taken from its application: no
/// manifest would ever put it back. Only where connectors are looked for at all.
void ask_for_unwanted_connectors(const History& history, model::Scope& scope);

/// Which of them are not there any more: they need not be asked for again.
void tell_gone_connectors(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                          Plan& plan);

}  // namespace regent::plan
