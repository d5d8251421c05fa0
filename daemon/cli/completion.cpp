#include "cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace regent::cli {
namespace {

enum class ValueKind { nothing, words, file, folder, environment };

struct Value {
    ValueKind kind = ValueKind::nothing;
    std::vector<std::string> words;
};

struct Flag {
    std::vector<std::string> names;  ///< with their dashes
    std::string about;
    bool takes_value = false, repeats = false;
    bool everywhere = false;  ///< means the same after every command
    Value value;
};

struct Command {
    std::vector<std::string> path;  ///< {"history", "show"}; empty: the program itself
    std::string about;
    std::vector<Flag> flags;
    std::vector<Flag> positionals;
    std::vector<Command> commands;

    [[nodiscard]] std::string words() const { return fmt::format("{}", fmt::join(path, " ")); }
    [[nodiscard]] std::string identifier() const { return fmt::format("_{}", fmt::join(path, "_")); }
};

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(separator, at), text.size());
        parts.emplace_back(text.substr(at, end - at));
        at = end + separator.size();
    }
    return parts;
}

/// The words of "TEXT:{cpprest,curl}" and of "WHEN:value in {always->1,auto->0} OR {1,0}", which are a validator's own
/// words.
std::vector<std::string> allowed_words(const std::string& type) {
    const auto open = type.find('{'), close = type.find('}', open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) return {};
    auto words = split(std::string_view(type).substr(open + 1, close - open - 1), ",");
    for (auto& word : words) word = word.substr(0, word.find("->"));
    return words;
}

/// The words of "Output: text, json, github (annotations). …" in the command's footer.
std::vector<std::string> output_formats(const CLI::App& command) {
    const auto footer = command.get_footer();
    constexpr std::string_view intro = "Output: ";
    const auto start = footer.find(intro);
    if (start == std::string::npos) return {};
    const auto first = start + intro.size();
    auto formats = split(footer.substr(first, footer.find('.', first) - first), ", ");
    for (auto& format : formats) format = format.substr(0, format.find(' '));
    return formats;
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
    return names;
}

Value value_of(const CLI::Option& option, const CLI::App& command) {
    const auto type = option.get_type_name();
    const auto label = type.substr(0, type.find(':'));
    if (label == "FORMAT") return {ValueKind::words, output_formats(command)};
    if (label == "ENVIRONMENT") return {ValueKind::environment, {}};
    if (label == "COMMAND") return {ValueKind::words, names_of_commands(*command.get_parent())};
    if (label == "DIR") return {ValueKind::folder, {}};
    if (label == "FILE" || label == "PATH") return {ValueKind::file, {}};
    auto words = allowed_words(type);
    return words.empty() ? Value{} : Value{ValueKind::words, std::move(words)};
}

Command read(const CLI::App& app, const CLI::App& command, std::vector<std::string> path) {
    Command read_command{std::move(path), command.get_description(), {}, {}, {}};
    const auto add = [&](const CLI::App& owner, bool positionals) {
        for (const auto* option : owner.get_options()) {
            if (option->get_group().empty()) continue;  // hidden
            Flag flag;
            for (const auto& name : option->get_snames()) flag.names.push_back("-" + name);
            for (const auto& name : option->get_lnames()) flag.names.push_back("--" + name);
            flag.about = option->get_description();
            flag.takes_value = option->get_items_expected_max() > 0;
            flag.repeats = option->get_items_expected_max() > 1 || !flag.takes_value;
            flag.value = value_of(*option, command);
            flag.everywhere = &owner == &app && !option->get_type_name().starts_with("FORMAT");
            if (!flag.names.empty()) {
                const auto known = [&](const Flag& other) { return other.names.back() == flag.names.back(); };
                if (std::none_of(read_command.flags.begin(), read_command.flags.end(), known)) {
                    read_command.flags.push_back(std::move(flag));
                }
            } else if (positionals) {
                read_command.positionals.push_back(std::move(flag));
            }
        }
    };
    add(command, true);
    if (&command != &app) add(app, false);  // what every command accepts, also after its name
    for (const auto* sub : command.get_subcommands({})) {
        if (sub->get_group().empty()) continue;
        auto sub_path = read_command.path;
        sub_path.push_back(sub->get_name());
        read_command.commands.push_back(read(app, *sub, std::move(sub_path)));
    }
    return read_command;
}

template <typename Visit>
void each(const Command& command, const Visit& visit) {
    visit(command);
    for (const auto& sub : command.commands) each(sub, visit);
}

std::vector<std::string> command_names(const std::vector<Command>& commands) {
    std::vector<std::string> names;
    names.reserve(commands.size());
    for (const auto& command : commands) names.push_back(command.path.back());
    return names;
}

