#include "simulator/graph_service.hpp"

#include "simulator/graph_applications.hpp"
#include "simulator/graph_metadata.hpp"
#include "simulator/graph_principals.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::size_t max_batch = 20;

bool is_graph_audience(const std::string& audience) {
    return audience == "https://graph.microsoft.com" || audience == "https://graph.microsoft.com/" ||
           audience == "00000003-0000-0000-c000-000000000000";
}

class GraphService final : public Service {
public:
    explicit GraphService(Directory& directory)
        : directory_(directory), applications_(directory, switches_), principals_(directory) {}

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
                   {"appRoleAssignments", json::array()}};
        const auto put = [&](const char* name, const Versioned& collection) {
            for (const auto* object : collection.all(directory_.now())) state[name].push_back(*object);
        };
        put("applications", directory_.applications);
        put("servicePrincipals", directory_.service_principals);
        put("deletedItems", directory_.deleted);
        put("oauth2PermissionGrants", directory_.grants);
        put("appRoleAssignments", directory_.assignments);
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
        put("deletedItems", directory_.deleted);
        put("oauth2PermissionGrants", directory_.grants);
        put("appRoleAssignments", directory_.assignments);
    }

    void set_switches(const json& values) override {
        switches_.set(values);
        directory_.replica_lag = std::chrono::seconds(switches_.replica_lag_seconds);
        directory_.secret_delay = std::chrono::seconds(switches_.secret_delay_seconds);
    }
    json switches() const override { return switches_.get(); }

    bool change(const std::string& path, const json& body) override {
        bool beta = false;
        const auto segments = graph_segments(path, beta);
        if (!segments || segments->empty()) return false;
        if (segments->front().name == "applications") return applications_.change(*segments, body);
        if (segments->front().name == "servicePrincipals") return principals_.change(*segments, body);
        return false;
    }

