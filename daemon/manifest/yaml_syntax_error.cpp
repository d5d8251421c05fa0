#include "manifest/yaml_syntax_error.hpp"

#include "manifest/display_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace regent::manifest {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// `text` without a comment at its end, which begins with a blank and `#`.
std::string_view without_comment(std::string_view text) {
    for (auto hash = text.find('#'); hash != std::string_view::npos; hash = text.find('#', hash + 1)) {
        if (hash == 0 || blanks.find(text[hash - 1]) != std::string_view::npos) return trimmed(text.substr(0, hash));
    }
    return trimmed(text);
}

std::string as_written(std::string_view value) {
    const bool has_double = value.find('"') != std::string_view::npos || value.find('\\') != std::string_view::npos;
    if (!has_double) return fmt::format("\"{}\"", value);
    std::string doubled;
    for (const char c : value) doubled += c == '\'' ? "''" : std::string(1, c);
    return fmt::format("'{}'", doubled);
}

/// Looks for the mistake that a person made behind one refusal of libyaml; the cases are tried from the most to the
/// least particular.
class Detective {
public:
    Detective(const SyntaxError& error, const std::vector<GateEvent>& events, const model::FileName& file,
              const SourceLines& lines, const DocumentText& document)
        : error_(error), events_(events), file_(file), lines_(lines), document_(document) {}

    model::Diagnostic find() {
        using Case = std::optional<model::Diagnostic> (Detective::*)() const;
        constexpr std::array cases{&Detective::directive,           &Detective::unclosed_quote,
                                   &Detective::quote_closed_late,   &Detective::text_after_quote,
                                   &Detective::bad_escape,          &Detective::tab,
                                   &Detective::bad_first_character, &Detective::value_like_alias_or_tag,
                                   &Detective::placeholder_in_flow, &Detective::two_colons,
                                   &Detective::key_too_deep,        &Detective::missing_colon,
                                   &Detective::list_beside_key,     &Detective::complex_key,
                                   &Detective::text_after_bracket,  &Detective::colon_in_brackets,
                                   &Detective::missing_key,         &Detective::indentation,
                                   &Detective::unclosed_bracket,    &Detective::wrong_in_brackets,
                                   &Detective::missing_value,       &Detective::second_root,
                                   &Detective::block_header};
        for (const Case one : cases) {
            if (auto found = (this->*one)()) return *found;
        }
        return anything_else();
    }

private:
    // --- what the parser said ---------------------------------------------------------------------------------------

    [[nodiscard]] bool problem_has(std::string_view text) const {
        return error_.problem.find(text) != std::string::npos;
    }
    [[nodiscard]] bool context_has(std::string_view text) const {
        return error_.context.find(text) != std::string::npos;
    }
    [[nodiscard]] std::string_view line_at(std::size_t number) const { return lines_.line(number); }
    [[nodiscard]] std::size_t last_line() const {
        const auto feeds = std::count(document_.text.begin(), document_.text.end(), '\n');
        const auto ended = document_.text.ends_with('\n') ? 1 : 0;
        return document_.first_line + static_cast<std::size_t>(feeds - ended);
    }
    [[nodiscard]] bool at_end() const { return error_.at.line > last_line(); }

