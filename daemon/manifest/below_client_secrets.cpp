#include "manifest/below_client_secrets.hpp"

#include <algorithm>
#include <set>

namespace regent::manifest {
namespace {

using std::string_view;

constexpr string_view delivery = "deliverTo";

/// Of the fields in field_table_application.cpp: values that a snippet may show.
bool is_harmless(string_view key, bool in_delivery) {
    static const std::set<string_view> always = {"name", "validFor", "rotateBefore", "keepOld",  delivery, "file",
                                                 "path", "owner",    "group",        "keyVault", "vault",  "command"};
    return always.contains(key) || (in_delivery && key == "secret");
}

/// A key that is no word of letters may be a secret that lost its place.
bool is_word(string_view key) {
    return std::all_of(key.begin(), key.end(), [](char c) { return is_name_character(c) && (c < '0' || c > '9'); });
}

class LineReader {
public:
    LineReader(string_view line, const PlaceBelow& place)
        : line_(line), place_(place), at_(place.from), in_delivery_(place.in_delivery) {}

    HiddenBelow run() {
        while (step()) {
        }
        if (!brackets_.empty() && unknown_) hidden_.column = column();
        return std::move(hidden_);
    }

private:
    struct Token {
        std::size_t first, end;
        bool quoted, closed;
    };

    [[nodiscard]] std::size_t column() const { return content_of(line_); }
    [[nodiscard]] bool in_flow() const { return !brackets_.empty(); }
    [[nodiscard]] bool ends_at(std::size_t at) const { return at >= line_.size() || is_blank(line_[at]); }

    bool step() {
        at_ = skip_blanks(line_, at_);
        if (at_ >= line_.size() || (line_[at_] == '#' && (at_ == 0 || is_blank(line_[at_ - 1])))) return false;
        const char c = line_[at_];
        if (c == '{' || c == '[') return open(c);
        if (c == '}' || c == ']') return close();
        if (c == ',') return separate();
        if ((c == '?' || c == '-' || c == ':') && ends_at(at_ + 1)) {
            if (c != ':') has_key_ = false;
            ++at_;
            return true;
        }
        return take(next_token());
    }

    bool open(char bracket) {
        brackets_.push_back({bracket, is_shown_});
        // Members of a mapping have keys of their own, texts of a list are its key's.
        if (bracket == '{') has_key_ = false;
        ++at_;
        return true;
    }

    bool close() {
        if (brackets_.empty() && place_.is_first) return false;  // of what stands around `clientSecrets`
        if (!brackets_.empty()) brackets_.pop_back();
        has_key_ = false;
        ++at_;
        return true;
    }

    bool separate() {
        if (brackets_.empty() && place_.is_first) return false;
        const bool in_list = !brackets_.empty() && brackets_.back().bracket == '[';
        has_key_ = has_key_ && in_list;
        is_shown_ = in_list && brackets_.back().is_shown;
        ++at_;
        return true;
    }

    Token next_token() const {
        const char c = line_[at_];
        if (c == '"' || c == '\'') {
            const auto end = closing_quote(line_, at_ + 1, c);
            return {at_ + 1, end.value_or(line_.size()), true, end.has_value()};
        }
        constexpr string_view ends_in_flow = ",[]{}";
        auto end = at_;
        for (; end < line_.size(); ++end) {
            if (in_flow() && ends_in_flow.find(line_[end]) != string_view::npos) break;
            if (line_[end] == ':' && ends_at(end + 1)) break;
            if (line_[end] == '#' && is_blank(line_[end - (end == at_ ? 0 : 1)])) break;
        }
        while (end > at_ && is_blank(line_[end - 1])) --end;
        return {at_, std::max(end, at_ + 1), false, true};
    }

    bool take(const Token& token) {
        const auto behind = token.quoted ? token.end + 1 : token.end;
        const auto colon = skip_blanks(line_, std::min(behind, line_.size()));
        const bool is_key =
            token.closed && colon < line_.size() && line_[colon] == ':' && (token.quoted || ends_at(colon + 1));
        at_ = std::min(behind, line_.size());
        if (!is_key) {
            take_value(token);
            return true;
        }
        const auto key = line_.substr(token.first, token.end - token.first);
        if (!is_word(key)) hide(token.first, token.end);
        in_delivery_ = in_delivery_ || key == delivery;
        has_key_ = true;
        is_shown_ = is_harmless(key, in_delivery_) && is_in_known();
        unknown_ = unknown_ || !is_shown_;
        at_ = colon + 1;
        return is_shown_ || in_flow() || take_rest();
    }

