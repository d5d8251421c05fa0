#pragma once

#include "simulator/service.hpp"
#include "simulator/values.hpp"
#include "simulator/versioned.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::simulator {

/// The pretend tenant's directory: what Graph writes, and what sign-in reads.
///
/// Applications are kept in Graph's own shape, with a few members of ours that no answer shows:
/// "federatedIdentityCredentials" (contained), "owners" (ids), "_secrets" (key id → SHA-256 of the secret's text).
class Directory {
public:
    Directory(const Clock& clock, std::string tenant_id, std::uint64_t seed);

    using Json = nlohmann::json;

    [[nodiscard]] Time now() const { return clock_.now(); }
    [[nodiscard]] const std::string& tenant_id() const noexcept { return tenant_id_; }
    [[nodiscard]] IdSource& ids() noexcept { return ids_; }

    Json policies = Json::object();  ///< app management: "default", and "linked" to single applications
    Versioned applications, service_principals, deleted, grants, assignments;
    Versioned users, groups;  ///< only for roles to be given to them
    std::chrono::seconds replica_lag{0};
    bool built_in_client_owns_only = false;  ///< its tokens say that it may write what it owns, and no more
    std::set<std::string> verified_domains{"contoso.onmicrosoft.com", "contoso.com", "contoso.example"};

    /// The present truth, whatever replicas say: for writes and their rules.
    [[nodiscard]] const Json* application(const std::string& id) const { return applications.find(id, now()); }
    /// By appId, whatever its case, or by uniqueName.
    [[nodiscard]] const Json* application_by(const std::string& member, const std::string& value,
                                             std::chrono::seconds lag = {}) const;
    [[nodiscard]] const Json* principal_by_app(const std::string& app_id, std::chrono::seconds lag = {}) const;
    void put_application(Json application);

    /// Makes an application with Graph's defaults out of `given`; missing ids are chosen.
    [[nodiscard]] Json new_application(const Json& given);
    /// Gives the certificates of an application that have no keyId one.
    void number_keys(Json& application);
    /// Gives secrets that somebody seeded what they lack: a keyId, and a life of two years from now.
    void complete_secrets(Json& holder);
    [[nodiscard]] Json new_principal(const std::string& app_id, const Json& given);

    /// Good when `secret` is one of the application's or of its service principal's, unexpired and no longer too new.
    enum class SecretCheck { good, wrong, expired };
    [[nodiscard]] SecretCheck check_secret(const Json& application, const std::string& secret) const;
    std::chrono::seconds secret_delay{0};  ///< a new secret is refused that long

    /// Puts the tenant back to how it comes out of the box: the client that may do everything, first-party service
    /// principals.
    void reset();

private:
    const Clock& clock_;
    std::string tenant_id_;
    IdSource ids_;
};

inline constexpr std::string_view built_in_client = "22222222-2222-2222-2222-222222222222";
inline constexpr std::string_view built_in_principal = "33333333-3333-3333-3333-333333333333";

}  // namespace regent::simulator
