#include "cli/usage_errors.hpp"

#include "manifest/suggestion.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace regent::cli {
namespace {

using Words = std::vector<std::string>;

std::optional<std::string> near(const std::string& word, const Words& candidates) {
    return manifest::did_you_mean(word, std::vector<std::string_view>(candidates.begin(), candidates.end()));
}

const CLI::App* chosen_command(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? nullptr : chosen.front();
}

Words flags_of(const CLI::App& app, const CLI::App* command) {
    Words flags;
    for (const auto* of : {command, &app}) {
        if (of == nullptr) continue;
        for (const auto* option : of->get_options())
            for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
    }
    return flags;
}

std::string see_help(const CLI::App* command) {
    return command == nullptr ? "`regent --help` lists commands and flags"
                              : fmt::format("`regent {} --help` shows what it takes", command->get_name());
}

UsageError unknown_flag(const std::string& argument, const CLI::App& app, const CLI::App* command) {
    const auto flag = argument.substr(0, argument.find('='));
    const auto meant = near(flag, flags_of(app, command));
    return {command == nullptr ? fmt::format("there is no flag `{}`", flag)
                               : fmt::format("`regent {}` has no flag `{}`", command->get_name(), flag),
            meant ? fmt::format("did you mean `{}`?", *meant) : see_help(command)};
}

UsageError left_over(const CLI::App& app) {
    const auto* command = chosen_command(app);
    const auto arguments = app.remaining(true);
    const auto first = std::find_if(arguments.begin(), arguments.end(), [](const auto& text) { return text != "--"; });
    if (first == arguments.end()) return {"something on the command line could not be understood", see_help(command)};
    if (first->size() > 1 && first->front() == '-') return unknown_flag(*first, app, command);
    if (command == nullptr) return unknown_command(*first, app);
    return {fmt::format("`regent {}` does not take `{}`", command->get_name(), *first), see_help(command)};
}

/// "--max-deletes", of the parser's "--max-deletes: what is wrong with it".
std::string option_name(std::string_view what) {
    return std::string(what.substr(0, what.find_first_of(": ")));
}

const CLI::Option* option_of(std::string_view what, const CLI::App& app) {
    const auto name = option_name(what);
    const auto* command = chosen_command(app);
    const auto* own = command == nullptr ? nullptr : command->get_option_no_throw(name);
    return own != nullptr ? own : app.get_option_no_throw(name);
}

std::string shown(const CLI::Option& option) {
    const auto type = option.get_type_name();
    auto value = type.substr(0, type.find(':'));
    if (!option.get_positional()) return option.get_name() + (value.empty() ? "" : " " + value);
    if (value.empty() || value == "TEXT") {
        value = option.get_name();
        std::transform(value.begin(), value.end(), value.begin(),
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    }
    return value;
}

UsageError missing(const std::string& what, const CLI::App& app) {
    const auto* command = chosen_command(app);
    const auto* option = option_of(what, app);
    if (command == nullptr || option == nullptr) return {what, see_help(command)};
    return {fmt::format("`regent {}` wants {}", command->get_name(), shown(*option)),
            fmt::format("{}: {}", shown(*option), option->get_description())};
}

/// Who set a variable once does not look for a flag.
bool comes_from_variable(const CLI::Option& option, const Words& arguments) {
    return !option.get_envname().empty() && std::none_of(arguments.begin(), arguments.end(), [&](const auto& argument) {
        return option.check_name(argument.substr(0, argument.find('='))) ||
               (!option.get_snames().empty() && argument.starts_with("-" + option.get_snames().front()));
    });
}

UsageError wrong_value(const std::string& what, const CLI::App& app, const Words& arguments) {
    const auto* option = option_of(what, app);
    const auto* command = chosen_command(app);
    const auto colon = what.find(": ");
    if (option == nullptr || colon == std::string::npos) return {what, see_help(command)};
    const auto wrong = what.substr(colon + 2);
    if (wrong.ends_with(" missing"))
        return {fmt::format("{} wants a value", option->get_name()),
                fmt::format("{}: {}", shown(*option), option->get_description())};
    const bool variable = comes_from_variable(*option, arguments);
    return {fmt::format("{}: {}", variable ? option->get_envname() : option->get_name(), wrong), see_help(command)};
}

const CLI::Option* flag_named(const std::string& argument, const CLI::App& app) {
    if (argument.size() < 2 || argument.front() != '-') return nullptr;
    const auto name = argument.substr(0, argument.find('='));
    for (const auto* of : {chosen_command(app), &app}) {
        if (of == nullptr) continue;
        const auto options = of->get_options();
        const auto it =
            std::find_if(options.begin(), options.end(), [&](const auto* option) { return option->check_name(name); });
        if (it != options.end()) return *it;
    }
    return nullptr;
}

}  // namespace

std::optional<UsageError> swallowed_flag(const std::vector<std::string>& arguments, const CLI::App& app) {
    for (std::size_t i = 0; i + 1 < arguments.size() && arguments[i] != "--"; ++i) {
        const auto* option = flag_named(arguments[i], app);
        if (option == nullptr || option->get_items_expected_min() == 0) continue;
        if (arguments[i].find('=') != std::string::npos) continue;
        if (flag_named(arguments[i + 1], app) != nullptr)
            return UsageError{fmt::format("{} wants a value, not the flag `{}`", option->get_name(),
                                          arguments[i + 1].substr(0, arguments[i + 1].find('='))),
                              fmt::format("{}: {}", shown(*option), option->get_description())};
        ++i;  // its value
    }
    return std::nullopt;
}

UsageError unknown_command(const std::string& name, const CLI::App& app) {
    Words commands;
    for (const auto* command : app.get_subcommands({})) {
        commands.push_back(command->get_name());
        for (const auto& alias : command->get_aliases()) commands.push_back(alias);
    }
    const auto meant = near(name, commands);
    return {fmt::format("there is no command `{}`", name),
            meant ? fmt::format("did you mean `regent {}`?", *meant) : see_help(nullptr)};
}

UsageError usage_error(const CLI::ParseError& error, const std::vector<std::string>& arguments, const CLI::App& app) {
    // Its name is the command's where that has one.
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return left_over(app);
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return missing(error.what(), app);
    return wrong_value(error.what(), app, arguments);
}

}  // namespace regent::cli