    [[nodiscard]] bool is_in_known() const {
        return !place_.below_unknown &&
               std::all_of(brackets_.begin(), brackets_.end(), [](const auto& one) { return one.is_shown; });
    }

    /// The value of a key that is none of ours, to the end of the line: whatever is in it.
    bool take_rest() {
        hidden_.column = column();
        const auto from = skip_blanks(line_, at_);
        if (from >= line_.size() || line_[from] == '#') return false;
        const char c = line_[from];
        if (c == '{' || c == '[') return true;
        if (c == '|' || c == '>') {
            hidden_.rest = HiddenBelow::Rest::block;
            return false;
        }
        if (c == '"' || c == '\'') {
            const auto end = closing_quote(line_, from + 1, c);
            hide(from + 1, end.value_or(line_.size()));
            if (end) hide(skip_blanks(line_, *end + 1), line_.size());
            if (!end) go_on_quoted(c);
            return false;
        }
        if (const auto value = line_.substr(from); value.starts_with("${") || !says_nothing(value))
            hide(from, line_.size());
        return false;
    }

    void take_value(const Token& token) {
        const auto value = line_.substr(token.first, token.end - token.first);
        if (has_key_ && is_shown_) return;
        if (!token.closed) go_on_quoted(line_[token.first - 1]);
        if (says_nothing(value) && !value.starts_with("${")) return;
        // `value abc`, `value:abc`: a sentence about it quotes them apart.
        auto first = token.first;
        if (!has_key_ && !token.quoted && !in_flow()) {
            auto end = first;
            while (end < token.end && is_name_character(line_[end])) ++end;
            const auto word = line_.substr(first, end - first);
            if (is_harmless(word, in_delivery_) && end < token.end && line_[end] == ':') return;
            if (secret_name(word) != SecretName::no) first = std::min(line_.find_first_not_of(" \t:=", end), token.end);
        }
        hide(first, token.end);
    }

    void go_on_quoted(char quote) {
        hidden_.rest = HiddenBelow::Rest::quoted;
        hidden_.quote = quote;
    }

    void hide(std::size_t from, std::size_t to) {
        while (to > from && is_blank(line_[to - 1])) --to;
        if (to > from) hidden_.stretches.push_back({from, to - from});
    }

    struct Bracket {
        char bracket;
        bool is_shown;
    };

    string_view line_;
    const PlaceBelow& place_;
    HiddenBelow hidden_;
    std::size_t at_;
    std::vector<Bracket> brackets_;
    bool has_key_ = false;
    bool is_shown_ = true;  ///< what stands behind the last key, and in it
    bool in_delivery_;
    bool unknown_ = false;
};

}  // namespace

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::size_t skip_blanks(std::string_view line, std::size_t at) {
    while (at < line.size() && is_blank(line[at])) ++at;
    return at;
}

std::size_t content_of(std::string_view line) {
    auto at = skip_blanks(line, 0);
    while (at + 1 < line.size() && line[at] == '-' && is_blank(line[at + 1])) at = skip_blanks(line, at + 1);
    return at;
}

std::optional<std::size_t> closing_quote(std::string_view line, std::size_t from, char quote) {
    for (auto at = from; at < line.size(); ++at) {
        if (quote == '"' && line[at] == '\\') {
            ++at;
        } else if (line[at] == quote) {
            if (quote != '\'' || line.substr(at + 1, 1) != "'") return at;
            ++at;
        }
    }
    return std::nullopt;
}

bool says_nothing(std::string_view value) {
    static const std::set<std::string_view> words = {"", "~", "null", "true", "false", "yes", "no", "[]", "{}"};
    if (words.contains(value) || (value.starts_with("${") && value.find('}') == value.size() - 1)) return true;
    return value.size() <= 6 && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

HiddenBelow hide_below_client_secrets(string_view line, const PlaceBelow& place) {
    return LineReader(line, place).run();
}

}  // namespace regent::manifest
