#include "manifest/yaml_gate.hpp"

#include "manifest/plain_text.hpp"
#include "manifest/utf8.hpp"
#include "manifest/yaml_syntax_error.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <stdexcept>

namespace regent::manifest {

namespace {

/// Owns a libyaml parser over a text in memory.
class LibyamlParser {
public:
    explicit LibyamlParser(std::string_view text) {
        if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());  // NOLINT: libyaml counts unsigned
        yaml_parser_set_input_string(&parser_, bytes, text.size());
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    }
    ~LibyamlParser() { yaml_parser_delete(&parser_); }
    LibyamlParser(const LibyamlParser&) = delete;
    LibyamlParser& operator=(const LibyamlParser&) = delete;

    [[nodiscard]] bool next(yaml_event_t& event) { return yaml_parser_parse(&parser_, &event) != 0; }
    [[nodiscard]] const yaml_parser_t& state() const { return parser_; }

private:
    yaml_parser_t parser_{};
};

class LibyamlEvent {
public:
    LibyamlEvent() = default;
    ~LibyamlEvent() { yaml_event_delete(&event_); }
    LibyamlEvent(const LibyamlEvent&) = delete;
    LibyamlEvent& operator=(const LibyamlEvent&) = delete;

    yaml_event_t& get() { return event_; }

private:
    yaml_event_t event_{};
};

std::string yaml_text(const yaml_char_t* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);  // NOLINT: bytes either way
}

Style style_of(yaml_scalar_style_t style) {
    switch (style) {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
            return Style::quoted;
        case YAML_LITERAL_SCALAR_STYLE:
        case YAML_FOLDED_SCALAR_STYLE:
            return Style::block;
        default:
            return Style::plain;
    }
}

class Gate {
public:
    Gate(const SourceText& source, const SourceLines& lines, const DocumentText& document, const ReadLimits& limits,
         std::size_t& events_left)
        : file_(source.file),
          lines_(lines),
          document_(document),
          limits_(limits),
          events_left_(events_left),
          parser_(document.text) {}

    GateResult pass() {
        while (result_.diagnostics.empty()) {
            LibyamlEvent event;
            if (!parser_.next(event.get())) {
                refuse_syntax();
                break;
            }
            if (event.get().type == YAML_STREAM_END_EVENT) break;
            take(event.get());
        }
        return std::move(result_);
    }

private:
    void take(const yaml_event_t& event) {
        using Kind = GateEvent::Kind;
        switch (event.type) {
            case YAML_DOCUMENT_START_EVENT:
                take_document_start(event);
                break;
            case YAML_ALIAS_EVENT:
                add(Kind::alias, event).text = yaml_text(event.data.alias.anchor);
                value_ends();
                break;
            case YAML_SCALAR_EVENT:
                take_scalar(event);
                break;
            case YAML_SEQUENCE_START_EVENT: {
                const auto& data = event.data.sequence_start;
                open(Kind::sequence_start, event, data.style == YAML_FLOW_SEQUENCE_STYLE, data.anchor, data.tag);
                break;
            }
            case YAML_MAPPING_START_EVENT: {
                const auto& data = event.data.mapping_start;
                open(Kind::mapping_start, event, data.style == YAML_FLOW_MAPPING_STYLE, data.anchor, data.tag);
                break;
            }
            case YAML_SEQUENCE_END_EVENT:
                close(Kind::sequence_end, event);
                break;
            case YAML_MAPPING_END_EVENT:
                close(Kind::mapping_end, event);
                break;
            default:
                break;
        }
    }

    void take_document_start(const yaml_event_t& event) {
        const auto& data = event.data.document_start;
        if (data.version_directive == nullptr && data.tag_directives.start == data.tag_directives.end) return;
        refuse("RG0116", "a YAML directive is not read", span_of(event), "a directive",
               "remove the line that begins with `%`");
    }

    void take_scalar(const yaml_event_t& event) {
        const auto& data = event.data.scalar;
        if (data.length > limits_.scalar_bytes) {
            refuse("RG0125", fmt::format("a text is too long: {} bytes", data.length), span_of(event), "this text",
                   "shorten it");
            result_.diagnostics.back().notes.push_back(fmt::format("at most {} bytes are read", limits_.scalar_bytes));
            return;
        }
        auto& added = add(GateEvent::Kind::scalar, event);
        added.text.assign(reinterpret_cast<const char*>(data.value), data.length);  // NOLINT: bytes either way
        added.style = style_of(data.style);
        added.anchor = yaml_text(data.anchor);
        added.tag = yaml_text(data.tag);
        refuse_escaped_characters(added);
        value_ends();
    }

    // The file's own bytes were checked; an escape in double quotes ("\0") may still make what no service takes in a
    // name.
    void refuse_escaped_characters(const GateEvent& scalar) {
        std::string_view rest = scalar.text;
        while (!rest.empty()) {
            const auto character = decode_utf8(rest);
            const auto value = character.value;
            const bool usual = value == '\t' || value == '\n' || value == '\r';
            if ((is_control(value) && !usual) || is_bidi_override(value)) {
                const bool bidi = is_bidi_override(value);
                refuse(value == 0 ? "RG0131"
                       : bidi     ? "RG0135"
                                  : "RG0133",
                       fmt::format("this text holds U+{:04X}, {}", static_cast<std::uint32_t>(value),
                                   bidi ? "which changes the direction of text" : "a control character"),
                       scalar.span, "in this text", "leave the escape out");
                return;
            }
            rest.remove_prefix(character.bytes);
        }
    }

