#pragma once

#include "net/session.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/provider_error.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace regent::provider::powerapps {

/// A file of a connector's on its way to the service's storage.
struct UploadedFile {
    std::string what;  ///< "the icon", for people
    std::string name;  ///< there
    std::string content_type;
    std::string bytes;
};

/// The few requests of the Power Apps resource provider that regent needs, with its answers checked and its errors
/// translated. Every call on connectors carries the environment filter: without it the service answers
/// MissingEnvironmentFilter.
class PowerAppsClient {
public:
    PowerAppsClient(net::Session& session, net::Clock& clock, const PowerAppsOptions& options)
        : session_(session), clock_(clock), options_(options) {}

    template <typename T>
    using Result = tl::expected<T, ProviderError>;

    /// The custom connectors of an environment, every page. Built-in ones are left out.
    [[nodiscard]] Result<std::vector<nlohmann::json>> list_custom(const std::string& environment,
                                                                  ReadPart* part = nullptr);
    [[nodiscard]] Result<nlohmann::json> get(const std::string& environment, const std::string& name);
    /// The definition as it was submitted, from the signed address in `connector`. No token is sent there. An address
    /// that is missing, or does not open the definition (they live about an hour), is asked for again once. Null JSON
    /// when the service then names none; a definition that cannot be read is an error.
    [[nodiscard]] Result<nlohmann::json> definition(const std::string& environment, const nlohmann::json& connector);

    /// Not idempotent: the service makes a second connector of a second request.
    [[nodiscard]] Result<nlohmann::json> create(const std::string& environment, const nlohmann::json& document);
    [[nodiscard]] Result<void> update(const std::string& environment, const std::string& name,
                                      const nlohmann::json& document);
    /// Uploads bytes to storage of the service's, and gives their signed address, to be named in the next write.
    [[nodiscard]] Result<std::string> upload(const std::string& environment, const UploadedFile& file);
    /// What lies at a signed address of the service's. No token is sent there.
    [[nodiscard]] Result<std::string> download(const std::string& url, const std::string& what);
    /// How many connections people have made with each connector of an environment, by the connector's name in lower
    /// case. Only an administrator's list shows those of others.
    [[nodiscard]] Result<std::map<std::string, std::size_t>> count_connections(const std::string& environment);
    /// Who may use the connector: the service's list of permissions.
    [[nodiscard]] Result<nlohmann::json> permissions(const std::string& environment, const std::string& name);
    [[nodiscard]] Result<void> modify_permissions(const std::string& environment, const std::string& name,
                                                  const nlohmann::json& changes);
    [[nodiscard]] Result<void> remove(const std::string& environment, const std::string& name);

    /// Whether saving is let through, found out by an update of a connector that is not there.
    [[nodiscard]] Result<void> try_to_save(const std::string& environment);
    /// Whether icons and scripts could be uploaded: storage for them is asked for, and left empty.
    [[nodiscard]] Result<void> try_to_upload(const std::string& environment);

private:
    enum class Tries { once, again };
    [[nodiscard]] std::string address(const std::string& path, const std::string& environment,
                                      const std::string& more = {}, const std::string& api_version = {}) const;
    [[nodiscard]] Result<net::Answer> call(net::Method method, std::string target, const std::string& what,
                                           std::string body = {}, Tries tries = Tries::again);
    [[nodiscard]] Result<nlohmann::json> read(net::Method method, std::string target, const std::string& what,
                                              std::string body = {}, Tries tries = Tries::again);
    /// Every page of a list; `take` answers with what is wrong with an entry, or nothing.
    [[nodiscard]] Result<void> pages(std::string target, const std::string& what,
                                     const std::function<std::string(nlohmann::json& entry)>& take,
                                     const std::function<void()>& page_ends = {});
    [[nodiscard]] Result<nlohmann::json> fetch(const std::string& url);
    [[nodiscard]] Result<std::string> storage_address(const std::string& environment);
    [[nodiscard]] ProviderError refused(const std::string& what, const net::Answer& answer) const;
    [[nodiscard]] ProviderError refused_by_storage(const std::string& what, const std::string& origin,
                                                   const net::Answer& answer) const;
    [[nodiscard]] ProviderError refused_upload(const std::string& what, const std::string& origin,
                                               const net::Answer& answer) const;
    [[nodiscard]] Result<net::Answer> put(const std::string& url, const UploadedFile& file);
    [[nodiscard]] ProviderError incomplete(const std::string& what, const net::Answer& answer,
                                           const std::string& why) const;
    [[nodiscard]] std::string now() const;

    net::Session& session_;
    net::Clock& clock_;
    const PowerAppsOptions& options_;
};

}  // namespace regent::provider::powerapps
