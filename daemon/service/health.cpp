#include "service/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace regent::service {
namespace {

using namespace controller;

constexpr int intervals_allowed = 3;

Check looked_at(const EnvironmentStatus& environment, const ServiceStatus& status, Time now) {
    Check check{environment.name + ": looked at", false, "no run has ended yet"};
    if (!environment.last_run) return check;
    const auto ago = std::chrono::duration_cast<std::chrono::seconds>(now - environment.last_run->finished);
    check.passed = ago <= status.interval * intervals_allowed;
    check.words = check.passed ? "" : fmt::format("the last run ended {} s ago", ago.count());
    return check;
}

/// The tenant was read: a run ended without failing, which also means that signing in works.
Check observed(const EnvironmentStatus& environment) {
    Check check{environment.name + ": observed", environment.last_success.has_value(), ""};
    if (check.passed) return check;
    check.passed = std::any_of(environment.objects.begin(), environment.objects.end(), [](const ObjectStatus& object) {
        return object.last_read.time_since_epoch().count() != 0;
    });
    if (!check.passed) {
        check.words = environment.last_run && !environment.last_run->error.empty() ? environment.last_run->error
                                                                                   : "the tenant was not read yet";
    }
    return check;
}

std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

Response ready_response(const ServiceStatus& status, Time now) {
    const auto checks = readiness(status, now);
    std::string body;
    bool all = true;
    for (const auto& check : checks) {
        all = all && check.passed;
        body += fmt::format("[{}] {}{}\n", check.passed ? '+' : '-', check.name,
                            check.words.empty() ? "" : " (" + one_line(check.words) + ")");
    }
    return plain_text(all ? 200 : 503, body + (all ? "ready\n" : "not ready\n"));
}

}  // namespace

std::vector<Check> readiness(const ServiceStatus& status, Time now) {
    std::vector<Check> checks;
    if (status.environments.empty()) checks.push_back({"environments", false, "no environment has been loaded yet"});
    for (const auto& environment : status.environments) {
        checks.push_back(observed(environment));
        checks.push_back(looked_at(environment, status, now));
    }
    return checks;
}

Route health_routes(const Control& control, HealthOptions options) {
    return [&control, options = std::move(options)](const Request& request) -> std::optional<Answer> {
        const bool health = request.path == "/healthz", ready = request.path == "/readyz";
        if (!health && !ready) return std::nullopt;
        if (request.method != "GET") return plain_text(405, "Only to be read.\n");
        if (ready) return ready_response(*control.status(), options.now());
        return options.alive() ? plain_text(200, "ok\n") : plain_text(503, "the loop has not ticked lately\n");
    };
}

}  // namespace regent::service
