#include "simulator/arm_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::simulator {

Response arm_empty_answer(int status) {
    Response response;
    response.status = status;
    return response;
}

Response arm_answer(int status, const nlohmann::json& body) {
    auto response = arm_empty_answer(status);
    response.set_header("Content-Type", "application/json; charset=utf-8");
    response.set_header("Cache-Control", "no-cache");
    response.body = body.dump();
    return response;
}

Response arm_refusal(const ArmError& error) {
    return arm_answer(error.status, {{"error", {{"code", error.code}, {"message", error.message}}}});
}

ArmError arm_invalid_content(const std::string& why) {
    return {400, "InvalidRequestContent",
            fmt::format("The request content was invalid and could not be deserialized: '{}'.", why)};
}

}  // namespace regent::simulator
