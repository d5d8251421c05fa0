#include "simulator/odata_filter.hpp"

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <memory>
#include <vector>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Predicate = std::function<bool(const json&)>;

struct Token {
    enum class Kind { word, text, number, open, close, comma, colon, end };
    Kind kind;
    std::string text;
};

std::optional<std::vector<Token>> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            ++i;
        } else if (c == '\'') {
            std::string value;
            for (++i;; ++i) {
                if (i >= text.size()) return std::nullopt;
                if (text[i] == '\'') {
                    if (i + 1 >= text.size() || text[i + 1] != '\'') break;
                    ++i;
                }
                value += text[i];
            }
            ++i;
            tokens.push_back({Token::Kind::text, value});
        } else if (std::string_view("(),:").find(c) != std::string_view::npos) {
            const auto kind = c == '('   ? Token::Kind::open
                              : c == ')' ? Token::Kind::close
                              : c == ',' ? Token::Kind::comma
                                         : Token::Kind::colon;
            tokens.push_back({kind, std::string(1, c)});
            ++i;
        } else {
            std::string word;
            while (i < text.size() && std::isspace(static_cast<unsigned char>(text[i])) == 0 &&
                   std::string_view("(),:'").find(text[i]) == std::string_view::npos) {
                word += text[i++];
            }
            tokens.push_back({Token::Kind::word, word});
        }
    }
    tokens.push_back({Token::Kind::end, {}});
    return tokens;
}

/// The value at a path "web/homePageUrl"; "" is the object itself. `variable` is the any() variable in force.
const json* at(const json& object, const std::string& path) {
    const json* here = &object;
    std::size_t begin = 0;
    while (begin <= path.size() && !path.empty()) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto name = path.substr(begin, end - begin);
        if (!here->is_object()) return nullptr;
        const auto it = here->find(name);
        if (it == here->end()) return nullptr;
        here = &*it;
        begin = end + 1;
    }
    return here;
}

/// Directory texts compare without regard to case, as Graph's filters do.
int compare(const json& value, const json& literal) {
    if (value.is_string() && literal.is_string()) {
        const auto a = lower(value.get<std::string>()), b = lower(literal.get<std::string>());
        return a < b ? -1 : a > b ? 1 : 0;
    }
    if (value == literal) return 0;
    return value < literal ? -1 : 1;
}

class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    std::optional<Filter> run() {
        auto predicate = disjunction();
        if (!predicate || peek().kind != Token::Kind::end) return std::nullopt;
        if (has_alternatives_) equalities_.clear();
        return Filter{std::move(*predicate), advanced_, std::move(equalities_)};
    }

