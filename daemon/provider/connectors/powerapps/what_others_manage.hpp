#pragma once

#include "model/value.hpp"
#include "plan/plan.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/provider.hpp"

#include <tl/expected.hpp>

#include <string>

namespace regent::provider::powerapps {

/// What an update writes. The definition carries the mark, and the blocks of a sign-in travel whole; what of them the
/// manifest leaves to others (`management.ignore`) is sent as it was observed.
[[nodiscard]] model::Map written_values(const plan::Step& step);

/// An update that is about to be sent, and where to.
struct Update {
    const plan::Step& step;
    std::string environment, name;
    bool with_sign_in = false;  ///< the block of the sign-in travels with it
    bool gives_secret = false;
};

/// The step of `update` as it may be sent. Where it sends something that others manage, the connector is looked at once
/// more, since the service knows no precondition: what somebody saved since it was observed takes the place of that.
/// Without such a thing in it the step is given back as it is, and nothing is asked.
///
/// An error (RG0706) when the connector has become another manifest's, or when the one who saved it may have taken the
/// secret that it signs in with: after a save of ours nobody could see that any more.
[[nodiscard]] tl::expected<plan::Step, ProviderError> with_what_is_there(PowerAppsClient& client,
                                                                         const Identity& identity,
                                                                         const Update& update);

}  // namespace regent::provider::powerapps
