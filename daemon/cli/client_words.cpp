#include "cli/client_words.hpp"

#include "cli/json_yaml.hpp"
#include "cli/messages.hpp"
#include "model/value.hpp"
#include "report/text_layout.hpp"
#include "report/wording.hpp"
#include "service/status_json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace regent::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::tm local_parts(Time time) {
    return fmt::localtime(std::chrono::system_clock::to_time_t(time));
}

bool same_day(Time a, Time b) {
    const auto x = local_parts(a), y = local_parts(b);
    return x.tm_year == y.tm_year && x.tm_yday == y.tm_yday;
}

constexpr std::array<std::pair<std::chrono::seconds, char>, 4> units = {
    {{24h, 'd'}, {1h, 'h'}, {1min, 'm'}, {1s, 's'}}};

}  // namespace

std::string text_of(const json& answer, const char* name) {
    const auto found = answer.find(name);
    if (found == answer.end() || !found->is_string()) return {};
    return model::with_visible_controls(found->get_ref<const std::string&>());
}

std::optional<Time> time_of(const json& answer, const char* name) {
    const auto found = answer.find(name);
    if (found == answer.end() || !found->is_string()) return std::nullopt;
    return service::parse_rfc3339(found->get_ref<const std::string&>());
}

const json& part_of(const json& answer, const char* name) {
    static const json nothing = json::object();
    const auto found = answer.find(name);
    return found == answer.end() || !found->is_structured() ? nothing : *found;
}

std::string names_of(const json& list) {
    std::string text;
    for (const auto& name : list)
        if (name.is_string()) text += (text.empty() ? "" : ", ") + name.get<std::string>();
    return model::with_visible_controls(text);
}

std::size_t number_of(const json& answer, const char* name) {
    const auto found = answer.find(name);
    return found == answer.end() || !found->is_number_integer() ? 0 : found->get<std::size_t>();
}

std::string took_of(const json& run) {
    const auto found = run.find("tookSeconds");
    if (found == run.end() || !found->is_number() || !run.contains("finishedAt")) return "-";
    return report::took_text(std::chrono::milliseconds(std::llround(found->get<double>() * 1000)));
}

std::string age_text(std::chrono::seconds age) {
    age = std::max(age, 0s);
    if (age >= 48h) return fmt::format("{}d", age / 24h);
    if (age >= 2h) return fmt::format("{}h", age / 1h);
    if (age >= 2min) return fmt::format("{}m", age / 1min);
    return fmt::format("{}s", age.count());
}

std::string long_age_text(std::chrono::seconds age) {
    std::string text;
    int parts = 0;
    for (const auto& [unit, letter] : units) {
        const auto count = age / unit;
        age -= count * unit;
        if (count > 0) text += fmt::format("{}{}{}", text.empty() ? "" : " ", count, letter);
        if ((count > 0 || parts > 0) && ++parts == 2) break;
    }
    return text.empty() ? "0s" : text;
}

std::string ago(const std::optional<Time>& time, Time now) {
    return time ? age_text(std::chrono::duration_cast<std::chrono::seconds>(now - *time)) : "-";
}

std::string clock_text(Time time, Time now) {
    return same_day(time, now) ? fmt::format("{:%H:%M:%S}", local_parts(time))
                               : fmt::format("{:%Y-%m-%d %H:%M:%S}", local_parts(time));
}

std::string minute_text(Time time, Time now) {
    return same_day(time, now) ? fmt::format("{:%H:%M}", local_parts(time)) : short_date_time_text(time);
}

std::string date_time_text(Time time) {
    auto text = fmt::format("{:%Y-%m-%d %H:%M:%S %z}", local_parts(time));
    text.insert(text.size() - 2, ":");
    return text;
}

std::string second_text(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", local_parts(time));
}

