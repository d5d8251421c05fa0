#pragma once

#include "provider/graph/step_context.hpp"
#include "provider/provider_error.hpp"

namespace regent::provider::graph {

/// A restoration is refused while another application has an identifier URI of the deleted one. Says which one, and
/// what a person can do: no manifest can mend it where that application is nobody's of ours.
/// https://learn.microsoft.com/graph/api/directory-deleteditems-restore
[[nodiscard]] ProviderError explained_restoration(const StepContext& context, ProviderError error);

}  // namespace regent::provider::graph
