#include "net/exchange_rules.hpp"

#include "net/guid.hpp"
#include "net/header_text.hpp"
#include "net/redact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace regent::net {
namespace {

/// token of RFC 9110, section 5.6.2
bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool has_control_character(std::string_view value) {
    return std::any_of(value.begin(), value.end(),
                       [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

/// Printable ASCII without spaces, quotes and fragment: what may stand in a request line unchanged.
bool is_request_target(std::string_view target) {
    if (target.empty() || target.front() != '/' || target.starts_with("//")) return false;
    return std::all_of(target.begin(), target.end(), [](unsigned char c) {
        return c > 0x20 && c < 0x7f && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
    });
}

/// Headers that belong to the connection; the libraries set them, and a second one would change the framing.
bool belongs_to_framing(std::string_view name) {
    for (const auto* own : {"content-length", "transfer-encoding", "connection", "expect", "host", "accept-encoding"}) {
        if (equal_ignoring_case(name, own)) return true;
    }
    return false;
}

bool carries_no_body(int status) {
    return status == 204 || status == 304;
}

std::optional<std::string> why_length_is_wrong(int status, const Headers& headers, std::size_t body_bytes) {
    if (carries_no_body(status)) return std::nullopt;
    if (const auto coding = find_header(headers, "Transfer-Encoding")) {
        if (equal_ignoring_case(*coding, "chunked")) return std::nullopt;
        return "the answer is sent in a form nobody asked for (Transfer-Encoding)";
    }
    const auto length = find_header(headers, "Content-Length");
    if (!length) return "the answer has no length, so whether it is whole cannot be known";
    std::size_t value = 0;
    const auto* end = length->data() + length->size();
    const auto [stop, error] = std::from_chars(length->data(), end, value);
    if (error != std::errc() || stop != end) return "the answer's length is not a number";
    if (value != body_bytes) return fmt::format("the answer was cut short: {} of {} bytes", body_bytes, value);
    return std::nullopt;
}

}  // namespace

Request completed(Request request, Rng& rng, std::chrono::milliseconds timeout) {
    if (request.timeout <= std::chrono::milliseconds(0)) request.timeout = timeout;
    if (!find_header(request.headers, correlation_header)) {
        request.headers.emplace_back(correlation_header, make_guid(rng));
    }
    if (!find_header(request.headers, "User-Agent")) request.headers.emplace_back("User-Agent", "regent");
    return request;
}

Outcome failure(const Request& request, Fate fate, std::string_view words) {
    return {.fate = fate,
            .status = 0,
            .headers = {},
            .body = {},
            .error = redact(fmt::format("{} {}: {}", to_string(request.method),
                                        loggable_address(request.origin, request.target), words))};
}

std::optional<std::string> why_not_sendable(const Request& request, const OriginAllowList& allowed) {
    if (auto reason = allowed.why_refused(request.origin)) return reason;
    if (!is_request_target(request.target)) return "the path or query is not percent-encoded";
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name)) return "a header's name has characters that no header may have";
        if (belongs_to_framing(name)) return fmt::format("the header {} is the transport's to set", name);
        if (has_control_character(value)) return fmt::format("the value of header {} has control characters", name);
    }
    return std::nullopt;
}

bool answers_another_request(const Headers& request_headers, const Headers& response_headers) {
    const auto ours = find_header(request_headers, correlation_header);
    const auto theirs = find_header(response_headers, correlation_header);
    return ours && theirs && !theirs->empty() && !equal_ignoring_case(*ours, *theirs);
}

std::optional<std::string> why_not_credible(const Headers& request_headers, int status, const Headers& response_headers,
                                            std::size_t body_bytes) {
    if (status < 200) return fmt::format("an interim answer ({}) arrived instead of the final one", status);
    if (status > 599) return fmt::format("the answer's status {} does not exist", status);
    std::size_t header_bytes = 0;
    for (const auto& [name, value] : response_headers) header_bytes += name.size() + value.size();
    if (header_bytes > max_header_bytes) return "the answer's headers are larger than any that are expected";
    if (answers_another_request(request_headers, response_headers)) return "the answer belongs to another request";
    if (const auto encoding = find_header(response_headers, "Content-Encoding");
        encoding && !encoding->empty() && !equal_ignoring_case(*encoding, "identity")) {
        return "the answer is compressed, though nobody asked for that";
    }
    return why_length_is_wrong(status, response_headers, body_bytes);
}

}  // namespace regent::net
