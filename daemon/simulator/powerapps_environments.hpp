#pragma once

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::simulator {

/// The Power Platform environments of the tenant, and the service principals that an administrator has registered to
/// manage them.
class Environments {
public:
    explicit Environments(std::string tenant_id);

    /// The id as the service spells it. `~Default` is the tenant's own; compared without case. Nothing for an unknown
    /// one.
    [[nodiscard]] std::optional<std::string> find(const std::string& id) const;
    /// `organization`: the name of its Dataverse; empty: it has none.
    void add(const std::string& id, const std::string& display_name, const std::string& organization = {});
    bool remove(const std::string& id);

    void register_application(const std::string& client_id);
    bool unregister_application(const std::string& client_id);
    [[nodiscard]] bool is_registered(const std::string& client_id) const;
    [[nodiscard]] const std::set<std::string>& applications() const { return applications_; }

    [[nodiscard]] std::vector<std::string> ids() const;
    /// One environment as the admin list shows it. https://learn.microsoft.com/power-platform/admin/list-environments
    /// `base_url` is where we were reached: a Dataverse's address begins there.
    [[nodiscard]] nlohmann::json shown(const std::string& id, const std::string& base_url) const;
    [[nodiscard]] std::string organization_of(const std::string& id) const;
    [[nodiscard]] std::optional<std::string> with_organization(const std::string& organization) const;
    /// `[{"name", "displayName"}]`
    [[nodiscard]] nlohmann::json dump() const;

private:
    struct Environment {
        std::string id, display_name, organization;
    };
    std::string default_id_;
    std::map<std::string, Environment> environments_;  ///< by id in lower case
    std::set<std::string> applications_;               ///< client ids in lower case
};

}  // namespace regent::simulator
