#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace regent::manifest {

/// What is sent of a certificate, and what tells it from others.
struct Certificate {
    std::string key;         ///< base64 of its DER
    std::string thumbprint;  ///< SHA-1 of its DER in capital hex digits, as Entra shows it
    std::string starts;      ///< its first day, "2026-03-13", UTC
    std::string ends;        ///< its last day
    std::int64_t life = 0;   ///< in seconds
    bool vouches_for_itself = false;
};

struct CertificateProblem {
    bool holds_private_key = false;
    std::string message;  ///< completes "the certificate `x` …"; holds nothing of the file
    std::string help;
};

/// Reads a file that holds one certificate in PEM form (RFC 7468) and nothing that has to stay secret.
[[nodiscard]] tl::expected<Certificate, CertificateProblem> read_certificate(std::string_view pem);

}  // namespace regent::manifest
