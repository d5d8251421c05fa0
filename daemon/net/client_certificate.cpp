#include "net/base64url.hpp"
#include "net/credentials.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <memory>

namespace regent::net {
namespace {

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, Deleter<PKCS12_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

/// OpenSSL's queue of errors belongs to the thread: what is left in it would be blamed on the next TLS connection.
class QuietErrors {
public:
    QuietErrors() { ERR_set_mark(); }
    ~QuietErrors() { ERR_pop_to_mark(); }
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;
};

/// Hands the password over; never asks on a terminal, as OpenSSL's own callback would.
int give_password(char* buffer, int size, int, void* password) {
    const auto& text = static_cast<const Secret*>(password)->reveal();
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
    text.copy(buffer, text.size());
    return static_cast<int>(text.size());
}

Bio open(const Secret& bytes) {
    return Bio(BIO_new_mem_buf(bytes.reveal().data(), static_cast<int>(bytes.reveal().size())));
}

Key read_pem_key(const Secret& bytes, const Secret& password) {
    const auto bio = open(bytes);
    return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, const_cast<Secret*>(&password)));
}

/// The certificate that belongs to `key`: a bundle may hold its issuers too, in any order. `any` tells whether there
/// was one at all.
Certificate read_pem_certificate(const Secret& bytes, EVP_PKEY* key, bool& any) {
    const auto bio = open(bytes);
    while (Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
        any = true;
        if (X509_check_private_key(certificate.get(), key) == 1) return certificate;
    }
    return nullptr;
}

bool looks_like_pem(const Secret& bytes) {
    return bytes.reveal().find("-----BEGIN ") != std::string::npos;
}

std::chrono::system_clock::time_point time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

tl::unexpected<TokenError> refuse_pem_key(const Secret& bytes, const Secret& password) {
    const auto& text = bytes.reveal();
    const bool encrypted = text.find("ENCRYPTED PRIVATE KEY") != std::string::npos ||
                           text.find("Proc-Type: 4,ENCRYPTED") != std::string::npos;
    if (!encrypted) {
        return refuse("the certificate file holds no private key that can be read",
                      "put the certificate and its private key into one PEM file");
    }
    return refuse(password.empty() ? "the certificate's private key is encrypted, and no password is given"
                                   : "the password does not open the certificate's private key",
                  "set AZURE_CLIENT_CERTIFICATE_PASSWORD, or the file client-certificate-password");
}

}  // namespace

struct ClientCertificate::Parts {
    Certificate certificate;
    Key key;
    std::string file;
};

tl::expected<ClientCertificate, TokenError> ClientCertificate::parse(const Secret& bytes, const Secret& password,
                                                                     const std::string& file) {
    const QuietErrors quiet;
    auto parts = std::make_shared<Parts>();
    parts->file = file;
    if (looks_like_pem(bytes)) {
        parts->key = read_pem_key(bytes, password);
        if (!parts->key) return refuse_pem_key(bytes, password);
        bool any = false;
        parts->certificate = read_pem_certificate(bytes, parts->key.get(), any);
        if (!parts->certificate) {
            return refuse(any ? "the private key and the certificate do not belong together"
                              : "the certificate file holds a private key but no certificate",
                          "put the certificate and its private key into one PEM file");
        }
    } else {
        const auto bio = open(bytes);
        const Pkcs12 bundle(d2i_PKCS12_bio(bio.get(), nullptr));
        if (!bundle)
            return refuse("the certificate file is neither PEM nor PKCS#12", "export it as PEM with its private key");
        EVP_PKEY* key = nullptr;
        X509* certificate = nullptr;
        const bool opened = PKCS12_parse(bundle.get(), password.reveal().c_str(), &key, &certificate, nullptr) == 1;
        parts->key.reset(key);
        parts->certificate.reset(certificate);
        if (!opened) {
            return refuse("the password does not open the certificate file (PKCS#12)",
                          "set AZURE_CLIENT_CERTIFICATE_PASSWORD, or the file client-certificate-password");
        }
        if (!parts->key || !parts->certificate) {
            return refuse("the certificate file does not hold both a certificate and its private key",
                          "export it again together with its private key");
        }
    }
    if (EVP_PKEY_get_base_id(parts->key.get()) != EVP_PKEY_RSA) {
        return refuse("the certificate's key is not RSA, which Entra asks for",
                      "create a certificate with an RSA key of 2048 bits");
    }
    return ClientCertificate(std::move(parts));
}

const std::string& ClientCertificate::file() const noexcept {
    return parts_->file;
}

std::chrono::system_clock::time_point ClientCertificate::begins_at() const {
    return time_of(X509_get0_notBefore(parts_->certificate.get()));
}

std::chrono::system_clock::time_point ClientCertificate::ends_at() const {
    return time_of(X509_get0_notAfter(parts_->certificate.get()));
}

std::string ClientCertificate::thumbprint() const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    X509_digest(parts_->certificate.get(), EVP_sha256(), digest.data(), &length);
    return to_base64url({reinterpret_cast<const char*>(digest.data()), length});
}

tl::expected<std::string, TokenError> ClientCertificate::sign_ps256(std::string_view data) const {
    const QuietErrors quiet;
    const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;
    std::size_t length = 0;
    bool signed_well = context &&
                       EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, parts_->key.get()) == 1 &&
                       EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
                       EVP_DigestSign(context.get(), nullptr, &length, bytes, data.size()) == 1;
    std::string signature(length, '\0');
    signed_well = signed_well && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                                &length, bytes, data.size()) == 1;
    if (!signed_well)
        return refuse("the certificate's private key cannot sign", "create a certificate with an RSA key of 2048 bits");
    signature.resize(length);
    return signature;
}

}  // namespace regent::net
