#pragma once

#include "net/credentials.hpp"

#include <tl/expected.hpp>

#include <string>

namespace regent::net {

struct AssertionRequest {
    std::string token_endpoint;  ///< `aud` of an assertion that we sign ourselves
    std::string client_id;
    std::string federated_audience;  ///< what an outside issuer is asked to put there
    bool had_before = false;         ///< one was had already: a file that is missing now is being renewed
};

/// The JWT that stands in for a client secret: signed with our certificate
/// (https://learn.microsoft.com/entra/identity-platform/certificate-credentials), or an outside issuer's as it is, read
/// from its file or asked for anew each time
/// (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). `credential` holds neither a secret
/// nor a managed identity.
[[nodiscard]] tl::expected<std::string, TokenError> make_client_assertion(const Credential& credential,
                                                                          const AssertionRequest& request,
                                                                          Transport& transport, Clock& clock, Rng& rng);

}  // namespace regent::net