/// The shells' way to the names of the environments: what the files next to here, or above here, call themselves.
constexpr std::string_view environments = R"(
    local dir=$PWD
    while [ -n "$dir" ] && [ ! -d "$dir/environments" ]; do dir=${dir%/*}; done
    [ -n "$dir" ] && cat "$dir"/environments/*.regent.yaml 2>/dev/null |
        sed -n '/^metadata:/,/^[a-z]/s/^  *name: *\([A-Za-z0-9_-]*\).*/\1/p'
)";

// bash

std::string bash_words(const Value& value) {
    switch (value.kind) {
        case ValueKind::words:
            return fmt::format("words=\"{}\"", fmt::join(value.words, " "));
        case ValueKind::environment:
            return "words=$(__regent_environments)";
        case ValueKind::file:
            return "files=-f";
        case ValueKind::folder:
            return "files=-d";
        case ValueKind::nothing:
            break;
    }
    return ":";
}

std::string bash_script(const Command& top) {
    std::string paths, takes_value, values, values_everywhere, flags, words;
    each(top, [&](const Command& command) {
        const auto name = command.words();
        if (!command.path.empty()) paths += fmt::format("{}\"{}\"", paths.empty() ? "" : " | ", name);
        std::vector<std::string> all;
        for (const auto& flag : command.flags) {
            all.insert(all.end(), flag.names.begin(), flag.names.end());
            if (!flag.takes_value || (flag.everywhere && !command.path.empty())) continue;
            for (const auto& spelling : flag.names) {
                const auto pattern =
                    flag.everywhere ? fmt::format("*\":{}\"", spelling) : fmt::format("\"{}:{}\"", name, spelling);
                takes_value += (takes_value.empty() ? "" : " | ") + pattern;
                (flag.everywhere ? values_everywhere : values) +=
                    fmt::format("        {}) {} ;;\n", pattern, bash_words(flag.value));
            }
        }
        flags += fmt::format("        \"{}\") words=\"{}\" ;;\n", name, fmt::join(all, " "));
        if (!command.commands.empty()) {
            words += fmt::format("        \"{}:0\") words=\"{}\" ;;\n", name,
                                 fmt::join(command_names(command.commands), " "));
        }
        for (std::size_t i = 0; i < command.positionals.size(); ++i) {
            const auto& positional = command.positionals[i];
            const auto which = positional.repeats ? std::string("\"*") : fmt::format("{}\"", i);
            words += fmt::format("        \"{}:{}) {} ;;\n", name, which, bash_words(positional.value));
        }
    });
    return fmt::format(R"(# bash completion of regent, as `regent completion bash` writes it.
__regent_environments() {{{}}}

_regent() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} command="" option="" words="" files="" count=0 word i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${{COMP_WORDS[i]}}
        if [[ -n $option ]]; then
            [[ $word == "=" ]] || option=""
            continue
        fi
        if [[ $word == -* ]]; then
            case "$command:$word" in
            {}) option=$word ;;
            esac
            continue
        fi
        case "${{command:+$command }}$word" in
        {}) command=${{command:+$command }}$word ;;
        *) count=$((count + 1)) ;;
        esac
    done
    [[ -n $option && $cur == "=" ]] && cur=""
    if [[ -n $option ]]; then
        case "$command:$option" in
{}        esac
    elif [[ $cur == -* ]]; then
        case "$command" in
{}        esac
    else
        case "$command:$count" in
{}        esac
    fi
    if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen $files -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    fi
}}
complete -F _regent regent
)",
                       environments, takes_value, paths, values + values_everywhere, flags, words);
}

// zsh

std::string zsh_text(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\'') {
            result += "'\\''";
            continue;
        }
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

std::string zsh_action(const Value& value) {
    switch (value.kind) {
        case ValueKind::words:
            return fmt::format("({})", fmt::join(value.words, " "));
        case ValueKind::environment:
            return "__regent_environment_names";
        case ValueKind::file:
            return "_files";
        case ValueKind::folder:
            return "_files -/";
        case ValueKind::nothing:
            break;
    }
    return " ";
}

std::string zsh_flags(const Command& command) {
    std::string specs;
    for (const auto& flag : command.flags) {
        const auto value = flag.takes_value ? fmt::format(":value:{}", zsh_action(flag.value)) : std::string();
        for (const auto& name : flag.names) {
            // -e NAME and -eNAME; --output NAME and --output=NAME
            const auto* joined = !flag.takes_value ? "" : name.starts_with("--") ? "=" : "+";
            const auto others = flag.repeats ? std::string("*") : fmt::format("({})", fmt::join(flag.names, " "));
            specs += fmt::format(" \\\n        '{}{}{}[{}]{}'", others, name, joined, zsh_text(flag.about), value);
        }
    }
    return specs;
}

