#pragma once

#include "simulator/powerapps_answer.hpp"
#include "simulator/powerapps_state.hpp"
#include "simulator/powerapps_view.hpp"

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace regent::simulator {

/// An answer, or why there is none.
using Outcome = std::variant<Response, PowerAppsError>;

/// A request that has passed the door: who asks, and the path's segments below `/providers/Microsoft.…/`.
struct RoutedRequest {
    const Request& request;
    const Caller& caller;
    std::vector<std::string> segments;

    /// True when the path is `pattern`, word by word without regard to case; "*" stands for any one segment.
    [[nodiscard]] bool is(std::initializer_list<std::string_view> pattern) const;
};

/// `apis` and what is below it: custom connectors and their permissions.
class ConnectorRoutes {
public:
    explicit ConnectorRoutes(PowerAppsState& state) : state_(state) {}
    [[nodiscard]] Outcome handle(const RoutedRequest& routed);
    /// `scopes/admin/environments/{environment}/apis`: the same without the filter; and `…/connections`, everybody's.
    [[nodiscard]] Outcome handle_as_admin(const RoutedRequest& routed);

private:
    using Json = nlohmann::json;
    Outcome route(const RoutedRequest& routed, const std::string& environment, std::optional<bool> is_custom,
                  const std::string& name, const std::string& below);
    Outcome list(const RoutedRequest& routed, const std::string& environment, std::optional<bool> is_custom) const;
    Outcome list_connections(const RoutedRequest& routed, const std::string& environment) const;
    Outcome page(const Request& request, std::vector<std::pair<std::string, const Json*>> names,
                 const std::function<Json(const Json&)>& show) const;
    Outcome get(const RoutedRequest& routed, const std::string& environment, const std::string& name) const;
    Outcome create(const RoutedRequest& routed, const std::string& environment);
    Outcome update(const RoutedRequest& routed, const std::string& environment, const std::string& name);
    Outcome remove(const RoutedRequest& routed, const std::string& environment, const std::string& name);
    Outcome change_permissions(const RoutedRequest& routed, const std::string& environment, const std::string& name);

    [[nodiscard]] const Json* visible(const Json* record, const std::string& environment, const Caller& caller) const;
    [[nodiscard]] ConnectorView view(const Request& request) const;

    PowerAppsState& state_;
};

/// `objectIds/{oid}/…` and the environments, here and at the platform for administrators.
class PlatformRoutes {
public:
    explicit PlatformRoutes(PowerAppsState& state) : state_(state) {}
    [[nodiscard]] Outcome handle_object_ids(const RoutedRequest& routed);
    [[nodiscard]] Outcome handle_platform(const RoutedRequest& routed);

private:
    Outcome validate(const RoutedRequest& routed) const;
    Outcome storage(const RoutedRequest& routed, const std::string& environment);
    Outcome applications(const RoutedRequest& routed);

    PowerAppsState& state_;
};

/// The environment as the service spells it; with the switch, an unknown one comes into being.
[[nodiscard]] std::variant<std::string, PowerAppsError> known_environment(PowerAppsState& state, const std::string& id);
/// The body of a request, which has to be JSON.
[[nodiscard]] std::variant<nlohmann::json, PowerAppsError> json_body(const Request& request);
[[nodiscard]] PowerAppsError no_such_route(const Request& request);
[[nodiscard]] PowerAppsError not_permitted(const RoutedRequest& routed);

}  // namespace regent::simulator
