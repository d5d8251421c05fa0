#pragma once

#include "cli/terminal.hpp"

#include <string>

namespace regent::cli::test {

/// Keeps what a person would see.
class FakeTerminal final : public Terminal {
public:
    void out(std::string_view text) override { shown += text; }
    void err(std::string_view text) override { shown += text; }
    [[nodiscard]] bool out_is_terminal() const override { return false; }
    [[nodiscard]] bool err_is_terminal() const override { return false; }
    [[nodiscard]] bool in_is_terminal() const override { return false; }
    std::optional<std::string> read_line() override { return std::nullopt; }

    /// What came since the last call, without the time of day before each line.
    std::string taken() {
        std::string text;
        for (std::size_t at = 0; at < shown.size();) {
            const auto end = shown.find('\n', at);
            auto line = shown.substr(at, end - at);
            if (line.size() > 9 && line[2] == ':' && line[5] == ':' && line[8] == ' ') line.erase(0, 9);
            text += line + "\n";
            at = end == std::string::npos ? shown.size() : end + 1;
        }
        shown.clear();
        return text;
    }

    std::string shown;
};

}  // namespace regent::cli::test
