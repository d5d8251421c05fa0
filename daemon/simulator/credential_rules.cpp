#include "simulator/application_rules.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Problem = std::optional<GraphError>;

// https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
constexpr std::size_t max_credentials = 20, min_name = 3, max_name = 120, max_text = 600;

GraphError refused(std::string message) {
    return {400, "InvalidFederatedIdentityCredentialValue", std::move(message), {}};
}

bool is_good_name(const std::string& name) {
    const auto is_alphanumeric = [](unsigned char c) { return c < 0x80 && std::isalnum(c) != 0; };
    return name.size() >= min_name && name.size() <= max_name && is_alphanumeric(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(),
                       [&](unsigned char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

Problem check_text(const std::string& property, const std::string& value) {
    if (value.empty()) return refused(fmt::format("The property {} cannot be empty.", property));
    if (characters_in(value) > max_text)
        return refused(fmt::format("The property {} exceeds the maximum length of {}.", property, max_text));
    return std::nullopt;
}

Problem check_own_values(const json& credential) {
    if (!is_good_name(text(credential, "name"))) return invalid_value("name", "FederatedIdentityCredential");
    for (const auto* property : {"issuer", "subject"}) {
        if (auto wrong = check_text(property, text(credential, property))) return wrong;
    }
    if (list(credential, "audiences").size() != 1)
        return refused("The property audiences must contain exactly one audience.");
    if (auto wrong = check_text("audiences", credential.at("audiences")[0].get<std::string>())) return wrong;
    if (characters_in(text(credential, "description")) > max_text)
        return invalid_value("description", "FederatedIdentityCredential");
    return std::nullopt;
}

}  // namespace

Problem check_credential(const GraphSwitches& switches, const json& application, const json& credential,
                         const std::string& self) {
    if (auto wrong = check_own_values(credential)) return wrong;
    const auto name = text(credential, "name"), issuer = text(credential, "issuer"),
               subject = text(credential, "subject");
    std::size_t others = 0;
    for (const auto& other : list(application, "federatedIdentityCredentials")) {
        if (text(other, "id") == self) continue;
        ++others;
        if (text(other, "name") == name) {
            return GraphError{switches.duplicate_credential_name_status, "Request_MultipleObjectsWithSameKeyValue",
                              fmt::format("FederatedIdentityCredential with name {} already exists.", name), "name"};
        }
        if (text(other, "issuer") == issuer && text(other, "subject") == subject) {
            return refused(
                fmt::format("The combination of issuer and subject must be unique for the application. "
                            "Issuer {} and Subject: {} already exist. "
                            "paramName: FederatedIdentityCredential.Subject, paramValue: {}, objectType: "
                            "Microsoft.Online.DirectoryServices.Application",
                            issuer, subject, subject));
        }
    }
    if (others >= max_credentials) {
        return GraphError{switches.too_many_credentials_status,
                          "Directory_QuotaExceeded",
                          fmt::format("Unable to perform operation as '{}' would exceed the maximum quota count '{}' "
                                      "for forward-link 'federatedIdentityCredentials'.",
                                      others + 1, max_credentials),
                          {}};
    }
    return std::nullopt;
}

}  // namespace regent::simulator
