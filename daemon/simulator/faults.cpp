#include "simulator/faults.hpp"

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<const char*, Fault::Kind>, 6> kinds{{{"status", Fault::Kind::status},
                                                                    {"drop_before", Fault::Kind::drop_before},
                                                                    {"drop_after", Fault::Kind::drop_after},
                                                                    {"error_after", Fault::Kind::error_after},
                                                                    {"delay", Fault::Kind::delay},
                                                                    {"truncate", Fault::Kind::truncate}}};

const char* name_of(Fault::Kind kind) {
    return std::find_if(kinds.begin(), kinds.end(), [&](const auto& entry) { return entry.second == kind; })->first;
}

std::string code_for(int status) {
    switch (status) {
        case 401:
            return "InvalidAuthenticationToken";
        case 403:
            return "Authorization_RequestDenied";
        case 404:
            return "Request_ResourceNotFound";
        case 409:
            return "Directory_ConcurrencyViolation";
        case 429:
            return "TooManyRequests";
        case 500:
            return "Service_InternalServerError";
        default:
            return "ServiceUnavailable";
    }
}

}  // namespace

int Faults::add(const json& rule) {
    if (!rule.is_object() || !rule.contains("kind")) throw std::invalid_argument("a fault is an object with `kind`");
    Fault fault;
    const auto wanted = rule["kind"].get<std::string>();
    const auto kind =
        std::find_if(kinds.begin(), kinds.end(), [&](const auto& entry) { return wanted == entry.first; });
    if (kind == kinds.end())
        throw std::invalid_argument("there is no fault `" + wanted +
                                    "`: status, drop_before, drop_after, error_after, delay, truncate");
    fault.kind = kind->second;
    const auto match = rule.value("match", json::object());
    fault.method = match.value("method", "");
    fault.path = match.value("path", "");
    fault.rate = rule.value("rate", 1.0);
    fault.count = rule.value("count", rule.contains("rate") ? -1L : 1L);
    fault.status = rule.value("status", fault.kind == Fault::Kind::error_after ? 500 : 503);
    if (rule.contains("retryAfter"))
        fault.retry_after =
            rule["retryAfter"].is_string() ? rule["retryAfter"].get<std::string>() : rule["retryAfter"].dump();
    fault.body = rule.value("body", "json");
    fault.code = rule.value("code", "");
    fault.message = rule.value("message", "");
    fault.wants_claims = rule.value("claims", false);
    fault.delay_ms = rule.value("delayMs", 1000L);
    fault.id = next_id_++;
    faults_.push_back(fault);
    return fault.id;
}

json Faults::list() const {
    auto rules = json::array();
    for (const auto& fault : faults_) {
        rules.push_back({{"id", fault.id},
                         {"kind", name_of(fault.kind)},
                         {"match", {{"method", fault.method}, {"path", fault.path}}},
                         {"count", fault.count},
                         {"rate", fault.rate},
                         {"status", fault.status}});
    }
    return rules;
}

std::optional<Fault> Faults::strike(const Request& request) {
    for (auto it = faults_.begin(); it != faults_.end(); ++it) {
        if (!it->method.empty() && !same_text(it->method, request.method)) continue;
        if (!it->path.empty() && request.target.find(it->path) == std::string::npos &&
            percent_decoded(request.target, true).find(it->path) == std::string::npos)
            continue;
        if (it->rate < 1.0 && std::uniform_real_distribution<>(0, 1)(engine_) >= it->rate) continue;
        const auto fault = *it;
        if (it->count > 0 && --it->count == 0) faults_.erase(it);
        return fault;
    }
    return std::nullopt;
}

Response fault_response(const Fault& fault) {
    Response response;
    response.status = fault.status;
    if (!fault.retry_after.empty()) response.set_header("Retry-After", fault.retry_after);
    if (fault.wants_claims) {
        response.set_header("WWW-Authenticate",
                            "Bearer error=\"insufficient_claims\", "
                            "claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==\"");
    }
    if (fault.body == "gateway") {
        const auto words = fault.message.empty() ? "PUT https://management.azure-apim.net/apis/policy failed with "
                                                   "InternalServerError, content={}"
                                                 : fault.message;
        const json inner{
            {"Code", ""}, {"Message", words}, {"Target", nullptr}, {"Details", json::array()}, {"Innererror", nullptr}};
        const auto message = "The request failed with client error: '" + inner.dump() +
                             "'. The correlation Id is '77777777-7777-7777-7777-777777777777'.";
        response.set_header("Content-Type", "application/json");
        response.body = json{{"error",
                              {{"code", "ApiHubsRequestFailed"},
                               {"message", message},
                               {"details", json::array({{{"code", "FullNonLocalizedError"}, {"message", message}}})}}}}
                            .dump();
    } else if (fault.body == "html") {
        response.set_header("Content-Type", "text/html");
        response.body =
            "<html><head><title>Service unavailable</title></head><body><h2>Our services aren't available right "
            "now</h2></body></html>";
    } else if (fault.body == "json") {
        response.set_header("Content-Type", "application/json");
        const std::string usual =
            fault.status == 429 ? "Please retry again later." : "The service is switched to fail.";
        const auto message = fault.message.empty() ? usual : fault.message;
        response.body =
            json{{"error",
                  {{"code", fault.code.empty() ? code_for(fault.status) : fault.code},
                   {"message", message},
                   {"innerError", {{"code", std::to_string(fault.status)}, {"status", std::to_string(fault.status)}}}}}}
                .dump();
    }
    return response;
}

}  // namespace regent::simulator
