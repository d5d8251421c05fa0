// bench-transports ORIGIN TARGET REQUESTS ROUNDS: the same requests over cpprestsdk and over libcurl, taking turns.

#include "net/cpprest_transport.hpp"
#include "net/curl_transport.hpp"
#include "net/system_clock.hpp"
#include "net/transport.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace regent::net;

struct Job {
    const char* name;
    std::size_t threads;
    bool idempotent;  ///< a request that is not gets a connection of its own
};
constexpr std::array<Job, 3> jobs{{{"alone", 1, true}, {"parallel", 8, true}, {"ownConnection", 1, false}}};

/// Sends `count` requests in all; true when every one was answered with 200.
bool send(Transport& transport, const Request& request, std::size_t count, std::size_t threads) {
    std::atomic<bool> good{true};
    std::vector<std::thread> senders;
    for (std::size_t i = 0; i < threads; ++i) {
        senders.emplace_back([&] {
            for (std::size_t k = 0; k < count / threads; ++k) {
                const auto outcome = transport.send(request);
                if (outcome.fate == Fate::answered && outcome.status == 200) continue;
                if (good.exchange(false)) std::cerr << "bench-transports: " << outcome.status << outcome.error << '\n';
            }
        });
    }
    for (auto& sender : senders) sender.join();
    return good;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: bench-transports ORIGIN TARGET REQUESTS ROUNDS\n";
        return 64;
    }
    Request request;
    request.origin = argv[1];
    request.target = argv[2];
    const auto count = std::stoul(argv[3]);
    SystemRng rng;
    TransportOptions options;
    options.allowed_origins = {request.origin};
    const auto cpprest = make_cpprest_transport(options, rng);
    const auto curl = make_curl_transport(options, rng);
    const std::map<std::string, Transport*> transports{{"cpprest", cpprest.get()}, {"curl", curl.get()}};
    for (const auto& [name, transport] : transports) {
        if (!send(*transport, request, 8, 8)) return 1;
    }
    nlohmann::json medians;
    for (const auto& job : jobs) {
        request.idempotent = job.idempotent;
        std::map<std::string, std::vector<double>> taken;
        for (auto round = std::stoul(argv[4]); round > 0; --round) {
            for (const auto& [name, transport] : transports) {
                const auto begin = std::chrono::steady_clock::now();
                if (!send(*transport, request, count, job.threads)) return 1;
                taken[name].push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
            }
        }
        for (auto& [name, values] : taken) medians[job.name][name] = median(values);
    }
    std::cout << medians << '\n';
    return 0;
}
