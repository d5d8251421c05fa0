#pragma once

#include "model/declaration.hpp"
#include "model/diagnostic.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace regent::plan {

/// `metadata.previousNames`: an object whose manifest was given another name is the same object. It is found under the
/// name that it carries, and carries today's once it was written (Scope::Wanted::previous_names, model::mark::named).

/// Whether each previous name is one document's, and no name that a document has now.
void check_previous_names(const std::vector<const model::Declaration*>& declarations, model::Diagnostics& diagnostics);
/// The document that was called `address` before; null pointer: none was.
[[nodiscard]] const DesiredResource* renamed_from(const DesiredGraph& graph, const model::Address& address);

/// The name that an object of ours carries instead of its manifest's; empty: it carries that.
[[nodiscard]] std::string carried_name(const model::ObservedResource& observed);
/// What the object was called until this plan; nothing where the plan does not rename it.
[[nodiscard]] std::optional<model::Address> former_address(const ResourceChange& resource);

/// How to say that `orphan`, which no manifest wants, is another manifest's under its former name: the end of a
/// sentence.
[[nodiscard]] std::string how_to_rename(const model::Address& orphan);

/// What is remembered under a previous name is remembered of the renamed, where nothing is of that itself.
void carry_names_over(const DesiredGraph& graph, History& history);

}  // namespace regent::plan
