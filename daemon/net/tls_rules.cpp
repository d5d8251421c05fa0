#include "net/tls_rules.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace regent::net {
namespace {

std::string sha1_of(const X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int length = 0;
    if (certificate == nullptr || X509_digest(certificate, EVP_sha1(), bytes.data(), &length) != 1) return {};
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
        text += digits[bytes.at(i) >> 4U];
        text += digits[bytes.at(i) & 15U];
    }
    return text;
}

/// In place of the library's whole verification: the chain, the names and the dates.
int is_the_pinned_one(X509_STORE_CTX* store, void* pin) {
    const bool same = sha1_of(X509_STORE_CTX_get0_cert(store)) == *static_cast<const std::string*>(pin);
    X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
    return same ? 1 : 0;
}

/// The context may outlive whoever made it, so it owns the text.
std::string trust_one(SSL_CTX* context, const std::string& pin) {
    static const int place = SSL_CTX_get_ex_new_index(
        0, nullptr, nullptr, nullptr,
        [](void*, void* text, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<std::string*>(text); });
    auto kept = std::make_unique<std::string>(pin);
    if (place < 0 || SSL_CTX_set_ex_data(context, place, kept.get()) != 1) {
        ERR_clear_error();
        return "a certificate cannot be pinned";
    }
    SSL_CTX_set_cert_verify_callback(context, is_the_pinned_one, kept.release());
    return {};
}

}  // namespace

std::string restrict_tls(SSL_CTX* context, const TlsTrust& trust) {
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) return "TLS 1.2 is not available";
    if (!trust.pin.empty()) return trust_one(context, trust.pin);
    if (!trust.ca_file.empty() && SSL_CTX_load_verify_file(context, trust.ca_file.c_str()) != 1) {
        ERR_clear_error();
        return "the CA file " + trust.ca_file + " cannot be read as certificates";
    }
    auto* verify = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(verify, trust.host.c_str()) == 1) return {};
    ERR_clear_error();
    if (X509_VERIFY_PARAM_set1_host(verify, trust.host.c_str(), trust.host.size()) == 1) return {};
    ERR_clear_error();
    return "the host's name cannot be checked against a certificate";
}

}  // namespace regent::net
