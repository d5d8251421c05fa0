#include "manifest/rules_uri.hpp"

#include "manifest/load_plain.hpp"

#include <algorithm>

namespace regent::manifest {
namespace {

bool is_scheme(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
}

std::string_view host_of(std::string_view authority) {
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    if (!authority.empty() && authority.front() == '[') {
        const auto end = authority.find(']');
        return end == std::string_view::npos ? authority : authority.substr(0, end + 1);
    }
    return authority.substr(0, authority.find(':'));
}

}  // namespace

UriParts split_uri(std::string_view uri) {
    UriParts parts;
    // "localhost:8080/x" has a colon and no scheme: what follows a scheme of ours is "//" or, for opaque ones, no
    // digit.
    const auto colon = uri.find(':');
    if (colon != std::string_view::npos && is_scheme(uri.substr(0, colon)) && colon + 1 < uri.size() &&
        !(uri[colon + 1] >= '0' && uri[colon + 1] <= '9')) {
        parts.scheme = lower_case(uri.substr(0, colon));
        uri.remove_prefix(colon + 1);
    }
    if (const auto hash = uri.find('#'); hash != std::string_view::npos) {
        parts.fragment = uri.substr(hash + 1);
        uri = uri.substr(0, hash);
    }
    if (const auto question = uri.find('?'); question != std::string_view::npos) {
        parts.query = uri.substr(question + 1);
        uri = uri.substr(0, question);
    }
    if (uri.substr(0, 2) == "//") {
        uri.remove_prefix(2);
        parts.authority = uri.substr(0, uri.find('/'));
        parts.host = lower_case(host_of(parts.authority));
        uri.remove_prefix(parts.authority.size());
    }
    parts.path = uri;
    return parts;
}

bool is_ascii(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_loopback(std::string_view host) noexcept {
    if (host == "localhost" || host == "[::1]") return true;
    return host.substr(0, 4) == "127." &&
           std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; }) &&
           std::count(host.begin(), host.end(), '.') == 3;
}

}  // namespace regent::manifest