private:
    Response answer(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        if (!caller) {
            return graph_error(
                {401, "InvalidAuthenticationToken", token_error.empty() ? "Access token is empty." : token_error});
        }
        if (!is_graph_audience(caller->audience))
            return graph_error(
                {401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience."});
        if (request.path == "/v1.0/$batch" || request.path == "/beta/$batch") return batch(request, caller);
        bool beta = false;
        auto segments = graph_segments(request.path, beta);
        if (!segments || segments->empty())
            return graph_error(
                {400, "BadRequest", fmt::format("Resource not found for the segment '{}'.", request.path)});
        GraphRequest parsed{request, *caller, std::move(*segments), beta, {}};
        if (auto wrong = read_body(parsed)) return graph_error(*wrong);
        if (auto wrong = check_permission(parsed)) return graph_error(*wrong);
        auto response = dispatch(parsed);
        response.resource_units = resource_units(parsed);
        response.set_header("x-ms-resource-unit", fmt::format("{:g}", response.resource_units));
        return response;
    }

    static std::optional<GraphError> read_body(GraphRequest& request) {
        const auto& http = request.http;
        if (same_text(http.header("Transfer-Encoding").value_or(""), "chunked"))
            return GraphError{411, "Request_BadRequest", "A Content-Length header is required."};
        if (http.body.empty()) return std::nullopt;
        if (lower(http.header("Content-Type").value_or("")).find("application/json") == std::string::npos) {
            return GraphError{415, "Request_BadRequest",
                              "Write requests must contain the Content-Type header declaration."};
        }
        request.body = json::parse(http.body, nullptr, false);
        if (!request.body.is_object())
            return GraphError{400, "Request_BadRequest",
                              "Unable to read JSON request payload. Please ensure Content-Type header is set and "
                              "payload is of valid JSON format."};
        return std::nullopt;
    }

    /// Writing needs Application.ReadWrite.All, or OwnedBy on what the caller owns; reading any of the application
    /// permissions.
    std::optional<GraphError> check_permission(const GraphRequest& request) const {
        const auto has = [&](std::string_view role) {
            return std::find(request.caller.roles.begin(), request.caller.roles.end(), role) !=
                   request.caller.roles.end();
        };
        const GraphError denied{403, "Authorization_RequestDenied",
                                "Insufficient privileges to complete the operation."};
        const bool all = has("Application.ReadWrite.All");
        const bool owned = has("Application.ReadWrite.OwnedBy");
        if (request.http.method == "GET") {
            return all || owned || has("Application.Read.All") || has("Directory.Read.All") ? std::nullopt
                                                                                            : std::optional(denied);
        }
        if (request.segment(0) == "oauth2PermissionGrants")
            return has("DelegatedPermissionGrant.ReadWrite.All") ? std::nullopt : std::optional(denied);
        if (request.segment(1).rfind("appRoleAssign", 0) == 0 || request.segment(2).rfind("appRoleAssign", 0) == 0)
            return has("AppRoleAssignment.ReadWrite.All") ? std::nullopt : std::optional(denied);
        if (all) return std::nullopt;
        if (!owned) return denied;
        return applications_.is_owned_or_new(request) ? std::nullopt : std::optional(denied);
    }

    Response dispatch(const GraphRequest& request) {
        const auto first = request.segment(0);
        if (first == "applications") return applications_.handle(request);
        if (first == "servicePrincipals") return principals_.handle(request);
        if (first == "directory" && request.segment(1) == "deletedItems") return applications_.deleted_items(request);
        if (first == "oauth2PermissionGrants") return principals_.grants(request);
        if (first == "organization") return organization(request);
        return graph_error({400, "BadRequest", fmt::format("Resource not found for the segment '{}'.", first)});
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

    /// https://learn.microsoft.com/graph/json-batching
    Response batch(const Request& request, const std::optional<Caller>& caller) {
        const auto body = json::parse(request.body, nullptr, false);
        const auto malformed = [](const std::string& message) { return graph_error({400, "BadRequest", message}); };
        if (request.method != "POST")
            return graph_error(
                {405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."});
        if (!body.is_object() || !body.contains("requests") || !body["requests"].is_array())
            return malformed("Invalid batch payload format.");
        if (body["requests"].size() > max_batch)
            return malformed(fmt::format("Number of batch request steps exceeds the maximum value of {}.", max_batch));
        std::set<std::string> ids;
        for (const auto& inner : body["requests"]) {
            if (!inner.is_object() || !inner.contains("id") || !inner["id"].is_string() || !inner.contains("url") ||
                !inner.contains("method"))
                return malformed("Batch request step is missing a required member.");
            if (!ids.insert(lower(inner["id"].get<std::string>())).second)
                return malformed("Request Id values must be unique.");
        }
        auto responses = json::array();
        std::map<std::string, int> status;
        double units = 0;
        for (const auto& inner : body["requests"]) {
            const auto id = inner["id"].get<std::string>();
            const auto result = inner_response(request, inner, caller, status);
            status[id] = result.status;
            units += result.resource_units;
            responses.push_back(inner_json(id, result));
        }
        // Answers come in any order.
        std::reverse(responses.begin(), responses.end());
        auto response = graph_answer(200, {{"responses", responses}});
        response.resource_units = units;
        return response;
    }

    Response inner_response(const Request& outer, const json& inner, const std::optional<Caller>& caller,
                            const std::map<std::string, int>& status) {
        for (const auto& before : inner.value("dependsOn", json::array())) {
            const auto it = status.find(before.get<std::string>());
            if (it == status.end() || it->second >= 400)
                return graph_error({424, "FailedDependency", "A request this one depends on has failed."});
        }
        Request request;
        request.method = inner["method"].get<std::string>();
        std::transform(request.method.begin(), request.method.end(), request.method.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        auto url = inner["url"].get<std::string>();
        if (url.rfind("/", 0) != 0) url = "/" + url;
        request.target = (outer.path.rfind("/beta", 0) == 0 ? "/beta" : "/v1.0") + url;
        request.base_url = outer.base_url;
        request.connection = outer.connection;
        const auto question = request.target.find('?');
        request.path = percent_decoded(request.target.substr(0, question), false);
        if (question != std::string::npos) request.query = parse_query(request.target.substr(question + 1));
        const auto headers = inner.value("headers", json::object());
        for (const auto& [name, value] : headers.items()) {
            if (value.is_string()) request.headers.emplace_back(name, value.get<std::string>());
        }
        if (inner.contains("body") && !inner["body"].is_null()) {
            request.body = inner["body"].dump();
            if (!request.header("Content-Type"))
                return graph_error(
                    {415, "Request_BadRequest",
                     "Write requests (excluding DELETE) must contain the Content-Type header declaration."});
        }
        if (const auto fault = intercept(request)) return *fault;
        auto response = answer(request, caller, {});
        response.set_header("request-id", directory_.ids().guid());
        return response;
    }

    static json inner_json(const std::string& id, const Response& response) {
        json headers = json::object();
        for (const auto& [name, value] : response.headers) headers[name] = value;
        json result{{"id", id}, {"status", response.status}, {"headers", headers}};
        result["body"] = response.body.empty() ? json() : json::parse(response.body, nullptr, false);
        return result;
    }

    void decorate(const Request& request, Response& response) {
        const auto request_id = directory_.ids().guid();
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
        response.body = body.dump();
    }

    Directory& directory_;
    GraphSwitches switches_;
    GraphApplications applications_;
    GraphPrincipals principals_;
};

}  // namespace

std::unique_ptr<Service> make_graph(Directory& directory) {
    return std::make_unique<GraphService>(directory);
}

}  // namespace regent::simulator
