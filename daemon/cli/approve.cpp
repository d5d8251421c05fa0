#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/option_values.hpp"

#include <fmt/format.h>

namespace regent::cli {
namespace {

using nlohmann::json;

/// The environment whose pending plan has this id: nobody should have to say twice what they mean.
ClientResult<std::string> environment_of(const std::string& plan, const std::string& chosen, ServiceClient& client) {
    if (!chosen.empty()) return client.the_environment(chosen);
    const auto status = client.get("/api/v1/status");
    if (!status) return tl::unexpected(status.error());
    std::vector<std::string> names;
    for (const auto& environment : part_of(*status, "environments"))
        if (part_of(environment, "pending").value("planId", std::string()).starts_with(plan))
            names.push_back(environment.value("name", std::string()));
    if (names.size() == 1) return names.front();
    return tl::unexpected(ClientError{
        names.empty() ? fmt::format("no plan `{}` waits", plan) : fmt::format("several plans begin with `{}`", plan),
        names.empty() ? "`regent status` shows which one does; it may have changed since"
                      : "give more digits, or -e NAME",
        names.empty() ? ExitCode::failed : ExitCode::usage});
}

/// When an approved plan is carried out: not while the service only looks, or is held back.
std::string when_carried_out(const std::string& name, ServiceClient& client) {
    const auto status = client.get("/api/v1/status");
    if (!status) return "It is carried out if it still is the plan then.";
    for (const auto& environment : part_of(*status, "environments")) {
        if (text_of(environment, "name") != name) continue;
        if (text_of(environment, "mode") != "apply")
            return "Nothing is carried out before the service runs in `mode: apply`.";
        if (!part_of(environment, "pause").empty())
            return "It is carried out after the pause, if it still is the plan then.";
        if (const auto frozen = text_of(environment, "frozen"); !frozen.empty())
            return fmt::format("It is carried out after the {}, if it still is the plan then.",
                               frozen.substr(0, frozen.find(" until ")));
    }
    return "It is carried out if it still is the plan then.";
}

}  // namespace

ExitCode approve(const GlobalOptions& global, const std::string& plan, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    if (const auto wrong = wrong_plan_id(plan); !wrong.empty())
        return fail(terminal, {wrong, "8 digits or more; `regent status` shows them", ExitCode::usage});
    const auto environment = environment_of(plan, global.environment, client);
    if (!environment) return fail(terminal, environment.error());
    const auto answer = client.post("/api/v1/approve", json{{"environment", *environment}, {"plan", plan}});
    if (!answer) return fail(terminal, answer.error());
    const auto earlier = text_of(*answer, "alreadyApprovedBy");
    if (print_document(global, *answer, {}, terminal) == Printed::no)
        terminal.out(fmt::format("{}: plan {} of {}. {}\nTo see it happen: regent events -e {} --watch\n",
                                 earlier.empty() ? "Approved" : "Already approved by " + earlier, plan, *environment,
                                 when_carried_out(*environment, client), *environment));
    return ExitCode::ok;
}

}  // namespace regent::cli
