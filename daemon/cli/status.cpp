#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

namespace regent::cli {
namespace {

using nlohmann::json;
using report::Colour;
using report::Tone;

std::string service_name(const std::string& name) {
    if (name == "graph") return "Graph";
    if (name == "powerplatform") return "Power Platform";
    if (name == "azure") return "Azure";
    if (name == "keyvault") return "Key Vault";
    if (name == "login") return "Sign-in";
    return name;
}

std::string source_lines(const json& source, Time now) {
    auto text = fmt::format("Source    {}", text_of(part_of(source, "newest"), "text"));
    if (const auto fetched = time_of(source, "lastFetchAt")) text += fmt::format(", fetched {} ago", ago(fetched, now));
    text +=
        fmt::format(", {}   {}\n", report::count_of(number_of(source, "files"), "file"), text_of(source, "location"));
    if (const auto error = text_of(source, "error"); !error.empty()) text += fmt::format("          {}\n", error);
    return text;
}

std::string run_line(const json& environment, Time now) {
    if (const auto& running = part_of(environment, "running"); !running.empty()) {
        const auto waits = text_of(environment, "waitingFor");
        const auto begun = time_of(running, "startedAt");
        return fmt::format("Running   {} run since {}{}\n", text_of(running, "trigger"),
                           begun ? clock_text(*begun, now) : "-", waits.empty() ? "" : "; " + waits);
    }
    const auto& run = part_of(environment, "lastRun");
    const auto ended = time_of(run, "finishedAt");
    if (!ended) return "Last run  none yet\n";
    const auto changed =
        number_of(run, "created") + number_of(run, "adopted") + number_of(run, "updated") + number_of(run, "removed");
    auto text = fmt::format("Last run  {} {} in {}: {} read, {} changed", clock_text(*ended, now),
                            text_of(run, "result"), took_of(run), number_of(run, "read"), changed);
    if (const auto failed = number_of(run, "failed"); failed > 0) text += fmt::format(", {} failed", failed);
    text += ".";
    if (const auto next = time_of(environment, "nextRunAt"))
        text += fmt::format("   Next by {}", minute_text(*next, now));
    text += "\n";
    if (const auto error = text_of(run, "error"); !error.empty()) {
        const auto code = text_of(run, "errorCode");
        text += fmt::format("          {}{}\n", error, code.empty() ? "" : " (" + code + ")");
        if (const auto help = text_of(run, "errorHelp"); !help.empty())
            text += fmt::format("          help: {}\n", help);
    }
    return text;
}

std::string services_line(const json& environment) {
    std::string text;
    for (const auto& service : part_of(environment, "services")) {
        const auto error = service.value("failing", false) ? text_of(service, "lastError") : std::string{};
        text +=
            fmt::format("{}{}  {}, {} throttled", text.empty() ? "" : "     ", service_name(text_of(service, "name")),
                        error.empty() ? "ok" : error, number_of(service, "throttled"));
    }
    return text.empty() ? text : text + "\n";
}

std::string pending_lines(const json& environment) {
    const auto& pending = part_of(environment, "pending");
    if (pending.empty()) return {};
    std::string actions;
    for (const auto& [action, count] : part_of(pending, "actions").items())
        actions += fmt::format("{}{} to {}", actions.empty() ? "" : ", ", count.dump(), action);
    const auto id = report::short_id(text_of(pending, "planId"));
    auto text =
        fmt::format("Pending   plan {}: {} ({})\n", id, actions.empty() ? "nothing" : actions, text_of(pending, "why"));
    // Whatever a person agrees to, it would not be carried out now.
    const bool held = !text_of(environment, "frozen").empty() || !part_of(environment, "pause").empty();
    if (text_of(environment, "mode") == "apply" && !held)
        text += fmt::format("          approve it with: regent approve {} -e {}\n", id, text_of(environment, "name"));
    return text;
}

struct Counts {
    std::size_t ready = 0, paused = 0, waiting = 0, under_way = 0, needs_you = 0;
};

Counts counts_of(const json& environment) {
    Counts counts;
    const auto& open = part_of(environment, "needsYou");
    const auto total = number_of(part_of(environment, "counts"), "total");
    counts.ready = total - std::min(total, open.size());
    for (const auto& object : open) {
        const auto& ready = condition_of(object, "Ready");
        if (!part_of(object, "pause").empty())
            ++counts.paused;
        else if (text_of(ready, "reason") == "WaitingForReference")
            ++counts.waiting;
        else
            ++(text_of(ready, "status") == "False" ? counts.needs_you : counts.under_way);
    }
    return counts;
}

/// No run has, since the service was started: what it shows is what it remembers, if anything.
bool not_looked_at(const json& environment) {
    return !time_of(environment, "lookedAt");
}
bool nothing_known(const json& environment) {
    return not_looked_at(environment) && number_of(part_of(environment, "counts"), "total") == 0;
}

/// The last run failed before it had looked at the tenant: what is shown is older.
bool is_out_of_sight(const json& environment) {
    return !not_looked_at(environment) && !part_of(environment, "notLookedAt").empty();
}

std::string headline(const Counts& counts, Colour colour) {
    auto text = report::paint(fmt::format("{} ready", counts.ready), Tone::create, colour);
    if (counts.paused > 0) text += fmt::format(", {} paused", counts.paused);
    if (counts.waiting > 0) text += fmt::format(", {} waiting", counts.waiting);
    if (counts.under_way > 0) text += fmt::format(", {} under way", counts.under_way);
    if (counts.needs_you > 0)
        text +=
            ", " + report::paint(fmt::format("{} {} you", counts.needs_you, counts.needs_you == 1 ? "needs" : "need"),
                                 Tone::remove, colour);
    return text;
}

std::string environment_text(const json& environment, Time now, Colour colour) {
    auto text = fmt::format("\n{}   mode {}   {}\n", report::paint(text_of(environment, "name"), Tone::heading, colour),
                            text_of(environment, "mode"), text_of(part_of(environment, "inForce"), "text"));
    if (const auto errors = number_of(environment, "manifestErrors"); errors > 0)
        text += fmt::format("Errors    {} in the newest commit; the one above stays in force\n", errors);
    text += run_line(environment, now) + services_line(environment);
    if (const auto frozen = text_of(environment, "frozen"); !frozen.empty())
        text += fmt::format("Frozen    {}\n", frozen);
    if (const auto& pause = part_of(environment, "pause"); !pause.empty())
        text += fmt::format("Paused    {}\n", pause_text(pause, now));
    text += pending_lines(environment);
    if (nothing_known(environment)) return text + "Nothing looked at yet.\n";
    if (not_looked_at(environment)) text += "Not looked at since the service was started; before that:\n";
    if (is_out_of_sight(environment))
        text += fmt::format("Could not be looked at since {}; at that time:\n",
                            minute_text(*time_of(environment, "lookedAt"), now));
    const auto counts = counts_of(environment);
    Table table({});
    for (const auto& object : part_of(environment, "needsYou")) {
        const auto& ready = condition_of(object, "Ready");
        const auto& pause = part_of(object, "pause");
        const auto since = time_of(ready, "lastTransitionTime");
        auto message = text_of(ready, "message");
        message = with_code(std::move(message), text_of(object, "errorCode"));
        table.add({{fmt::format("{}/{}", text_of(object, "kind"), text_of(object, "name"))},
                   status_cell(text_of(ready, "status")),
                   {pause.empty() ? text_of(ready, "reason") : "Paused"},
                   {pause.empty() ? fmt::format("since {}  {}", since ? minute_text(*since, now) : "-", message)
                                  : pause_text(pause, now)}});
    }
    text += headline(counts, colour);
    return table.empty() ? text + ".\n" : text + ":\n" + table.text(colour, "  ");
}

bool all_ready(const json& status) {
    const auto& environments = part_of(status, "environments");
    for (const auto& environment : environments) {
        const auto counts = counts_of(environment);
        if (not_looked_at(environment) || is_out_of_sight(environment)) return false;
        if (counts.needs_you + counts.waiting + counts.under_way > 0 || number_of(environment, "manifestErrors") > 0)
            return false;
    }
    return !environments.empty();
}

}  // namespace

ExitCode status(const GlobalOptions& global, const StatusOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    auto answer = client.get("/api/v1/status");
    if (!answer) return fail(terminal, answer.error());
    if (!global.environment.empty()) {
        if (const auto known = client.environments(global.environment); !known) return fail(terminal, known.error());
        auto& environments = (*answer)["environments"];
        auto chosen = json::array();
        for (auto& environment : environments)
            if (environment.value("name", std::string()) == global.environment)
                chosen.push_back(std::move(environment));
        environments = std::move(chosen);
    }
    const auto code = options.exit_code && !all_ready(*answer) ? ExitCode::changes : ExitCode::ok;
    switch (print_document(global, *answer, {}, terminal)) {
        case Printed::wrong:
            return ExitCode::usage;
        case Printed::yes:
            return code;
        case Printed::no:
            break;
    }
    const auto now = std::chrono::system_clock::now();
    const auto colour = colour_of(global, terminal);
    const auto started = time_of(*answer, "startedAt");
    auto text =
        fmt::format("regent {}   up {}   socket {}\n", text_of(*answer, "version"),
                    started ? long_age_text(std::chrono::duration_cast<std::chrono::seconds>(now - *started)) : "-",
                    client.socket().string());
    if (const auto state = text_of(*answer, "state"); !state.empty() && state != "ok")
        text += fmt::format("State     {}\n", state);
    text += source_lines(part_of(*answer, "source"), now);
    for (const auto& environment : part_of(*answer, "environments")) text += environment_text(environment, now, colour);
    terminal.out(text);
    return code;
}

}  // namespace regent::cli
