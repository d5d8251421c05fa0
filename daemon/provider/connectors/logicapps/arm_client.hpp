#pragma once

#include "net/session.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"
#include "provider/provider_error.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace regent::provider::logicapps {

/// The few requests of Azure Resource Manager that regent needs, with answers checked and errors translated. `group`
/// is a resource group's id: "/subscriptions/…/resourceGroups/…". All of them may be sent twice.
class ArmClient {
public:
    ArmClient(net::Session& session, net::Clock& clock, const LogicAppsOptions& options)
        : session_(session), clock_(clock), options_(options) {}

    template <typename T>
    using Result = tl::expected<T, ProviderError>;

    /// The custom connectors of a resource group, every page.
    [[nodiscard]] Result<std::vector<nlohmann::json>> list(const std::string& group);
    [[nodiscard]] Result<nlohmann::json> get(const std::string& group, const std::string& name);
    /// The definition: from the answer itself, or from the signed address in it, to which no token is sent. Null JSON
    /// when the service names none.
    [[nodiscard]] Result<nlohmann::json> definition(const nlohmann::json& connector);
    [[nodiscard]] Result<nlohmann::json> put(const std::string& group, const std::string& name,
                                             const nlohmann::json& document);
    [[nodiscard]] Result<nlohmann::json> patch(const std::string& group, const std::string& name,
                                               const nlohmann::json& document);
    /// Takes these tags away, whatever a PATCH of the connector does with tags that it leaves out; the rest of the
    /// connector stays as it is, its secret as well. The tags that are there afterwards.
    [[nodiscard]] Result<nlohmann::json> take_tags_away(const std::string& group, const std::string& name,
                                                        const nlohmann::json& tags);
    [[nodiscard]] Result<void> remove(const std::string& group, const std::string& name);
    /// Whether saving is let through, found out by an update of a connector that is not there.
    [[nodiscard]] Result<void> try_to_save(const std::string& group);

private:
    [[nodiscard]] Result<net::Answer> call(net::Method method, std::string target, const std::string& what,
                                           std::string body = {});
    [[nodiscard]] Result<nlohmann::json> read(net::Method method, std::string target, const std::string& what,
                                              std::string body = {});
    [[nodiscard]] ProviderError refused(const std::string& what, const net::Answer& answer) const;
    [[nodiscard]] ProviderError incomplete(const std::string& what, const net::Answer& answer,
                                           const std::string& why) const;
    [[nodiscard]] ProviderError failed(const std::string& message, const net::CallError& error,
                                       const std::string& help) const;
    [[nodiscard]] std::string now() const;

    net::Session& session_;
    net::Clock& clock_;
    const LogicAppsOptions& options_;
};

}  // namespace regent::provider::logicapps
