#include "plan/permission_ids.hpp"

#include "model/ascii.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace regent::plan {
namespace {

/// A name space of regent's own. To change it is to change every derived id there is.
constexpr std::array<unsigned char, 16> name_space = {0x6b, 0x0e, 0x4f, 0x2d, 0x8c, 0x1a, 0x4b, 0x57,
                                                      0x9d, 0x3e, 0x52, 0xa1, 0x7f, 0xc6, 0x90, 0x44};

/// https://www.rfc-editor.org/rfc/rfc9562#section-5.5
std::string uuid_v5(std::string_view name) {
    std::string hashed(name_space.begin(), name_space.end());
    hashed += name;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(hashed.data(), hashed.size(), digest.data(), &length, EVP_sha1(), nullptr);
    digest[6] = static_cast<unsigned char>((digest[6] & 0x0fU) | 0x50U);
    digest[8] = static_cast<unsigned char>((digest[8] & 0x3fU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", digest[i]);
    }
    return text;
}

}  // namespace

std::string derived_permission_id(const model::Environment& environment, const model::Address& application,
                                  std::string_view name) {
    // As uniqueName is: nobody can tell keys apart that differ in case only. The name is what tokens carry, and
    // compared there byte for byte.
    const auto key = model::lower_case(fmt::format("{}.{}.{}", environment.owner, environment.name, application.name));
    return uuid_v5(fmt::format("{}/{}", key, name));
}

}  // namespace regent::plan
