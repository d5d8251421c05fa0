#include "simulator/graph_service.hpp"

#include "simulator/app_management_policies.hpp"
#include "simulator/graph_applications.hpp"
#include "simulator/graph_batch.hpp"
#include "simulator/graph_delta.hpp"
#include "simulator/graph_metadata.hpp"
#include "simulator/graph_permissions.hpp"
#include "simulator/graph_principals.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"
#include "simulator/graph_throttle.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;

bool is_graph_audience(const std::string& audience) {
    return audience == "https://graph.microsoft.com" || audience == "https://graph.microsoft.com/" ||
           audience == "00000003-0000-0000-c000-000000000000";
}

class GraphService final : public Service {
public:
    explicit GraphService(Directory& directory)
        : directory_(directory),
          applications_(directory, switches_),
          principals_(directory, switches_),
          policies_(directory) {}

    bool serves(const Request& request) const override {
        return request.path.rfind("/v1.0/", 0) == 0 || request.path.rfind("/beta/", 0) == 0;
    }

    Response handle(const Request& request, const std::optional<Caller>& caller,
                    const std::string& token_error) override {
        auto response = answer(request, caller, token_error);
        decorate(request, response);
        return response;
    }

    std::string state_key() const override { return "graph"; }

    json dump() const override {
        json state{{"applications", json::array()},
                   {"servicePrincipals", json::array()},
                   {"deletedItems", json::array()},
                   {"oauth2PermissionGrants", json::array()},
                   {"appRoleAssignments", json::array()},
                   {"users", json::array()},
                   {"groups", json::array()}};
        const auto put = [&](const char* name, const Versioned& collection) {
            for (const auto* object : collection.all(directory_.now())) state[name].push_back(*object);
        };
        put("applications", directory_.applications);
        put("servicePrincipals", directory_.service_principals);
        put("deletedItems", directory_.deleted);
        put("oauth2PermissionGrants", directory_.grants);
        put("appRoleAssignments", directory_.assignments);
        put("users", directory_.users);
        put("groups", directory_.groups);
        return state;
    }

    void seed(const json& state) override {
        const Time always{};
        for (const auto& given : state.value("applications", json::array())) {
            if (!given.is_object() || !given.contains("displayName"))
                throw std::invalid_argument("an application without displayName");
            auto application = directory_.new_application(given);
            directory_.applications.put(application["id"], application, always);
        }
        for (const auto& given : state.value("servicePrincipals", json::array())) {
            if (!given.is_object() || !given.contains("appId"))
                throw std::invalid_argument("a service principal without appId");
            auto principal = directory_.new_principal(given["appId"], given);
            directory_.service_principals.put(principal["id"], principal, always);
        }
        const auto put = [&](const char* name, Versioned& collection) {
            for (auto object : state.value(name, json::array())) {
                if (object.value("id", "").empty()) object["id"] = directory_.ids().guid();
                collection.put(object["id"], object, always);
            }
        };
        for (const auto& given : state.value("deletedItems", json::array())) {
            const auto object = given.contains("servicePrincipalType")
                                    ? directory_.new_principal(text(given, "appId"), given)
                                    : directory_.new_application(given);
            directory_.deleted.put(text(object, "id"), object, always);
        }
        put("oauth2PermissionGrants", directory_.grants);
        put("appRoleAssignments", directory_.assignments);
        put("users", directory_.users);
        put("groups", directory_.groups);
    }

    void set_switches(const json& values) override {
        switches_.set(values);
        directory_.replica_lag = std::chrono::seconds(switches_.replica_lag_seconds);
        directory_.secret_delay = std::chrono::seconds(switches_.secret_delay_seconds);
        directory_.built_in_client_owns_only = switches_.built_in_client_owns_only;
    }
    json switches() const override { return switches_.get(); }

