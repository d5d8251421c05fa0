#include "net/tls_rules.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace regent::net {

std::string restrict_tls(SSL_CTX* context, const std::string& host, const std::string& ca_file) {
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) return "TLS 1.2 is not available";
    if (!ca_file.empty() && SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
        ERR_clear_error();
        return "the CA file " + ca_file + " cannot be read as certificates";
    }
    auto* verify = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) == 1) return {};
    ERR_clear_error();
    if (X509_VERIFY_PARAM_set1_host(verify, host.c_str(), host.size()) == 1) return {};
    ERR_clear_error();
    return "the host's name cannot be checked against a certificate";
}

}  // namespace regent::net
