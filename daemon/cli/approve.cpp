#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"

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

}  // namespace

ExitCode approve(const GlobalOptions& global, const std::string& plan, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    constexpr std::size_t shortest = 8;
    if (plan.size() < shortest)
        return fail(terminal, {fmt::format("`{}` is too short for the id of a plan", plan),
                               "8 digits or more; `regent status` shows them", ExitCode::usage});
    const auto environment = environment_of(plan, global.environment, client);
    if (!environment) return fail(terminal, environment.error());
    const auto answer = client.post("/api/v1/approve", json{{"environment", *environment}, {"plan", plan}});
    if (!answer) return fail(terminal, answer.error());
    if (print_document(global, *answer, {}, terminal) == Printed::no)
        terminal.out(
            fmt::format("Approved: plan {} of {}. It is carried out if it still is the plan then.\n"
                        "To see it happen: regent events -e {} --watch\n",
                        plan, *environment, *environment));
    return ExitCode::ok;
}

}  // namespace regent::cli
