#pragma once

#include "net/session.hpp"
#include "provider/provider_error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::provider::dataverse {

/// What an answer of the Web API says: kind, code, the service's words and what to do. Message, time and request id are
/// the caller's. `body` is `{"error": {"code": "0x80040237", "message": "…"}}`, or none of the kind.
/// https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes
[[nodiscard]] ProviderError refusal(int status, const std::string& body, const std::string& service);
/// The same of a call that got no answer.
[[nodiscard]] ProviderError not_answered(const net::CallError& error);
/// Of a row, whatever it is, that read_row() did not understand, and why.
[[nodiscard]] ProviderError unreadable_row(const nlohmann::json& row, const std::string& why, std::string help);

}  // namespace regent::provider::dataverse
