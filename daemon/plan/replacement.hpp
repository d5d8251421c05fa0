#pragma once

#include "plan/object_work.hpp"

namespace regent::plan {

/// Tells what differs in fields that the object's service cannot change, when nobody asked to have the object made anew
/// (`Item::held`): why it is left, what a replacement would cost, and how to ask for one.
void withhold_replacement(ObjectWork& work);

/// "3 connections to it are", before "lost": what goes with a connector that is replaced.
[[nodiscard]] std::string lost_connections(const model::ObservedResource& connector);

}  // namespace regent::plan
