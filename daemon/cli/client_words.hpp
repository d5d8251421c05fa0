#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "report/paint.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::cli {

// How the service's answers look to a person. Times are local, with their age where that is what one wants to know.

using Time = std::chrono::system_clock::time_point;

/// A member of an answer as it may be printed: control characters are shown, not sent.
[[nodiscard]] std::string text_of(const nlohmann::json& json, const char* name);
[[nodiscard]] std::optional<Time> time_of(const nlohmann::json& json, const char* name);
/// A member that is an object or a list; an empty one when it is missing.
[[nodiscard]] const nlohmann::json& part_of(const nlohmann::json& json, const char* name);
/// The texts of a list, with commas between.
[[nodiscard]] std::string names_of(const nlohmann::json& list);
[[nodiscard]] std::size_t number_of(const nlohmann::json& json, const char* name);

/// How long a run took; "-" while it runs.
[[nodiscard]] std::string took_of(const nlohmann::json& run);

/// "40s", "14m", "3h", "2d".
[[nodiscard]] std::string age_text(std::chrono::seconds age);
/// "3d 4h": the two largest units.
[[nodiscard]] std::string long_age_text(std::chrono::seconds age);
/// How long ago; "-" for never.
[[nodiscard]] std::string ago(const std::optional<Time>& time, Time now);
/// "12:04:10" today, otherwise with its date.
[[nodiscard]] std::string clock_text(Time time, Time now);
[[nodiscard]] std::string minute_text(Time time, Time now);  ///< "12:04"
[[nodiscard]] std::string date_time_text(Time time);         ///< "2026-09-14 12:04:10 +02:00"
[[nodiscard]] std::string second_text(Time time);            ///< "2026-09-14 12:04:10"
[[nodiscard]] std::string short_date_time_text(Time time);   ///< "2026-09-14 12:04"
/// "2h", "90m", "1h30m", "3d"; nothing when it is no duration, or none at all.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// The first seven digits of a commit.
[[nodiscard]] std::string short_commit(const std::string& commit);
/// "until 14:00 by bob (uid 1000): \"vendor maintenance\"".
[[nodiscard]] std::string pause_text(const nlohmann::json& pause, Time now);
/// The condition of this type, or an empty object.
[[nodiscard]] const nlohmann::json& condition_of(const nlohmann::json& object, std::string_view type);
/// The message of a condition with the error's code, which most of them end with already.
[[nodiscard]] std::string with_code(std::string message, const std::string& code);

/// A cell of a table.
struct Cell {
    std::string text;
    report::Tone tone = report::Tone::plain;
};
/// Cells below each other, two blanks between columns; the last column is as long as it likes.
class Table {
public:
    explicit Table(std::vector<std::string> headings);
    void add(std::vector<Cell> row);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    [[nodiscard]] std::string text(report::Colour colour, std::string_view indent = {}) const;

private:
    std::vector<std::string> headings_;  ///< empty: none are written
    std::vector<std::vector<Cell>> rows_;
};

/// "True" in green, "False" in red.
[[nodiscard]] Cell status_cell(const std::string& status);
[[nodiscard]] report::Colour colour_of(const GlobalOptions& global, const Terminal& terminal);

/// Prints `answer` when -o is json or yaml. An -o that is none of those, nor one of `others`, is an error.
enum class Printed { yes, no, wrong };
[[nodiscard]] Printed print_document(const GlobalOptions& global, const nlohmann::json& answer,
                                     const std::vector<std::string_view>& others, Terminal& terminal);
/// Whether -o may be what it is; tells it otherwise.
[[nodiscard]] bool check_output(const GlobalOptions& global, const std::vector<std::string_view>& others,
                                Terminal& terminal);

}  // namespace regent::cli
