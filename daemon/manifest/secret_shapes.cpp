#include "manifest/secret_shapes.hpp"

#include "manifest/plain_text.hpp"
#include "model/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace regent::manifest {
namespace {

using std::string_view;

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_token_character(char c) {
    return is_digit(c) || is_lower(c) || is_upper(c) || c == '_' || c == '-';
}

std::size_t run(string_view text, bool (*belongs)(char)) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), belongs) - text.begin());
}

/// Lower case, and without what joins words.
std::string plain_name(string_view key) {
    std::string name;
    for (const char c : key) {
        if (c != '_' && c != '-' && c != '.') name += c;
    }
    return model::lower_case(name);
}

bool is_any_of(string_view name, std::initializer_list<string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool ends_with_one_of(string_view name, std::initializer_list<string_view> ends) {
    return std::any_of(ends.begin(), ends.end(), [&](string_view end) { return name.ends_with(end); });
}

/// Three characters, a digit, "Q~" and some thirty more, as Entra makes them.
std::size_t entra_secret(string_view text) {
    if (text.size() < 16 || !is_digit(text[3]) || text.substr(4, 2) != "Q~") return 0;
    const auto length = run(text, [](char c) { return is_token_character(c) || c == '.' || c == '~'; });
    return length >= 16 ? length : 0;
}

std::size_t json_web_token(string_view text) {
    if (!text.starts_with("eyJ")) return 0;
    const auto length = run(text, [](char c) { return is_token_character(c) || c == '.'; });
    return length >= 20 ? length : 0;
}

/// Prefixes that services give their tokens so that they are found where they do not belong.
std::size_t marked_token(string_view text) {
    constexpr std::array<string_view, 12> prefixes = {"ghp_",   "gho_",  "ghu_",  "ghs_",  "ghr_",     "github_pat_",
                                                      "glpat-", "xoxb-", "xoxp-", "xapp-", "sk_live_", "AKIA"};
    const auto marked =
        std::any_of(prefixes.begin(), prefixes.end(), [&](string_view prefix) { return text.starts_with(prefix); });
    const auto length = marked ? run(text, is_token_character) : 0;
    return length >= 12 ? length : 0;
}

bool ends_address(char c) {
    constexpr string_view ends = " \t\"'`<>,;{}[]|\\";
    return ends.find(c) != string_view::npos;
}

/// `https://…` at the beginning of `text`.
struct Address {
    std::size_t authority = 0;  ///< where it begins
    std::size_t path = 0;       ///< where it ends, and path, query and fragment begin
    std::size_t end = 0;
};

std::optional<Address> address_at(string_view text) {
    const auto scheme = run(text, [](char c) { return is_token_character(c) || c == '+' || c == '.'; });
    if (scheme < 2 || text.substr(scheme, 3) != "://") return std::nullopt;
    Address address;
    address.authority = scheme + 3;
    const auto end =
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(address.authority), text.end(), ends_address);
    address.end = static_cast<std::size_t>(end - text.begin());
    address.path = std::min(text.find_first_of("/?#", address.authority), address.end);
    return address;
}

/// "user:password" or a token in front of "@"; a plain name (`ssh://git@host`) is none.
std::optional<Stretch> sign_in_of(string_view text, const Address& address) {
    // A password may hold any character that its author forgot to encode: the last `@` before a blank is the one.
    const auto at = text.substr(0, address.end).rfind('@');
    if (at == string_view::npos || at < address.authority) return std::nullopt;
    const auto who = text.substr(address.authority, at - address.authority);
    const auto colon = who.find(':');
    const auto slash = who.find('/');
    if (colon == string_view::npos && (slash != string_view::npos || who.size() < 16)) return std::nullopt;
    if (slash < colon) return std::nullopt;
    if (slash != string_view::npos) {  // `https://host:8443/of@this` has a port, and nobody who signs in
        const auto behind = who.substr(colon + 1, slash - colon - 1);
        if (run(behind, is_digit) == behind.size()) return std::nullopt;
    }
    return Stretch{address.authority, who.size()};
}

/// Where whoever knows the address may post: the path is the secret.
bool is_of_webhook(string_view text, const Address& address) {
    const auto whole = model::lower_case(text.substr(0, address.end));
    const auto host = string_view(whole).substr(address.authority, address.path - address.authority);
    return host == "hooks.slack.com" || host.ends_with(".webhook.office.com") || host.ends_with(".logic.azure.com") ||
           host.ends_with(".powerautomate.com") || whole.find("/api/webhooks/") != std::string::npos;
}

}  // namespace

SecretName secret_name(string_view key) {
    const auto name = plain_name(key);
    // `secret` names one in a key vault, `urlCredential` a credential of the service; whoever puts the secret itself
    // there has misunderstood, and is told so without it.
    if (name == "secret" || name == "value" || name == "key" || name.ends_with("credential"))
        return SecretName::perhaps;
    if (is_any_of(name, {"pwd", "passwd", "pat", "sas", "sig", "authorization", "bearer", "hmac", "webhook",
                         "webhookurl", "connectionstring", "secrets", "clientsecrets", "passwords", "tokens"}) ||
        ends_with_one_of(name, {"secret", "secretvalue", "secrettext", "password", "passphrase", "token", "apikey",
                                "privatekey", "accesskey", "secretkey", "accountkey", "sharedkey", "hmackey"}))
        return SecretName::yes;
    return SecretName::no;
}

bool looks_random(string_view value) {
    if (value.size() < 12 || value.find(' ') != string_view::npos) return false;
    const bool digits = std::any_of(value.begin(), value.end(), is_digit);
    const bool capitals = std::any_of(value.begin(), value.end(), is_upper);
    const bool others =
        std::any_of(value.begin(), value.end(), [](char c) { return !is_token_character(c) && c != '.'; });
    const bool joined = value.find_first_of("-.") != string_view::npos;  // as people join the words of a name
    return value.size() >= 40 || (others && (digits || capitals)) || (digits && capitals && !joined);
}

std::optional<Stretch> shape_at(string_view line, std::size_t at) {
    const auto rest = line.substr(at);
    for (const auto length : {entra_secret(rest), json_web_token(rest), marked_token(rest)}) {
        if (length > 0) return Stretch{at, length};
    }
    const auto address = address_at(rest);
    if (!address) return std::nullopt;
    if (const auto sign_in = sign_in_of(rest, *address)) return Stretch{at + sign_in->first, sign_in->bytes};
    if (is_of_webhook(rest, *address) && address->path < address->end)
        return Stretch{at + address->path, address->end - address->path};
    return std::nullopt;
}

std::optional<Stretch> behind_host(string_view line, std::size_t at) {
    const auto address = address_at(line.substr(at));
    if (!address || address->path == address->end) return std::nullopt;
    return Stretch{at + address->path, address->end - address->path};
}

}  // namespace regent::manifest
