#include "manifest/yaml_plain_writing.hpp"

#include <cstddef>
#include <string_view>

namespace regent::manifest {

namespace {

using Kind = GateEvent::Kind;

bool is_letter_or_digit(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9');
}

bool is_printable(char character) {
    return character >= ' ' && character <= '~';
}

/// Goes through the bytes of a document along its events, and stops at the first that might be read in two ways.
class PlainWriting {
public:
    explicit PlainWriting(const DocumentText& document) : document_(document) {}

    [[nodiscard]] bool covers(const std::vector<GateEvent>& events) {
        for (const auto& event : events) {
            const bool plain = event.kind == Kind::scalar ? is_plain_scalar(event) : is_plain_collection(event);
            if (!plain) return false;
        }
        return is_plain_between(document_.text.size());
    }

private:
    [[nodiscard]] std::size_t offset_of(const GateEvent& event) const { return event.span.byte - document_.first_byte; }

    // `[a: b]` is a mapping that nobody wrote a brace for.
    [[nodiscard]] bool is_plain_collection(const GateEvent& event) const {
        if (event.kind != Kind::mapping_start || !event.in_flow) return event.kind != Kind::alias;
        return offset_of(event) < document_.text.size() && document_.text[offset_of(event)] == '{';
    }

    [[nodiscard]] bool is_plain_scalar(const GateEvent& event) {
        if (event.text.empty() || event.span.line != event.span.end_line) return false;
        if (event.style == Style::block) return false;
        const bool quoted = event.style == Style::quoted;
        if (!(quoted ? may_stand_in_quotes(event) : may_stand_alone(event))) return false;
        const auto from = offset_of(event) + (quoted ? 1 : 0);
        if (from < at_ || document_.text.substr(from, event.text.size()) != event.text) return false;
        if (!is_plain_between(offset_of(event))) return false;
        at_ = from + event.text.size() + (quoted ? 1 : 0);
        return true;
    }

    [[nodiscard]] static bool may_stand_in_quotes(const GateEvent& event) {
        if (event.is_key || event.in_flow) return false;
        for (const auto character : event.text) {
            if (!is_printable(character) || character == '"' || character == '\'' || character == '\\') return false;
        }
        return true;
    }

    [[nodiscard]] static bool may_stand_alone(const GateEvent& event) {
        const auto first = event.text.front();
        if (!is_letter_or_digit(first) && first != '/' && first != '$') return false;
        const bool narrow = event.is_key || event.in_flow;
        constexpr std::string_view beside_letters = "_./$-";
        constexpr std::string_view never = "#\"'`\\";
        for (const auto character : event.text) {
            const bool fits =
                narrow ? is_letter_or_digit(character) || beside_letters.find(character) != std::string_view::npos
                       : is_printable(character) && never.find(character) == std::string_view::npos;
            if (!fits) return false;
        }
        return true;
    }

    // What stands between the end of the last text and `end`.
    [[nodiscard]] bool is_plain_between(std::size_t end) {
        bool after_comma = false;
        for (auto at = at_; at < end; ++at) {
            const auto character = document_.text[at];
            constexpr std::string_view indicators = " \n-:,[]{}";
            if (character == '#') {
                const bool apart = at == 0 || document_.text[at - 1] == ' ' || document_.text[at - 1] == '\n';
                while (at < end && is_printable(document_.text[at])) ++at;
                if (!apart || at == end || document_.text[at] != '\n') return false;
                continue;
            }
            if (indicators.find(character) == std::string_view::npos) return false;
            if (character == ' ' || character == '\n') continue;
            if (after_comma && (character == ',' || character == ']' || character == '}')) return false;
            after_comma = character == ',';
        }
        return true;
    }

    const DocumentText& document_;
    std::size_t at_ = 0;
};

}  // namespace

bool is_beyond_doubt(const DocumentText& document, const std::vector<GateEvent>& events) {
    return !events.empty() && PlainWriting(document).covers(events);
}

}  // namespace regent::manifest
