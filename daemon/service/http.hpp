#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::service {

/// Who is at the other end of a unix socket, as the kernel says; never what the client says.
struct Peer {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0;
    std::vector<gid_t> groups;  ///< supplementary ones at the time of connecting
};

struct Request {
    std::string method;  ///< "GET", "POST"; HEAD comes as GET, its answer goes out without a body
    std::string path;    ///< percent-decoded
    std::vector<std::pair<std::string, std::string>> query;
    std::string host;  ///< as sent: "localhost:9477"
    std::string body;
    std::optional<Peer> peer;  ///< none on TCP

    /// The first value of `name` in the query.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< besides those that every answer has
};

/// A response, or a question that is asked again until it has one: how a client waits without holding a thread.
struct Answer {
    Answer(Response given) : response(std::move(given)) {}  // NOLINT: a response is an answer

    Response response;  ///< what is sent when `later` is empty, or gave nothing for `patience`
    std::function<std::optional<Response>()> later;
    std::chrono::milliseconds patience{0};
};

/// Answers a request, or leaves it to the next route. Called from several threads.
using Route = std::function<std::optional<Answer>(const Request&)>;

/// The path without its leading slash, cut at the others: "/api/v1/status" gives {"api", "v1", "status"}.
[[nodiscard]] std::vector<std::string> segments(std::string_view path);
/// Request line's target into path and query. Nothing when it is not an absolute path, or its escapes are wrong or
/// hide control characters.
[[nodiscard]] bool parse_target(std::string_view target, Request& request);

[[nodiscard]] Response plain_text(int status, std::string body);

/// Whether `host` names this machine from inside: localhost, 127.0.0.1 or [::1], with or without a port. Any other
/// name that leads here was made to (DNS rebinding), so that a web page can read what it must not.
[[nodiscard]] bool is_loopback_host(std::string_view host) noexcept;
/// On TCP anybody on the machine may ask, so it is read-only: what is wrong with this request, or nothing.
[[nodiscard]] std::optional<Response> refuse_on_tcp(const Request& request, std::string_view original_method);

/// The first answer of `routes`; 404 when none has one, 500 when one throws.
[[nodiscard]] Answer answer(const std::vector<Route>& routes, const Request& request) noexcept;

}  // namespace regent::service
