#include "simulator/graph_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::simulator {

Response graph_answer(int status, const nlohmann::json& body) {
    Response response;
    response.status = status;
    response.set_header(
        "Content-Type",
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8");
    response.set_header("OData-Version", "4.0");
    response.body = body.dump();
    return response;
}

Response graph_no_content() {
    Response response;
    response.status = 204;
    return response;
}

Response graph_error(const GraphError& error) {
    nlohmann::json body{{"code", error.code}, {"message", error.message}, {"innerError", nlohmann::json::object()}};
    if (!error.conflicting_property.empty()) {
        body["details"] = {
            {{"code", "ObjectConflict"}, {"message", error.message}, {"target", error.conflicting_property}}};
    }
    Response response = graph_answer(error.status, {{"error", body}});
    response.set_header("Content-Type", "application/json");
    return response;
}

Response graph_not_allowed() {
    return graph_error({405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.", {}});
}

Response graph_no_segment(const std::string& name) {
    return graph_error({400, "BadRequest", fmt::format("Resource not found for the segment '{}'.", name), {}});
}

GraphError bad_request(std::string message) {
    return {400, "Request_BadRequest", std::move(message), {}};
}

GraphError malformed_id(int status, const std::string& id) {
    if (status == 404) return not_found(id);
    return bad_request(fmt::format("Invalid object identifier '{}'.", id));
}

GraphError no_payload() {
    return bad_request("Empty Payload. JSON content expected.");
}

GraphError read_only(std::string_view property) {
    return bad_request(fmt::format("Property '{}' is read-only and cannot be set.", property));
}

GraphError invalid_value(std::string_view property, std::string_view resource) {
    return bad_request(fmt::format("Invalid value specified for property '{}' of resource '{}'.", property, resource));
}

GraphError not_found(const std::string& key) {
    return {404,
            "Request_ResourceNotFound",
            fmt::format(
                "Resource '{}' does not exist or one of its queried reference-property objects are not present.", key),
            {}};
}

}  // namespace regent::simulator
