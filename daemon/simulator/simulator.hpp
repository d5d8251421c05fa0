#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace regent::simulator {

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::string tls_certificate, tls_key;
    std::chrono::milliseconds latency{0};  ///< added to every answer but those of the control surface
    std::string request_log;               ///< file; one JSON line per request; empty: none
    std::string seed_file;                 ///< JSON in the shape of state()
    std::size_t seed_applications = 0;     ///< generated ones, for benchmarks
    std::uint64_t random_seed = 1;         ///< of ids and fault rates
    std::string tenant_id = "11111111-1111-1111-1111-111111111111";
};

/// One request as the log tells it: never a token, a secret or a body.
struct LoggedRequest {
    std::string method;
    std::string target;
    int status = 0;  ///< 0: the connection was closed without an answer
    std::size_t bytes = 0;
    std::uint64_t connection = 0;
    double resource_units = 0;
    std::string client_request_id;
};

/// A pretend tenant behind real HTTP on loopback: sign-in, Microsoft Graph, Power Apps, blob storage, and a control
/// surface below
/// `/_simulator/` (docs/simulator.md). Runs in threads of its own until it is destroyed. The member functions are
/// callable from any thread.
class Simulator {
public:
    /// Listens when the constructor returns. Throws std::runtime_error with a sentence for a person.
    explicit Simulator(Options options);
    ~Simulator();
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] std::string base_url() const;

    /// The control surface without HTTP: `control("POST", "faults", json text)` is a POST to /_simulator/faults.
    /// Returns the answer's body; throws std::runtime_error for an answer of 400 or more.
    std::string control(const std::string& method, const std::string& path, const std::string& body = {});
    /// All services' state, as JSON text.
    [[nodiscard]] std::string state();
    /// The requests so far, those of the control surface left out.
    [[nodiscard]] std::vector<LoggedRequest> requests();
    void stop();

private:
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace regent::simulator
