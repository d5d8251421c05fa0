#include "manifest/json_places.hpp"

#include "manifest/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace regent::manifest {
namespace {

/// Walks a text that is known to be JSON (with comments, with commas at ends). What it does not understand it passes
/// over: places are for people, and a missing one is shown one level further up.
class Walk {
public:
    explicit Walk(std::string_view text) : text_(text) {}
    virtual ~Walk() = default;

    void run() { value(); }

protected:
    virtual void enter_object() {}
    virtual void leave_object() {}
    /// A key with its quotes, at `begin` up to `end`; its value follows.
    virtual void key(std::size_t begin, std::size_t end) = 0;
    virtual void item(std::size_t index, std::size_t begin) = 0;
    virtual void leave() {}

    [[nodiscard]] std::string_view text() const { return text_; }

private:
    void blank() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                ++at_;
            } else if (c == '/' && text_.substr(at_, 2) == "//") {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (c == '/' && text_.substr(at_, 2) == "/*") {
                const auto end = text_.find("*/", at_ + 2);
                at_ = end == std::string_view::npos ? text_.size() : end + 2;
            } else {
                return;
            }
        }
    }

    void string() {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        at_ = std::min(at_ + 1, text_.size());
    }

    [[nodiscard]] bool sees(char c) const { return at_ < text_.size() && text_[at_] == c; }

    void object() {
        enter_object();
        ++at_;
        for (blank(); at_ < text_.size() && !sees('}'); blank()) {
            if (sees(',')) {
                ++at_;
                continue;
            }
            if (!sees('"')) break;
            const auto begin = at_;
            string();
            const auto end = at_;
            blank();
            if (!sees(':')) break;
            ++at_;
            key(begin, end);
            value();
            leave();
        }
        if (sees('}')) ++at_;
        leave_object();
    }

    void list() {
        ++at_;
        std::size_t index = 0;
        for (blank(); at_ < text_.size() && !sees(']'); blank()) {
            if (sees(',')) {
                ++at_;
                continue;
            }
            const auto begin = at_;
            item(index++, begin);
            value();
            leave();
            if (at_ == begin) break;
        }
        if (sees(']')) ++at_;
    }

    void value() {
        blank();
        if (sees('{')) return object();
        if (sees('[')) return list();
        if (sees('"')) return string();
        while (at_ < text_.size() && std::string_view(",]} \t\r\n/").find(text_[at_]) == std::string_view::npos) ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// What a key says, its escapes read.
std::string unquoted_key(std::string_view quoted) {
    if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
    const auto read = nlohmann::json::parse(quoted, nullptr, false);
    return read.is_string() ? read.get<std::string>() : std::string(quoted);
}

class RepeatedKeys final : public Walk {
public:
    struct Found {
        std::string key;
        std::size_t first, first_end, again, again_end;
    };
    explicit RepeatedKeys(std::string_view text) : Walk(text) { run(); }
    [[nodiscard]] const std::vector<Found>& found() const { return found_; }

private:
    struct Where {
        std::size_t begin, end;
    };
    void enter_object() override { objects_.emplace_back(); }
    void leave_object() override { objects_.pop_back(); }
    void key(std::size_t begin, std::size_t end) override {
        const auto quoted = text().substr(begin, end - begin);
        const auto [it, is_new] = objects_.back().emplace(quoted, Where{begin, end});
        if (!is_new) found_.push_back({unquoted_key(quoted), it->second.begin, it->second.end, begin, end});
    }
    void item(std::size_t, std::size_t) override {}

    std::vector<std::unordered_map<std::string_view, Where>> objects_;
    std::vector<Found> found_;
};

class Places final : public Walk {
public:
    struct Range {
        std::size_t begin, end;
    };
    explicit Places(std::string_view text) : Walk(text) { run(); }
    [[nodiscard]] std::map<std::string, Range, std::less<>> take() { return std::move(places_); }

private:
    void key(std::size_t begin, std::size_t end) override {
        lengths_.push_back(pointer_.size());
        pointer_ += '/' + pointer_token(unquoted_key(text().substr(begin, end - begin)));
        // Of a key that is there twice the last one counts.
        places_.insert_or_assign(pointer_, Range{begin, end});
    }
    void item(std::size_t index, std::size_t begin) override {
        lengths_.push_back(pointer_.size());
        pointer_ += fmt::format("/{}", index);
        places_.insert_or_assign(pointer_, Range{begin, begin + 1});
    }
    void leave() override {
        pointer_.resize(lengths_.back());
        lengths_.pop_back();
    }

    std::string pointer_;
    std::vector<std::size_t> lengths_;
    std::map<std::string, Range, std::less<>> places_;
};

/// Commas in front of a closing bracket, as blanks: every offset stays what it was.
std::string without_last_commas(std::string_view text) {
    std::string out(text);
    std::size_t comma = std::string::npos;
    bool in_string = false;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const char c = out[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
            continue;
        }
        if (c == '/' && i + 1 < out.size() && (out[i + 1] == '/' || out[i + 1] == '*')) {
            const bool line = out[i + 1] == '/';
            const auto end = line ? out.find('\n', i) : out.find("*/", i + 2);
            i = end == std::string::npos ? out.size() : end + (line ? 0 : 1);
            continue;
        }
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if ((c == '}' || c == ']') && comma != std::string::npos) out[comma] = ' ';
        comma = c == ',' ? i : std::string::npos;
        in_string = c == '"';
    }
    return out;
}

