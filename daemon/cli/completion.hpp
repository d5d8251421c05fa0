#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace regent::cli {

/// A completion script for `shell` ("bash", "zsh" or "fish"), written from the command tree: nothing in it knows a
/// command or a flag by name, so it cannot lag behind. What a value may be is told by the option's type name (FILE,
/// DIR, ENVIRONMENT, FORMAT), by its set of allowed words, and, for FORMAT, by the line "Output: …" of the command's
/// footer.
[[nodiscard]] std::string completion_script(const CLI::App& app, std::string_view shell);

}  // namespace regent::cli
