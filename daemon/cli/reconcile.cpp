#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/messages.hpp"
#include "cli/run_waiting.hpp"

#include <fmt/format.h>

namespace regent::cli {
namespace {

using nlohmann::json;

std::string words_for_run(const std::string& name, const json& run) {
    const auto changed =
        number_of(run, "created") + number_of(run, "adopted") + number_of(run, "updated") + number_of(run, "removed");
    auto text = fmt::format("{}: run {} {}: {} read, {} changed", name, number_of(run, "id"), text_of(run, "result"),
                            number_of(run, "read"), changed);
    if (const auto failed = number_of(run, "failed"); failed > 0) text += fmt::format(", {} failed", failed);
    if (const auto error = text_of(run, "error"); !error.empty()) text += ". " + error;
    return text + "\n";
}

/// Tells how the last run of each environment ended, and of the object that was asked for how it stands.
ExitCode tell(const std::vector<std::string>& names, const std::optional<model::Address>& address,
              const GlobalOptions& global, ServiceClient& client, Terminal& terminal) {
    ExitCode worst = ExitCode::ok;
    auto all = json::array();
    for (const auto& name : names) {
        auto environment = client.get("/api/v1/environments/" + percent_encoded(name));
        if (!environment) return fail(terminal, environment.error());
        const auto& run = part_of(*environment, "lastRun");
        worst = most_telling({worst, code_of_result(text_of(run, "result"))});
        if (global.output == "json" || global.output == "yaml")
            all.push_back(std::move(*environment));
        else
            terminal.out(words_for_run(name, run));
    }
    if (print_document(global, json{{"items", all}}, {}, terminal) == Printed::yes || !address || names.size() != 1)
        return worst;
    const auto answer = client.get(fmt::format("/api/v1/environments/{}/objects/{}/{}", percent_encoded(names[0]),
                                               address->kind, percent_encoded(address->name)));
    if (!answer) return worst;  // it has left with this very run
    const auto& ready = condition_of(part_of(*answer, "object"), "Ready");
    const auto message = text_of(ready, "message");
    terminal.out(fmt::format("{}: Ready={} ({}){}\n", model::to_string(*address), text_of(ready, "status"),
                             text_of(ready, "reason"), message.empty() ? "" : ": " + message));
    return text_of(ready, "status") == "False" ? most_telling({worst, ExitCode::partly_done}) : worst;
}

}  // namespace

ExitCode reconcile(const GlobalOptions& global, const ReconcileOptions& options, ServiceClient& client,
                   Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    auto body = json::object();
    std::optional<model::Address> address;
    std::vector<std::string> names;
    if (options.what.empty()) {
        const auto found = client.environments(global.environment);
        if (!found) return fail(terminal, found.error());
        names = *found;
    } else {
        auto parsed = parse_object(options.what);
        if (!parsed) return fail(terminal, parsed.error());
        const auto name = client.the_environment(global.environment);
        if (!name) return fail(terminal, name.error());
        address = std::move(*parsed);
        names = {*name};
        body["object"] = model::to_string(*address);
    }
    if (!options.what.empty() || !global.environment.empty()) body["environment"] = names.front();
    if (options.fetch) body["fetch"] = true;
    if (options.create_again) body["createAgain"] = true;
    const auto answer = client.post("/api/v1/reconcile", body);
    if (!answer) return fail(terminal, answer.error());
    if (!options.wait) {
        if (print_document(global, *answer, {}, terminal) == Printed::no)
            terminal.out(
                fmt::format("A run of {} is asked for. `regent status` shows how it goes.\n", fmt::join(names, ", ")));
        return ExitCode::ok;
    }
    if (const auto code = wait_for_runs(part_of(*answer, "tickets"), options.timeout, client, terminal)) return *code;
    return tell(names, address, global, client, terminal);
}

}  // namespace regent::cli
