#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace regent::cli {

/// A wrong command line, in words for the person who typed it.
struct UsageError {
    std::string message;
    std::string help;
};

/// What is wrong with `arguments` (the program's name is not among them), of which `app` made `error`.
[[nodiscard]] UsageError usage_error(const CLI::ParseError& error, const std::vector<std::string>& arguments,
                                     const CLI::App& app);

/// A flag whose value is missing took the next flag for it: `schema --all -C DIR`. Who means such a value writes
/// `--all=-C`. `app` has parsed `arguments`, well or not.
[[nodiscard]] std::optional<UsageError> swallowed_flag(const std::vector<std::string>& arguments, const CLI::App& app);

/// There is no command of that name.
[[nodiscard]] UsageError unknown_command(const std::string& name, const CLI::App& app);

}  // namespace regent::cli
