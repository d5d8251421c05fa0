#include "source/git_address.hpp"

#include "source/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace regent::source {
namespace {

tl::unexpected<SourceError> refused(std::string message, std::string help) {
    return tl::unexpected(SourceError{std::move(message), std::move(help)});
}

constexpr const char* forms =
    "give https://host/path, ssh://git@host/path, git@host:path, file:///path or an absolute path";

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
}

std::string percent_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned value = 0;
        if (text[at] == '%' && at + 2 < text.size() &&
            std::from_chars(text.data() + at + 1, text.data() + at + 3, value, 16).ptr == text.data() + at + 3) {
            plain += static_cast<char>(value);
            at += 2;
        } else {
            plain += text[at];
        }
    }
    return plain;
}

tl::expected<GitAddress, SourceError> local(const std::string& path) {
    GitAddress address;
    address.kind = GitAddress::Kind::local;
    address.path = std::filesystem::path(path).lexically_normal();
    address.url = address.path.string();
    address.shown = printable(address.url);
    return address;
}

/// "user@host:port" with brackets around an IPv6 address.
tl::expected<void, SourceError> take_authority(std::string_view authority, GitAddress& address) {
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        address.user = std::string(authority.substr(0, at));
        authority.remove_prefix(at + 1);
    }
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        address.port = std::string(authority.substr(colon + 1));
        authority = authority.substr(0, colon);
    }
    address.host = std::string(authority);
    if (address.user.find(':') != std::string::npos) {
        return refused("the source's address holds a password: it would be seen by everybody who lists processes",
                       "put the password or token into the credential `git-token`, and leave it out of `url`");
    }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (address.host.empty() || !std::all_of(address.port.begin(), address.port.end(), is_digit))
        return refused("the source's address has no proper host and port", forms);
    if (address.host.front() == '-' || address.user.starts_with('-'))
        return refused("the source's address has a host or user that begins with `-`", forms);
    return {};
}

tl::expected<GitAddress, SourceError> https(std::string_view rest, const std::string& url) {
    GitAddress address;
    address.kind = GitAddress::Kind::https;
    const auto slash = std::min(rest.find('/'), rest.size());
    if (auto taken = take_authority(rest.substr(0, slash), address); !taken)
        return tl::unexpected(std::move(taken.error()));
    if (!address.user.empty()) {
        return refused("the source's address holds a user or a token before the `@`",
                       "put the name into `user` and the token into the credential `git-token`");
    }
    address.remote_path = std::string(rest.substr(slash));
    if (address.remote_path.find_first_of("?#") != std::string::npos)
        return refused("the source's address has a part after `?` or `#`, which no git server has a use for", forms);
    address.url = url;
    address.shown = printable(url);
    return address;
}

tl::expected<GitAddress, SourceError> ssh(std::string_view authority, std::string path) {
    GitAddress address;
    address.kind = GitAddress::Kind::ssh;
    if (auto taken = take_authority(authority, address); !taken) return tl::unexpected(std::move(taken.error()));
    if (address.host.starts_with('[') && address.host.ends_with(']'))
        address.host = address.host.substr(1, address.host.size() - 2);
    if (path.empty() || path == "/" || path.front() == '-')
        return refused("the source's address has no path that could be a repository", forms);
    address.remote_path = std::move(path);
    // For libgit2 only: whom to call is said to ssh(1).
    address.url = fmt::format("ssh://{}{}{}", authority.substr(authority.rfind('@') + 1),
                              address.remote_path.front() == '/' ? "" : "/", address.remote_path);
    address.shown = printable(address.url);
    return address;
}

}  // namespace

tl::expected<GitAddress, SourceError> parse_git_address(const std::string& url) {
    if (url.empty()) return refused("the source has no address", forms);
    if (url.front() == '/') {
        if (url.find('\0') != std::string::npos) return refused("the source's path is not a path", forms);
        return local(url);
    }
    if (has_control_characters(url)) return refused("the source's address has blanks or control characters", forms);
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) {
        const auto colon = url.find(':');
        if (colon == std::string::npos || url.find('/') < colon || url.substr(colon).starts_with("::"))
            return refused(fmt::format("`{}` is not an address that regent can fetch from", printable(url)), forms);
        return ssh(std::string_view(url).substr(0, colon), url.substr(colon + 1));
    }
    const auto name = url.substr(0, scheme);
    const auto rest = std::string_view(url).substr(scheme + 3);
    if (name == "file") {
        if (!rest.starts_with('/'))
            return refused("a file:// address names another machine", "write file:///path, with three slashes");
        return local(percent_decoded(rest));
    }
    if (name == "https") return https(rest, url);
    if (name == "ssh" || name == "git+ssh") {
        const auto slash = std::min(rest.find('/'), rest.size());
        auto path = percent_decoded(rest.substr(slash));
        // ssh://host/~bob/x is bob's, as git reads it.
        if (path.starts_with("/~")) path.erase(0, 1);
        return ssh(rest.substr(0, slash), std::move(path));
    }
    if (name == "http" || name == "git") {
        return refused(fmt::format("{}:// is neither encrypted nor authenticated: anybody on the way could rewrite the "
                                   "manifests",
                                   name),
                       "use the repository's https:// or ssh:// address");
    }
    return refused(fmt::format("regent cannot fetch from {}:// addresses", printable(name, 20)), forms);
}

}  // namespace regent::source
