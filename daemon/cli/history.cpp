#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/messages.hpp"
#include "report/wording.hpp"
#include "service/status_json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::cli {
namespace {

using nlohmann::json;
using report::Tone;

/// "+1 ~2 !1", or "none (x37 since 05:54)" for runs that are told as one.
std::string changes_of(const json& run, Time now) {
    std::string text;
    const auto add = [&](char sign, const char* name) {
        if (const auto count = number_of(run, name); count > 0)
            text += fmt::format("{}{}{}", text.empty() ? "" : " ", sign, count);
    };
    add('+', "created");
    add('>', "adopted");
    add('~', "updated");
    add('-', "removed");
    add('!', "failed");
    if (text.empty()) text = "none";
    const auto times = number_of(run, "count");
    const auto since = time_of(run, "startedAt");
    return times > 1 && since ? fmt::format("{} (x{} since {})", text, times, minute_text(*since, now)) : text;
}

Cell result_cell(const std::string& result) {
    if (result == "failed" || result == "refused") return {result, Tone::remove};
    if (result == "partly" || result == "interrupted") return {result, Tone::warning};
    return {result};
}

std::string runs_text(const json& items, bool with_environment, report::Colour colour) {
    std::vector<std::string> headings = {"RUN", "STARTED", "TRIGGER", "REVISION", "RESULT", "CHANGES", "TOOK"};
    if (with_environment) headings.insert(headings.begin() + 1, "ENVIRONMENT");
    headings.emplace_back("ERROR");
    Table table(std::move(headings));
    const auto now = std::chrono::system_clock::now();
    for (const auto& run : items) {
        // Of several told as one, the last is the one that was.
        const auto started = time_of(run, number_of(run, "count") > 1 ? "lastAt" : "startedAt");
        std::vector<Cell> row = {{std::to_string(number_of(run, "id"))},
                                 {started ? short_date_time_text(*started) : "-"},
                                 {text_of(run, "trigger")},
                                 {short_commit(text_of(run, "revision"))},
                                 result_cell(text_of(run, "result")),
                                 {changes_of(run, now)},
                                 {took_of(run)},
                                 {text_of(run, "error")}};
        if (with_environment) row.insert(row.begin() + 1, Cell{text_of(run, "environment")});
        table.add(std::move(row));
    }
    return table.text(colour);
}

std::string value_change(const json& change) {
    const auto before = text_of(change, "before"), after = text_of(change, "after");
    if (before.empty() && after.empty()) return {};
    if (before.empty()) return "+ " + after;
    if (after.empty()) return "- " + before;
    return before + " -> " + after;
}

std::string field_of(const json& change) {
    auto text = text_of(change, "path");
    if (const auto element = text_of(change, "element"); !element.empty()) text += (text.empty() ? "" : " ") + element;
    return text;
}

std::string changes_text(const json& items, bool with_address, report::Colour colour, std::string_view indent) {
    Table table(with_address ? std::vector<std::string>{"ACTION", "OBJECT", "FIELD", "CHANGE", ""}
                             : std::vector<std::string>{"TIME", "RUN", "ACTION", "FIELD", "CHANGE", ""});
    for (const auto& change : items) {
        const Cell drift = {change.value("drift", false) ? "was changed outside" : ""};
        if (with_address) {
            table.add({{text_of(change, "action")},
                       {fmt::format("{}/{}", text_of(change, "kind"), text_of(change, "name"))},
                       {field_of(change)},
                       {value_change(change)},
                       drift});
            continue;
        }
        const auto time = time_of(change, "time");
        table.add({{time ? short_date_time_text(*time) : "-"},
                   {std::to_string(number_of(change, "run"))},
                   {text_of(change, "action")},
                   {field_of(change)},
                   {value_change(change)},
                   drift});
    }
    return table.text(colour, indent);
}

bool is_number_of_run(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ExitCode show(const GlobalOptions& global, const std::string& id, ServiceClient& client, Terminal& terminal) {
    if (!is_number_of_run(id)) {
        print_error(terminal, fmt::format("`{}` is not the number of a run", id),
                    "`regent history` lists runs with their numbers");
        return ExitCode::usage;
    }
    const auto answer = client.get("/api/v1/history/" + percent_encoded(id));
    if (!answer) return fail(terminal, answer.error());
    switch (print_document(global, *answer, {}, terminal)) {
        case Printed::wrong:
            return ExitCode::usage;
        case Printed::yes:
            return ExitCode::ok;
        case Printed::no:
            break;
    }
    const auto& run = part_of(*answer, "run");
    const auto begun = time_of(run, "startedAt"), ended = time_of(run, "finishedAt");
    auto text =
        fmt::format("Run {} of {}, {}, {} to {}, {}: {}\n", number_of(run, "id"), text_of(run, "environment"),
                    text_of(run, "trigger"), begun ? date_time_text(*begun) : "-", ended ? date_time_text(*ended) : "-",
                    short_commit(text_of(run, "revision")), text_of(run, "result"));
    if (number_of(run, "count") > 1)
        text += fmt::format("  and {} like it\n", report::count_of(number_of(run, "count") - 1, "more"));
    if (const auto plan = text_of(run, "planId"); !plan.empty())
        text += fmt::format("  plan {}\n", report::short_id(plan));
    if (const auto error = text_of(run, "error"); !error.empty()) {
        const auto code = text_of(run, "errorCode");
        text += fmt::format("  {}{}\n", code.empty() ? "" : fmt::format("error[{}]: ", code), error);
    }
    const auto& changes = part_of(*answer, "changes");
    text += changes.empty() ? "  no changes\n" : changes_text(changes, true, colour_of(global, terminal), "  ");
    terminal.out(text);
    return ExitCode::ok;
}

}  // namespace

ExitCode history(const GlobalOptions& global, const HistoryOptions& options, ServiceClient& client,
                 Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    const auto& words = options.words;
    if (words.size() == 2 && words[0] == "show") return show(global, words[1], client, terminal);
    if (words.size() > 1 || (words.size() == 1 && words[0] == "show")) {
        print_error(terminal, "history takes KIND/NAME, or `show` and the number of a run",
                    "`regent history` lists runs with their numbers");
        return ExitCode::usage;
    }
    const bool of_object = !words.empty();
    const auto address = of_object ? parse_object(words[0]) : ClientResult<model::Address>{};
    if (!address) return fail(terminal, address.error());
    const auto environments = client.environments(global.environment);
    if (!environments) return fail(terminal, environments.error());
    auto target = fmt::format("/api/v1/{}?limit={}", of_object ? "changes" : "history", options.limit);
    if (!global.environment.empty()) target += "&environment=" + percent_encoded(global.environment);
    if (options.since)
        target += "&since=" + percent_encoded(service::rfc3339(std::chrono::system_clock::now() - *options.since));
    if (of_object) target += "&object=" + percent_encoded(model::to_string(*address));
    const auto answer = client.get(target);
    if (!answer) return fail(terminal, answer.error());
    if (print_document(global, *answer, {}, terminal) == Printed::yes) return ExitCode::ok;
    const auto& items = part_of(*answer, "items");
    const auto colour = colour_of(global, terminal);
    if (items.empty())
        terminal.err(of_object ? "No changes.\n" : "No runs.\n");
    else
        terminal.out(of_object ? changes_text(items, false, colour, {})
                               : runs_text(items, environments->size() > 1, colour));
    return ExitCode::ok;
}

}  // namespace regent::cli
