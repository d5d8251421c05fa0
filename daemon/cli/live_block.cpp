#include "cli/live_block.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ctime>

namespace regent::cli {
namespace {

/// The beginning of `line` that fits, by characters of UTF-8.
std::string cut_to(const std::string& line, std::size_t width) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
        if (begins && ++characters > width) return line.substr(0, i);
    }
    return line;
}

}  // namespace

ProgressStyle progress_style(const Terminal& terminal, const GlobalOptions& global) {
    if (global.quiet) return ProgressStyle::silent;
    const bool redrawn = terminal.err_is_terminal() && environment_variable("TERM") != "dumb";
    return redrawn ? ProgressStyle::redrawn : ProgressStyle::lines;
}

std::size_t terminal_columns() {
    struct winsize size {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string wall_time() {
    return fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr)));
}

void LiveBlock::draw(const std::vector<std::string>& lines) {
    erase();
    const auto width = terminal_columns();
    std::string block;
    for (const auto& line : lines) block += cut_to(line, width) + '\n';
    drawn_ = lines.size();
    terminal_.err(block);
}

void LiveBlock::erase() {
    if (drawn_ == 0) return;
    terminal_.err(
        fmt::format("\x1b[{}A\x1b[J", drawn_));  // up to the block's first line, clear to the end of the screen
    drawn_ = 0;
}

}  // namespace regent::cli
