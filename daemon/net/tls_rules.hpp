#pragma once

#include <openssl/types.h>

#include <string>

namespace regent::net {

/// What a client's context is to trust.
struct TlsTrust {
    std::string host;     ///< a name or an address
    std::string ca_file;  ///< trusted beside what the context trusts already; empty: none
    std::string pin;      ///< TransportOptions::pinned_certificates; empty: the rules below
};

/// Makes `context` (a client's) accept TLS 1.2 and newer only, and of certificates only those that name the host as a
/// subject alternative name: both client libraries would take a common name instead, which RFC 9110, section 4.3.4
/// forbids. Partial wildcards ("f*.example") are refused. With a pin, one certificate is accepted and no other. Returns
/// what went wrong, empty when nothing did.
[[nodiscard]] std::string restrict_tls(SSL_CTX* context, const TlsTrust& trust);

}  // namespace regent::net
