#include "model/file_content.hpp"

#include "model/attributes.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace regent::model {

std::string file_content(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest.at(i));
    std::string base64(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const auto written =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    base64.resize(static_cast<std::size_t>(written));
    return content_text(hex, base64);
}

std::string bytes_of_content(std::string_view content) {
    const auto base64 = base64_of_content(content);
    std::string bytes(base64.size() / 4 * 3 + 1, '\0');
    const auto read =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
    if (read < 0) return {};
    bytes.resize(static_cast<std::size_t>(read));
    // The decoder counts padding as bytes.
    for (auto it = base64.rbegin(); it != base64.rend() && *it == '=' && !bytes.empty(); ++it) bytes.pop_back();
    return bytes;
}

}  // namespace regent::model
