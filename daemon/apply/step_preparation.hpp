#pragma once

#include "apply/outputs.hpp"
#include "apply/secret_keeper.hpp"
#include "plan/plan.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

#include <map>
#include <string>

namespace regent::apply {

/// A step as a Writer gets it.
struct PreparedStep {
    plan::Step step;            ///< references filled in, wherever their outputs are known
    provider::StepInput input;  ///< secrets, their key ids, own outputs; the rest is the caller's
    std::map<std::string, model::Address, std::less<>>
        secret_owners;  ///< by the path in input.secrets: whose secret it is
};

/// Fills in what the step needs from `outputs` and `secrets`. Fails when a value that the step writes is not there
/// although every step it waits for has succeeded: then the plan is wrong, and nothing must be sent.
[[nodiscard]] tl::expected<PreparedStep, provider::ProviderError> prepare(const plan::Step& step,
                                                                          const Outputs& outputs,
                                                                          const SecretKeeper& secrets);

}  // namespace regent::apply
