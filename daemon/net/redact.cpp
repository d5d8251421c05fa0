#include "net/redact.hpp"

#include "net/header_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace regent::net {
namespace {

constexpr std::string_view mask = "***";

/// Members and form fields whose value signs somebody in.
constexpr std::array<std::string_view, 14> secret_names = {
    "client_secret", "clientsecret",        "client_assertion",      "assertion", "secrettext",
    "password",      "access_token",        "refresh_token",         "id_token",  "accesstoken",
    "authorization", "proxy-authorization", "sharedaccesssignature", "sig"};

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_base64url_character(char c) {
    return is_name_character(c);
}

/// Characters of a credential behind "Bearer ": token68 of RFC 9110, section 11.2.
bool is_token68_character(char c) {
    return is_base64url_character(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

std::size_t run_length(std::string_view text, std::size_t from, bool (*belongs)(char)) {
    std::size_t end = from;
    while (end < text.size() && belongs(text[end])) ++end;
    return end - from;
}

/// Length of a JSON Web Token at `at`: "eyJ…" (the start of every encoded "{\"…"), with at least one dot; 0 when there
/// is none. A token cut off in the middle counts too.
std::size_t jwt_length(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("eyJ")) return 0;
    std::size_t length = run_length(text, at, is_base64url_character);
    if (length < 8) return 0;
    const auto first = length;
    while (at + length < text.size() && text[at + length] == '.') {
        const auto part = run_length(text, at + length + 1, is_base64url_character);
        length += 1 + part;
    }
    return length > first || first >= 40 ? length : 0;
}

/// Length of a client secret as Entra makes them, at `at`: three characters, a digit, "Q~" and some thirty more; 0 when
/// there is none. A service that complains about a value quotes it without the name of its member.
std::size_t entra_secret_length(std::string_view text, std::size_t at) {
    const auto belongs = [](char c) { return is_name_character(c) || c == '.' || c == '~'; };
    const auto rest = text.substr(at);
    if (rest.size() < 24 || rest.substr(4, 2) != "Q~" || rest[3] < '0' || rest[3] > '9') return 0;
    const auto length = run_length(text, at, belongs);
    return length >= 24 ? length : 0;
}

/// Length of a scheme name and the blank behind it, when credentials follow: "Bearer ", "Basic ".
std::size_t scheme_length(std::string_view text, std::size_t at) {
    for (const std::string_view scheme : {"bearer", "basic", "sharedaccesssignature"}) {
        if (!equal_ignoring_case(text.substr(at, scheme.size()), scheme)) continue;
        auto end = at + scheme.size();
        if (end >= text.size() || (text[end] != ' ' && text[end] != '+')) continue;
        while (end < text.size() && (text[end] == ' ' || text[end] == '+')) ++end;
        return end - at;
    }
    return 0;
}

/// "Bearer token" is prose, "Bearer abc123…" is not: what follows has a digit, or is longer than words are.
bool looks_like_credentials(std::string_view value) {
    return value.size() >= 16 ||
           (value.size() >= 6 && std::any_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// "%22": one encoded character, whose digits are not the start of the word behind it.
bool is_percent_encoded(std::string_view text, std::size_t at) {
    return at + 2 < text.size() && text[at] == '%' && is_hex_digit(text[at + 1]) && is_hex_digit(text[at + 2]);
}

struct Value {
    std::size_t from = 0;
    std::size_t length = 0;
};

/// Length of `"`, `\"`, `%22` at `at`, as JSON has it, also quoted once more or percent-encoded; 0 when there is none.
std::size_t quote_length(std::string_view text, std::size_t at) {
    const auto rest = text.substr(at);
    if (rest.starts_with("\\\"")) return 2;
    if (rest.starts_with("%22")) return 3;
    if (rest.starts_with("\"") || rest.starts_with("'")) return 1;
    return 0;
}

/// The value of the member or field whose name ends at `name_end`: `=value`, `: "value"`, `%3Dvalue`.
std::optional<Value> value_behind(std::string_view text, std::size_t name_end) {
    auto at = name_end + quote_length(text, name_end);
    while (at < text.size() && text[at] == ' ') ++at;
    const auto rest = text.substr(at);
    if (rest.starts_with("=") || rest.starts_with(":")) {
        at += 1;
    } else if (rest.starts_with("%3D") || rest.starts_with("%3d")) {
        at += 3;
    } else {
        return std::nullopt;
    }
    while (at < text.size() && text[at] == ' ') ++at;
    if (const auto quote = quote_length(text, at); quote > 0) {
        const auto mark = text.substr(at, quote);
        const auto from = at + quote;
        auto end = from;
        while (end < text.size() && text.substr(end, quote) != mark) end += text[end] == '\\' && quote == 1 ? 2 : 1;
        return Value{from, std::min(end, text.size()) - from};
    }
    if (const auto scheme = scheme_length(text, at); scheme > 0) at += scheme;
    auto end = at;
    constexpr std::string_view stops = " \t\r\n&\"'<>,;}])";
    while (end < text.size() && stops.find(text[end]) == std::string_view::npos) ++end;
    return Value{at, end - at};
}

bool is_secret_name(std::string_view name) {
    return std::any_of(secret_names.begin(), secret_names.end(),
                       [&](std::string_view known) { return equal_ignoring_case(name, known); });
}

/// Copies text and masks on the way.
class Redactor {
public:
    explicit Redactor(std::string_view text) : text_(text) { result_.reserve(text.size()); }

    std::string run() && {
        while (at_ < text_.size()) {
            if (is_percent_encoded(text_, at_)) {
                copy(3);
            } else if (const auto jwt = jwt_length(text_, at_); jwt > 0) {
                hide(jwt);
            } else if (const auto secret = entra_secret_length(text_, at_); secret > 0) {
                hide(secret);
            } else if (!hide_credentials() && !hide_value()) {
                copy(std::max<std::size_t>(1, run_length(text_, at_, is_name_character)));
            }
        }
        return std::move(result_);
    }

private:
    void copy(std::size_t count) {
        result_.append(text_.substr(at_, count));
        at_ += count;
    }

    void hide(std::size_t count) {
        result_.append(mask);
        at_ += count;
    }

    bool hide_credentials() {
        const auto scheme = scheme_length(text_, at_);
        if (scheme == 0) return false;
        const auto length = run_length(text_, at_ + scheme, is_token68_character);
        if (!looks_like_credentials(text_.substr(at_ + scheme, length))) return false;
        copy(scheme);
        hide(length);
        return true;
    }

    bool hide_value() {
        const auto name = run_length(text_, at_, is_name_character);
        if (name == 0 || !is_secret_name(text_.substr(at_, name))) return false;
        const auto value = value_behind(text_, at_ + name);
        if (!value || value->length == 0) return false;
        copy(value->from - at_);
        hide(value->length);
        return true;
    }

    std::string_view text_;
    std::string result_;
    std::size_t at_ = 0;
};

bool may_be_shown(std::string_view name) {
    constexpr std::array<std::string_view, 9> shown = {"$select", "$filter",  "$top",    "$expand",    "$count",
                                                       "$search", "$orderby", "$format", "api-version"};
    std::string plain(name);
    if (plain.starts_with("%24")) plain.replace(0, 3, "$");
    return std::any_of(shown.begin(), shown.end(),
                       [&](std::string_view known) { return equal_ignoring_case(plain, known); });
}

}  // namespace

std::string redact(std::string_view text) {
    return Redactor(text).run();
}

std::string loggable_address(std::string_view origin, std::string_view target) {
    const auto question = target.find('?');
    std::string result(origin);
    result.append(target.substr(0, question));
    if (question == std::string_view::npos) return result;
    char separator = '?';
    auto rest = target.substr(question + 1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto field = rest.substr(0, end);
        const auto equals = std::min(field.find('='), field.size());
        const auto name = field.substr(0, equals);
        result += separator;
        result.append(name);
        if (equals < field.size()) result.append("=").append(may_be_shown(name) ? field.substr(equals + 1) : mask);
        separator = '&';
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return result;
}

}  // namespace regent::net
