#include "provider/graph/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace regent::provider::graph {

std::string short_digest(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string hex;
    for (std::size_t i = 0; i < 8; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

}  // namespace regent::provider::graph
