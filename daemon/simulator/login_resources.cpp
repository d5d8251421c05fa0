#include "simulator/login_resources.hpp"

#include "simulator/dataverse.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace regent::simulator {
namespace {

constexpr std::array<const char*, 9> services = {
    "https://graph.microsoft.com",          "https://service.powerapps.com", "https://service.flow.microsoft.com",
    "https://api.powerplatform.com",        "https://management.azure.com",  "https://management.core.windows.net",
    "00000003-0000-0000-c000-000000000000", "https://vault.azure.net",       "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"};

}  // namespace

std::optional<std::string> audience_of(const Directory& directory, const std::string& resource) {
    auto bare = resource;
    while (!bare.empty() && bare.back() == '/') bare.pop_back();
    if (std::any_of(services.begin(), services.end(), [&](const auto* known) { return same_text(bare, known); }))
        return resource;
    if (Dataverse::is_resource(bare)) return resource;
    if (directory.application_by("appId", bare) != nullptr) return bare;
    for (const auto* application : directory.applications.holders("identifierUris", bare, directory.now())) {
        const auto& uris = list(*application, "identifierUris");
        if (std::find(uris.begin(), uris.end(), nlohmann::json(bare)) != uris.end()) return bare;
    }
    return std::nullopt;
}

LoginRefusal unknown_client(const std::string& client) {
    return {400, "unauthorized_client", 700016,
            fmt::format("Application with identifier '{}' was not found in the directory 'Contoso'.", client)};
}

LoginRefusal unknown_resource(const std::string& resource) {
    return {400, "invalid_resource", 500011,
            fmt::format("The resource principal named {} was not found in the tenant named Contoso.", resource)};
}

}  // namespace regent::simulator
