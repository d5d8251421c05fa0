#include "provider/graph/graph_errors.hpp"

#include "net/redact.hpp"
#include "provider/status_kind.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::provider::graph {
namespace {

bool is_quota(const std::string& code) {
    return code == "Directory_QuotaExceeded" || code == "Directory_ResourceSizeExceeded";
}

bool is_policy(const std::string& code) {
    return code.find("AppPolicy") != std::string::npos;
}

bool is_hard_limit(const std::string& code) {
    return code == "Request_ThrottledPermanently";
}

/// Graph's refusals are JSON. Without, something on the way has answered, or a gateway before Graph.
bool is_of_graph(const GraphAnswer& answer) {
    return answer.body != nullptr && answer.body->is_object() && answer.body->contains("error");
}

/// The calling service principal was made minutes ago, and not everybody in the directory knows it; or it is gone.
bool is_caller_unknown(const std::string& code) {
    return code == "Authorization_IdentityNotFound";
}

/// The path itself is not known there, whatever the object.
bool is_path_unknown(const GraphAnswer& answer) {
    return answer.says("Resource not found for the segment");
}

ErrorKind kind_of(const GraphAnswer& answer) {
    const auto code = answer.error_code();
    if (is_caller_unknown(code)) return ErrorKind::transient;
    if (is_path_unknown(answer)) return ErrorKind::rejected;
    if (answer.status == 404 && !is_of_graph(answer)) return ErrorKind::transient;
    if (answer.status == 403 && (is_quota(code) || is_policy(code))) return ErrorKind::rejected;
    if (answer.status == 429 && is_hard_limit(code)) return ErrorKind::rejected;
    if (const auto kind = kind_of_status(answer.status); kind != ErrorKind::rejected || answer.status == 501)
        return kind;
    const bool conflict = is_concurrent_write(answer) || is_still_enabled(answer) || answer.says("already exists") ||
                          answer.says("A conflicting object");
    return conflict ? ErrorKind::conflict : ErrorKind::rejected;
}

/// Requests that no manifest can make wrong.
bool is_unasked_for(const GraphAnswer& answer) {
    const auto code = answer.error_code();
    const bool by_status = answer.status == 405 || answer.status == 411 || answer.status == 415 || answer.status == 501;
    return by_status || is_path_unknown(answer) || code == "Request_UnsupportedQuery" || code == "UnknownError";
}

/// https://learn.microsoft.com/graph/permissions-reference: the least privilege, and what it does not cover.
std::string help_for(ErrorKind kind, const GraphAnswer& answer) {
    const auto code = answer.error_code();
    if (!is_of_graph(answer) && answer.status < 500 && answer.status != 429)
        return "Graph answers with JSON, and this was none: a gateway, proxy or firewall on the way has probably given "
               "this answer. Run again; if it stays, look at the proxy of this machine (--proxy, HTTPS_PROXY) and at "
               "the Environment's `endpoints`";
    if (is_hard_limit(code)) return "this is a limit that waiting does not lift: ask Microsoft's support to raise it";
    if (is_caller_unknown(code))
        return "the directory does not know the service principal that regent signs in as: it was made minutes ago and "
               "is not known everywhere yet, so run again then; or it was deleted";
    if (is_unasked_for(answer))
        return "this request is a mistake of regent's, or this cloud does not have that part of Graph: please report "
               "it with the request id";
    if (kind == ErrorKind::forbidden) {
        return "the application regent signs in with needs `Application.ReadWrite.OwnedBy` and must be an owner of the "
               "application it changes, or it needs `Application.ReadWrite.All`; for an application made by others, "
               "somebody has to add regent's service principal as an owner first";
    }
    if (kind == ErrorKind::sign_in)
        return "the token was not accepted: check the tenant, and that `endpoints` are those of its cloud";
    if (kind == ErrorKind::throttled) return "the next run goes on; nothing that was done is lost";
    if (code == "HostNameNotOnVerifiedDomain" && answer.says("policy"))
        return "an app management policy of the tenant allows identifier URIs of the default formats only: use "
               "api://{appId} or api://{tenantId}/{appId}, or ask for an exemption";
    if (code == "HostNameNotOnVerifiedDomain") return "use api://{appId}, or a domain that is verified in the tenant";
    if (code == "IdentifierUrisEndsWithSlash") return "write the identifier URI without the slash at its end";
    if (code == "Directory_QuotaExceeded" && answer.says("forward-link"))
        return "the object holds as many of these as it may: remove some that nobody needs";
    if (code == "Directory_QuotaExceeded")
        return "delete objects that are not needed (deleted ones count for 30 days), or ask for a larger quota";
    if (code == "Directory_ResourceSizeExceeded")
        return "an application holds at most 1200 entries over all of its lists: declare fewer";
    if (answer.status == 413) return "the request is too large for Graph: declare less in one object";
    if (is_key_taken(answer)) {
        return "another application holds this key, perhaps in the recycle bin: restore it there or delete it for good "
               "(Entra admin center, App registrations, Deleted applications; Entra keeps them for 30 days), then run "
               "again. Granted `Application.Read.All`, regent looks there itself and restores it";
    }
    if (answer.says("A conflicting object") || answer.says("Another object with the same value"))
        return "another object of the tenant, perhaps a deleted one, has this value: find it (for an identifier URI: "
               "`az "
               "ad app list --identifier-uri …`), or choose another value";
    if (code == "CredentialInvalidLifetimeAsPerAppPolicy")
        return "an app management policy of the tenant limits how long a credential may live: make `validFor` shorter, "
               "or ask "
               "for an exemption";
    if (code == "CredentialTypeNotAllowedAsPerAppPolicy")
        return "an app management policy of the tenant allows no credential of this type here: trust a federated "
               "credential "
               "instead, or ask for an exemption";
    if (is_still_enabled(answer))
        return "Entra changes a scope or role only after it was disabled, and does not show that yet, or somebody "
               "enabled it meanwhile: run again, the next plan goes on from what is there";
    if (is_policy(code))
        return "an app management policy of the tenant forbids it: change the manifest, or ask for an exemption";
    return {};
}

}  // namespace

