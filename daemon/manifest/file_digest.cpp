#include "manifest/file_digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace regent::manifest {
namespace {

std::string hex_digest(std::string_view bytes, const EVP_MD* kind, std::size_t length, bool capital) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kind, nullptr);
    std::string hex;
    for (std::size_t i = 0; i < length; ++i)
        hex += capital ? fmt::format("{:02X}", digest[i]) : fmt::format("{:02x}", digest[i]);
    return hex;
}

}  // namespace

std::string base64_of(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const auto length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::string thumbprint_of(std::string_view bytes) {
    return hex_digest(bytes, EVP_sha1(), 20, true);
}

std::string short_sha256(std::string_view bytes) {
    return hex_digest(bytes, EVP_sha256(), 8, false);
}

}  // namespace regent::manifest
