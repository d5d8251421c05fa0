#pragma once

#include "net/session.hpp"
#include "provider/connectors/dataverse/dataverse_provider.hpp"
#include "provider/provider_error.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::provider::dataverse {

/// The Dataverse of one Power Platform environment.
struct Instance {
    std::string environment;
    std::string origin;  ///< "https://contoso.crm4.dynamics.com"
    std::string path;    ///< below it, for a simulated one; usually empty
    [[nodiscard]] std::string scope() const { return origin + path + "/.default"; }
};

/// An unmanaged solution, which connectors can be made in.
struct Solution {
    std::string id, unique_name;
    std::string prefix;  ///< its publisher's customizationprefix
};

/// What there is of solutions in one environment.
struct Solutions {
    std::vector<Solution> all;                                  ///< unmanaged ones
    std::set<std::pair<std::string, std::string>> memberships;  ///< connector's id, solution's id
};

/// The few requests of the Dataverse Web API that regent needs, with its answers checked and its errors translated.
/// https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview
class DataverseClient {
public:
    DataverseClient(net::Session& session, net::Clock& clock, const DataverseOptions& options)
        : session_(session), clock_(clock), options_(options) {}

    template <typename T>
    using Result = tl::expected<T, ProviderError>;

    /// Where the Dataverse of `environment` is: as configured, else as the Power Platform says, which is asked once.
    [[nodiscard]] Result<Instance> instance(const std::string& environment);
    /// Every row of the table, every page.
    [[nodiscard]] Result<std::vector<nlohmann::json>> connectors(const Instance& instance, ReadPart* part = nullptr);
    [[nodiscard]] Result<nlohmann::json> connector(const Instance& instance, const std::string& id);
    /// Whom rows name as `createdby` that we make: users have other ids here than in Entra. Asked once. Needs no
    /// rights. https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/whoami
    [[nodiscard]] Result<std::string> who_am_i(const Instance& instance);
    [[nodiscard]] Result<std::vector<Solution>> solutions(const Instance& instance);
    [[nodiscard]] Result<Solutions> solutions_and_members(const Instance& instance);

    /// Keyed by the row's `connectorid`: a second one is refused as a duplicate.
    [[nodiscard]] Result<void> create(const Instance& instance, const nlohmann::json& row, const std::string& solution);
    /// `etag` empty: whatever version is there. Never makes a row.
    [[nodiscard]] Result<void> update(const Instance& instance, const std::string& id, const nlohmann::json& columns,
                                      const std::string& etag);
    [[nodiscard]] Result<void> add_to_solution(const Instance& instance, const std::string& id,
                                               const std::string& solution);
    [[nodiscard]] Result<void> remove(const Instance& instance, const std::string& id);

private:
    [[nodiscard]] Result<std::set<std::pair<std::string, std::string>>> memberships(const Instance& instance);
    /// As people know it.
    [[nodiscard]] std::string place_of(const Instance& instance) const;
    [[nodiscard]] Result<net::Answer> call(const Instance& instance, net::Method method, const std::string& target,
                                           const std::string& what, std::string body = {}, net::Headers headers = {});
    [[nodiscard]] Result<net::Answer> send(net::Request request, const std::string& scope, const std::string& what,
                                           const std::string& service);
    [[nodiscard]] Result<std::vector<nlohmann::json>> pages(const Instance& instance, const std::string& query,
                                                            const std::string& what, ReadPart* part);
    [[nodiscard]] ProviderError refused(const std::string& what, const net::Answer& answer,
                                        const std::string& service) const;
    [[nodiscard]] ProviderError incomplete(const std::string& what, const net::Answer& answer,
                                           const std::string& why) const;
    [[nodiscard]] std::string now() const;

    net::Session& session_;
    net::Clock& clock_;
    const DataverseOptions& options_;
    std::mutex mutex_;
    std::map<std::string, Instance> instances_;
    std::mutex who_mutex_;
    std::map<std::string, std::string> users_;  ///< who_am_i(), by environment
};

}  // namespace regent::provider::dataverse