ProviderError graph_refusal(const std::string& what, const GraphAnswer& answer) {
    ProviderError error;
    error.kind = kind_of(answer);
    error.code = code_of(error.kind);
    error.message =
        fmt::format("Entra {} to {}", error.kind == ErrorKind::transient ? "was not able" : "refused", what);
    error.service = fmt::format("Graph: {}", answer.status);
    if (!is_of_graph(answer)) error.service += ", without Graph's JSON";
    if (const auto code = answer.error_code(); !code.empty()) error.service += " " + code;
    if (const auto message = answer.error_message(); !message.empty()) error.service += fmt::format(" \"{}\"", message);
    // A service that quotes the request back must not bring a secret into a log.
    error.service = net::redact(error.service);
    error.request_id = answer.request_id;
    error.help = help_for(error.kind, answer);
    return error;
}

ProviderError call_failure(const std::string& what, const net::CallError& failure) {
    ProviderError error;
    switch (failure.kind) {
        case net::CallError::Kind::sign_in:
            error.kind = ErrorKind::sign_in;
            break;
        case net::CallError::Kind::unknown_outcome:
            error.kind = ErrorKind::outcome_unknown;
            break;
        case net::CallError::Kind::throttled:
            error.kind = ErrorKind::throttled;
            break;
        case net::CallError::Kind::interrupted:
            error.kind = ErrorKind::interrupted;
            break;
        case net::CallError::Kind::not_sent:
            error.kind = ErrorKind::transient;
            break;
    }
    error.code = code_of(error.kind);
    error.message = fmt::format("could not {} in Entra", what);
    error.service = failure.message;
    error.request_id = failure.client_request_id;
    error.help = failure.help;
    error.retry_after = failure.retry_after;
    return error;
}

ProviderError interrupted(const std::string& what) {
    ProviderError error;
    error.kind = ErrorKind::interrupted;
    error.code = code_of(error.kind);
    error.message = fmt::format("could not {} in Entra: the process was asked to stop", what);
    error.help = "the next run goes on from here";
    return error;
}

bool is_not_replicated_yet(const GraphAnswer& answer) {
    if (is_path_unknown(answer)) return false;
    return answer.status == 404 || answer.says("Not a valid reference update") ||
           answer.says("does not reference a valid application object") ||
           answer.says("one of its queried reference-property objects are not present") ||
           answer.says("backing application of the service principal being created must in the local tenant");
}

bool is_still_enabled(const GraphAnswer& answer) {
    return answer.error_code() == "CannotDeleteOrUpdateEnabledEntitlement" ||
           answer.says("cannot be deleted or updated unless disabled first");
}

bool is_concurrent_write(const GraphAnswer& answer) {
    return answer.error_code() == "Directory_ConcurrencyViolation" || answer.says("concurrent requests");
}

bool is_key_taken(const GraphAnswer& answer) {
    return answer.status >= 400 && answer.status < 500 && answer.says("property uniqueName already exists");
}

bool leaves_outcome_open(const GraphAnswer& answer) {
    return answer.status == 408 || answer.status == 499 || (answer.status >= 500 && answer.status != 501);
}

}  // namespace regent::provider::graph
