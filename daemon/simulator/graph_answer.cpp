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
    Response response = graph_answer(
        error.status,
        {{"error", {{"code", error.code}, {"message", error.message}, {"innerError", nlohmann::json::object()}}}});
    response.set_header("Content-Type", "application/json");
    return response;
}

GraphError not_found(const std::string& key) {
    return {404, "Request_ResourceNotFound",
            fmt::format(
                "Resource '{}' does not exist or one of its queried reference-property objects are not present.", key)};
}

}  // namespace regent::simulator
