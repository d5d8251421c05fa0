#include "simulator/powerapps.hpp"

#include "simulator/dataverse.hpp"
#include "simulator/powerapps_filter.hpp"
#include "simulator/powerapps_routes.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::string_view power_apps_prefix = "/providers/microsoft.powerapps/";
constexpr std::string_view platform_prefix = "/providers/microsoft.businessappplatform/";
constexpr std::string_view blob_prefix = "/blob/";
constexpr std::string_view power_apps_audience = "https://service.powerapps.com";

/// Those that public clients are seen to send.
constexpr std::array api_versions{"2016-11-01", "2017-05-01", "2017-06-01", "2018-10-01", "2019-05-01",
                                  "2019-10-01", "2020-06-01", "2020-07-01", "2020-10-01", "2021-02-01",
                                  "2021-04-01", "2023-06-01", "2024-05-01", "2025-04-01"};

std::optional<PowerAppsError> check_caller(const std::optional<Caller>& caller, const std::string& token_error,
                                           const std::string& tenant_id) {
    if (!caller && token_error.empty()) {
        return PowerAppsError{401, "AuthenticationFailed",
                              "Authentication failed. The 'Authorization' header is missing."};
    }
    if (!caller)
        return PowerAppsError{401, "InvalidAuthenticationToken",
                              fmt::format("The access token is invalid: {}.", token_error)};
    // A v2 scope made of a resource that ends in a slash doubles it; the token's audience comes with it or without.
    auto given = std::string_view(caller->audience);
    if (!given.empty() && given.back() == '/') given.remove_suffix(1);
    if (given != power_apps_audience) {
        return PowerAppsError{401, "InvalidAuthenticationTokenAudience",
                              fmt::format("The access token has been obtained for wrong audience or resource '{}'. It "
                                          "should exactly match with one of the "
                                          "allowed audiences '{}/'.",
                                          caller->audience, power_apps_audience)};
    }
    if (!same_text(caller->tenant_id, tenant_id)) {
        return PowerAppsError{401, "InvalidAuthenticationTokenTenant",
                              fmt::format("The access token is from the wrong tenant '{}'.", caller->tenant_id)};
    }
    return std::nullopt;
}

std::optional<PowerAppsError> check_api_version(const Request& request) {
    const auto version = request.query_value("api-version");
    if (!version || version->empty()) {
        return PowerAppsError{400, "MissingApiVersionParameter",
                              "The api-version query parameter (?api-version=) is required for all requests."};
    }
    if (std::find(api_versions.begin(), api_versions.end(), *version) != api_versions.end()) return std::nullopt;
    return PowerAppsError{400, "InvalidApiVersionParameter",
                          fmt::format("The api-version '{}' is invalid. The supported versions are '{}'.", *version,
                                      fmt::join(api_versions, ","))};
}

class PowerApps final : public Service {
public:
    PowerApps(const Clock& clock, std::string tenant_id)
        : state_(clock, std::move(tenant_id)), connectors_(state_), platform_(state_), dataverse_(state_) {}

    bool serves(const Request& request) const override {
        const auto path = lower(request.path);
        return starts_with(path, power_apps_prefix) || starts_with(path, platform_prefix) ||
               starts_with(path, blob_prefix) || Dataverse::serves(path);
    }

    Response handle(const Request& request, const std::optional<Caller>& caller,
                    const std::string& token_error) override {
        dataverse_.state().sync();
        const auto request_id = state_.ids.guid();
        if (Dataverse::serves(request.path)) {
            auto response = dataverse_.handle(request, caller, token_error);
            response.set_header("x-ms-service-request-id", request_id);
            return response;
        }
        if (starts_with(lower(request.path), blob_prefix)) {
            auto response = state_.blobs.handle(request, state_.blob_source());
            response.set_header("x-ms-request-id", request_id);
            return response;
        }
        const auto correlation_id = request.header("x-ms-correlation-request-id").value_or(state_.ids.guid());
        auto outcome = understood(request, caller, token_error);
        const auto* error = std::get_if<PowerAppsError>(&outcome);
        auto response =
            error == nullptr ? std::get<Response>(std::move(outcome)) : power_apps_refusal(*error, correlation_id);
        response.set_header("x-ms-request-id", request_id);
        response.set_header("x-ms-correlation-request-id", correlation_id);
        if (response.status == 401) {
            response.set_header("WWW-Authenticate",
                                fmt::format("Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\"",
                                            request.base_url, state_.tenant_id));
        }
        return response;
    }

