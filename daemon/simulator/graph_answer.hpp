#pragma once

#include "simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace regent::simulator {

/// Why Graph refuses a request, in its own words.
struct GraphError {
    int status = 400;
    std::string code = "Request_BadRequest";
    std::string message;
    std::string conflicting_property;  ///< named in `details` where another object holds the value
};

[[nodiscard]] Response graph_answer(int status, const nlohmann::json& body);
[[nodiscard]] Response graph_no_content();
[[nodiscard]] Response graph_error(const GraphError& error);
[[nodiscard]] GraphError not_found(const std::string& key);
/// Of an id that is no GUID; `status` is 400 or 404.
[[nodiscard]] GraphError malformed_id(int status, const std::string& id);
[[nodiscard]] Response graph_not_allowed();
[[nodiscard]] Response graph_no_segment(const std::string& name);
/// 400 `Request_BadRequest`.
[[nodiscard]] GraphError bad_request(std::string message);
/// A write without a body.
[[nodiscard]] GraphError no_payload();
[[nodiscard]] GraphError read_only(std::string_view property);
[[nodiscard]] GraphError invalid_value(std::string_view property, std::string_view resource = "Application");

}  // namespace regent::simulator
