#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::simulator {

/// One request as the pretend services see it: after TLS and HTTP, before any meaning.
struct Request {
    std::string method;                                        ///< upper case
    std::string target;                                        ///< path and query exactly as sent
    std::string path;                                          ///< percent-decoded, without the query
    std::vector<std::pair<std::string, std::string>> query;    ///< decoded, '+' as a space; in the order sent
    std::vector<std::pair<std::string, std::string>> headers;  ///< in the order sent
    std::string body;
    std::string base_url;  ///< "http://127.0.0.1:8801": scheme and Host as the client reached us; for links in answers
    std::uint64_t connection = 0;  ///< number of the TCP connection, from 1

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;  ///< names compared without case
    [[nodiscard]] std::optional<std::string> query_value(
        std::string_view name) const;  ///< "$select"; names compared without case
};

/// A query string taken apart and decoded, '+' as a space.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    double resource_units = 0;  ///< what Graph would charge; for the request log

    void set_header(std::string name, std::string value);  ///< replaces one of the same name
};

}  // namespace regent::simulator
