#include "controller/http_transport.hpp"

#include "net/cpprest_transport.hpp"
#include "net/curl_transport.hpp"

namespace regent::controller {

std::unique_ptr<net::Transport> make_http_transport(const ConnectOptions& options, std::vector<std::string> origins,
                                                    net::Rng& rng, CertificatePins pins) {
    net::TransportOptions transport;
    transport.allowed_origins = std::move(origins);
    transport.pinned_certificates = std::move(pins);
    transport.ca_file = options.ca_file;
    transport.proxy = options.proxy;
    transport.request_timeout = options.timeout;
    const std::string chosen = options.transport.empty() ? REGENT_TRANSPORT : options.transport;
    return chosen == "curl" ? net::make_curl_transport(std::move(transport), rng)
                            : net::make_cpprest_transport(std::move(transport), rng);
}

}  // namespace regent::controller