    bool change(const std::string& path, const json& body) override {
        bool beta = false;
        const auto segments = graph_segments(path, beta);
        if (!segments || segments->empty()) return false;
        if (segments->front().name == "applications") return applications_.change(*segments, body);
        if (segments->front().name == "directory") return applications_.change_deleted(*segments, body);
        if (segments->front().name == "servicePrincipals") return principals_.change(*segments, body);
        if (segments->front().name == "oauth2PermissionGrants") return principals_.change_all(directory_.grants, body);
        if (segments->front().name == "appRoleAssignments") return principals_.change_all(directory_.assignments, body);
        if (segments->front().name == "policies") return policies_.change(*segments, body);
        return false;
    }

private:
    Response answer(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        if (!caller) return no_token(token_error.empty() ? "Access token is empty." : token_error);
        if (!is_graph_audience(caller->audience)) return no_token("Access token validation failure. Invalid audience.");
        if (request.path == "/v1.0/$batch" || request.path == "/beta/$batch") return batch(request, caller);
        bool beta = false;
        auto segments = graph_segments(request.path, beta);
        if (!segments || segments->empty()) return graph_no_segment(request.path);
        const auto who = with_its_roles(*caller);
        GraphRequest parsed{request, who, std::move(*segments), beta, {}};
        const auto units = resource_units(parsed);
        const GraphLimit limit{std::chrono::seconds(10), switches_.resource_units_per_10_seconds};
        if (auto refusal = throttle_.charge(*caller, units, limit, directory_.now())) return *refusal;
        if (auto refusal = charge_write(parsed)) return *refusal;
        const GraphLimit keys{std::chrono::seconds(60), switches_.key_reads_per_minute, "ResourceUnitLimitExceeded",
                              "Read", true};
        if (asks_for_key_bytes(parsed)) {
            if (auto refusal = throttle_.charge(*caller, 1, keys, directory_.now())) return *refusal;
        }
        if (auto wrong = read_body(parsed)) return graph_error(*wrong);
        const auto owned = [this](const GraphRequest& asked) { return applications_.is_owned_or_new(asked); };
        if (auto wrong = check_permission(switches_, parsed, owned)) return graph_error(*wrong);
        auto response = dispatch(parsed);
        throttle_.warn(*caller, limit, response);
        response.resource_units = units;
        response.set_header("x-ms-resource-unit", fmt::format("{:g}", response.resource_units));
        return response;
    }

    /// Applications that people with personal accounts may use are written under a limit of their own, far below the
    /// others'.
    std::optional<Response> charge_write(const GraphRequest& request) {
        if (request.http.method == "GET") return std::nullopt;
        const GraphLimit all{std::chrono::seconds(150), switches_.writes_per_150_seconds, "WriteLimitExceeded",
                             "Write"};
        if (auto refusal = throttle_.charge(request.caller, 1, all, directory_.now())) return refusal;
        if (request.segment(0) != "applications") return std::nullopt;
        const auto* application = applications_.named(request);
        auto audience = application == nullptr ? std::string{} : text(*application, "signInAudience");
        const auto body = json::parse(request.http.body, nullptr, false);
        if (!text(body, "signInAudience").empty()) audience = text(body, "signInAudience");
        if (audience.find("Personal") == std::string::npos) return std::nullopt;
        const GraphLimit personal{std::chrono::seconds(60), switches_.personal_writes_per_minute, "WriteLimitExceeded",
                                  "Write"};
        return throttle_.charge(request.caller, 1, personal, directory_.now());
    }

    /// A token from before the switch was set counts as one from after it.
    Caller with_its_roles(Caller caller) const {
        if (!switches_.built_in_client_owns_only || caller.app_id != built_in_client) return caller;
        std::replace(caller.roles.begin(), caller.roles.end(), std::string("Application.ReadWrite.All"),
                     std::string("Application.ReadWrite.OwnedBy"));
        return caller;
    }

    static Response no_token(const std::string& why) {
        return graph_error({401, "InvalidAuthenticationToken", why, {}});
    }

