#include "simulator/simulator.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace {

constexpr const char* examples = R"(
Examples:
  regent-simulator                                        listens on http://127.0.0.1:8801 until Ctrl-C
  regent-simulator --listen 127.0.0.1:0 --port-file F     any free port, written to F once it listens
  regent-simulator --seed tenant.json --dump after.json   begins with a tenant, writes it down at the end
  curl -X POST http://127.0.0.1:8801/_simulator/faults -d '{"match": {"path": "/applications"}, "kind": "status", "status": 429, "retryAfter": 3}'

Sign in to tenant 11111111-1111-1111-1111-111111111111 as client 22222222-2222-2222-2222-222222222222 with secret `simulator`; it may do
everything. Power Platform environment: Default-11111111-1111-1111-1111-111111111111. Everything else: docs/simulator.md.
)";

bool is_loopback(const std::string& address) {
    return address.rfind("127.", 0) == 0 || address == "::1" || address == "localhost";
}

/// Written beside and renamed, so that whoever waits for the file never reads half a number.
void write_port(const std::string& file, std::uint16_t port) {
    const auto partial = file + ".part";
    std::ofstream(partial) << port << '\n';
    std::rename(partial.c_str(), file.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "A pretend Entra tenant on this machine: sign-in, Microsoft Graph, Power Apps. Nothing leaves the machine.",
        "regent-simulator"};
    regent::simulator::Options options;
    std::string listen = "127.0.0.1:8801", port_file, dump_file;
    long latency = 0;
    bool remote = false;
    app.add_option("--listen", listen, "ADDRESS:PORT; port 0 is any free one (default 127.0.0.1:8801)");
    app.add_option("--port-file", port_file, "Write the port to this file once it listens");
    app.add_option("--seed", options.seed_file, "Begin with the tenant in this file (JSON, the shape of --dump)");
    app.add_option("--seed-apps", options.seed_applications, "Begin with this many generated applications");
    app.add_option("--dump", dump_file, "Write the tenant to this file at the end");
    app.add_option("--request-log", options.request_log, "Append one JSON line per request to this file");
    app.add_option("--latency", latency, "Milliseconds added to every answer");
    app.add_option("--random-seed", options.random_seed, "Of ids and of fault rates (default 1)");
    app.add_option("--tls-cert", options.tls_certificate, "Certificate chain (PEM): serve https");
    app.add_option("--tls-key", options.tls_key, "Its private key (PEM)");
    app.add_flag("--allow-remote", remote,
                 "Listen on an address that other machines can reach: anybody can then do anything");
    app.set_version_flag("--version", "regent-simulator 0.1.0");
    app.footer(examples);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const auto code = app.exit(error);
        return code == 0 ? 0 : 64;
    }
    const auto colon = listen.rfind(':');
    options.address = listen.substr(0, colon);
    options.port = colon == std::string::npos
                       ? 8801
                       : static_cast<std::uint16_t>(std::strtoul(listen.c_str() + colon + 1, nullptr, 10));
    options.latency = std::chrono::milliseconds(latency);
    if (options.address == "localhost") options.address = "127.0.0.1";
    if (!is_loopback(options.address) && !remote) {
        std::cerr
            << "error: " << options.address
            << " can be reached from other machines\n   = help: use 127.0.0.1, or --allow-remote if that is meant\n";
        return 64;
    }
    if (options.tls_certificate.empty() != options.tls_key.empty()) {
        std::cerr << "error: --tls-cert and --tls-key belong together\n";
        return 64;
    }

    // Blocked before any thread starts, so that sigwait() below is the one who gets them.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        regent::simulator::Simulator simulator(options);
        if (!port_file.empty()) write_port(port_file, simulator.port());
        fmt::print(stderr, "regent-simulator: {}, tenant {}; Ctrl-C ends it\n", simulator.base_url(),
                   options.tenant_id);
        int received = 0;
        sigwait(&signals, &received);
        if (!dump_file.empty()) std::ofstream(dump_file) << simulator.state();
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
