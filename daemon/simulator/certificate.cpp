#include "simulator/certificate.hpp"

#include "simulator/jwt.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace regent::simulator {
namespace {

Time time_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string subject_of(const X509* certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> buffer(BIO_new(BIO_s_mem()), &BIO_free);
    X509_NAME_print_ex(buffer.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ);
    char* data = nullptr;
    const auto length = BIO_get_mem_data(buffer.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

}  // namespace

std::string certificate_in(std::string key) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())),
                                                         &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        key.starts_with("-----BEGIN CERTIFICATE-----") ? PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)
                                                       : nullptr,
        &X509_free);
    unsigned char* der = nullptr;
    const auto length = certificate ? i2d_X509(certificate.get(), &der) : -1;
    if (length < 0) return key;
    key.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return key;
}

std::optional<CertificateFacts> read_certificate(std::string_view der) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        d2i_X509(nullptr, &begin, static_cast<long>(der.size())), &X509_free);
    if (!certificate) return std::nullopt;
    CertificateFacts facts;
    facts.subject = subject_of(certificate.get());
    for (const unsigned char byte : sha1_bytes(der)) facts.sha1_hex += fmt::format("{:02X}", byte);
    facts.not_before = time_of(X509_get0_notBefore(certificate.get()));
    facts.not_after = time_of(X509_get0_notAfter(certificate.get()));
    facts.self_issued =
        X509_NAME_cmp(X509_get_subject_name(certificate.get()), X509_get_issuer_name(certificate.get())) == 0;
    return facts;
}

}  // namespace regent::simulator
