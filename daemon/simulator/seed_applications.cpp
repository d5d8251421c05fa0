#include "simulator/seed_applications.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::simulator {

void seed_applications(Directory& directory, std::size_t count) {
    using nlohmann::json;
    const Time always{};
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = fmt::format("app-{:05}", i);
        auto application = directory.new_application({{"displayName", name}});
        application["web"]["redirectUris"] = {fmt::format("https://{}.contoso.example/signin-oidc", name)};
        application["identifierUris"] = {"api://" + name};
        application["passwordCredentials"].push_back({{"keyId", directory.ids().guid()},
                                                      {"displayName", "ci"},
                                                      {"hint", "abc"},
                                                      {"customKeyIdentifier", nullptr},
                                                      {"startDateTime", "2026-01-01T00:00:00Z"},
                                                      {"endDateTime", "2027-12-31T00:00:00Z"}});
        for (std::size_t k = 0; k <= i % 2; ++k) {
            application["federatedIdentityCredentials"].push_back(
                {{"id", directory.ids().guid()},
                 {"name", fmt::format("gh-{}", k)},
                 {"issuer", "https://token.actions.githubusercontent.com"},
                 {"subject", fmt::format("repo:contoso/{}:environment:{}", name, k)},
                 {"audiences", {"api://AzureADTokenExchange"}},
                 {"description", nullptr}});
        }
        auto principal = directory.new_principal(application["appId"], {{"displayName", name}});
        directory.service_principals.put(principal["id"], principal, always);
        directory.applications.put(application["id"], application, always);
    }
}

}  // namespace regent::simulator
