#include "service/first_look.hpp"

#include "net/redact.hpp"
#include "service/status_json.hpp"

#include <fmt/format.h>

namespace regent::service {

namespace {

FirstLook after_failure(const controller::RunStatus& failed, std::string message, const std::string& name) {
    message += failed.error.empty() ? "the last run was " + failed.result : failed.error;
    if (!failed.error_code.empty()) message += fmt::format(" ({})", failed.error_code);
    return {net::redact(message), failed.error_help.empty()
                                      ? fmt::format("`regent status -e {}` shows when it is tried again", name)
                                      : net::redact(failed.error_help)};
}

}  // namespace

std::optional<FirstLook> outstanding_look(const controller::EnvironmentStatus& environment) {
    if (environment.looked_at) {
        if (!controller::is_out_of_sight(environment)) return std::nullopt;
        return after_failure(*environment.last_run,
                             fmt::format("`{}` could not be looked at since {}, and what is known is older: ",
                                         environment.name, rfc3339(*environment.looked_at)),
                             environment.name);
    }
    const auto name = environment.name;
    const auto progress = fmt::format("`regent status -e {}` shows how far it is", name);
    const auto& failed = environment.last_run;
    if (environment.running) {
        auto message =
            fmt::format("`{}` has not been looked at since the service started: {} run is under way since {}", name,
                        failed ? "another" : "the first", rfc3339(environment.running->started));
        if (!environment.waiting_for.empty()) message += fmt::format(" ({})", environment.waiting_for);
        return FirstLook{net::redact(message), "wait until it is over; " + progress};
    }
    if (!failed)
        return FirstLook{
            fmt::format("`{}` has not been looked at since the service started: the first run has not begun", name),
            "wait until it is over; " + progress};
    return after_failure(*failed, fmt::format("`{}` could not be looked at since the service started: ", name), name);
}

}  // namespace regent::service
