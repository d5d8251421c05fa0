#include "simulator/graph_batch.hpp"

#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::size_t max_steps = 20;

json step_answer(const std::string& id, const Response& response) {
    json headers = json::object();
    for (const auto& [name, value] : response.headers) headers[name] = value;
    json result{{"id", id}, {"status", response.status}, {"headers", headers}};
    result["body"] = response.body.empty() ? json() : json::parse(response.body, nullptr, false);
    if (result["body"].is_discarded()) result["body"] = response.body;
    return result;
}

bool is_step(const json& step) {
    if (!step.is_object()) return false;
    for (const auto* member : {"id", "url", "method"}) {
        if (text(step, member).empty()) return false;
    }
    const auto& before = list(step, "dependsOn");
    return std::all_of(before.begin(), before.end(), [](const auto& id) { return id.is_string(); });
}

}  // namespace

std::optional<std::string> GraphBatch::malformed(const json& requests) {
    if (!requests.is_array()) return "Invalid batch payload format.";
    if (requests.size() > max_steps)
        return fmt::format("Number of batch request steps exceeds the maximum value of {}.", max_steps);
    std::set<std::string> ids;
    for (const auto& step : requests) {
        if (!is_step(step)) return "Batch request step is missing a required member.";
        if (!ids.insert(lower(text(step, "id"))).second) return "Request Id values must be unique.";
    }
    return std::nullopt;
}

Response GraphBatch::run() {
    if (outer_.method != "POST") return graph_not_allowed();
    const auto body = json::parse(outer_.body, nullptr, false);
    const auto requests = body.is_object() ? body.value("requests", json()) : json();
    if (const auto wrong = malformed(requests)) return graph_error({400, "BadRequest", *wrong, {}});
    // All of them first: an upsert by name and the next one mean the same object before it exists and after.
    for (const auto& step : requests) {
        auto& known = steps_[lower(text(step, "id"))];
        known.writes = surroundings_.written(unpacked(step));
        for (const auto& before : list(step, "dependsOn")) known.waits_for.push_back(lower(before.get<std::string>()));
    }
    auto responses = json::array();
    double units = 0;
    for (const auto& step : requests) {
        const auto id = text(step, "id");
        auto& known = steps_[lower(id)];
        const auto response = run_step(step);
        known.status = response.status;
        units += response.resource_units;
        responses.push_back(step_answer(id, response));
    }
    // Answers come in any order.
    std::reverse(responses.begin(), responses.end());
    auto response = graph_answer(200, {{"responses", responses}});
    response.resource_units = units;
    return response;
}

Response GraphBatch::run_step(const json& step) {
    const auto id = lower(text(step, "id"));
    auto& known = steps_[id];
    for (const auto& before : known.waits_for) {
        const auto it = steps_.find(before);
        if (it == steps_.end() || it->second.status == 0 || it->second.status >= 400)
            return graph_error({424, "FailedDependency", "A request this one depends on has failed.", {}});
    }
    const auto request = unpacked(step);
    if (!request.body.empty() && !request.header("Content-Type")) {
        return graph_error({415,
                            "Request_BadRequest",
                            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
                            {}});
    }
    if (surroundings_.independent_writes_collide && collides(id)) {
        return graph_error({409,
                            "Directory_ConcurrencyViolation",
                            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
                            {}});
    }
    known.has_begun = true;
    return surroundings_.answer(request);
}

Request GraphBatch::unpacked(const json& step) const {
    Request request;
    request.method = text(step, "method");
    std::transform(request.method.begin(), request.method.end(), request.method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    auto url = text(step, "url");
    if (!starts_with(url, "/")) url = "/" + url;
    request.target = (starts_with(outer_.path, "/beta") ? "/beta" : "/v1.0") + url;
    request.base_url = outer_.base_url;
    request.connection = outer_.connection;
    const auto question = request.target.find('?');
    request.path = percent_decoded(request.target.substr(0, question), false);
    if (question != std::string::npos) request.query = parse_query(request.target.substr(question + 1));
    const auto headers = step.value("headers", json::object());
    if (headers.is_object()) {
        for (const auto& [name, value] : headers.items()) {
            if (value.is_string()) request.headers.emplace_back(name, value.get<std::string>());
        }
    }
    if (step.contains("body") && !step["body"].is_null()) request.body = step["body"].dump();
    return request;
}

bool GraphBatch::waits_for(const std::string& step, const std::string& other) const {
    const auto it = steps_.find(step);
    if (it == steps_.end()) return false;
    const auto& before = it->second.waits_for;
    return std::any_of(before.begin(), before.end(),
                       [&](const auto& id) { return id == other || (id != step && waits_for(id, other)); });
}

bool GraphBatch::collides(const std::string& id) const {
    const auto& object = steps_.at(id).writes;
    if (object.empty()) return false;
    return std::any_of(steps_.begin(), steps_.end(), [&](const auto& other) {
        return other.second.has_begun && other.second.writes == object && !waits_for(id, other.first);
    });
}

}  // namespace regent::simulator
