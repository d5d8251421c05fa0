#include "simulator/powerapps_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::simulator {

using nlohmann::json;

Response power_apps_empty_answer(int status) {
    Response response;
    response.status = status;
    return response;
}

Response power_apps_answer(int status, const json& body) {
    auto response = power_apps_empty_answer(status);
    if (status == 204) return response;
    response.set_header("Content-Type", "application/json; charset=utf-8");
    response.body = body.dump();
    return response;
}

Response power_apps_refusal(const PowerAppsError& error, const std::string& correlation_id) {
    constexpr std::string_view mark = "{correlation}";
    auto message = error.message;
    if (const auto at = message.find(mark); at != std::string::npos) message.replace(at, mark.size(), correlation_id);
    json envelope{{"code", error.code}, {"message", message}};
    if (error.code == "ApiHubsRequestFailed") {
        envelope["details"] = json::array({{{"code", "FullNonLocalizedError"}, {"message", message}}});
    }
    return power_apps_answer(error.status, {{"error", std::move(envelope)}});
}

PowerAppsError gateway_refusal(int status, const std::string& words) {
    const json inner{
        {"Code", ""}, {"Message", words}, {"Target", nullptr}, {"Details", json::array()}, {"Innererror", nullptr}};
    return {status, "ApiHubsRequestFailed",
            fmt::format("The request failed with client error: '{}'. The correlation Id is '{{correlation}}'.",
                        inner.dump())};
}

PowerAppsError invalid_content(const std::string& why) {
    return {400, "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: '" + why + "'."};
}

}  // namespace regent::simulator