    [[nodiscard]] std::string_view rest_of_line(const Point& point) const {
        const auto line = line_at(point.line);
        return line.substr(byte_offset(line, point.column - 1));
    }
    [[nodiscard]] std::string_view before_on_line(const Point& point) const {
        const auto line = line_at(point.line);
        return line.substr(0, byte_offset(line, point.column - 1));
    }
    [[nodiscard]] const GateEvent* last_scalar() const {
        if (events_.empty() || events_.back().kind != GateEvent::Kind::scalar) return nullptr;
        return &events_.back();
    }
    [[nodiscard]] char quote_of(const GateEvent& scalar) const {
        const auto rest = rest_of_line({scalar.span.line, scalar.span.column});
        return rest.empty() ? '"' : rest.front();
    }
    [[nodiscard]] static std::size_t indentation_of(std::string_view line) {
        return std::min(line.find_first_not_of(' '), line.size());
    }
    // The first text on a line up to a colon or blank: what a person would call the key.
    [[nodiscard]] model::Span word_at(std::size_t number) const {
        const auto line = line_at(number);
        const auto first = std::min(line.find_first_not_of(blanks), line.size());
        const auto end = std::min(line.find_first_of(" \t:", first), line.size());
        return lines_.byte_span(file_, number, first, end - first);
    }
    [[nodiscard]] std::string word_text(std::size_t number) const {
        const auto text = trimmed(line_at(number));
        return std::string(text.substr(0, text.find_first_of(" \t:")));
    }
    [[nodiscard]] model::Span characters_at(const Point& point, std::size_t count) const {
        return lines_.span(file_, point.line, point.column, count);
    }

    [[nodiscard]] static model::Diagnostic make(std::string_view code, std::string message, model::Span span,
                                                std::string_view label, std::string help) {
        model::Diagnostic diagnostic;
        diagnostic.code = code;
        diagnostic.message = std::move(message);
        diagnostic.span = std::move(span);
        diagnostic.label = label;
        diagnostic.help = std::move(help);
        return diagnostic;
    }

    // --- the cases --------------------------------------------------------------------------------------------------

