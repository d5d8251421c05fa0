#include "simulator/graph_request.hpp"

#include "simulator/values.hpp"

#include <algorithm>

namespace regent::simulator {
namespace {

std::optional<Segment> segment_of(const std::string& text) {
    const auto open = text.find('(');
    if (open == std::string::npos) return Segment{text, {}, {}};
    if (text.back() != ')') return std::nullopt;
    Segment segment{text.substr(0, open), {}, {}};
    auto inside = text.substr(open + 1, text.size() - open - 2);
    if (inside.empty()) return segment;
    const auto equals = inside.find("='");
    if (equals != std::string::npos) {
        segment.key_name = inside.substr(0, equals);
        inside = inside.substr(equals + 1);
    } else {
        segment.key_name = "id";
    }
    if (inside.size() < 2 || inside.front() != '\'' || inside.back() != '\'') return std::nullopt;
    inside = inside.substr(1, inside.size() - 2);
    for (std::size_t i = 0; i < inside.size(); ++i) {
        segment.key += inside[i];
        if (inside[i] == '\'' && i + 1 < inside.size() && inside[i + 1] == '\'') ++i;
    }
    return segment;
}

}  // namespace

bool GraphRequest::create_if_missing() const {
    const auto prefer = http.header("Prefer").value_or("");
    return lower(prefer).find("create-if-missing") != std::string::npos;
}

std::optional<std::vector<Segment>> graph_segments(const std::string& path, bool& beta) {
    std::string rest;
    if (starts_with(path, "/v1.0/")) {
        rest = path.substr(6);
    } else if (starts_with(path, "/beta/")) {
        rest = path.substr(6);
        beta = true;
    } else {
        return std::nullopt;
    }
    if (starts_with(rest, "myorganization/")) rest = rest.substr(15);
    std::vector<Segment> segments;
    std::string current;
    bool quoted = false;
    for (const char c : rest + "/") {
        if (c == '\'') quoted = !quoted;
        if (c == '/' && !quoted) {
            if (!current.empty()) {
                auto segment = segment_of(current);
                if (!segment) return std::nullopt;
                segments.push_back(std::move(*segment));
            }
            current.clear();
        } else {
            current += c;
        }
    }
    return segments;
}

void merge(nlohmann::json& object, const nlohmann::json& patch) {
    for (const auto& [name, value] : patch.items()) {
        if (name.find('@') != std::string::npos) continue;
        if (value.is_object() && object.contains(name) && object[name].is_object()) {
            merge(object[name], value);
        } else {
            object[name] = value;
        }
    }
}

bool asks_for_key_bytes(const GraphRequest& request) {
    if (request.http.method != "GET") return false;
    const auto first = request.segment(0);
    if (first != "applications" && first != "servicePrincipals") return false;
    const bool is_single =
        request.path.size() == 2 || (request.path.size() == 1 && !request.path.front().key_name.empty());
    return is_single && ("," + request.query("$select") + ",").find(",keyCredentials,") != std::string::npos;
}

double resource_units(const GraphRequest& request) {
    if (request.http.method != "GET") return 1;
    double cost = 1;
    const auto first = request.segment(0);
    const auto last = request.path.empty() ? std::string{} : request.path.back().name;
    if (first == "applications" && request.path.size() == 1 && request.path[0].key_name.empty()) cost = 2;
    if (first == "oauth2PermissionGrants" || last == "appRoleAssignments" || last == "extensionProperties") cost = 2;
    if (!request.query("$select").empty()) cost -= 1;
    if (!request.query("$expand").empty()) cost += 1;
    const auto top = request.query("$top");
    if (!top.empty() && std::strtol(top.c_str(), nullptr, 10) < 20) cost -= 1;
    return std::max(cost, 1.0);
}

}  // namespace regent::simulator