std::string short_date_time_text(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M}", local_parts(time));
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    std::chrono::seconds sum{0};
    while (!text.empty()) {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        constexpr std::size_t most_digits = 6;
        if (digits == 0 || digits > most_digits || digits == text.size()) return std::nullopt;
        const auto unit =
            std::find_if(units.begin(), units.end(), [&](const auto& u) { return u.second == text[digits]; });
        if (unit == units.end()) return std::nullopt;
        sum += std::stol(std::string(text.substr(0, digits))) * unit->first;
        text.remove_prefix(digits + 1);
    }
    constexpr auto longest = std::chrono::hours(24 * 366);
    return sum > 0s && sum <= longest ? std::optional(sum) : std::nullopt;
}

std::string short_commit(const std::string& commit) {
    constexpr std::size_t digits = 7;
    const bool is_commit = commit.size() == 40 && commit.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_commit ? commit.substr(0, digits) : commit;
}

std::string pause_text(const json& pause, Time now) {
    const auto until = time_of(pause, "until");
    return fmt::format("{} by {}: \"{}\"", until ? "until " + minute_text(*until, now) : "until it is resumed",
                       text_of(pause, "by"), text_of(pause, "reason"));
}

const json& condition_of(const json& object, std::string_view type) {
    static const json nothing = json::object();
    for (const auto& condition : part_of(object, "conditions"))
        if (condition.value("type", std::string()) == type) return condition;
    return nothing;
}

std::string with_code(std::string message, const std::string& code) {
    const auto behind = fmt::format("({})", code);
    return code.empty() || message.ends_with(behind) ? message : fmt::format("{} {}", message, behind);
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

void Table::add(std::vector<Cell> row) {
    rows_.push_back(std::move(row));
}

std::string Table::text(report::Colour colour, std::string_view indent) const {
    std::vector<std::size_t> widths;
    const auto widen = [&](std::size_t column, const std::string& text) {
        if (widths.size() <= column) widths.resize(column + 1);
        widths[column] = std::max(widths[column], report::width_of(text));
    };
    for (std::size_t i = 0; i < headings_.size(); ++i) widen(i, headings_[i]);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widen(i, row[i].text);
    const auto line = [&](const std::vector<Cell>& row) {
        std::size_t last = row.size();
        while (last > 0 && row[last - 1].text.empty()) --last;
        std::string text(indent);
        for (std::size_t i = 0; i < last; ++i) {
            const auto& cell = row[i];
            text += report::paint(cell.text, cell.tone, colour);
            if (i + 1 < last) text.append(widths[i] - report::width_of(cell.text) + 2, ' ');
        }
        return text + "\n";
    };
    std::string text;
    if (!headings_.empty()) {
        std::vector<Cell> row;
        row.reserve(headings_.size());
        for (const auto& heading : headings_) row.push_back({heading, report::Tone::heading});
        text += line(row);
    }
    for (const auto& row : rows_) text += line(row);
    return text;
}

Cell status_cell(const std::string& status) {
    if (status == "True" || status == "yes") return {status, report::Tone::create};
    if (status == "False" || status == "no") return {status, report::Tone::remove};
    return {status.empty() ? "Unknown" : status, report::Tone::warning};
}

report::Colour colour_of(const GlobalOptions& global, const Terminal& terminal) {
    return wants_colour(global.colour, terminal.out_is_terminal(), environment_variable) ? report::Colour::on
                                                                                         : report::Colour::off;
}

bool check_output(const GlobalOptions& global, const std::vector<std::string_view>& others, Terminal& terminal) {
    std::vector<std::string_view> known = {"text", "table", "json", "yaml"};
    known.insert(known.end(), others.begin(), others.end());
    if (std::find(known.begin(), known.end(), global.output) != known.end()) return true;
    print_error(terminal, fmt::format("this command has no output `{}`", global.output),
                fmt::format("it has {}", fmt::join(known, ", ")));
    return false;
}

Printed print_document(const GlobalOptions& global, const json& answer, const std::vector<std::string_view>& others,
                       Terminal& terminal) {
    if (!check_output(global, others, terminal)) return Printed::wrong;
    if (global.output == "json") {
        terminal.out(service::dump(answer));
        return Printed::yes;
    }
    if (global.output == "yaml") {
        terminal.out(json_as_yaml(answer));
        return Printed::yes;
    }
    return Printed::no;
}

}  // namespace regent::cli