    std::string state_key() const override { return "powerApps"; }
    json dump() const override {
        auto state = state_.dump();
        state.update(dataverse_.state().dump());
        return state;
    }
    void seed(const json& state) override {
        state_.seed(state);
        dataverse_.state().seed(state);
    }
    void set_switches(const json& switches) override { state_.switches.set(switches); }
    json switches() const override { return state_.switches.get(); }

    bool change(const std::string& path, const json& body) override {
        const auto question = path.find('?');
        const auto bare = path.substr(0, question);
        const auto is_below = [&](std::string_view prefix) { return starts_with(lower(bare), prefix); };
        if (Dataverse::serves(bare)) return dataverse_.change(bare, body);
        if (is_below(platform_prefix)) {
            const auto segments = segments_of(std::string_view(bare).substr(platform_prefix.size()));
            if (segments.size() < 2 || !same_text(segments[segments.size() - 2], "environments")) return false;
            return state_.change_environment(segments.back(), body);
        }
        if (!is_below(power_apps_prefix)) return false;
        const auto segments = segments_of(std::string_view(bare).substr(power_apps_prefix.size()));
        if (segments.empty() || segments.size() > 2 || !same_text(segments[0], "apis")) return false;
        std::string environment;
        if (question != std::string::npos) {
            for (const auto& [name, value] : parse_query(std::string_view(path).substr(question + 1))) {
                if (same_text(name, "$filter"))
                    environment = read_connector_filter(value).filter.value_or(ConnectorFilter{}).environment;
            }
        }
        return state_.change_connector(segments.size() == 2 ? segments[1] : std::string{},
                                       state_.environments.find(environment).value_or(environment), body);
    }

private:
    /// A document whose values have types that no rule looked for is the client's mistake too.
    Outcome understood(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        try {
            return answer(request, caller, token_error);
        } catch (const json::exception& error) {
            return invalid_content(error.what());
        }
    }

    Outcome answer(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        if (auto error = check_caller(caller, token_error, state_.tenant_id)) return *error;
        if (auto error = check_api_version(request)) return *error;
        const bool is_platform = starts_with(lower(request.path), platform_prefix);
        const auto prefix = is_platform ? platform_prefix : power_apps_prefix;
        const RoutedRequest routed{request, *caller, segments_of(std::string_view(request.path).substr(prefix.size()))};
        if (is_platform) return platform_.handle_platform(routed);
        const auto& at = routed.segments;
        if (at.empty()) return no_such_route(request);
        if (same_text(at[0], "apis")) return connectors_.handle(routed);
        if (same_text(at[0], "objectIds")) return platform_.handle_object_ids(routed);
        if (same_text(at[0], "environments") && at.size() <= 2) return platform_.handle_platform(routed);
        const bool is_admin_list = at.size() >= 5 && same_text(at[0], "scopes") && same_text(at[1], "admin") &&
                                   same_text(at[2], "environments") &&
                                   (same_text(at[4], "apis") || same_text(at[4], "connections"));
        return is_admin_list ? connectors_.handle_as_admin(routed) : no_such_route(request);
    }

    PowerAppsState state_;
    ConnectorRoutes connectors_;
    PlatformRoutes platform_;
    Dataverse dataverse_;
};

}  // namespace

std::unique_ptr<Service> make_power_apps(const Clock& clock, std::string tenant_id) {
    return std::make_unique<PowerApps>(clock, std::move(tenant_id));
}

}  // namespace regent::simulator
