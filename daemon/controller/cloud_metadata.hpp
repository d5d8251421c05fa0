#pragma once

#include "controller/tenant.hpp"
#include "model/environment.hpp"
#include "net/clock.hpp"
#include "net/transport.hpp"

#include <tl/expected.hpp>

#include <string_view>

namespace regent::controller {

/// Asks the Azure Resource Manager at `endpoints.metadata` where its cloud has everything else, and fills what
/// `endpoints` leaves empty: what a manifest says by hand stays. The question carries no credential. `transport` must
/// allow that origin.
///
/// Whoever answers decides where secrets are sent, so only origins are taken, and plain http only for this machine when
/// the answer came from this machine.
/// https://learn.microsoft.com/azure-stack/user/azure-stack-rest-api-use,
/// https://github.com/hashicorp/go-azure-sdk/tree/main/sdk/internal/metadata
[[nodiscard]] tl::expected<model::Endpoints, SignInError> ask_cloud(const model::Endpoints& endpoints,
                                                                    net::Transport& transport, net::Clock& clock);

/// The reading of an answer: the object that newer versions of the API give, or a list of them, of which the one that
/// describes `endpoints.metadata` is meant.
[[nodiscard]] tl::expected<model::Endpoints, SignInError> read_cloud_metadata(std::string_view body,
                                                                              const model::Endpoints& endpoints);

}  // namespace regent::controller
