#include "net/base64url.hpp"
#include "net/json_text.hpp"
#include "net/redact.hpp"
#include "net/token_fetcher.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace regent::net {
namespace {

using std::chrono::seconds;

/// A number, or the text of one.
std::optional<std::int64_t> number_in(const nlohmann::json& answer, const char* member) {
    const auto found = answer.find(member);
    if (found == answer.end()) return std::nullopt;
    if (found->is_number_integer()) return found->get<std::int64_t>();
    if (!found->is_string()) return std::nullopt;
    const auto& text = found->get_ref<const std::string&>();
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return value;
}

/// App Service and Service Fabric say only when a token ends (`expires_on`, in Unix time), not how long it lives.
std::optional<seconds> lifetime_of(const nlohmann::json& answer, const Clock& clock) {
    constexpr std::int64_t a_week = std::int64_t{7} * 24 * 3600;
    auto left = number_in(answer, "expires_in");
    if (!left && !answer.contains("expires_in")) {
        const auto now = std::chrono::duration_cast<seconds>(clock.now().time_since_epoch()).count();
        if (const auto ends = number_in(answer, "expires_on"); ends && *ends > now) left = *ends - now;
    }
    if (!left || *left < 0) return std::nullopt;
    return seconds(std::min(*left, a_week));
}

/// The claims. The token is not ours to verify: it came from the service over TLS, and only names us.
nlohmann::json claims_of(const std::string& token) {
    const auto first = token.find('.');
    const auto second = token.find('.', first + 1);
    if (first == std::string::npos || second == std::string::npos) return {};
    const auto payload = from_base64url(std::string_view(token).substr(first + 1, second - first - 1));
    if (!payload) return {};
    return nlohmann::json::parse(*payload, nullptr, false);
}

bool is_header_safe(const std::string& token) {
    return !token.empty() &&
           std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

tl::expected<TokenFetcher::Fetched, TokenError> read_token_answer(std::string_view body, const Clock& clock,
                                                                  std::chrono::steady_clock::time_point asked_at,
                                                                  std::string_view help) {
    const auto answer = nlohmann::json::parse(body, nullptr, false);
    const auto text = answer.is_object() ? answer.find("access_token") : answer.end();
    const auto lifetime = answer.is_object() ? lifetime_of(answer, clock) : std::nullopt;
    if (!lifetime || text == answer.end() || !text->is_string() ||
        !is_header_safe(text->get_ref<const std::string&>())) {
        return tl::unexpected(TokenError{.retryable = false,
                                         .message = "the sign-in service's answer holds no token that can be used",
                                         .help = std::string(help)});
    }
    AccessToken token{text->get<std::string>(), clock.now() + *lifetime};
    const auto claims = claims_of(token.text);
    token.object_id = text_of(claims, "oid");
    token.tenant_id = text_of(claims, "tid");
    token.client_id = text_of(claims, "appid");
    if (token.client_id.empty()) token.client_id = text_of(claims, "azp");
    if (claims.is_object() && claims.contains("roles") && claims["roles"].is_array()) {
        for (const auto& role : claims["roles"]) {
            if (role.is_string()) token.roles.push_back(role.get<std::string>());
        }
    }
    return TokenFetcher::Fetched{std::move(token), *lifetime, asked_at};
}

std::string form_encoded(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

}  // namespace regent::net
