#include "provider/connectors/dataverse/dataverse_errors.hpp"

#include "provider/connectors/call_failure.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/status_kind.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace regent::provider::dataverse {
namespace {

using connectors::member;
using connectors::text;
using nlohmann::json;

constexpr std::string_view duplicate_record = "0x80040237";
constexpr std::string_view version_mismatch = "0x80060882";
constexpr std::string_view not_a_member = "0x80072560";
constexpr std::string_view missing_privilege = "0x80040220";
/// Requests, execution time and parallel requests of one user within five minutes.
/// https://learn.microsoft.com/power-apps/developer/data-platform/api-limits
constexpr std::array<std::string_view, 3> limits = {"0x80072322", "0x80072321", "0x80072326"};

ErrorKind kind_of(int status, std::string_view code, std::string_view message) {
    if (status == 429 || std::find(limits.begin(), limits.end(), code) != limits.end()) return ErrorKind::throttled;
    if (code == duplicate_record || code == version_mismatch) return ErrorKind::conflict;
    const auto kind = kind_of_status(status);
    // The gateway behind Power Apps, told of by Dataverse; its words decide.
    const bool is_of_gateway = message.find("InternalServerError") != std::string_view::npos;
    return kind == ErrorKind::rejected && is_of_gateway ? ErrorKind::transient : kind;
}

std::string help_for(ErrorKind kind, std::string_view code, std::string_view message) {
    if (code == not_a_member)
        return "an administrator makes the service principal an application user of this environment once: Power "
               "Platform admin center, the environment, Settings, Application users";
    if (code == missing_privilege)
        return "give the application user a security role with the privileges on Connector, such as System Customizer";
    if (code == version_mismatch) return "somebody changed it since it was observed: plan again, and look";
    if (kind == ErrorKind::forbidden)
        return "the service principal has to be an application user of the environment, with a role that may write "
               "connectors";
    if (kind == ErrorKind::sign_in)
        return "the token was not accepted: check the tenant, and that `dataverse` names this environment's own "
               "address";
    if (message.find("agger") != std::string_view::npos)
        return "the service does not accept the OpenAPI file; its words above name the place";
    return {};
}

}  // namespace

ProviderError refusal(int status, const std::string& body, const std::string& service) {
    const auto parsed = json::parse(body, nullptr, false);
    const auto* error = parsed.is_object() ? member(&parsed, "error") : nullptr;
    const auto code = text(member(error, "code")), message = text(member(error, "message"));
    const auto kind = kind_of(status, code, message);
    auto words = fmt::format("{}: {}", service, status);
    if (!code.empty()) words += " " + code;
    if (!message.empty()) words += fmt::format(" \"{}\"", message);
    if (code.empty() && message.empty()) words += body.empty() ? " without a word" : " and no JSON";
    return {.kind = kind,
            .message = {},
            .service = std::move(words),
            .request_id = {},
            .time = {},
            .help = help_for(kind, code, message),
            .retry_after = {},
            .code = code_of(kind)};
}

ProviderError not_answered(const net::CallError& error) {
    const auto kind = connectors::kind_of(error.kind);
    return {.kind = kind,
            .message = {},
            .service = error.message,
            .request_id = error.client_request_id,
            .time = {},
            .help = error.help,
            .retry_after = error.retry_after,
            .code = code_of(kind)};
}

ProviderError unreadable_row(const json& row, const std::string& why, std::string help) {
    return {.kind = ErrorKind::incomplete,
            .message = fmt::format("connector {} of Dataverse could not be understood: {}",
                                   text(member(&row, "connectorid")), why),
            .service = {},
            .request_id = {},
            .time = {},
            .help = std::move(help),
            .retry_after = {},
            .code = "RG0711"};
}

}  // namespace regent::provider::dataverse
