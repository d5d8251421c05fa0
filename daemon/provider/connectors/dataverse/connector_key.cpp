#include "provider/connectors/dataverse/connector_key.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cctype>

namespace regent::provider::dataverse {
namespace {

/// Of connectors of regent; made once, at random.
constexpr std::array<unsigned char, 16> name_space = {0x6d, 0x1f, 0x0b, 0x8e, 0x52, 0x7c, 0x4a, 0x39,
                                                      0x9b, 0x64, 0x1e, 0xd7, 0x30, 0xc5, 0x8a, 0x21};

}  // namespace

std::string connector_id_of(std::string_view key) {
    std::string bytes(name_space.begin(), name_space.end());
    bytes += key;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha1(), nullptr);
    digest[6] = static_cast<unsigned char>((digest[6] & 0x0fU) | 0x50U);
    digest[8] = static_cast<unsigned char>((digest[8] & 0x3fU) | 0x80U);
    std::string id;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        id += fmt::format("{:02x}", digest.at(i));
    }
    return id;
}

std::string connector_name_of(std::string_view prefix, std::string_view title) {
    std::string name(prefix);
    name += '_';
    for (const unsigned char c : title) {
        const bool as_it_is = c < 0x80 && (std::isalnum(c) != 0 || c == '_');
        name += as_it_is ? std::string(1, static_cast<char>(c)) : fmt::format("-{:02X}", c);
    }
    return name;
}

}  // namespace regent::provider::dataverse
