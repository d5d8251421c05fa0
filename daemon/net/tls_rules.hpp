#pragma once

#include <openssl/types.h>

#include <string>

namespace regent::net {

/// Makes `context` (a client's) accept TLS 1.2 and newer only, and of certificates only those that name `host` (a name
/// or an address) as a subject alternative name: both client libraries would take a common name instead, which RFC
/// 9110, section 4.3.4 forbids. Partial wildcards ("f*.example") are refused. `ca_file` is trusted beside what the
/// context trusts already; empty: none. Returns what went wrong, empty when nothing did.
[[nodiscard]] std::string restrict_tls(SSL_CTX* context, const std::string& host, const std::string& ca_file);

}  // namespace regent::net
