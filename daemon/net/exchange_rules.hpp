#pragma once

#include "net/clock.hpp"
#include "net/origin.hpp"
#include "net/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace regent::net {

/// The header by which an answer is matched with its request. Graph and the Power Apps services echo it.
inline constexpr std::string_view correlation_header = "client-request-id";

/// Bytes of names and values a response's header section may have. Graph sends less than 4 KiB.
inline constexpr std::size_t max_header_bytes = std::size_t{256} * 1024;

/// `request` with the headers that every request has: a correlation id, if it came without one, and a User-Agent.
[[nodiscard]] Request completed(Request request, Rng& rng, std::chrono::milliseconds timeout);

/// An outcome without an answer: `words` behind method and address, with nothing in it that could sign somebody in.
[[nodiscard]] Outcome failure(const Request& request, Fate fate, std::string_view words);

/// Nothing when `request` may leave the machine; else why not, as a sentence for a person.
/// Checks the origin, the target's form, and header names and values (cpprestsdk sends CR and LF as they are: one value
/// would become two headers).
[[nodiscard]] std::optional<std::string> why_not_sendable(const Request& request, const OriginAllowList& allowed);

/// Nothing when an answer can be believed to be whole, and the answer to this very request; else why not.
///
/// Refused: a status below 200 or above 599, header sections beyond max_header_bytes, a content encoding (we ask for
/// none, so that no few bytes can become many), an end that only the closing of the connection marks (RFC 9112,
/// section 6.3: a cut cannot be told from an end), a length that is not `body_bytes`, and the echo of another request's
/// correlation id.
[[nodiscard]] std::optional<std::string> why_not_credible(const Headers& request_headers, int status,
                                                          const Headers& response_headers, std::size_t body_bytes);

/// Does the answer carry a correlation id, and is it another than ours? No conclusion, so false, when either has none.
[[nodiscard]] bool answers_another_request(const Headers& request_headers, const Headers& response_headers);

}  // namespace regent::net
