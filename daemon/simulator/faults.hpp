#pragma once

#include "simulator/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace regent::simulator {

/// What is to go wrong, on the next matching requests or at a seeded rate.
struct Fault {
    enum class Kind {
        status,       ///< refuse with `status` before anything happens
        drop_before,  ///< close the connection without processing
        drop_after,   ///< process, then close without an answer
        error_after,  ///< process, then answer `status`
        delay,        ///< process, answer after `delay_ms`
        truncate      ///< process, send half of the answer, close
    };
    int id = 0;
    Kind kind = Kind::status;
    std::string method;  ///< empty: any
    std::string path;    ///< occurs in the request's target, as sent or decoded; empty: any
    long count = 1;      ///< how often; -1: always
    double rate = 1.0;   ///< of the matching requests
    int status = 503;
    std::string retry_after;  ///< the header's text; empty: none
    std::string body =
        "json";        ///< json, html, empty, gateway: the envelope in which Power Apps wraps its gateway's words
    std::string code;  ///< of the service's error; empty: what goes with the status
    std::string message;
    bool wants_claims = false;  ///< of a 401: conditional access asks for another token
    long delay_ms = 0;
};

/// The faults that are switched on. Chance comes from a seed, so that a run can be repeated.
class Faults {
public:
    explicit Faults(std::uint64_t seed) : engine_(seed) {}

    /// Reads one rule; throws std::invalid_argument with a sentence.
    int add(const nlohmann::json& rule);
    void clear() { faults_.clear(); }
    [[nodiscard]] nlohmann::json list() const;
    /// The fault that happens to `request` now, if any. Counts it.
    [[nodiscard]] std::optional<Fault> strike(const Request& request);

private:
    std::vector<Fault> faults_;
    std::mt19937_64 engine_;
    int next_id_ = 1;
};

/// The refusal a fault of kind `status` or `error_after` answers with.
[[nodiscard]] Response fault_response(const Fault& fault);

}  // namespace regent::simulator
