#include "net/login_form.hpp"

#include "net/token_fetcher.hpp"

#include <fmt/format.h>

namespace regent::net {
namespace {

/// A tenant becomes a path segment of the sign-in address; nothing else may get into it.
bool is_tenant(std::string_view text) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

tl::expected<Outcome, TokenError> post_login_form(Transport& transport, std::string login_origin,
                                                  const std::string& tenant, std::string_view endpoint,
                                                  std::string form) {
    if (!is_tenant(tenant)) {
        return tl::unexpected(TokenError{.retryable = false,
                                         .message = "the tenant is neither a GUID nor a domain name",
                                         .help = "check AZURE_TENANT_ID or the Environment's tenantId"});
    }
    while (login_origin.ends_with('/')) login_origin.pop_back();
    Request request;
    request.method = Method::post;
    request.origin = std::move(login_origin);
    request.target = fmt::format("/{}/oauth2/v2.0/{}", tenant, endpoint);
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    request.body = std::move(form);
    request.idempotent = true;
    request.max_response_bytes = 1U << 20U;
    auto outcome = transport.send(request);
    Secret::wipe(request.body);
    if (outcome.fate == Fate::answered) return outcome;
    return tl::unexpected(
        TokenError{.retryable = true,
                   .message = std::move(outcome.error),
                   .help = "check the network, the proxy and `endpoints.login` in the Environment manifest"});
}

void hide_secret(std::string& message, const Secret& secret) {
    if (secret.empty()) return;
    for (const auto& text : {secret.reveal(), form_encoded(secret.reveal())}) {
        for (auto at = message.find(text); at != std::string::npos; at = message.find(text, at + 3))
            message.replace(at, text.size(), "***");
    }
}

}  // namespace regent::net
