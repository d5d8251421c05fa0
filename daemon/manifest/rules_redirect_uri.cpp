#include "manifest/rules_redirect_uri.hpp"

#include "manifest/display_text.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_uri.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace regent::manifest {
namespace {

constexpr std::size_t max_redirect_uri_length = 256;

std::string_view name_of(Platform platform) {
    switch (platform) {
        case Platform::web:
            return "web";
        case Platform::spa:
            return "spa";
        case Platform::native:
            return "native";
    }
    return "web";
}

// What Terraform's azuread provider lets through as well; the service's own list is not published.
bool scheme_allowed(std::string_view scheme, Platform platform) {
    static constexpr std::array<std::string_view, 4> everywhere = {"https", "http", "ms-appx-web", "brk-multihub"};
    if (platform == Platform::native) return true;
    if (platform == Platform::web && scheme == "urn") return true;
    return std::find(everywhere.begin(), everywhere.end(), scheme) != everywhere.end();
}

class RedirectUriCheck {
public:
    RedirectUriCheck(const Node& node, Platform platform, std::string_view audience, Findings& findings)
        : node_(node),
          uri_(split_uri(node.text)),
          platform_(platform),
          personal_(admits_personal_accounts(audience)),
          findings_(findings) {}

    // One mistake, one diagnostic: the first rule that is broken ends the check.
    void run() { characters() && form() && scheme() && host() && wildcard() && query() && path(); }

private:
    bool characters();
    bool form();
    bool scheme();
    bool host();
    bool wildcard();
    bool query();
    bool path();