private:
    using Result = std::optional<Predicate>;

    const Token& peek() const { return tokens_[position_]; }
    Token take() { return tokens_[position_ == tokens_.size() - 1 ? position_ : position_++]; }
    bool accept(Token::Kind kind) {
        if (peek().kind != kind) return false;
        take();
        return true;
    }
    bool accept_word(std::string_view word) {
        if (peek().kind != Token::Kind::word || !same_text(peek().text, word)) return false;
        take();
        return true;
    }

    Result disjunction() {
        auto left = conjunction();
        while (left && accept_word("or")) {
            has_alternatives_ = true;
            auto right = conjunction();
            if (!right) return std::nullopt;
            left = [a = *left, b = *right](const json& o) { return a(o) || b(o); };
        }
        return left;
    }

    Result conjunction() {
        auto left = unary();
        while (left && accept_word("and")) {
            auto right = unary();
            if (!right) return std::nullopt;
            left = [a = *left, b = *right](const json& o) { return a(o) && b(o); };
        }
        return left;
    }

    Result unary() {
        if (accept_word("not")) {
            advanced_ = has_alternatives_ = true;
            auto inner = unary();
            if (!inner) return std::nullopt;
            return [a = *inner](const json& o) { return !a(o); };
        }
        if (accept(Token::Kind::open)) {
            auto inner = disjunction();
            if (!inner || !accept(Token::Kind::close)) return std::nullopt;
            return inner;
        }
        return term();
    }

    std::string path_of(std::string word) const {
        if (variable_.empty()) return word;
        if (word == variable_) return {};
        if (starts_with(word, variable_ + "/")) return word.substr(variable_.size() + 1);
        return word;
    }

    Result term() {
        if (peek().kind != Token::Kind::word) return std::nullopt;
        const auto word = take().text;
        const auto slash = word.rfind('/');
        if (slash != std::string::npos && same_text(word.substr(slash + 1), "any") && peek().kind == Token::Kind::open)
            return any(word.substr(0, slash));
        if (peek().kind == Token::Kind::open) return function(lower(word));
        return comparison(word);
    }

    Result any(const std::string& collection) {
        take();
        if (peek().kind != Token::Kind::word) return std::nullopt;
        const auto outer = std::exchange(variable_, take().text);
        const auto outer_list = std::exchange(list_, collection);
        if (!accept(Token::Kind::colon)) return std::nullopt;
        auto inner = disjunction();
        variable_ = outer;
        list_ = outer_list;
        if (!inner || !accept(Token::Kind::close)) return std::nullopt;
        return [collection, test = *inner](const json& o) {
            const auto* list = at(o, collection);
            return list != nullptr && list->is_array() && std::any_of(list->begin(), list->end(), test);
        };
    }

    Result function(const std::string& name) {
        take();
        if (peek().kind != Token::Kind::word) return std::nullopt;
        const auto path = path_of(take().text);
        if (!accept(Token::Kind::comma) || peek().kind != Token::Kind::text) return std::nullopt;
        const auto wanted = lower(take().text);
        if (!accept(Token::Kind::close)) return std::nullopt;
        if (name != "startswith" && name != "endswith") return std::nullopt;
        if (name == "endswith") advanced_ = true;
        return [path, wanted, ends = name == "endswith"](const json& o) {
            const auto* value = at(o, path);
            if (value == nullptr || !value->is_string()) return false;
            const auto text = lower(value->get<std::string>());
            if (text.size() < wanted.size()) return false;
            return ends ? text.compare(text.size() - wanted.size(), wanted.size(), wanted) == 0
                        : text.compare(0, wanted.size(), wanted) == 0;
        };
    }

    std::optional<json> literal() {
        const auto token = take();
        if (token.kind == Token::Kind::text) return json(token.text);
        if (token.kind != Token::Kind::word) return std::nullopt;
        if (same_text(token.text, "null")) return json(nullptr);
        if (same_text(token.text, "true")) return json(true);
        if (same_text(token.text, "false")) return json(false);
        const auto number = json::parse(token.text, nullptr, false);
        if (number.is_number()) return number;
        return json(token.text);  // a GUID or a time, which OData writes without quotes
    }

    Result comparison(const std::string& word) {
        if (peek().kind != Token::Kind::word) return std::nullopt;
        const auto op = lower(take().text);
        auto path = path_of(word);
        bool counts = false;
        if (const auto tail = path.rfind("/$count"); tail != std::string::npos && tail + 7 == path.size()) {
            path = path.substr(0, tail);
            counts = advanced_ = true;
        }
        if (op == "in") return one_of(path);
        const auto value = literal();
        if (!value) return std::nullopt;
        if (op == "eq" && value->is_string() && !counts)
            equalities_.emplace_back(path.empty()        ? list_
                                     : variable_.empty() ? path
                                                         : list_ + "/" + path,
                                     value->get<std::string>());
        if (op == "ne" || op == "ge" || op == "le" || op == "gt" || op == "lt") advanced_ = true;
        if (op != "eq" && op != "ne" && op != "ge" && op != "le" && op != "gt" && op != "lt") return std::nullopt;
        return [path, op, wanted = *value, counts](const json& o) {
            const auto* found = at(o, path);
            const json null;
            const json count = counts ? json(found != nullptr && found->is_array() ? found->size() : 0) : json();
            const auto& there = counts ? count : found != nullptr ? *found : null;
            const auto order = compare(there, wanted);
            if (op == "eq") return order == 0;
            if (op == "ne") return order != 0;
            if (op == "ge") return order >= 0;
            if (op == "le") return order <= 0;
            return op == "gt" ? order > 0 : order < 0;
        };
    }

    Result one_of(const std::string& path) {
        if (!accept(Token::Kind::open)) return std::nullopt;
        std::vector<json> values;
        do {
            const auto value = literal();
            if (!value) return std::nullopt;
            values.push_back(*value);
        } while (accept(Token::Kind::comma));
        if (!accept(Token::Kind::close)) return std::nullopt;
        return [path, values](const json& o) {
            const auto* found = at(o, path);
            return found != nullptr && std::any_of(values.begin(), values.end(),
                                                   [&](const auto& value) { return compare(*found, value) == 0; });
        };
    }

    std::vector<Token> tokens_;
    std::size_t position_ = 0;
    std::string variable_, list_;  ///< of the any() in force
    bool advanced_ = false, has_alternatives_ = false;
    std::vector<std::pair<std::string, std::string>> equalities_;
};

}  // namespace

std::optional<Filter> parse_filter(std::string_view text) {
    auto tokens = tokens_of(text);
    if (!tokens) return std::nullopt;
    return Parser(std::move(*tokens)).run();
}

}  // namespace regent::simulator