    void open(GateEvent::Kind kind, const yaml_event_t& event, bool flow, const yaml_char_t* anchor,
              const yaml_char_t* tag) {
        if (open_.size() >= limits_.depth) {
            refuse("RG0123", fmt::format("nested more than {} levels deep", limits_.depth), span_of(event),
                   "one level too many", "a manifest needs fewer than ten levels");
            return;
        }
        auto& added = add(kind, event);
        added.in_flow = flow || added.in_flow;
        added.anchor = yaml_text(anchor);
        added.tag = yaml_text(tag);
        open_.push_back({result_.events.size() - 1, kind == GateEvent::Kind::mapping_start, flow, 0});
    }

    void close(GateEvent::Kind kind, const yaml_event_t& event) {
        const auto collection = open_.back();
        open_.pop_back();
        // libyaml ends a block collection where the next thing begins, lines later; ours ends with its last value.
        const auto last = result_.events.back().span;
        auto& added = add(kind, event);
        if (!collection.flow) {
            added.span.end_line = last.end_line;
            added.span.end_column = last.end_column;
        }
        auto& start = result_.events[collection.start].span;
        start.end_line = added.span.end_line;
        start.end_column = added.span.end_column;
        value_ends();
    }

    GateEvent& add(GateEvent::Kind kind, const yaml_event_t& event) {
        if (events_left_ == 0) {
            refuse("RG0124", fmt::format("the file holds more than {} keys and values", limits_.events), span_of(event),
                   "", "spread its documents over several files");
            result_.file_limit_reached = true;
        } else {
            --events_left_;
        }
        GateEvent added;
        added.kind = kind;
        added.span = span_of(event);
        const bool ends = kind == GateEvent::Kind::sequence_end || kind == GateEvent::Kind::mapping_end;
        if (!open_.empty() && !ends) {
            added.in_flow = open_.back().flow;
            added.is_key = open_.back().mapping && open_.back().children % 2 == 0;
        }
        return result_.events.emplace_back(std::move(added));
    }

    void value_ends() {
        if (!open_.empty()) ++open_.back().children;
    }

    [[nodiscard]] model::Span span_of(const yaml_event_t& event) {
        model::Span span;
        span.file = file_;
        span.line = document_.first_line + event.start_mark.line;
        span.column = event.start_mark.column + 1;
        span.end_line = document_.first_line + event.end_mark.line;
        span.end_column = event.end_mark.column + 1;
        span.byte = document_.first_byte + byte_of(event.start_mark.index);
        return span;
    }

    // libyaml counts characters. Marks come in ascending order (nearly), so a cursor walks the text once.
    [[nodiscard]] std::size_t byte_of(std::size_t character) {
        const auto text = document_.text;
        while (cursor_character_ < character && cursor_byte_ < text.size()) {
            cursor_byte_ += decode_utf8(text.substr(cursor_byte_)).bytes;
            ++cursor_character_;
        }
        while (cursor_character_ > character && cursor_byte_ > 0) {
            --cursor_byte_;
            const bool continues = (static_cast<unsigned char>(text[cursor_byte_]) & 0xC0U) == 0x80U;
            if (!continues) --cursor_character_;
        }
        return cursor_byte_;
    }

    void refuse_syntax() {
        const auto& state = parser_.state();
        const auto point = [this](const yaml_mark_t& mark) {
            return Point{document_.first_line + mark.line, mark.column + 1};
        };
        SyntaxError error;
        error.problem = state.problem == nullptr ? "out of memory" : state.problem;
        error.at = point(state.problem_mark);
        if (state.context != nullptr) {
            error.context = state.context;
            error.context_at = point(state.context_mark);
        }
        result_.diagnostics.push_back(explain_syntax_error(error, result_.events, file_, lines_, document_));
    }

    void refuse(std::string_view code, std::string message, model::Span span, std::string_view label,
                std::string_view help) {
        if (!result_.diagnostics.empty()) return;
        model::Diagnostic diagnostic;
        diagnostic.code = code;
        diagnostic.message = std::move(message);
        diagnostic.span = std::move(span);
        diagnostic.label = label;
        diagnostic.help = help;
        result_.diagnostics.push_back(std::move(diagnostic));
    }

    struct OpenCollection {
        std::size_t start = 0;  ///< index of its start event
        bool mapping = false;
        bool flow = false;
        std::size_t children = 0;
    };

    const model::FileName file_;  ///< shared by all spans
    const SourceLines& lines_;
    const DocumentText& document_;
    const ReadLimits& limits_;
    std::size_t& events_left_;
    LibyamlParser parser_;
    GateResult result_;
    std::vector<OpenCollection> open_;
    std::size_t cursor_byte_ = 0;
    std::size_t cursor_character_ = 0;
};

}  // namespace

bool is_null(const GateEvent& event) {
    return event.kind == GateEvent::Kind::scalar && event.style == Style::plain && is_null_text(event.text);
}

GateResult pass_gate(const SourceText& source, const SourceLines& lines, const DocumentText& document,
                     const ReadLimits& limits, std::size_t& events_left) {
    return Gate(source, lines, document, limits, events_left).pass();
}

}  // namespace regent::manifest
