#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/run_waiting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace regent::cli {
namespace {

using nlohmann::json;

model::Address application_named(const std::string& text) {
    constexpr std::string_view kind = "Application/";
    return {std::string(model::kind::application), text.starts_with(kind) ? text.substr(kind.size()) : text};
}

/// "key 7d10…, ends 2027-05-24, handed to Connector/arm". Who has it is told of a `whole` run only: else
/// hand_over_lines says what was done. Beside one that is in force, since it will be renewed some day, what has no time
/// of its own could not be taken away.
std::string credential_lines(const json& environment, const model::Address& application, const std::string& secret,
                             bool whole) {
    std::vector<json> those;
    for (const auto& credential : part_of(environment, "credentials"))
        if (text_of(credential, "application") == application.name && text_of(credential, "name") == secret)
            those.push_back(credential);
    const bool is_one_in_force = std::any_of(those.begin(), those.end(), [](const auto& credential) {
        return time_of(credential, "rotatesAt").has_value();
    });
    std::string text;
    for (const auto& credential : those) {
        const auto leaves = time_of(credential, "leavesAt"), ends = time_of(credential, "endsAt");
        const auto consumers = names_of(part_of(credential, "consumers"));
        text += fmt::format("  key {}", text_of(credential, "keyId"));
        if (ends) text += fmt::format(", ends {}", short_date_time_text(*ends));
        if (leaves) text += fmt::format(", stays beside the new one until {}", short_date_time_text(*leaves));
        if (is_one_in_force && !leaves && !time_of(credential, "rotatesAt")) text += ", still to be taken away";
        if (whole && !leaves && !consumers.empty()) text += fmt::format(", handed to {}", consumers);
        text += "\n";
    }
    return text;
}

/// "not handed to command store: it ended with 1", of each who was to be given it by this run.
std::string hand_over_lines(const json& run, const model::Address& application, const std::string& secret) {
    std::string text;
    for (const auto& given : part_of(run, "handOvers")) {
        if (text_of(given, "application") != application.name || text_of(given, "secret") != secret) continue;
        const auto error = text_of(given, "error");
        if (given.value("done", false))
            text += fmt::format("  handed to {}\n", text_of(given, "to"));
        else
            text += fmt::format("  not handed to {}: {}\n", text_of(given, "to"),
                                error.empty() ? "it was not come to" : error);
    }
    return text;
}

}  // namespace

ExitCode rotate(const GlobalOptions& global, const RotateOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    const auto application = application_named(options.application);
    const auto name = client.the_environment(global.environment);
    if (!name) {
        if (name.error().code == ExitCode::unreachable)
            terminal.err("note: `regent rotate --direct` does it from here, with your own credentials\n");
        return fail(terminal, name.error());
    }
    json body{{"environment", *name}, {"object", model::to_string(application)}, {"secret", options.secret}};
    if (options.keep_old) body["keepOldSeconds"] = options.keep_old->count();
    const auto answer = client.post("/api/v1/rotate", body);
    if (!answer) return fail(terminal, answer.error());
    const auto runs = wait_for_runs(part_of(*answer, "tickets"), options.timeout, client, terminal);
    if (!runs) return runs.error();
    auto environment = client.get("/api/v1/environments/" + percent_encoded(*name));
    if (!environment) return fail(terminal, environment.error());
    const auto run = runs->empty() ? json::object() : runs->front();
    const auto code = code_of_result(text_of(run, "result"));
    const bool issued = number_of(run, "secrets") > 0;
    if (print_document(global, *environment, {}, terminal) == Printed::no) {
        const auto why = text_of(run, "error");
        if (issued) {
            terminal.out(
                fmt::format("{}: secret \"{}\" of {} {}\n", *name, options.secret, model::to_string(application),
                            code == ExitCode::ok ? "was rotated"
                                                 : "was issued anew; the rest of the run: " + text_of(run, "result")));
            const bool whole = code == ExitCode::ok;
            terminal.out(credential_lines(*environment, application, options.secret, whole));
            if (!whole) terminal.out(hand_over_lines(run, application, options.secret));
        } else {
            print_error(terminal,
                        fmt::format("the secret `{}` of {} was not rotated{}{}", options.secret,
                                    model::to_string(application), why.empty() ? "" : ": ", why),
                        fmt::format("`regent describe {} -e {}` says more", model::to_string(application), *name));
        }
    }
    if (issued || code != ExitCode::ok) return code;
    return text_of(run, "error").empty() ? ExitCode::partly_done : ExitCode::refused;
}

ExitCode rotate_directly(const GlobalOptions& global, const RotateOptions& options, Terminal& terminal) {
    ApplyOptions apply_options;
    apply_options.yes = options.yes;
    apply_options.expect_plan = options.expect_plan;
    apply_options.machine_configuration = options.machine_configuration;
    apply_options.rotation = {application_named(options.application), options.secret, options.keep_old};
    return apply(global, apply_options, terminal);
}

}  // namespace regent::cli
