#include "cli/token_input.hpp"

#include "manifest/utf8.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <optional>

namespace regent::cli {
namespace {

using Json = nlohmann::json;

/// https://www.rfc-editor.org/rfc/rfc7515#appendix-C; padding and the other alphabet are accepted as well.
std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes;
    unsigned int held = 0, bits = 0;
    for (const char c : text) {
        unsigned int digit = 0;
        if (c >= 'A' && c <= 'Z')
            digit = static_cast<unsigned int>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            digit = static_cast<unsigned int>(c - 'a') + 26;
        else if (c >= '0' && c <= '9')
            digit = static_cast<unsigned int>(c - '0') + 52;
        else if (c == '-' || c == '+')
            digit = 62;
        else if (c == '_' || c == '/')
            digit = 63;
        else if (c == '=')
            continue;
        else
            return std::nullopt;
        held = (held << 6U) | digit;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>((held >> bits) & 0xFFU);
    }
    return bytes;
}

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0 || c == '"'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

/// UTF-16 as it lies in a file, without its mark; what is no character becomes U+FFFD, which no token has.
std::string from_utf16(std::string_view bytes, bool big_endian) {
    const auto unit_at = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]), second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(big_endian ? first << 8U | second : second << 8U | first);
    };
    const auto is_in = [](char32_t unit, char32_t least) { return unit >= least && unit < least + 0x400; };
    constexpr char32_t high = 0xD800, low = 0xDC00;
    std::string text;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        auto character = unit_at(at);
        if (is_in(character, high) && at + 3 < bytes.size() && is_in(unit_at(at + 2), low)) {
            character = 0x10000 + ((character - high) << 10U) + (unit_at(at + 2) - low);
            at += 2;
        } else if (is_in(character, high) || is_in(character, low)) {
            character = 0xFFFD;
        }
        text += manifest::encode_utf8(character);
    }
    return text;
}

/// A byte order mark says what the rest is: PowerShell's `>` writes UTF-16.
std::string as_utf8(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), false);
    if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), true);
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    return std::string(bytes);
}

TokenInputError not_a_token(std::string why) {
    return {"this is no token: " + std::move(why),
            "give the JWT itself or its claims as JSON; `-` or no name reads standard input"};
}

/// The JWT inside of what services answer: GitHub's `{"value": …}`, Kubernetes' `{"status": {"token": …}}`.
std::string enclosed(const Json& json) {
    for (const auto* path : {"/value", "/token", "/status/token", "/oidcToken", "/id_token"}) {
        const Json::json_pointer pointer(path);
        if (json.contains(pointer) && json.at(pointer).is_string() &&
            is_like_token(json.at(pointer).get<std::string>()))
            return json.at(pointer).get<std::string>();
    }
    return {};
}

std::optional<std::string> text_claim(const Json& claims, const char* name) {
    const auto it = claims.find(name);
    return it != claims.end() && it->is_string() ? std::optional(it->get<std::string>()) : std::nullopt;
}

std::vector<std::string> audiences_of(const Json& claims) {
    std::vector<std::string> audiences;
    const auto it = claims.find("aud");
    if (it == claims.end()) return audiences;
    if (it->is_string()) audiences.push_back(it->get<std::string>());
    if (it->is_array()) {
        for (const auto& one : *it) {
            if (one.is_string()) audiences.push_back(one.get<std::string>());
        }
    }
    return audiences;
}

/// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
void note_times(const Json& claims, std::chrono::system_clock::time_point now, std::vector<std::string>& notes) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto is = [&](const char* name, bool (*wrong)(double, double)) {
        const auto it = claims.find(name);
        return it != claims.end() && it->is_number() && wrong(it->get<double>(), static_cast<double>(seconds));
    };
    if (is("exp", [](double exp, double at) { return exp < at; }))
        notes.emplace_back("its time is over: whatever matches, Entra answers AADSTS700024 now");
    if (is("nbf", [](double nbf, double at) { return nbf > at + 300; }))
        notes.emplace_back("its time has not come yet: whatever matches, Entra answers AADSTS700024 now");
}

tl::expected<TokenInput, TokenInputError> from_claims(const Json& claims, std::chrono::system_clock::time_point now) {
    TokenInput input;
    const auto issuer = text_claim(claims, "iss"), subject = text_claim(claims, "sub");
    if (!issuer) return tl::unexpected(not_a_token("it has no `iss`"));
    if (!subject) return tl::unexpected(not_a_token("it has no `sub`"));
    input.claims = {*issuer, *subject, audiences_of(claims)};
    if (input.claims.audiences.empty()) input.notes.emplace_back("it has no `aud`: no credential can match");
    if (input.claims.audiences.size() > 1)
        input.notes.emplace_back("it is for several audiences; how Entra takes that is not documented");
    note_times(claims, now, input.notes);
    return input;
}

tl::expected<TokenInput, TokenInputError> from_jwt(std::string_view jwt, std::chrono::system_clock::time_point now) {
    const auto first = jwt.find('.'), second = jwt.find('.', first + 1);
    const auto header = from_base64url(jwt.substr(0, first));
    const auto payload = from_base64url(jwt.substr(first + 1, second - first - 1));
    if (!header || !payload) return tl::unexpected(not_a_token("it has characters that no JWT has"));
    const auto claims = Json::parse(*payload, nullptr, false);
    if (!claims.is_object()) return tl::unexpected(not_a_token("its second part is no JSON object"));
    auto input = from_claims(claims, now);
    const auto about = Json::parse(*header, nullptr, false);
    const auto algorithm = about.is_object() ? text_claim(about, "alg") : std::nullopt;
    // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
    if (input && algorithm && *algorithm != "RS256")
        input->notes.emplace_back("it is not signed with RS256, and Entra accepts nothing else");
    return input;
}

}  // namespace

bool is_like_token(std::string_view text) noexcept {
    return text.size() > 20 && text.rfind("eyJ", 0) == 0 && text.find('.') != std::string_view::npos;
}

tl::expected<TokenInput, TokenInputError> read_token(std::string_view bytes,
                                                     std::chrono::system_clock::time_point now) {
    const auto decoded = as_utf8(bytes);
    auto text = trimmed(decoded);
    for (const std::string_view scheme : {"Bearer ", "bearer "}) {
        if (text.rfind(scheme, 0) == 0) text = trimmed(text.substr(scheme.size()));
    }
    if (text.empty()) return tl::unexpected(not_a_token("it is empty"));
    if (text.front() != '{') {
        if (std::count(text.begin(), text.end(), '.') != 2)
            return tl::unexpected(not_a_token("a JWT has three parts with a point between them"));
        return from_jwt(text, now);
    }
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return tl::unexpected(not_a_token("it is no JSON"));
    if (const auto inside = enclosed(json); !inside.empty()) return from_jwt(inside, now);
    return from_claims(json, now);
}

}  // namespace regent::cli
