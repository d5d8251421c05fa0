#include "service/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace regent::service {
namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Nothing for a broken escape, and for control characters, however they are written.
std::optional<std::string> decoded(std::string_view text, bool plus_is_blank) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
        out += c;
    }
    return out;
}

bool parse_query(std::string_view text, Request& request) {
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = decoded(pair.substr(0, equals), true);
        auto value = decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
        if (!name || !value) return false;
        request.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

}  // namespace

std::optional<std::string> Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty() && path.front() == '/') {
        path.remove_prefix(1);
        const auto part = path.substr(0, path.find('/'));
        parts.emplace_back(part);
        path.remove_prefix(part.size());
    }
    if (!parts.empty() && parts.back().empty()) parts.pop_back();
    return parts;
}

bool parse_target(std::string_view target, Request& request) {
    if (target.empty() || target.front() != '/') return false;
    const auto question = target.find('?');
    auto path = decoded(target.substr(0, question), false);
    if (!path) return false;
    request.path = std::move(*path);
    return question == std::string_view::npos || parse_query(target.substr(question + 1), request);
}

Response plain_text(int status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
}

bool is_loopback_host(std::string_view host) noexcept {
    const auto bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
    const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        const auto port = host.substr(colon + 1);
        if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)
            return false;
    }
    const auto name = host.substr(0, colon);
    static constexpr std::string_view localhost = "localhost";
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return name == "127.0.0.1" || name == "[::1]" ||
           std::equal(name.begin(), name.end(), localhost.begin(), localhost.end(), same);
}

std::optional<Response> refuse_on_tcp(const Request& request, std::string_view original_method) {
    if (!is_loopback_host(request.host))
        return plain_text(421, "This server answers to localhost, 127.0.0.1 and [::1] only.\n");
    if (original_method != "GET" && original_method != "HEAD") {
        auto response = plain_text(405, "Read-only here. What changes something goes through the unix socket.\n");
        response.headers.emplace_back("Allow", "GET, HEAD");
        return response;
    }
    return std::nullopt;
}

Answer answer(const std::vector<Route>& routes, const Request& request) noexcept {
    try {
        for (const auto& route : routes)
            if (auto found = route(request)) return std::move(*found);
        return plain_text(404, "Nothing here has that name.\n");
    } catch (const std::exception& error) {
        return plain_text(500, fmt::format("A bug in regent: {}\n", error.what()));
    }
}

}  // namespace regent::service
