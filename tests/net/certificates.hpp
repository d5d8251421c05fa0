#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace regent::net::test {

/// A certificate with its private key, both as PEM.
struct Identity {
    std::string certificate_pem;
    std::string key_pem;
};

/// What a certificate says; made at run time, so that none in the repository can expire.
struct CertificateWish {
    std::string common_name = "regent test";
    std::string subject_alternative_names{};  ///< "DNS:localhost,IP:127.0.0.1"; empty: none
    bool expired = false;
    bool ec_key = false;
};

/// A certificate authority of the test's own.
class Authority {
public:
    Authority();
    ~Authority();
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    [[nodiscard]] const std::string& certificate_pem() const;
    [[nodiscard]] Identity issue(const CertificateWish& wish) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

[[nodiscard]] Identity self_signed(const CertificateWish& wish);
[[nodiscard]] std::string encrypted_key_pem(const Identity& identity, const std::string& password);
[[nodiscard]] std::string to_pkcs12(const Identity& identity, const std::string& password);

/// Does `signature` hold for `data` under RSASSA-PSS with SHA-256 and a salt of 32 bytes?
[[nodiscard]] bool verifies_ps256(const std::string& certificate_pem, const std::string& data,
                                  const std::string& signature);
/// base64url of SHA-256 over the DER bytes, computed from the PEM text alone.
[[nodiscard]] std::string der_sha256_base64url(const std::string& certificate_pem);
/// SHA-1 over the same, in hex and capitals, as Windows shows it.
[[nodiscard]] std::string thumbprint_of(const std::string& certificate_pem);

/// A folder for one test, gone afterwards.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Writes a file below, with that mode whatever the umask; returns its path.
    std::string write(const std::string& name, const std::string& content, unsigned mode = 0600) const;

private:
    std::filesystem::path path_;
};

}  // namespace regent::net::test
