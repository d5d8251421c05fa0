#include "simulator/dataverse_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::simulator {

using nlohmann::json;

Response dataverse_answer(int status, const json& body) {
    Response response;
    response.status = status;
    response.set_header("Content-Type", "application/json; odata.metadata=minimal");
    response.set_header("OData-Version", "4.0");
    response.body = body.dump();
    return response;
}

Response dataverse_no_content() {
    Response response;
    response.status = 204;
    response.set_header("OData-Version", "4.0");
    return response;
}

Response dataverse_refusal(const DataverseError& error) {
    auto response = dataverse_answer(error.status, {{"error", {{"code", error.code}, {"message", error.message}}}});
    if (error.retry_after > 0) response.set_header("Retry-After", std::to_string(error.retry_after));
    return response;
}

DataverseError invalid_payload(const std::string& why) {
    return {400, "0x80048d19", "Error identified in Payload provided by the user for Entity :'connectors', " + why};
}

}  // namespace regent::simulator
