#pragma once

#include "simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace regent::simulator {

/// Why Graph refuses a request, in its own words.
struct GraphError {
    int status = 400;
    std::string code = "Request_BadRequest";
    std::string message;
};

[[nodiscard]] Response graph_answer(int status, const nlohmann::json& body);
[[nodiscard]] Response graph_no_content();
[[nodiscard]] Response graph_error(const GraphError& error);
[[nodiscard]] GraphError not_found(const std::string& key);

}  // namespace regent::simulator
