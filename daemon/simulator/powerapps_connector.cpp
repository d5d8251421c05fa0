#include "simulator/powerapps_connector.hpp"

#include <fmt/format.h>

#include <cctype>

namespace regent::simulator {

using nlohmann::json;

std::string connector_name(const std::string& title, const std::string& environment, const std::string& tenant) {
    std::string escaped;
    for (const unsigned char c : lower(title)) {
        if (std::isalnum(c) != 0) {
            escaped += static_cast<char>(c);
        } else {
            escaped += fmt::format("-{:02x}", c);
        }
    }
    auto name = escaped + "-5f" + sha256_hex("tenant " + tenant).substr(0, 16) + "-5f" +
                sha256_hex("environment " + environment).substr(0, 16);
    if (name.size() > 64) name = name.substr(0, 47) + "-" + sha256_hex(name).substr(0, 16);
    return "shared_" + name;
}

const json* member_of(const json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (same_text(it.key(), name)) return &it.value();
    }
    return nullptr;
}

json* oauth_of(json& connection_parameters) {
    if (!connection_parameters.is_object()) return nullptr;
    for (auto& parameter : connection_parameters) {
        const auto* type = member_of(parameter, "type");
        if (type == nullptr || !type->is_string() || !same_text(type->get<std::string>(), "oauthSetting")) continue;
        for (auto it = parameter.begin(); it != parameter.end(); ++it) {
            if (same_text(it.key(), "oAuthSettings")) return &it.value();
        }
    }
    return nullptr;
}

bool uses_managed_identity(const json& settings) {
    const auto* type = member_of(settings, "clientAssertionType");
    return type != nullptr && type->is_string() &&
           same_text(type->get<std::string>(), "GenericFederatedIdentityCredential");
}

std::string identity_subject(const std::string& tenant, const std::string& connector_name, const std::string& salt) {
    const auto short_hash = [](const std::string& text) { return base64url(sha256_bytes(text).substr(0, 16)); };
    return fmt::format("/eid1/c/pub/t/{}/a/{}/connector/{}", short_hash("tenant " + tenant), short_hash("power apps"),
                       short_hash(connector_name + salt));
}

}  // namespace regent::simulator
