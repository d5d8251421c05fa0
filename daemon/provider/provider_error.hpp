#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace regent::provider {

/// A kind says what to do next.
enum class ErrorKind {
    sign_in,          ///< no token: nothing can be done with this service until it is mended
    transient,        ///< 5xx, network; was retried within the call's budget, the next run may succeed
    throttled,        ///< 429 beyond the patience of the call; `retry_after` says when
    not_found,        ///< gone, or not replicated yet
    conflict,         ///< changed since we observed; the next run's fresh snapshot decides
    forbidden,        ///< a permission is missing; `help` names it
    rejected,         ///< the service says the value is invalid: permanent until the manifest changes
    outcome_unknown,  ///< the answer to a write was lost and a look did not settle it
    not_yet,          ///< a value that the service makes is not there after all the waiting: a connector's identity
    interrupted,      ///< the process was asked to stop
    incomplete        ///< a page or an answer could not be understood: the view would be half a view
};
[[nodiscard]] std::string_view to_string(ErrorKind kind) noexcept;
/// Our code for it, where nothing more is known: "RG0704".
[[nodiscard]] std::string code_of(ErrorKind kind);

/// A failure as a person meets it. No secret, token or body is in it.
struct ProviderError {
    ErrorKind kind = ErrorKind::transient;
    std::string message;  ///< what was tried, in the manifest's words: "Entra refused to update Application/portal"
    std::string
        service;  ///< the service's own words: "Graph: 403 Authorization_RequestDenied \"Insufficient privileges …\""
    std::string request_id;  ///< the service's, else our client-request-id; empty when nothing was sent
    std::string time;        ///< RFC 3339, of the answer
    std::string help;        ///< how to mend it
    std::chrono::milliseconds retry_after{0};
    std::string code;  ///< our RG code: "RG0704"
};

}  // namespace regent::provider
