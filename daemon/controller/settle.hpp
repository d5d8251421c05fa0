#pragma once

#include "controller/planning.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "provider/provider_error.hpp"
#include "store/store.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// What a look at the tenant after an apply found.
struct Settled {
    bool settled = false;  ///< planning again gives nothing that was to be done before, but for what was excepted
    bool more = false;     ///< settled, and what was withheld before can be done now
    std::vector<std::string> open;  ///< otherwise: "Application/portal displayName: \"a\" is still \"b\""
    std::optional<provider::ProviderError> error;  ///< the tenant could not be read
    std::optional<Planned> planned;                ///< the last look
};

/// Reads the tenant and plans again until there is nothing to do, for at most `grace`: replicas show a write seconds to
/// minutes later, and a difference that was just written away is not drift. What stays open after that is told by
/// field: a plan that does not settle is a mistake, of the service's or of regent's. Objects of `except` are not waited
/// for: they failed, or are held. Nor is what `done`, the plan that was carried out, withheld and what can be done now:
/// no replica is late with it, it is for the next run. `progress` is told what is read and what is waited for. `order`
/// as in observe_and_plan().
[[nodiscard]] Settled settle(const Workspace& workspace, Tenant& tenant, store::Store& store, const plan::Plan& done,
                             std::chrono::seconds grace, const std::set<model::Address>& except = {},
                             provider::ReadProgress& progress = provider::unwatched(),
                             const provider::ReadOrder* order = nullptr);

}  // namespace regent::controller