    const Node& node_;
    UriParts uri_;
    Platform platform_;
    bool personal_;
    Findings& findings_;
};

bool RedirectUriCheck::characters() {
    const std::string_view text = node_.text;
    if (has_white_space(text) || text.empty()) {
        auto& d = findings_.bad_value(
            "RG0416", node_,
            text.empty() ? "a redirect URI cannot be empty" : "a redirect URI cannot contain white space");
        if (!text.empty()) d.help = "percent-encode it (a space is `%20`), or remove it";
        return false;
    }
    const auto at = text.find_first_of("!$'(),;\\<>\"`{}|^");
    const auto control = std::find_if(text.begin(), text.end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (at == std::string_view::npos && control == text.end()) return true;
    if (at == std::string_view::npos) {
        findings_.bad_value("RG0416", node_, "a redirect URI cannot contain control characters");
        return false;
    }
    auto& d =
        findings_.bad_value("RG0416", node_, fmt::format("a redirect URI cannot contain the character `{}`", text[at]));
    if (text[at] == '{' || text[at] == '}' || text[at] == '$')
        d.notes.push_back("variables are written `${name}`");
    else
        d.notes.push_back("Entra refuses ! $ ' ( ) , ; and whatever is not allowed in a URI");
    return false;
}

bool RedirectUriCheck::form() {
    if (uri_.scheme.empty()) {
        auto& d = findings_.bad_value("RG0410", node_, fmt::format("{} is no absolute URI", in_quotes(node_.text)));
        d.label = "no scheme";
        const bool local = node_.text.compare(0, 9, "localhost") == 0 || node_.text.compare(0, 9, "127.0.0.1") == 0;
        const auto start = node_.text.find_first_not_of('/');
        if (start != std::string::npos)
            d.help = fmt::format("write `{}://{}`", local ? "http" : "https", node_.text.substr(start));
        return false;
    }
    const auto length = character_count(node_.text);
    if (length > max_redirect_uri_length) {
        findings_.bad_value(
            "RG0415", node_,
            fmt::format("a redirect URI has at most {} characters, not {}", max_redirect_uri_length, length));
        return false;
    }
    if (node_.text.find('#') != std::string::npos) {
        auto& d = findings_.bad_value("RG0412", node_, "a redirect URI cannot have a fragment");
        d.help = fmt::format("remove it: \"{}\"", std::string_view(node_.text).substr(0, node_.text.find('#')));
        return false;
    }
    return true;
}

bool RedirectUriCheck::scheme() {
    if (scheme_allowed(uri_.scheme, platform_)) return true;
    auto& d = findings_.bad_value(
        "RG0410", node_,
        fmt::format("a redirect URI of platform `{}` cannot use the scheme `{}`", name_of(platform_), uri_.scheme));
    d.help = "use https, or put it under `native` when a mobile or desktop application receives it";
    return false;
}

bool RedirectUriCheck::host() {
    if (uri_.scheme != "http" && uri_.scheme != "https") return true;
    if (uri_.host.empty()) {
        findings_.bad_value("RG0410", node_, fmt::format("{} has no host", in_quotes(node_.text)));
        return false;
    }
    if (!is_ascii(uri_.host)) {
        auto& d = findings_.bad_value("RG0417", node_, "the host of a redirect URI must be written in ASCII");
        d.help = "write the host in its `xn--` form";
        return false;
    }
    if (!is_ascii(node_.text)) {
        findings_.bad_value("RG0416", node_, "a redirect URI must be written in ASCII").help =
            "percent-encode the other characters";
        return false;
    }
    if (uri_.host == "[::1]") {
        auto& d =
            findings_.bad_value("RG0411", node_, "Entra does not support the IPv6 loopback address in redirect URIs");
        d.help = "use `http://localhost` or `http://127.0.0.1`";
        return false;
    }
    if (uri_.scheme == "https" || uri_.host == "localhost" || uri_.host == "127.0.0.1") return true;
    auto& d = findings_.bad_value("RG0411", node_, "plain http is for `localhost` and `127.0.0.1` only");
    d.help = fmt::format("write `https{}`", std::string_view(node_.text).substr(4));
    return false;
}

bool RedirectUriCheck::wildcard() {
    if (node_.text.find('*') == std::string::npos) return true;
    if (personal_) {
        auto& d = findings_.bad_value("RG0413", node_,
                                      "an application for personal accounts cannot have wildcard redirect URIs");
        d.help = "list each URI";
        return false;
    }
    if (uri_.host == "*" || uri_.host.find('*', 1) != std::string_view::npos ||
        (uri_.host.front() == '*' && uri_.host.compare(0, 2, "*.") != 0)) {
        auto& d = findings_.bad_value("RG0413", node_, "a wildcard stands for the first label of a host only");
        d.help = "write `https://*.contoso.example/path`, or better, list each URI";
        return false;
    }
    auto& d = findings_.odd_value("RG0503", node_,
                                  "a wildcard redirect URI accepts sign-ins at hosts that nobody has listed");
    d.notes.push_back("a forgotten sub-domain is enough to steal tokens, so Microsoft advises against wildcards");
    d.help = "list each URI";
    return true;
}

bool RedirectUriCheck::query() {
    if (!personal_ || node_.text.find('?') == std::string::npos) return true;
    auto& d = findings_.bad_value("RG0414", node_,
                                  "an application for personal accounts cannot have redirect URIs with a query");
    d.help = "pass what the query says in the `state` parameter of the sign-in request";
    return false;
}

bool RedirectUriCheck::path() {
    if (platform_ == Platform::native || (uri_.scheme != "https" && uri_.scheme != "http") || !uri_.path.empty())
        return true;
    auto& d = findings_.odd_value("RG0502", node_, "a redirect URI without a path is answered with `/` appended");
    d.notes.push_back(
        "at sign-in, Entra sends the browser to the URI with `/` at its end; an application that compares strings "
        "refuses that");
    auto with_slash = node_.text;
    with_slash.insert(std::min(with_slash.find_first_of("?#"), with_slash.size()), "/");
    d.help = fmt::format("write `{}`", with_slash);
    return true;
}

}  // namespace

Platform platform_of(std::string_view spelling) noexcept {
    if (spelling == "spa") return Platform::spa;
    return spelling == "native" ? Platform::native : Platform::web;
}

bool admits_personal_accounts(std::string_view audience) noexcept {
    return audience == "AzureADandPersonalMicrosoftAccount" || audience == "PersonalMicrosoftAccount";
}

std::size_t max_redirect_uris(std::string_view audience) noexcept {
    return admits_personal_accounts(audience) ? 100 : 256;
}

void check_redirect_uri(const Node& uri, Platform platform, std::string_view audience, Findings& findings) {
    RedirectUriCheck(uri, platform, audience, findings).run();
}

void check_repetition(const std::vector<const Node*>& items, std::string_view what, Findings& findings,
                      Capitals capitals) {
    std::map<std::string, const Node*> first;
    for (const auto* item : items) {
        // A connectorRef is told apart by the connector's name; no URL looks like one.
        const auto* reference = item->find("connectorRef");
        const auto* named = reference ? reference->find("name") : item;
        if (!named || !named->is_scalar()) continue;
        const auto [it, is_new] =
            first.emplace(capitals == Capitals::are_equal ? lower_case(named->text) : named->text, named);
        if (is_new) continue;
        auto& d = findings.bad_value(
            "RG0217", *named,
            fmt::format("{} {} is listed twice", reference ? "the connector" : what, in_quotes(named->text)));
        d.label = "again here";
        d.secondary.push_back({it->second->span, "first here"});
        d.help = "remove one";
    }
}

}  // namespace regent::manifest
