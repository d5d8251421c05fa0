#include "manifest/certificate_file.hpp"

#include "manifest/file_digest.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <vector>

namespace regent::manifest {
namespace {

constexpr std::string_view begin_line = "-----BEGIN ";

template <auto free_it>
struct Freed {
    template <typename T>
    void operator()(T* object) const {
        free_it(object);
    }
};
using Bytes = std::unique_ptr<BIO, Freed<BIO_free>>;
using Parsed = std::unique_ptr<X509, Freed<X509_free>>;

/// "CERTIFICATE", "RSA PRIVATE KEY" …: what stands behind each `-----BEGIN `.
std::vector<std::string_view> labels_in(std::string_view pem) {
    std::vector<std::string_view> labels;
    for (auto at = pem.find(begin_line); at != std::string_view::npos; at = pem.find(begin_line, at + 1)) {
        const auto from = at + begin_line.size();
        labels.push_back(pem.substr(from, pem.find("-----", from) - from));
    }
    return labels;
}

bool is_private(std::string_view label) {
    return label.find("PRIVATE KEY") != std::string_view::npos;
}

/// In seconds since 1970.
std::time_t time_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return ::timegm(&parts);
}

std::string day_of(std::time_t time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(time));
}

tl::expected<Certificate, CertificateProblem> no_certificate(std::string message, std::string help) {
    return tl::unexpected(CertificateProblem{false, std::move(message), std::move(help)});
}

}  // namespace

tl::expected<Certificate, CertificateProblem> read_certificate(std::string_view pem) {
    std::size_t certificates = 0;
    for (const auto label : labels_in(pem)) {
        if (is_private(label)) {
            return tl::unexpected(CertificateProblem{
                true, "holds a private key",
                "take the key out of the repository, and out of its history; if anybody could read it, replace the "
                "certificate. The manifest wants the certificate alone: `openssl x509 -in both.pem -out portal.pem`"});
        }
        certificates += label == "CERTIFICATE" ? 1 : 0;
    }
    if (certificates > 1)
        return no_certificate(fmt::format("holds {} certificates", certificates),
                              "keep the application's own, and leave its issuers out");
    const Bytes source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const Parsed certificate(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
    if (certificates == 0 || !certificate)
        return no_certificate(
            "is no certificate in PEM form",
            "a file in DER form is turned by `openssl x509 -inform der -in portal.cer -out portal.pem`");
    std::string der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)), '\0');
    auto* end = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate.get(), &end);
    const auto first = time_of(X509_get0_notBefore(certificate.get())),
               last = time_of(X509_get0_notAfter(certificate.get()));
    const bool vouches_for_itself =
        X509_NAME_cmp(X509_get_subject_name(certificate.get()), X509_get_issuer_name(certificate.get())) == 0;
    return Certificate{base64_of(der), thumbprint_of(der), day_of(first),
                       day_of(last),   last - first,       vouches_for_itself};
}

}  // namespace regent::manifest
