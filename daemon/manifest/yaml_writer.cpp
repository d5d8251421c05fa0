#include "manifest/yaml_writer.hpp"

#include "manifest/display_text.hpp"
#include "manifest/plain_text.hpp"
#include "manifest/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {

namespace {

constexpr std::size_t indentation_step = 2;

// Raw, these would be refused when the text is read again, or come back as something else.
bool needs_escape(char32_t value) {
    return is_control(value) || is_bidi_override(value) || value == 0x2028 || value == 0x2029 || value == 0xFEFF ||
           value == 0xFFFE || value == 0xFFFF;
}

std::string escape_of(char32_t value) {
    switch (value) {
        case '\n':
            return "\\n";
        case '\t':
            return "\\t";
        case '\r':
            return "\\r";
        default:
            return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(value));
    }
}

std::string double_quoted(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const auto character = decode_utf8(text);
        if (character.value == '"' || character.value == '\\') {
            out += '\\';
            out += text.front();
        } else if (needs_escape(character.value)) {
            out += escape_of(character.value);
        } else {
            out += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return out + "\"";
}

std::string key_text(std::string_view key) {
    const bool is_text = !is_null_text(key) && !is_boolean_text(key) && !is_number_text(key);
    return is_text && can_be_plain(key) ? std::string(key) : double_quoted(key);
}

/// Whether a literal block scalar (`|`) holds `text` so that both parsers read it back alike: they differ on lines of
/// blanks only.
bool fits_block(std::string_view text) {
    if (text.empty() || text.find_first_not_of('\n') == std::string_view::npos) return false;
    auto rest = text;
    while (!rest.empty()) {
        const auto character = decode_utf8(rest);
        const bool usual = character.value == '\n' || character.value == '\t';
        if (!usual && needs_escape(character.value)) return false;
        rest.remove_prefix(character.bytes);
    }
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        if (!line.empty() && line.find_first_not_of(" \t") == std::string_view::npos) return false;
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return true;
}

class Writer {
public:
    explicit Writer(bool show_origins) : show_origins_(show_origins) {}

    std::string write(const Node& root) {
        if (root.is_mapping() && !root.entries.empty()) {
            write_mapping(root, 0, false);
        } else if (root.is_sequence() && !root.items.empty()) {
            write_sequence(root, 0, false);
        } else {
            out_ += root.is_null() && root.text.empty() ? "null" : short_form(root);
            out_ += '\n';
        }
        return std::move(out_);
    }

private:
    // `continues`: the first entry stands behind a `- ` that is written already.
    void write_mapping(const Node& node, std::size_t indentation, bool continues) {
        for (const auto& entry : node.entries) {
            if (!continues) out_.append(indentation, ' ');
            continues = false;
            const auto key = key_text(entry.key);
            // YAML takes a key of more than 1,024 characters only when it is announced.
            constexpr std::size_t longest_simple_key = 1000;
            if (key.size() > longest_simple_key) {
                out_ += "? " + key + "\n";
                out_.append(indentation, ' ');
            } else {
                out_ += key;
            }
            out_ += ':';
            write_value(entry.value, indentation);
        }
    }

    void write_sequence(const Node& node, std::size_t indentation, bool continues) {
        for (const auto& item : node.items) {
            if (!continues) out_.append(indentation, ' ');
            continues = false;
            out_ += '-';
            if (item.is_mapping() && !item.entries.empty()) {
                out_ += ' ';
                write_mapping(item, indentation + indentation_step, true);
            } else if (item.is_sequence() && !item.items.empty()) {
                out_ += ' ';
                write_sequence(item, indentation + indentation_step, true);
            } else {
                write_value(item, indentation);
            }
        }
    }

    // What follows `key:` or `-` in a collection at `indentation`, to the end of the line.
    void write_value(const Node& node, std::size_t indentation) {
        if (node.is_mapping() && !node.entries.empty()) {
            out_ += '\n';
            write_mapping(node, indentation + indentation_step, false);
        } else if (node.is_sequence() && !node.items.empty()) {
            out_ += '\n';
            write_sequence(node, indentation + indentation_step, false);
        } else if (node.is_scalar() && node.style == Style::block && fits_block(node.text)) {
            write_block(node, indentation);
        } else {
            const auto text = short_form(node);
            if (!text.empty()) out_ += " " + text;
            write_origins(node);
            out_ += '\n';
        }
    }

    static std::string short_form(const Node& node) {
        switch (node.kind) {
            case Node::Kind::null:
                return node.text;
            case Node::Kind::mapping:
                return "{}";
            case Node::Kind::sequence:
                return "[]";
            case Node::Kind::scalar:
                break;
        }
        const bool plain = node.style == Style::plain && can_be_plain(node.text) && !is_null_text(node.text);
        return plain ? node.text : double_quoted(node.text);
    }

    void write_block(const Node& node, std::size_t indentation) {
        std::string_view text = node.text;
        out_ += " |";
        const bool begins_with_blank = std::string_view(" \t\n").find(text.front()) != std::string_view::npos;
        if (begins_with_blank) out_ += std::to_string(indentation_step);
        const auto last_character = text.find_last_not_of('\n');
        const auto feeds = text.size() - last_character - 1;
        if (feeds != 1) out_ += feeds == 0 ? '-' : '+';
        write_origins(node);
        out_ += '\n';
        while (!text.empty()) {
            const auto line = text.substr(0, text.find('\n'));
            if (!line.empty()) out_.append(indentation + indentation_step, ' ').append(line);
            out_ += '\n';
            text.remove_prefix(std::min(line.size() + 1, text.size()));
        }
    }

    void write_origins(const Node& node) {
        if (!node.comment.empty()) out_ += "  # " + printable(node.comment);
        if (!show_origins_) return;
        std::string said;
        for (const auto& origin : node.origins) {
            if (origin.kind == Origin::Kind::manifest) continue;
            said += said.empty() ? "  # " : ", ";
            said += origin_text(origin);
        }
        out_ += said;
    }

    static std::string origin_text(const Origin& origin) {
        const auto place = origin.place.known() ? fmt::format(" ({})", model::to_string(origin.place)) : std::string();
        switch (origin.kind) {
            case Origin::Kind::variable:
                return printable(fmt::format("from ${{{}}}{}", origin.name, place));
            case Origin::Kind::default_text:
                return printable(fmt::format("default of ${{{}}}", origin.name));
            default:
                return printable(fmt::format("from {}{}", origin.name, place));
        }
    }

    bool show_origins_;
    std::string out_;
};

}  // namespace

std::string to_yaml(const Document& document, bool show_origins) {
    return Writer(show_origins).write(document.root);
}

}  // namespace regent::manifest