    [[nodiscard]] std::optional<model::Diagnostic> directive() const {
        std::size_t number = document_.first_line;
        while (number < last_line() && without_comment(line_at(number)).empty()) ++number;
        const auto* const message = "a YAML directive is not read";
        for (const auto candidate : {number, error_.at.line}) {
            const auto line = line_at(candidate);
            if (!line.starts_with('%')) continue;
            return make("RG0116", message, lines_.byte_span(file_, candidate, 0, without_comment(line).size()),
                        "a directive", "remove the line");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<model::Diagnostic> unclosed_quote() const {
        const bool ran_out = problem_has("unexpected end of stream") || problem_has("unexpected document indicator");
        if (!context_has("scanning a quoted scalar") || !ran_out) return std::nullopt;
        const auto rest = without_comment(rest_of_line(error_.context_at));
        const char quote = rest.empty() ? '"' : rest.front();
        return make("RG0103", "a quote is never closed", characters_at(error_.context_at, 1), "opened here",
                    fmt::format("write the closing quote: {}{}", rest, quote));
    }

    // `a: "x` and below it `b: "y"`: the quote ends where the next one should begin.
    [[nodiscard]] std::optional<model::Diagnostic> quote_closed_late() const {
        const auto* scalar = last_scalar();
        if (scalar == nullptr || scalar->style != Style::quoted || scalar->span.end_line == scalar->span.line ||
            scalar->span.end_line != error_.at.line) {
            return std::nullopt;
        }
        const Point opened{scalar->span.line, scalar->span.column};
        const auto rest = without_comment(rest_of_line(opened));
        auto diagnostic = make("RG0103", "a quote is not closed on its line", characters_at(opened, 1), "opened here",
                               fmt::format("write the closing quote: {}{}", rest, quote_of(*scalar)));
        const Point closed{scalar->span.end_line, scalar->span.end_column - 1};
        diagnostic.secondary.push_back({characters_at(closed, 1), "closed only here"});
        return diagnostic;
    }

    [[nodiscard]] std::optional<model::Diagnostic> text_after_quote() const {
        const auto* scalar = last_scalar();
        if (scalar == nullptr || scalar->style != Style::quoted || scalar->span.end_line != error_.at.line ||
            at_end() || scalar->is_key || problem_has("<document start>")) {
            return std::nullopt;
        }
        const auto rest = without_comment(rest_of_line(error_.at));
        const bool adjacent = scalar->span.end_column == error_.at.column;
        if (rest.empty() || (scalar->in_flow && !adjacent)) return std::nullopt;
        const Point opened{scalar->span.line, scalar->span.column};
        const bool is_key = !scalar->in_flow && trimmed(before_on_line(opened)).empty();
        if (is_key) {
            return make("RG0104", "a colon is missing after a key in quotes", scalar->span, "no colon after this key",
                        fmt::format("write a colon and a space before `{}`", rest));
        }
        auto diagnostic = make(
            "RG0110", "text follows a closed quote",
            characters_at(error_.at, scalar->in_flow ? 1 : character_count(rest)), "after the closing quote",
            quote_of(*scalar) == '\'' ? "write '' for a quote inside '…', or put the whole text in double quotes"
                                      : "write \\\" for a quote inside \"…\", or put the whole text in single quotes");
        if (scalar->in_flow) {
            diagnostic.help = "a closing quote may be missing further left; " + diagnostic.help;
            diagnostic.secondary.push_back({scalar->span, "the text in quotes"});
        }
        return diagnostic;
    }

    [[nodiscard]] std::optional<model::Diagnostic> bad_escape() const {
        if (!context_has("quoted scalar")) return std::nullopt;
        if (problem_has("unknown escape")) {
            const auto escape = rest_of_line(error_.at);
            const auto shown = escape.substr(0, byte_offset(escape, 2));
            return make("RG0111", fmt::format("`{}` is no escape", shown), characters_at(error_.at, 2), "",
                        "write \\\\ for a backslash, or use single quotes, where nothing is escaped");
        }
        if (problem_has("hexdecimal") || problem_has("Unicode character escape")) {
            const auto rest = rest_of_line(error_.at);
            const auto letters = rest.substr(std::min<std::size_t>(2, rest.size()));
            const auto digits =
                std::min<std::size_t>(letters.find_first_not_of("0123456789abcdefABCDEF"), letters.size());
            const auto wanted = rest.starts_with("\\U") ? 8U : rest.starts_with("\\u") ? 4U : 2U;
            const auto count = 2 + std::min<std::size_t>(digits, wanted);
            return make("RG0111", "the escape stands for no Unicode character", characters_at(error_.at, count), "",
                        "write the character itself");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<model::Diagnostic> tab() const {
        const bool reported = problem_has("found a tab character");
        const bool found = problem_has("cannot start any token") && rest_of_line(error_.at).starts_with('\t');
        if (!reported && !found) return std::nullopt;
        const auto rest = rest_of_line(error_.at);
        const auto tabs = std::min(rest.find_first_not_of('\t'), rest.size());
        const bool leading = trimmed(before_on_line(error_.at)).empty();
        return make("RG0106", leading ? "a tab stands in the indentation" : "a tab stands where a space must",
                    characters_at(error_.at, std::max<std::size_t>(tabs, 1)), tabs > 1 ? "tabs" : "a tab",
                    leading ? "indent with spaces" : "write a space");
    }

    [[nodiscard]] model::Diagnostic needs_quotes(const Point& point, std::string_view why) const {
        const auto value = without_comment(rest_of_line(point));
        const auto first = value.substr(0, byte_offset(value, 1));
        const auto shown = first == "`" ? std::string("a backtick") : fmt::format("`{}`", first);
        auto diagnostic = make("RG0109", fmt::format("a text without quotes cannot begin with {}", shown),
                               characters_at(point, std::max<std::size_t>(character_count(value), 1)), "needs quotes",
                               fmt::format("write {}", as_written(value)));
        if (!why.empty()) diagnostic.notes.emplace_back(why);
        return diagnostic;
    }

    [[nodiscard]] std::optional<model::Diagnostic> bad_first_character() const {
        if (!problem_has("cannot start any token")) return std::nullopt;
        return needs_quotes(error_.at, "");
    }

    [[nodiscard]] std::optional<model::Diagnostic> value_like_alias_or_tag() const {
        if (context_has("scanning an alias")) return needs_quotes(error_.context_at, "`*` begins an alias in YAML");
        if (context_has("scanning an anchor")) return needs_quotes(error_.context_at, "`&` begins an anchor in YAML");
        if (context_has("tag")) return needs_quotes(error_.context_at, "`!` begins a tag in YAML");
        if (problem_has("undefined tag handle")) return needs_quotes(error_.at, "`!` begins a tag in YAML");
        return std::nullopt;
    }

    // {appId: ${x}}: YAML takes the brace after the dollar for the beginning of a mapping.
    [[nodiscard]] std::optional<model::Diagnostic> placeholder_in_flow() const {
        if (!context_has("flow") || !rest_of_line(error_.at).starts_with('{') ||
            !before_on_line(error_.at).ends_with('$')) {
            return std::nullopt;
        }
        const auto line = line_at(error_.at.line);
        const auto* scalar = last_scalar();
        const bool same_line = scalar != nullptr && scalar->span.line == error_.at.line;
        const auto column = same_line ? scalar->span.column : error_.at.column - 1;
        const auto first = byte_offset(line, column - 1);
        const auto brace = line.find('}', first);
        auto end = brace == std::string_view::npos ? line.size()
                                                   : std::min(line.find_first_of(",]} ", brace + 1), line.size());
        const auto value = trimmed(line.substr(first, end - first));
        auto diagnostic = make("RG0108", "`${…}` inside `{…}` or `[…]` needs quotes",
                               lines_.byte_span(file_, error_.at.line, first, value.size()), "needs quotes",
                               fmt::format("write {}", as_written(value)));
        diagnostic.notes.emplace_back("in YAML a `{` here begins a mapping");
        return diagnostic;
    }

    [[nodiscard]] bool colon_refused() const { return problem_has("mapping values are not allowed"); }

    [[nodiscard]] std::optional<model::Diagnostic> two_colons() const {
        const auto* scalar = last_scalar();
        if (!colon_refused() || scalar == nullptr || scalar->span.line != error_.at.line || scalar->is_key)
            return std::nullopt;
        const Point begin{scalar->span.line, scalar->span.column};
        if (trimmed(before_on_line(begin)).empty()) return std::nullopt;
        const auto value = without_comment(rest_of_line(begin));
        return make("RG0109", "a text without quotes cannot contain `: `", characters_at(error_.at, 1),
                    "a second colon on this line",
                    fmt::format("if all of it is the value, write {}", as_written(value)));
    }

    // name: arm
    //   labels: x
    [[nodiscard]] std::optional<model::Diagnostic> key_too_deep() const {
        const auto* scalar = last_scalar();
        if (!colon_refused() || scalar == nullptr || scalar->span.line == error_.at.line) return std::nullopt;
        const auto before = trimmed(before_on_line({scalar->span.line, scalar->span.column}));
        if (!before.ends_with(':')) return std::nullopt;
        auto diagnostic = make("RG0105", fmt::format("key `{}` is indented too deep", word_text(error_.at.line)),
                               word_at(error_.at.line), "reads as more of the value above",
                               fmt::format("align it with `{}`", word_text(scalar->span.line)));
        const auto value = without_comment(rest_of_line({scalar->span.line, scalar->span.column}));
        diagnostic.secondary.push_back({characters_at({scalar->span.line, scalar->span.column}, character_count(value)),
                                        "this value goes on below"});
        return diagnostic;
    }

    [[nodiscard]] std::optional<model::Diagnostic> missing_colon() const {
        std::size_t number = 0;
        if (problem_has("could not find expected ':'")) {
            number = error_.context_at.line;
        } else if (const auto* scalar = last_scalar(); colon_refused() && scalar != nullptr) {
            number = scalar->span.line;
        }
        if (number == 0) return std::nullopt;
        const auto text = without_comment(line_at(number));
        const auto item = text.starts_with("- ") ? trimmed(text.substr(2)) : text;
        const auto colon = item.find(':');
        if (colon != std::string_view::npos && colon + 1 < item.size() && item[colon + 1] != ' ') {
            const auto at = line_at(number).find(item) + colon;
            return make("RG0104", "a space is missing after a colon", lines_.byte_span(file_, number, at, 1),
                        "no space after this colon",
                        fmt::format("write `{} {}`", item.substr(0, colon + 1), item.substr(colon + 1)));
        }
        const auto word = item.substr(0, item.find_first_of(blanks));
        const auto value = trimmed(item.substr(word.size()));
        const auto at = line_at(number).find(item);
        return make("RG0104", fmt::format("a colon is missing after `{}`", word),
                    lines_.byte_span(file_, number, at, word.size()), "no colon after this key",
                    fmt::format("write `{}:{}{}`", word, value.empty() ? "" : " ", value));
    }

    [[nodiscard]] std::optional<model::Diagnostic> list_beside_key() const {
        if (!problem_has("block sequence entries are not allowed")) return std::nullopt;
        const auto item = without_comment(rest_of_line(error_.at));
        if (item == "-") return needs_quotes(error_.at, "`-` begins a list item in YAML");
        return make("RG0105", "a list begins on the line of its key", characters_at(error_.at, character_count(item)),
                    "a list item", "begin the list on the next line");
    }

    [[nodiscard]] std::optional<model::Diagnostic> complex_key() const {
        if (!problem_has("mapping keys are not allowed")) return std::nullopt;
        return needs_quotes(error_.at, "`?` begins a key in YAML");
    }

    [[nodiscard]] std::optional<model::Diagnostic> missing_key() const {
        if (!problem_has("did not find expected key") || !rest_of_line(error_.at).starts_with(':')) return std::nullopt;
        if (!trimmed(before_on_line(error_.at)).empty()) return std::nullopt;
        return make("RG0114", "a key is missing before a colon", characters_at(error_.at, 1), "no key",
                    "write the key");
    }

    [[nodiscard]] std::optional<model::Diagnostic> indentation() const {
        const bool key = problem_has("did not find expected key");
        const bool item = problem_has("did not find expected '-' indicator");
        if ((!key && !item) || !trimmed(before_on_line(error_.at)).empty() || at_end()) return std::nullopt;
        if (const auto* scalar = last_scalar(); scalar != nullptr && scalar->style == Style::block) {
            return make(
                "RG0105", "a line of a block text is indented less than its first line", word_at(error_.at.line),
                "less than the first line",
                fmt::format("indent all lines of the text by at least {} spaces", first_text_indentation(*scalar)));
        }
        return item ? item_expected() : level_fits_none();
    }

    [[nodiscard]] std::size_t first_text_indentation(const GateEvent& block) const {
        auto number = block.span.line + 1;
        while (number < error_.at.line && trimmed(line_at(number)).empty()) ++number;
        return indentation_of(line_at(number));
    }

    [[nodiscard]] model::Diagnostic item_expected() const {
        auto diagnostic = make("RG0105", fmt::format("`{}` stands where a list item must", word_text(error_.at.line)),
                               word_at(error_.at.line), "does not begin with `- `", "");
        if (error_.at.column == 1) {
            diagnostic.help = "begin the line with `- `; two documents need a line `---` between them";
        } else if (error_.at.column == error_.context_at.column) {
            diagnostic.help = "indent it further to make it part of the item, or less to end the list";
        } else {
            diagnostic.help = "align it with the keys of the item, or indent it less to end the list";
        }
        diagnostic.secondary.push_back({characters_at(error_.context_at, 1), "the list begins here"});
        return diagnostic;
    }

    [[nodiscard]] model::Diagnostic level_fits_none() const {
        auto diagnostic =
            make("RG0105", fmt::format("the indentation of `{}` fits no level above", word_text(error_.at.line)),
                 word_at(error_.at.line), fmt::format("{} spaces", error_.at.column - 1), "");
        const auto* inner = closed_mapping();
        const auto outer_line = inner != nullptr ? line_of_key_before(*inner) : error_.context_at.line;
        diagnostic.help =
            fmt::format("align it with `{}` ({} spaces)", word_text(outer_line), error_.context_at.column - 1);
        if (inner != nullptr) {
            const auto columns = inner->span.column - 1;
            diagnostic.help += fmt::format(" or with `{}` ({} spaces)", word_text(inner->span.line), columns);
            diagnostic.secondary.push_back({word_at(inner->span.line), fmt::format("{} spaces", columns)});
        }
        return diagnostic;
    }

    // The beginning of the block mapping that ended just before the error.
    [[nodiscard]] const GateEvent* closed_mapping() const {
        using Kind = GateEvent::Kind;
        if (events_.empty() || events_.back().kind != Kind::mapping_end) return nullptr;
        std::size_t depth = 0;
        for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
            if (event->kind == Kind::mapping_end || event->kind == Kind::sequence_end) ++depth;
            if (event->kind == Kind::mapping_start || event->kind == Kind::sequence_start) --depth;
            if (depth == 0) return &*event;
        }
        return nullptr;
    }

    [[nodiscard]] std::size_t line_of_key_before(const GateEvent& start) const {
        const auto* before = &start == events_.data() ? &start : &start - 1;
        return before->is_key ? before->span.line : error_.context_at.line;
    }

    // The innermost `[` or `{` that is open where the parser stopped.
    [[nodiscard]] const GateEvent* open_bracket() const {
        using Kind = GateEvent::Kind;
        std::vector<const GateEvent*> open;
        for (const auto& event : events_) {
            if (event.kind == Kind::mapping_start || event.kind == Kind::sequence_start) open.push_back(&event);
            if (event.kind == Kind::mapping_end || event.kind == Kind::sequence_end) open.pop_back();
        }
        return open.empty() || !open.back()->in_flow ? nullptr : open.back();
    }

    [[nodiscard]] model::Diagnostic never_closed(const Point& opened, bool list) const {
        return make("RG0107", fmt::format("`{}` is never closed", list ? '[' : '{'), characters_at(opened, 1),
                    "opened here", fmt::format("write the closing `{}`", list ? ']' : '}'));
    }

    [[nodiscard]] bool in_brackets() const {
        return context_has("parsing a flow mapping") || context_has("parsing a flow sequence");
    }

    [[nodiscard]] std::optional<model::Diagnostic> unclosed_bracket() const {
        // A colon there is that of the next line's key: the bracket was left open above it.
        const bool reached_key = rest_of_line(error_.at).starts_with(':') && error_.at.line != error_.context_at.line;
        if (!in_brackets() || (!at_end() && !reached_key)) return std::nullopt;
        return never_closed(error_.context_at, context_has("sequence"));
    }

    [[nodiscard]] std::optional<model::Diagnostic> wrong_in_brackets() const {
        if (!in_brackets()) return std::nullopt;
        const auto wanted = context_has("sequence") ? "`,` or `]`" : "`,` or `}`";
        const auto rest = rest_of_line(error_.at);
        const auto found = rest.substr(0, byte_offset(rest, 1));
        auto diagnostic = make("RG0107", fmt::format("expected {}, found `{}`", wanted, found),
                               characters_at(error_.at, 1), fmt::format("expected {}", wanted),
                               "put quotes around a text that holds brackets, braces, commas or quotes");
        if (rest.empty()) diagnostic.message = fmt::format("expected {} before the line ends", wanted);
        const bool next_text =
            rest.starts_with('"') || rest.starts_with('\'') || rest.starts_with('[') || rest.starts_with('{');
        if (next_text) diagnostic.help = "write a comma before it";
        diagnostic.secondary.push_back({characters_at(error_.context_at, 1), "opened here"});
        return diagnostic;
    }

    // tags: [a, b]]
    [[nodiscard]] std::optional<model::Diagnostic> text_after_bracket() const {
        using Kind = GateEvent::Kind;
        if (events_.empty() || !problem_has("did not find expected key") || at_end()) return std::nullopt;
        const auto& last = events_.back();
        const bool ended = last.kind == Kind::mapping_end || last.kind == Kind::sequence_end;
        const auto before = trimmed(before_on_line(error_.at));
        if (!ended || (!before.ends_with(']') && !before.ends_with('}'))) return std::nullopt;
        const auto rest = without_comment(rest_of_line(error_.at));
        return make("RG0107", fmt::format("text follows a closed `{}`", before.back()),
                    characters_at(error_.at, character_count(rest)), "after the closing bracket or brace",
                    "begin a new line for the next key, or remove what is too much");
    }

    // uris: [https:, x]
    [[nodiscard]] std::optional<model::Diagnostic> colon_in_brackets() const {
        if (!problem_has("found unexpected ':'")) return std::nullopt;
        return make("RG0109", "a text without quotes cannot end with a colon inside brackets or braces",
                    characters_at(error_.at, 1), "needs quotes, or a space and a value",
                    "put quotes around the text, or write a space and a value after the colon");
    }

    [[nodiscard]] std::optional<model::Diagnostic> missing_value() const {
        if (!problem_has("did not find expected node content")) return std::nullopt;
        const auto rest = rest_of_line(error_.at);
        const auto found = rest.substr(0, byte_offset(rest, 1));
        if (context_has("block")) return needs_quotes(error_.at, "");
        if (const auto* open = open_bracket(); open != nullptr && at_end()) {
            return never_closed({open->span.line, open->span.column}, open->kind == GateEvent::Kind::sequence_start);
        }
        if (rest.empty()) return std::nullopt;
        return make("RG0107", fmt::format("a value is missing before `{}`", found), characters_at(error_.at, 1),
                    "no value before this", "write the value, or remove the comma");
    }

    [[nodiscard]] std::optional<model::Diagnostic> second_root() const {
        if (!problem_has("expected <document start>")) return std::nullopt;
        const auto rest = without_comment(rest_of_line(error_.at));
        return make("RG0115", "something follows the end of the document",
                    characters_at(error_.at, std::max<std::size_t>(character_count(rest), 1)),
                    "not part of the document",
                    "a document is one mapping; two documents need a line `---` between them");
    }

    [[nodiscard]] std::optional<model::Diagnostic> block_header() const {
        if (!context_has("scanning a block scalar")) return std::nullopt;
        const auto rest = without_comment(rest_of_line(error_.at));
        return make("RG0101", "text follows the `|` or `>` of a block text",
                    characters_at(error_.at, std::max<std::size_t>(character_count(rest), 1)),
                    "on the line of the `|` or `>`", "begin the text on the next line");
    }

    [[nodiscard]] model::Diagnostic anything_else() const {
        const auto span = at_end() ? characters_at({last_line(), character_count(line_at(last_line())) + 1}, 1)
                                   : characters_at(error_.at, 1);
        auto diagnostic = make("RG0101", "this is no valid YAML", span, at_end() ? "at the end" : "here", "");
        auto said = error_.problem;
        if (!error_.context.empty()) said += " " + error_.context;
        diagnostic.notes.push_back("the parser says: " + said);
        return diagnostic;
    }

    const SyntaxError& error_;
    const std::vector<GateEvent>& events_;
    const model::FileName& file_;
    const SourceLines& lines_;
    const DocumentText& document_;
};

}  // namespace

model::Diagnostic explain_syntax_error(const SyntaxError& error, const std::vector<GateEvent>& events,
                                       const model::FileName& file, const SourceLines& lines,
                                       const DocumentText& document) {
    return Detective(error, events, file, lines, document).find();
}

}  // namespace regent::manifest
