#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/event_lines.hpp"
#include "cli/messages.hpp"
#include "report/text_layout.hpp"
#include "service/status_json.hpp"

#include <fmt/format.h>

#include <thread>

namespace regent::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using report::Tone;

Cell severity_cell(const std::string& severity) {
    if (severity == "error") return {severity, Tone::remove};
    if (severity == "warning") return {severity, Tone::warning};
    return {severity};
}

std::string subject_of(const json& event) {
    const auto environment = text_of(event, "environment");
    if (text_of(event, "kind").empty()) return environment.empty() ? "service" : environment;
    return fmt::format("{} {}/{}", environment, text_of(event, "kind"), text_of(event, "name"));
}

std::string message_of(const json& event) {
    auto text = text_of(event, "message");
    if (const auto id = text_of(event, "requestId"); !id.empty()) text += fmt::format(" (request-id {})", id);
    return text;
}

/// A watcher's lines come one by one, so their columns are as wide as their words can be.
std::vector<Cell> padded_row(std::vector<Cell> row) {
    constexpr std::array<std::size_t, 4> widths = {19, 8, 19, 32};
    for (std::size_t i = 0; i < widths.size(); ++i) row[i].text = report::padded(row[i].text, widths[i]);
    return row;
}

std::vector<Cell> row_of(const json& event) {
    const auto time = time_of(event, "time");
    return {{time ? second_text(*time) : "-"},
            severity_cell(text_of(event, "severity")),
            {text_of(event, "type")},
            {subject_of(event)},
            {message_of(event)}};
}

ClientResult<std::string> target_of(const GlobalOptions& global, const EventsOptions& options, ServiceClient& client) {
    const auto address = options.object.empty() ? ClientResult<model::Address>{} : parse_object(options.object);
    if (!address) return tl::unexpected(address.error());
    std::string target = "/api/v1/events?limit=200";
    if (!global.environment.empty()) {
        const auto environment = client.environments(global.environment);
        if (!environment) return tl::unexpected(environment.error());
        target += "&environment=" + percent_encoded(global.environment);
    }
    if (!options.object.empty()) target += "&object=" + percent_encoded(model::to_string(*address));
    if (options.since)
        target += "&since=" + percent_encoded(service::rfc3339(std::chrono::system_clock::now() - *options.since));
    if (!options.severity.empty()) target += "&severity=" + percent_encoded(options.severity);
    return target;
}

std::string last_id(const json& items, std::string before) {
    return items.empty() ? std::move(before) : items.back().value("id", std::string());
}

ExitCode watch(const GlobalOptions& global, const std::string& target, json items, ServiceClient& client,
               Terminal& terminal) {
    const auto begun = service::rfc3339(std::chrono::system_clock::now());
    std::string last;
    while (true) {
        for (const auto& event : items) {
            if (global.output == "json") {
                terminal.out(event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
                continue;
            }
            Table line({});
            line.add(padded_row(row_of(event)));
            terminal.out(line.text(colour_of(global, terminal)));
        }
        last = last_id(items, last);
        // Before the first event there is no id to go on from.
        const auto from = last.empty() ? "&since=" + percent_encoded(begun) : "&after=" + percent_encoded(last);
        auto answer = client.get(target + from + "&wait=30s", 60s);
        if (!answer && answer.error().code != ExitCode::try_again) return fail(terminal, answer.error());
        items = json::array();
        if (answer)
            items = part_of(*answer, "items");
        else
            std::this_thread::sleep_for(2s);
    }
}

}  // namespace

std::string event_table(const json& items, bool with_object, report::Colour colour, std::string_view indent,
                        bool with_headings) {
    std::vector<std::string> headings;
    if (with_headings) headings = {"TIME", "SEVERITY", "TYPE", "ABOUT", "MESSAGE"};
    Table table(std::move(headings));
    for (const auto& event : items) {
        auto row = row_of(event);
        if (!with_object) row.erase(row.begin() + 3);
        table.add(std::move(row));
    }
    return table.text(colour, indent);
}

ExitCode events(const GlobalOptions& global, const EventsOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    if (options.watch && global.output == "yaml") {
        print_error(terminal, "--watch has no output `yaml`", "-o json prints a document a line");
        return ExitCode::usage;
    }
    const auto target = target_of(global, options, client);
    if (!target) return fail(terminal, target.error());
    auto answer = client.get(*target);
    if (!answer) return fail(terminal, answer.error());
    const auto items = part_of(*answer, "items");
    if (options.watch) return watch(global, *target, items, client, terminal);
    if (print_document(global, *answer, {}, terminal) == Printed::yes) return ExitCode::ok;
    if (items.empty())
        terminal.err("No events.\n");
    else
        terminal.out(event_table(items, true, colour_of(global, terminal), {}, true));
    return ExitCode::ok;
}

}  // namespace regent::cli