std::string zsh_function(const Command& command) {
    auto body = fmt::format("_regent{}() {{\n", command.path.empty() ? "" : command.identifier());
    auto specs = zsh_flags(command);
    if (command.commands.empty()) {
        for (const auto& positional : command.positionals) {
            specs += fmt::format(" \\\n        '{}:{}:{}'", positional.repeats ? "*" : "", zsh_text(positional.about),
                                 zsh_action(positional.value));
        }
        return body + fmt::format("    _arguments -s{}\n}}\n\n", specs);
    }
    std::string list, cases;
    for (const auto& sub : command.commands) {
        list += fmt::format("            '{}:{}'\n", sub.path.back(), zsh_text(sub.about));
        cases += fmt::format("            {}) _regent{} ;;\n", sub.path.back(), sub.identifier());
    }
    return body + fmt::format(R"(    local curcontext="$curcontext" state line
    typeset -A opt_args
    _arguments -s -C -A '-*'{} \
        '1: :->command' '*:: :->rest'
    case $state in
    command)
        local -a commands=(
{}        )
        _describe -t commands 'regent command' commands ;;
    rest)
        case $line[1] in
{}        esac ;;
    esac
}}

)",
                              specs, list, cases);
}

std::string zsh_script(const Command& top) {
    std::string functions;
    each(top, [&](const Command& command) { functions += zsh_function(command); });
    return fmt::format(R"zsh(#compdef regent
# zsh completion of regent, as `regent completion zsh` writes it.

__regent_environments() {{{}}}

__regent_environment_names() {{
    local -a names=(${{(f)"$(__regent_environments)"}})
    compadd -a names
}}

{}if [ "$funcstack[1]" = "_regent" ]; then
    _regent "$@"
else
    compdef _regent regent
fi
)zsh",
                       environments, functions);
}

// fish

std::string fish_text(const std::string& text) {
    return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_value(const Value& value) {
    switch (value.kind) {
        case ValueKind::words:
            return fmt::format(" -xa {}", fish_text(fmt::format("{}", fmt::join(value.words, " "))));
        case ValueKind::environment:
            return " -xa '(__regent_environments)'";
        case ValueKind::file:
            return " -rF";
        case ValueKind::folder:
            return " -xa '(__fish_complete_directories)'";
        case ValueKind::nothing:
            break;
    }
    return " -x";
}

std::string fish_script(const Command& top) {
    std::string rules, paths;
    each(top, [&](const Command& command) {
        if (!command.path.empty()) paths += fmt::format(" \"{}\"", command.words());
    });
    each(top, [&](const Command& command) {
        const auto here = fmt::format("complete -c regent -n '__regent_at \"{}\"'", command.words());
        for (const auto& flag : command.flags) {
            auto rule = here;
            for (const auto& name : flag.names) {
                rule += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            if (flag.takes_value) rule += fish_value(flag.value);
            rules += fmt::format("{} -d {}\n", rule, fish_text(flag.about));
        }
        for (const auto& sub : command.commands) {
            rules += fmt::format("{} -a {} -d {}\n", here, sub.path.back(), fish_text(sub.about));
        }
        for (const auto& positional : command.positionals) {
            const auto value = positional.value.kind == ValueKind::nothing ? "" : fish_value(positional.value);
            rules += positional.value.kind == ValueKind::file ? here + " -F\n"
                     : value.empty()                          ? ""
                                                              : here + value + "\n";
        }
    });
    std::string takes_value = " ";
    each(top, [&](const Command& command) {
        for (const auto& flag : command.flags) {
            if (!flag.takes_value) continue;
            for (const auto& name : flag.names) {
                if (takes_value.find(" " + name + " ") == std::string::npos) takes_value += name + " ";
            }
        }
    });
    return fmt::format(R"(# fish completion of regent, as `regent completion fish` writes it.
function __regent_environments
    set -l dir $PWD
    while test -n "$dir"; and not test -d "$dir/environments"
        set dir (string replace -r '/[^/]*$' '' -- $dir)
    end
    test -n "$dir"; and cat $dir/environments/*.regent.yaml 2>/dev/null |
        sed -n '/^metadata:/,/^[a-z]/s/^  *name: *\([A-Za-z0-9_-]*\).*/\1/p'
end

# True when the words before the cursor name exactly this command.
function __regent_at
    set -l command ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word{}
            set skip 1
        else if not string match -q -- '-*' $word
            set -l longer (string trim -- "$command $word")
            contains -- $longer{}; and set command $longer
        end
    end
    test "$command" = "$argv[1]"
end

complete -c regent -f
{})",
                       takes_value, paths, rules);
}

}  // namespace

std::string completion_script(const CLI::App& app, std::string_view shell) {
    const auto top = read(app, app, {});
    if (shell == "zsh") return zsh_script(top);
    if (shell == "fish") return fish_script(top);
    return bash_script(top);
}

}  // namespace regent::cli
