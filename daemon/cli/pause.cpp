#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/messages.hpp"

#include <fmt/format.h>

namespace regent::cli {
namespace {

using nlohmann::json;

/// What is to be paused or resumed: one object, or everything in one environment or in all.
struct Target {
    std::string words;  ///< "Connector/arm in prod"
    std::string flags;  ///< "Connector/arm -e prod"
    json body = json::object();
};

ClientResult<Target> target_of(const GlobalOptions& global, const std::string& what, bool all, ServiceClient& client) {
    Target target;
    if (what.empty() != all)
        return tl::unexpected(ClientError{what.empty() ? "what is meant?" : "one object, or --all?",
                                          "KIND/NAME for one object, --all for everything in the environment",
                                          ExitCode::usage});
    if (all) {
        const auto names = client.environments(global.environment);
        if (!names) return tl::unexpected(names.error());
        if (!global.environment.empty()) target.body["environment"] = global.environment;
        target.words = fmt::format("everything in {}", fmt::join(*names, ", "));
        target.flags = global.environment.empty() ? "--all" : "--all -e " + global.environment;
        return target;
    }
    const auto address = parse_object(what);
    if (!address) return tl::unexpected(address.error());
    const auto environment = client.the_environment(global.environment);
    if (!environment) return tl::unexpected(environment.error());
    target.body["environment"] = *environment;
    target.body["object"] = model::to_string(*address);
    target.words = fmt::format("{} in {}", model::to_string(*address), *environment);
    target.flags = fmt::format("{} -e {}", model::to_string(*address), *environment);
    return target;
}

}  // namespace

ExitCode pause(const GlobalOptions& global, const PauseOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    auto target = target_of(global, options.what, options.all, client);
    if (!target) return fail(terminal, target.error());
    target->body["reason"] = options.reason;
    if (options.duration) target->body["seconds"] = options.duration->count();
    const auto answer = client.post("/api/v1/pause", target->body);
    if (!answer) return fail(terminal, answer.error());
    if (print_document(global, *answer, {}, terminal) == Printed::yes) return ExitCode::ok;
    const auto now = std::chrono::system_clock::now();
    terminal.out(
        fmt::format("Paused: {}, {}. To go on: regent resume {}\n", target->words,
                    options.duration ? "until " + minute_text(now + *options.duration, now) : "until it is resumed",
                    target->flags));
    return ExitCode::ok;
}

ExitCode resume(const GlobalOptions& global, const ResumeOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    const auto target = target_of(global, options.what, options.all, client);
    if (!target) return fail(terminal, target.error());
    const auto answer = client.post("/api/v1/resume", target->body);
    if (!answer) return fail(terminal, answer.error());
    if (print_document(global, *answer, {}, terminal) == Printed::no)
        terminal.out(fmt::format("Goes on: {}.\n", target->words));
    return ExitCode::ok;
}

}  // namespace regent::cli
