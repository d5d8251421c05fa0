#pragma once

#include "simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <variant>

namespace regent::simulator {

/// Why Dataverse refuses a request: `{"error": {"code": "0x80040237", "message": "…"}}`.
/// https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes
struct DataverseError {
    int status = 400;
    std::string code = "0x80040203";  ///< InvalidArgument
    std::string message;
    int retry_after = 0;  ///< seconds; 0: the header is left out
};

/// An answer, or why there is none.
using DataverseOutcome = std::variant<Response, DataverseError>;

[[nodiscard]] Response dataverse_answer(int status, const nlohmann::json& body);
[[nodiscard]] Response dataverse_no_content();
[[nodiscard]] Response dataverse_refusal(const DataverseError& error);
/// A body that does not say what it should: 0x80048d19.
[[nodiscard]] DataverseError invalid_payload(const std::string& why);

}  // namespace regent::simulator