    static std::optional<GraphError> read_body(GraphRequest& request) {
        const auto& http = request.http;
        if (same_text(http.header("Transfer-Encoding").value_or(""), "chunked"))
            return GraphError{411, "Request_BadRequest", "A Content-Length header is required.", {}};
        const bool is_picture = http.method == "PUT" && !request.path.empty() && request.path.back().name == "logo";
        if (http.body.empty() || is_picture) return std::nullopt;
        if (lower(http.header("Content-Type").value_or("")).find("application/json") == std::string::npos) {
            return GraphError{
                415, "Request_BadRequest", "Write requests must contain the Content-Type header declaration.", {}};
        }
        request.body = json::parse(http.body, nullptr, false);
        if (!request.body.is_object())
            return bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
                "JSON format.");
        return std::nullopt;
    }

    Response dispatch(const GraphRequest& request) {
        const auto first = request.segment(0);
        if (asks_for_delta(request)) return delta(request);
        if (first == "applications") return applications_.handle(request);
        if (first == "servicePrincipals") return principals_.handle(request);
        if (first == "directory" && request.segment(1) == "deletedItems") return applications_.deleted_items(request);
        if (first == "oauth2PermissionGrants") return principals_.grants(request);
        if (first == "directoryObjects") return principals_.directory_object(request);
        if (first == "organization") return organization(request);
        if (first == "policies") return policies_.handle(request);
        return graph_no_segment(first);
    }

    Response delta(const GraphRequest& request) const {
        const auto first = request.segment(0);
        Listing listing;
        listing.context = "oauth2PermissionGrants";
        if (first == "applications") listing = applications_.listing();
        if (first == "servicePrincipals") listing = principals_.listing();
        const auto& collection = first == "applications"        ? directory_.applications
                                 : first == "servicePrincipals" ? directory_.service_principals
                                                                : directory_.grants;
        const auto is_restorable = [this](const std::string& id) {
            return directory_.deleted.find(id, directory_.now()) != nullptr;
        };
        const DeltaSource source{collection, std::move(listing), is_restorable, directory_.now(),
                                 directory_.replica_lag};
        return list_changes(request, source, switches_);
    }

    Response organization(const GraphRequest& request) const {
        auto domains = json::array();
        for (const auto& domain : directory_.verified_domains)
            domains.push_back({{"name", domain},
                               {"isDefault", domain == "contoso.onmicrosoft.com"},
                               {"isInitial", domain == "contoso.onmicrosoft.com"}});
        return graph_answer(
            200,
            {{"@odata.context", request.http.base_url + "/v1.0/$metadata#organization"},
             {"value", {{{"id", directory_.tenant_id()}, {"displayName", "Contoso"}, {"verifiedDomains", domains}}}}});
    }

    Response batch(const Request& request, const std::optional<Caller>& caller) {
        GraphBatch::Surroundings surroundings;
        surroundings.answer = [&](const Request& inner) {
            if (const auto fault = intercept(inner)) return *fault;
            auto response = answer(inner, caller, {});
            response.set_header("request-id", request_ids_.guid());
            return response;
        };
        surroundings.written = [this](const Request& inner) { return written(inner); };
        surroundings.independent_writes_collide = switches_.independent_batch_writes_collide;
        return GraphBatch(request, std::move(surroundings)).run();
    }

    /// The object that a request writes, for two writes to meet.
    std::string written(const Request& request) const {
        bool beta = false;
        const auto segments = graph_segments(request.path, beta);
        if (request.method == "GET" || !segments || segments->empty()) return {};
        const auto& first = segments->front();
        if (!first.key_name.empty()) {
            const auto* found = first.name == "applications" ? directory_.application_by(first.key_name, first.key)
                                : first.name == "servicePrincipals" ? directory_.principal_by_app(first.key)
                                                                    : nullptr;
            return found != nullptr ? text(*found, "id") : first.key_name + "=" + first.key;
        }
        return segments->size() > 1 ? lower((*segments)[1].name) : std::string{};
    }

    void decorate(const Request& request, Response& response) {
        const auto request_id = request_ids_.guid();
        const auto client_id = request.header("client-request-id").value_or(request_id);
        response.set_header("request-id", request_id);
        response.set_header("client-request-id", client_id);
        response.set_header(
            "x-ms-ags-diagnostic",
            R"({"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"SIM0001"}})");
        response.set_header("Cache-Control", "no-cache");
        response.set_header("Strict-Transport-Security", "max-age=31536000");
        if (response.status < 400 || response.body.empty()) return;
        auto body = json::parse(response.body, nullptr, false);
        if (!body.is_object() || !body.contains("error") || !body["error"].contains("innerError")) return;
        auto date = format_time(directory_.now());
        date.pop_back();  // Graph's dates in errors have no zone
        body["error"]["innerError"] = {{"date", date}, {"request-id", request_id}, {"client-request-id", client_id}};
        if (response.status == 429)
            body["error"]["innerError"].update({{"code", "429"}, {"message", "Please retry after"}, {"status", "429"}});
        response.body = body.dump();
    }

    Directory& directory_;
    GraphSwitches switches_;
    GraphApplications applications_;
    GraphPrincipals principals_;
    AppManagementPolicies policies_;
    GraphThrottle throttle_;
    /// Of their own: which id an object gets is no matter of how much was read before it.
    IdSource request_ids_{0x4752};
};

}  // namespace

std::unique_ptr<Service> make_graph(Directory& directory) {
    return std::make_unique<GraphService>(directory);
}

}  // namespace regent::simulator
