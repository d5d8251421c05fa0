#include "net/guid.hpp"

#include <fmt/format.h>

namespace regent::net {

std::string make_guid(Rng& rng) {
    const auto high = (rng.next() & 0xffff'ffff'ffff'0fffU) | 0x4000U;
    const auto low = (rng.next() & 0x3fff'ffff'ffff'ffffU) | 0x8000'0000'0000'0000U;
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU, high & 0xffffU,
                       low >> 48U, low & 0xffff'ffff'ffffU);
}

}  // namespace regent::net
