#pragma once

#include "simulator/values.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace regent::simulator {

/// What a certificate says of itself, as far as Graph shows it.
struct CertificateFacts {
    std::string subject;   ///< "CN=portal, O=Contoso"
    std::string sha1_hex;  ///< the thumbprint, upper case
    Time not_before, not_after;
    bool self_issued = false;
};
/// The certificate itself (DER) in what a client wrote into `key`: it, or, as Terraform's azuread provider has it, its
/// PEM form. Anything else as it is. https://github.com/hashicorp/terraform-provider-azuread
[[nodiscard]] std::string certificate_in(std::string key);
/// Nothing when the bytes are no certificate in DER.
[[nodiscard]] std::optional<CertificateFacts> read_certificate(std::string_view der);

}  // namespace regent::simulator