/// Blanks, and characters that show nothing, which JSON does not know.
bool is_strange_blank(char32_t value) {
    return value == 0xA0 || value == 0x1680 || (value >= 0x2000 && value <= 0x200F) || value == 0x2028 ||
           value == 0x2029 || value == 0x202F || (value >= 0x205F && value <= 0x2064) || value == 0x3000 ||
           value == 0xFEFF;
}

}  // namespace

std::string pointer_token(std::string_view name) {
    std::string token;
    for (const char c : name) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    }
    return token;
}

std::vector<JsonPlaces::Repeated> JsonPlaces::repeated_keys() const {
    std::vector<Repeated> repeated;
    const RepeatedKeys keys(text_);
    for (const auto& key : keys.found())
        repeated.push_back({key.key, span_at(key.again, key.again_end), span_at(key.first, key.first_end)});
    return repeated;
}

model::Span JsonPlaces::span_at(std::size_t offset, std::size_t end) const {
    if (lines_.empty()) {
        lines_.push_back(0);
        for (auto at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1))
            lines_.push_back(at + 1);
    }
    model::Span span;
    span.file = file_;
    span.byte = std::min(offset, text_.size());
    const auto line = std::upper_bound(lines_.begin(), lines_.end(), span.byte) - 1;
    span.line = span.end_line = static_cast<std::size_t>(line - lines_.begin()) + 1;
    const auto characters = [&](std::size_t from, std::size_t to) {
        return static_cast<std::size_t>(std::count_if(
            text_.begin() + static_cast<std::ptrdiff_t>(from), text_.begin() + static_cast<std::ptrdiff_t>(to),
            [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    };
    span.column = 1 + characters(*line, span.byte);
    span.end_column = span.column + std::max<std::size_t>(1, characters(span.byte, std::min(end, text_.size())));
    return span;
}

model::Span JsonPlaces::span_of(std::string pointer) const {
    if (!spans_) {
        spans_.emplace();
        for (const auto& [name, range] : Places(text_).take()) spans_->emplace(name, span_at(range.begin, range.end));
    }
    while (!pointer.empty()) {
        if (const auto it = spans_->find(pointer); it != spans_->end()) return it->second;
        pointer.resize(pointer.rfind('/'));
    }
    return {};
}

std::string_view without_byte_order_mark(std::string_view text) noexcept {
    return text.substr(0, 3) == "\xEF\xBB\xBF" ? text.substr(3) : text;
}

std::size_t nesting(std::string_view text) noexcept {
    std::size_t depth = 0, deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

tl::expected<nlohmann::json, JsonMistake> read_tolerant_json(std::string_view text) {
    constexpr std::size_t max_depth = 64;
    if (nesting(text) > max_depth)
        return tl::unexpected(JsonMistake{0, fmt::format("nested more than {} levels deep", max_depth)});
    try {
        return nlohmann::json::parse(without_last_commas(text), nullptr, true, true);
    } catch (const nlohmann::json::parse_error& error) {
        return tl::unexpected(JsonMistake{error.byte > 0 ? error.byte - 1 : 0, error.what()});
    }
}

JsonAdvice advice_on(std::string_view text, const JsonMistake& mistake) {
    JsonAdvice usual{"cannot go on here", "look for a missing comma, bracket or quote at or before this place"};
    if (mistake.byte >= text.size()) return usual;
    const auto character = decode_utf8(text.substr(mistake.byte));
    if (!character.valid) return usual;
    const auto number = fmt::format("U+{:04X}", static_cast<std::uint32_t>(character.value));
    // The same characters are fine between texts.
    if (mistake.message.find("control character") != std::string::npos) {
        if (character.value == '\n' || character.value == '\r')
            return {"a line ends within this text", "write \\n for a line feed, or close the quote before it"};
        if (character.value == '\t') return {"a tab stands in this text", "write \\t, or a space"};
        return {fmt::format("the control character {} stands in this text", number),
                fmt::format("remove it, or write \\u{:04x}", static_cast<std::uint32_t>(character.value))};
    }
    if (is_strange_blank(character.value))
        return {fmt::format("the character {} is no blank to JSON", number), "write a space there, or nothing"};
    if (character.value >= 0x2018 && character.value <= 0x201F)
        return {fmt::format("the character {} is no quote to JSON", number), "write \" there"};
    return usual;
}

}  // namespace regent::manifest
