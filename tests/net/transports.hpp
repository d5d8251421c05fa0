#pragma once

#include "net/cpprest_transport.hpp"
#include "net/curl_transport.hpp"
#include "net/system_clock.hpp"
#include "net/transport.hpp"

#include <memory>
#include <string>
#include <vector>

namespace regent::net::test {

/// The transports that have to keep one contract.
struct Maker {
    const char* name;
    std::unique_ptr<Transport> (*make)(TransportOptions, Rng&);
};

inline std::vector<Maker> all_transports() {
    return {{"cpprestsdk", make_cpprest_transport}, {"libcurl", make_curl_transport}};
}

/// A transport that may talk to `origins`, with its source of chance.
class UnderTest {
public:
    UnderTest(const Maker& maker, std::vector<std::string> origins, std::string ca_file = {}, std::string proxy = {},
              std::size_t max_parallel = 16)
        : transport_(maker.make({.allowed_origins = std::move(origins),
                                 .ca_file = std::move(ca_file),
                                 .proxy = std::move(proxy),
                                 .max_parallel = max_parallel},
                                rng_)) {}

    UnderTest(const Maker& maker, TransportOptions options) : transport_(maker.make(std::move(options), rng_)) {}

    Outcome send(const Request& request) { return transport_->send(request); }
    Transport& transport() { return *transport_; }
    void destroy() { transport_.reset(); }

private:
    SystemRng rng_;
    std::unique_ptr<Transport> transport_;
};

inline Request get(const std::string& origin, const std::string& target) {
    Request request;
    request.origin = origin;
    request.target = target;
    request.timeout = std::chrono::seconds(20);
    return request;
}

/// A write that may not be repeated.
inline Request post(const std::string& origin, const std::string& target, const std::string& body) {
    auto request = get(origin, target);
    request.method = Method::post;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    request.idempotent = false;
    return request;
}

/// A keyed write, which may be.
inline Request patch(const std::string& origin, const std::string& target, const std::string& body) {
    auto request = post(origin, target, body);
    request.method = Method::patch;
    request.idempotent = true;
    return request;
}

}  // namespace regent::net::test
