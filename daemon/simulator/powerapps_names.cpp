#include "simulator/powerapps_names.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>

#include <cctype>

namespace regent::simulator {
namespace {

constexpr std::string_view shared = "shared_";
constexpr std::size_t longest_bare_name = 64;
constexpr std::size_t kept_of_long_name = 47;

std::string digest(const std::string& text) {
    return sha256_hex(text).substr(0, 16);
}

/// Bytes of UTF-8 are escaped one by one; how the service treats letters beyond ASCII is unknown.
std::string escaped(std::string_view title) {
    std::string out;
    for (const unsigned char c : title) {
        if (c < 0x80 && std::isalnum(c) != 0) {
            out += static_cast<char>(std::tolower(c));
        } else {
            out += fmt::format("-{:02x}", c);
        }
    }
    return out;
}

std::string assemble(std::string_view title, std::string_view tenant_id, const std::string& environment_hash) {
    auto bare =
        fmt::format("{}-5f{}-5f{}", escaped(title), digest("tenant " + std::string(tenant_id)), environment_hash);
    if (bare.size() > longest_bare_name) bare = bare.substr(0, kept_of_long_name) + "-" + digest(bare);
    return std::string(shared) + bare;
}

}  // namespace

std::string connector_name(std::string_view title, std::string_view tenant_id, std::string_view environment) {
    return assemble(title, tenant_id, digest("environment " + lower(std::string(environment))));
}

std::string varied_connector_name(std::string_view title, std::string_view tenant_id, std::string_view environment,
                                  int attempt) {
    return assemble(title, tenant_id,
                    digest(fmt::format("environment {} {}", lower(std::string(environment)), attempt)));
}

std::string_view bare_connector_name(std::string_view name) {
    return starts_with(name, shared) ? name.substr(shared.size()) : name;
}

}  // namespace regent::simulator
