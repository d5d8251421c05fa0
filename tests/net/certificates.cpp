#include "net/certificates.hpp"

#include "net/base64url.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <stdexcept>

namespace regent::net::test {
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

std::string text_of(const Bio& bio) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

Bio memory() {
    return Bio(BIO_new(BIO_s_mem()));
}
Bio memory(const std::string& text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Key make_key(bool elliptic) {
    return Key(elliptic ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048));
}

Certificate parse_certificate(const std::string& pem) {
    return Certificate(PEM_read_bio_X509(memory(pem).get(), nullptr, nullptr, nullptr));
}

Key parse_key(const std::string& pem) {
    return Key(PEM_read_bio_PrivateKey(memory(pem).get(), nullptr, nullptr, nullptr));
}

std::string to_pem(X509* certificate) {
    const auto bio = memory();
    PEM_write_bio_X509(bio.get(), certificate);
    return text_of(bio);
}

std::string to_pem(EVP_PKEY* key) {
    const auto bio = memory();
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(bio);
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    if (extension == nullptr) throw std::runtime_error("not an extension: " + value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/// Signed by `issuer_key`; by itself when `issuer` is nothing.
Certificate make_certificate(const CertificateWish& wish, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                             bool authority) {
    static std::atomic<long> serial = 1;
    constexpr long day = 24 * 3600;
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * day);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.expired ? -day : day);
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), issuer != nullptr ? X509_get_subject_name(issuer) : name);
    X509_set_pubkey(certificate.get(), key);
    if (authority) add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    if (!wish.subject_alternative_names.empty()) {
        add_extension(certificate.get(), NID_subject_alt_name, wish.subject_alternative_names);
    }
    X509_sign(certificate.get(), issuer_key, EVP_sha256());
    return certificate;
}

}  // namespace

struct Authority::Parts {
    Key key = make_key(false);
    Certificate certificate =
        make_certificate({.common_name = "regent test authority"}, key.get(), nullptr, key.get(), true);
    std::string pem = to_pem(certificate.get());
};

Authority::Authority() : parts_(std::make_unique<Parts>()) {}
Authority::~Authority() = default;

const std::string& Authority::certificate_pem() const {
    return parts_->pem;
}

Identity Authority::issue(const CertificateWish& wish) const {
    const auto key = make_key(wish.ec_key);
    const auto certificate = make_certificate(wish, key.get(), parts_->certificate.get(), parts_->key.get(), false);
    return {to_pem(certificate.get()), to_pem(key.get())};
}

Identity self_signed(const CertificateWish& wish) {
    const auto key = make_key(wish.ec_key);
    const auto certificate = make_certificate(wish, key.get(), nullptr, key.get(), false);
    return {to_pem(certificate.get()), to_pem(key.get())};
}

std::string encrypted_key_pem(const Identity& identity, const std::string& password) {
    const auto bio = memory();
    PEM_write_bio_PKCS8PrivateKey(bio.get(), parse_key(identity.key_pem).get(), EVP_aes_256_cbc(), password.data(),
                                  static_cast<int>(password.size()), nullptr, nullptr);
    return text_of(bio);
}

std::string to_pkcs12(const Identity& identity, const std::string& password) {
    const auto key = parse_key(identity.key_pem);
    const auto certificate = parse_certificate(identity.certificate_pem);
    PKCS12* bundle = PKCS12_create(password.c_str(), "regent", key.get(), certificate.get(), nullptr, 0, 0, 0, 0, 0);
    const auto bio = memory();
    i2d_PKCS12_bio(bio.get(), bundle);
    PKCS12_free(bundle);
    return text_of(bio);
}

bool verifies_ps256(const std::string& certificate_pem, const std::string& data, const std::string& signature) {
    const auto certificate = parse_certificate(certificate_pem);
    const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;
    EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, X509_get0_pubkey(certificate.get()));
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, 32);
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                            reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1;
}

namespace {

std::string der_of(const std::string& certificate_pem) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* der = nullptr;
    long size = 0;
    PEM_read_bio(memory(certificate_pem).get(), &name, &header, &der, &size);
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    return bytes;
}

const unsigned char* bytes_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string der_sha256_base64url(const std::string& certificate_pem) {
    const auto der = der_of(certificate_pem);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(bytes_of(der), der.size(), digest);
    return to_base64url({reinterpret_cast<const char*>(digest), sizeof digest});
}

std::string thumbprint_of(const std::string& certificate_pem) {
    const auto der = der_of(certificate_pem);
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(bytes_of(der), der.size(), digest);
    std::string text;
    for (const unsigned char byte : digest) text += fmt::format("{:02X}", byte);
    return text;
}

TemporaryDirectory::TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "regent-net-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& name, const std::string& content, unsigned mode) const {
    const auto file = (path_ / name).string();
    std::ofstream(file, std::ios::binary) << content;
    ::chmod(file.c_str(), mode);
    return file;
}

}  // namespace regent::net::test
