#include "simulator/jwt.hpp"

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>

namespace regent::simulator {
namespace {

using nlohmann::json;

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using PublicKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

constexpr const char* key_name = "regent-simulator";

bool verify_with(EVP_PKEY* key, std::string_view data, std::string_view signature, bool pss) {
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    if (EVP_DigestVerifyInit(context.get(), &parameters, EVP_sha256(), nullptr, key) != 1) return false;
    if (pss && (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
                EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, 32) != 1))
        return false;
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                            reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1;
}

std::string number_bytes(EVP_PKEY* key, const char* name) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
    const Number number(raw);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
    BN_bn2bin(raw, reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
}

}  // namespace

struct SigningKey::Key {
    PublicKey pkey;
};

SigningKey::SigningKey() : key_(std::make_unique<Key>()) {
    key_->pkey.reset(EVP_RSA_gen(2048));
}
SigningKey::~SigningKey() = default;

std::string SigningKey::sign(const json& claims) const {
    const json header{{"typ", "JWT"}, {"alg", "RS256"}, {"kid", key_name}};
    auto token = base64url(header.dump()) + "." + base64url(claims.dump());
    const DigestContext context(EVP_MD_CTX_new());
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get());
    std::size_t length = 0;
    EVP_DigestSign(context.get(), nullptr, &length, reinterpret_cast<const unsigned char*>(token.data()), token.size());
    std::string signature(length, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                   reinterpret_cast<const unsigned char*>(token.data()), token.size());
    signature.resize(length);
    return token + "." + base64url(signature);
}

std::optional<json> SigningKey::verify(std::string_view token) const {
    const auto parsed = parse_assertion(token);
    if (!parsed || parsed->algorithm != "RS256" ||
        !verify_with(key_->pkey.get(), parsed->signed_part, parsed->signature, false))
        return std::nullopt;
    return *parsed->claims;
}

json SigningKey::public_jwk() const {
    return {{"kty", "RSA"},
            {"use", "sig"},
            {"kid", key_name},
            {"alg", "RS256"},
            {"n", base64url(number_bytes(key_->pkey.get(), OSSL_PKEY_PARAM_RSA_N))},
            {"e", base64url(number_bytes(key_->pkey.get(), OSSL_PKEY_PARAM_RSA_E))}};
}

std::optional<Assertion> parse_assertion(std::string_view jwt) {
    const auto first = jwt.find('.');
    const auto second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
    if (second == std::string_view::npos || jwt.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    const auto header_text = base64_decoded(jwt.substr(0, first));
    const auto claims_text = base64_decoded(jwt.substr(first + 1, second - first - 1));
    const auto signature = base64_decoded(jwt.substr(second + 1));
    if (!header_text || !claims_text || !signature) return std::nullopt;
    const auto header = json::parse(*header_text, nullptr, false);
    auto claims = json::parse(*claims_text, nullptr, false);
    if (!header.is_object() || !claims.is_object()) return std::nullopt;
    Assertion assertion;
    assertion.algorithm = header.value("alg", "");
    assertion.thumbprint_sha256 = header.value("x5t#S256", "");
    assertion.thumbprint_sha1 = header.value("x5t", "");
    assertion.key_id = header.value("kid", "");
    assertion.signed_part = std::string(jwt.substr(0, second));
    assertion.signature = *signature;
    assertion.claims = std::make_shared<json>(std::move(claims));
    return assertion;
}

bool is_signed_by(const Assertion& assertion, std::string_view der) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    const Certificate certificate(d2i_X509(nullptr, &begin, static_cast<long>(der.size())));
    if (!certificate) return false;
    if (assertion.algorithm != "PS256" && assertion.algorithm != "RS256") return false;
    return verify_with(X509_get0_pubkey(certificate.get()), assertion.signed_part, assertion.signature,
                       assertion.algorithm == "PS256");
}

std::string sha1_bytes(std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha1(), nullptr);
    return {reinterpret_cast<const char*>(digest.data()), length};
}

}  // namespace regent::simulator
