#include "manifest/diagnostic_snippet.hpp"

#include "manifest/display_text.hpp"
#include "manifest/source_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::manifest {

namespace {

constexpr std::size_t tab_stop = 4;

/// A source line as it is shown: the characters that are safe to print, and the terminal cell where each begins.
struct ShownLine {
    std::vector<std::string> characters;
    std::vector<std::size_t> cells{0};  ///< one more than characters: the last is the line's width

    [[nodiscard]] std::size_t width() const { return cells.back(); }
    [[nodiscard]] std::size_t cell_of_column(std::size_t column) const {
        return cells[std::min(column == 0 ? 0 : column - 1, characters.size())];
    }
};

/// A secret is shown as its mask, which stands in the place of its first character; the others take no room.
DisplayCharacter masked(DisplayCharacter character, bool is_first) {
    character.shown = is_first ? secret_mask : std::string_view{};
    character.cells = character.shown.size();
    return character;
}

ShownLine lay_out(std::string_view text, const std::vector<Stretch>& secrets) {
    ShownLine line;
    const auto size = text.size();
    while (!text.empty()) {
        auto character = first_character(text);
        const auto at = size - text.size();
        const auto secret =
            std::find_if(secrets.begin(), secrets.end(), [&](const auto& s) { return s.first <= at && at < s.end(); });
        if (secret != secrets.end()) {
            character = masked(std::move(character), secret->first == at);
        } else if (text.front() == '\t') {
            character.cells = tab_stop - line.width() % tab_stop;
            character.shown = std::string(character.cells, ' ');
        }
        line.cells.push_back(line.width() + character.cells);
        line.characters.push_back(std::move(character.shown));
        text.remove_prefix(character.bytes);
    }
    return line;
}

/// The cells of a line that are shown.
struct Window {
    std::size_t from = 0;
    std::size_t to = 0;
};

Window whole(const ShownLine& line) {
    return {0, line.width()};
}

// A third of the window stands before the mark: what leads to a mistake says more than what follows.
Window around(const ShownLine& line, std::size_t cell, std::size_t width) {
    if (line.width() <= width) return whole(line);
    if (cell + width / 3 < width) return {0, width};
    const auto from = std::min(cell - width / 3, line.width() - width);
    return {from, from + width};
}

struct CutLine {
    std::string text;
    std::size_t shift = 0;  ///< cells that a mark moves to the right for the ellipsis
    std::size_t from = 0;   ///< the first cell shown
};

CutLine cut(const ShownLine& line, Window window) {
    CutLine out;
    out.from = window.from;
    if (window.from > 0) {
        out.text = "…";
        out.shift = 1;
    }
    bool first = true;
    for (std::size_t i = 0; i < line.characters.size(); ++i) {
        if (line.cells[i] < window.from || line.cells[i + 1] > window.to) continue;
        if (first) out.from = line.cells[i];
        first = false;
        out.text += line.characters[i];
    }
    if (window.to < line.width()) out.text += "…";
    while (out.text.ends_with(' ')) out.text.pop_back();
    return out;
}

std::string_view without_trailing_blanks(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

bool is_blank_line(std::string_view text) {
    return without_trailing_blanks(text).empty();
}

class SnippetWriter {
public:
    SnippetWriter(const SourceText& source, const SecretStretches& secrets, const std::vector<Mark>& marks,
                  std::size_t gutter, std::size_t source_width, const Palette& palette)
        : lines_(source.text),
          secrets_(secrets),
          marks_(marks),
          gutter_(gutter),
          width_(source_width),
          palette_(palette) {
        std::stable_sort(marks_.begin(), marks_.end(), [](const Mark& a, const Mark& b) {
            return std::pair(a.span.line, a.span.column) < std::pair(b.span.line, b.span.column);
        });
    }

    std::string write() {
        add_row("", "");
        std::size_t previous = 0;
        for (const auto number : shown_lines()) {
            if (previous != 0 && number > previous + 1) out_ += palette_.quiet("...") + "\n";
            add_source_line(number);
            previous = number;
        }
        return std::move(out_);
    }

private:
    [[nodiscard]] std::set<std::size_t> shown_lines() const {
        std::set<std::size_t> shown;
        for (const auto& mark : marks_) shown.insert(std::min(mark.span.line, lines_.count()));
        for (const auto number : std::set(shown)) {
            if (number > 1 && !is_blank_line(lines_.line(number - 1))) shown.insert(number - 1);
            if (number < lines_.count() && !is_blank_line(lines_.line(number + 1))) shown.insert(number + 1);
        }
        // An ellipsis in the place of one line would hide it and save nothing.
        for (const auto number : std::set(shown)) {
            if (shown.contains(number + 2)) shown.insert(number + 1);
        }
        return shown;
    }

    void add_row(std::string_view number, std::string_view text) {
        out_ += palette_.quiet(fmt::format("{:>{}} |", number, gutter_));
        if (!text.empty()) out_ += fmt::format(" {}", text);
        out_ += '\n';
    }

    void add_source_line(std::size_t number) {
        const auto line = lay_out(lines_.line(number), secrets_.in_line(number));
        std::vector<const Mark*> here;
        for (const auto& mark : marks_) {
            if (std::min(mark.span.line, lines_.count()) == number) here.push_back(&mark);
        }
        const auto cut_line = cut(line, around(line, window_focus(line, here), width_));
        add_row(std::to_string(number), cut_line.text);
        for (const auto* mark : here) add_mark(line, cut_line, *mark);
    }

    [[nodiscard]] static std::size_t window_focus(const ShownLine& line, const std::vector<const Mark*>& marks) {
        if (marks.empty()) return 0;
        const auto primary = std::find_if(marks.begin(), marks.end(), [](const Mark* mark) { return mark->primary; });
        return line.cell_of_column((primary == marks.end() ? marks.front() : *primary)->span.column);
    }

    void add_mark(const ShownLine& line, const CutLine& cut_line, const Mark& mark) {
        const auto begin = line.cell_of_column(mark.span.column);
        const bool several_lines = mark.span.end_line > mark.span.line;
        const auto text = without_trailing_blanks(lines_.line(mark.span.line));
        const auto end =
            several_lines ? line.cell_of_column(character_count(text) + 1) : line.cell_of_column(mark.span.end_column);
        // A mark beyond the part that is shown stands at its edge, on the ellipsis.
        const auto last = cut_line.from + width_;
        const auto first = std::clamp(begin, cut_line.from, last);
        const auto length = std::clamp(end, first, last) - first;
        const auto left = begin < cut_line.from ? 0 : first - cut_line.from + cut_line.shift;
        auto row = std::string(std::max<std::size_t>(length, 1), mark.primary ? '^' : '-');
        if (!mark.label.empty()) row += " " + printable(mark.label);
        add_row("", std::string(left, ' ') + (mark.primary ? palette_.severe(row) : palette_.quiet(row)));
    }

    SourceLines lines_;
    const SecretStretches& secrets_;
    std::vector<Mark> marks_;
    std::size_t gutter_;
    std::size_t width_;
    const Palette& palette_;
    std::string out_;
};

}  // namespace

std::string Palette::paint(std::string_view code, std::string_view text) const {
    return colour_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

std::string Palette::severe(std::string_view text) const {
    return paint(severity_ == model::Severity::error ? "1;31" : "1;33", text);
}

std::string Palette::bold(std::string_view text) const {
    return paint("1", text);
}

std::string Palette::quiet(std::string_view text) const {
    return paint("34", text);
}

std::size_t gutter_width(const std::vector<Mark>& marks) {
    std::size_t last = 1;
    for (const auto& mark : marks) last = std::max(last, mark.span.line + 1);
    return std::to_string(last).size();
}

std::string render_snippet(const SourceText& source, const SecretStretches& secrets, const std::vector<Mark>& marks,
                           std::size_t gutter, std::size_t source_width, const Palette& palette) {
    return SnippetWriter(source, secrets, marks, gutter, std::max<std::size_t>(source_width, 20), palette).write();
}

}  // namespace regent::manifest
