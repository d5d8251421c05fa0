#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace regent::simulator {

/// The key a process signs its tokens with: RSA, made at start.
class SigningKey {
public:
    SigningKey();
    ~SigningKey();
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;

    /// A JWT signed RS256.
    [[nodiscard]] std::string sign(const nlohmann::json& claims) const;
    /// The claims of a JWT that this key signed; nothing for any other text.
    [[nodiscard]] std::optional<nlohmann::json> verify(std::string_view token) const;
    /// The key as one entry of a JWKS document.
    [[nodiscard]] nlohmann::json public_jwk() const;

private:
    struct Key;
    std::unique_ptr<Key> key_;
};

/// A client assertion taken apart, its signature not yet looked at.
struct Assertion {
    std::string algorithm;                                   ///< "PS256", "RS256"
    std::string thumbprint_sha256, thumbprint_sha1, key_id;  ///< x5t#S256, x5t, kid as sent
    std::string signed_part;                                 ///< header.payload
    std::string signature;                                   ///< raw bytes
    std::shared_ptr<const nlohmann::json> claims;
};
[[nodiscard]] std::optional<Assertion> parse_assertion(std::string_view jwt);

/// True when the certificate (DER) made the signature, by PS256 (salt of 32 bytes) or RS256.
[[nodiscard]] bool is_signed_by(const Assertion& assertion, std::string_view certificate_der);
/// SHA-256 and SHA-1 over a certificate's DER bytes, raw.
[[nodiscard]] std::string sha1_bytes(std::string_view data);

}  // namespace regent::simulator
