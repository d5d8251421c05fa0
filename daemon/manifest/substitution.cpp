#include "manifest/substitution.hpp"

#include "manifest/plain_text.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace regent::manifest {

namespace {

constexpr std::string_view opening = "${";
constexpr std::string_view default_sign = ":-";

/// A piece of a scalar: text as it is, or a reference to a variable.
struct Piece {
    bool is_reference = false;
    std::string_view text;  ///< the text, or the variable's name
    std::optional<std::string_view> default_text;
    std::size_t placeholder = 0;  ///< index of its `${` in the scalar
};

struct Fault {
    std::string_view code;
    std::string message;
    std::string_view label;
    std::string_view help;
    std::size_t placeholder = 0;
};

/// A scalar taken apart.
struct Template {
    std::vector<Piece> pieces;
    std::vector<Fault> faults;

    [[nodiscard]] bool is_one_reference() const { return pieces.size() == 1 && pieces.front().is_reference; }
};

class TemplateReader {
public:
    explicit TemplateReader(std::string_view text) : text_(text) {}

    Template read() {
        while (true) {
            const auto at = text_.find(opening, position_);
            if (at == std::string_view::npos) break;
            if (at > position_ && text_[at - 1] == '$') {
                add_text(at - 1);
                position_ = at;
                add_text(at + opening.size());
            } else {
                add_text(at);
                if (!read_reference(at)) return std::move(result_);
            }
            ++placeholder_;
        }
        add_text(text_.size());
        return std::move(result_);
    }

private:
    void add_text(std::size_t end) {
        if (end > position_)
            result_.pieces.push_back({false, text_.substr(position_, end - position_), std::nullopt, 0});
        position_ = end;
    }

    // False when nothing behind it can be made sense of.
    bool read_reference(std::size_t at) {
        const auto close = text_.find('}', at);
        const auto inner_begin = at + opening.size();
        const auto inner = text_.substr(inner_begin, close == std::string_view::npos ? close : close - inner_begin);
        const auto sign = inner.find(default_sign);
        const auto name = inner.substr(0, sign);
        const bool holds_another = inner.find(opening) != std::string_view::npos;
        if (close == std::string_view::npos || (holds_another && !is_variable_name(name))) {
            add_fault("RG0302", "`${` is never closed", "no `}` follows",
                      "write `${name}`; for a literal `${` write `$${`");
            return false;
        }
        if (holds_another) {
            add_fault("RG0304", "a default cannot hold another `${…}`", "a variable inside a variable",
                      "define one variable for both in the environment's `vars`");
            return false;
        }
        position_ = close + 1;
        if (!is_variable_name(name)) {
            add_fault("RG0304",
                      name.empty() ? "the name of a variable is missing"
                                   : fmt::format("`{}` is not the name of a variable", name),
                      "not `${name}`",
                      "a name is letters, digits and `_`, a default follows `:-`; for a literal `${` write `$${`");
            return true;
        }
        std::optional<std::string_view> default_text;
        if (sign != std::string_view::npos) default_text = inner.substr(sign + default_sign.size());
        result_.pieces.push_back({true, name, default_text, placeholder_});
        return true;
    }

    void add_fault(std::string_view code, std::string message, std::string_view label, std::string_view help) {
        result_.faults.push_back({code, std::move(message), label, help, placeholder_});
    }

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t placeholder_ = 0;
    Template result_;
};

class Substituter {
public:
    Substituter(const Variables& variables, std::string subject)
        : variables_(variables), subject_(std::move(subject)) {}

    void visit(Node& node) {
        for (auto& item : node.items) visit(item);
        for (auto& entry : node.entries) visit(entry.value);
        if (node.is_scalar() && node.text.find(opening) != std::string::npos) substitute_in(node);
    }

    model::Diagnostics take_diagnostics() { return std::move(diagnostics_); }

private:
    void substitute_in(Node& node) {
        const auto text = std::exchange(node.text, {});
        const auto parts = TemplateReader(text).read();
        const auto before = diagnostics_.size();
        for (const auto& fault : parts.faults) report(node, text, fault);
        for (const auto& piece : parts.pieces) {
            if (piece.is_reference && !piece.default_text && find(piece.text) == nullptr)
                report_undefined(node, text, piece);
        }
        node.text = text;
        if (diagnostics_.size() > before) return;
        if (parts.is_one_reference()) {
            take_over(node, parts.pieces.front());
        } else {
            compose(node, parts);
        }
    }

    // The scalar is nothing but `${name}`: it becomes what the variable is.
    void take_over(Node& node, const Piece& piece) const {
        const std::string name(piece.text);
        const auto place = place_of(node, piece.placeholder);
        if (const auto* variable = find(piece.text)) {
            node.kind = variable->value.kind;
            node.style = variable->value.style;
            node.text = variable->value.text;
            node.origins.push_back({Origin::Kind::variable, name, variable->place});
        } else {
            const std::string text(*piece.default_text);
            const bool is_null = !text.empty() && is_null_text(text);
            node.kind = is_null ? Node::Kind::null : Node::Kind::scalar;
            node.style = can_be_plain(text) ? Style::plain : Style::quoted;
            node.text = text;
            node.origins.push_back({Origin::Kind::default_text, name, place});
        }
    }

    void compose(Node& node, const Template& parts) const {
        std::string text;
        std::vector<Origin> origins;
        bool has_reference = false;
        for (const auto& piece : parts.pieces) {
            if (!piece.is_reference) {
                text += piece.text;
                continue;
            }
            has_reference = true;
            Origin origin{Origin::Kind::default_text, std::string(piece.text), place_of(node, piece.placeholder)};
            if (const auto* variable = find(piece.text)) {
                if (!variable->value.is_null()) text += variable->value.text;
                origin.kind = Origin::Kind::variable;
                origin.place = variable->place;
            } else {
                text += *piece.default_text;
            }
            const auto same = [&origin](const Origin& other) {
                return other.kind == origin.kind && other.name == origin.name;
            };
            if (std::none_of(origins.begin(), origins.end(), same)) origins.push_back(std::move(origin));
        }
        node.text = std::move(text);
        if (has_reference && node.style == Style::plain) node.style = Style::quoted;
        std::move(origins.begin(), origins.end(), std::back_inserter(node.origins));
    }

    [[nodiscard]] const Variable* find(std::string_view name) const {
        const auto found = variables_.by_name.find(name);
        return found == variables_.by_name.end() ? nullptr : &found->second;
    }

    // The whole scalar where an escape in double quotes made the count in the text another than in the source.
    [[nodiscard]] static const model::Span& span_of(const Node& node, std::size_t placeholder, std::string_view text) {
        std::size_t count = 0;
        for (auto at = text.find(opening); at != std::string_view::npos; at = text.find(opening, at + 2)) ++count;
        return count == node.placeholders.size() ? node.placeholders[placeholder] : node.span;
    }

    [[nodiscard]] static model::Place place_of(const Node& node, std::size_t placeholder) {
        return placeholder < node.placeholders.size() ? node.placeholders[placeholder].begin() : node.span.begin();
    }

    model::Diagnostic& add(const Node& node, std::string_view text, const Fault& fault) {
        auto& diagnostic = diagnostics_.emplace_back();
        diagnostic.code = fault.code;
        diagnostic.message = fault.message;
        diagnostic.span = span_of(node, fault.placeholder, text);
        diagnostic.label = fault.label;
        diagnostic.help = fault.help;
        diagnostic.subject = subject_;
        return diagnostic;
    }

    void report(const Node& node, std::string_view text, const Fault& fault) { (void)add(node, text, fault); }

    void report_undefined(const Node& node, std::string_view text, const Piece& piece) {
        auto& diagnostic =
            add(node, text,
                {"RG0301", fmt::format("variable `{}` is not defined", piece.text), "",
                 "define it in the environment's `vars`, or give a default: `${name:-default}`", piece.placeholder});
        diagnostic.label = variables_.environment.empty()
                               ? "not defined"
                               : fmt::format("not in environment `{}`", variables_.environment);
        std::vector<std::string_view> names;
        for (const auto& [name, variable] : variables_.by_name) names.push_back(name);
        diagnostic.notes.push_back(known_variables(names));
        const auto suggestion = did_you_mean_phrase(piece.text, names);
        if (!suggestion.empty()) diagnostic.help = suggestion;
    }

    [[nodiscard]] std::string known_variables(const std::vector<std::string_view>& names) const {
        const auto environment = variables_.environment.empty()
                                     ? "the environment"
                                     : fmt::format("environment `{}`", variables_.environment);
        if (names.empty()) return fmt::format("{} defines no variables", environment);
        constexpr std::size_t most = 20;
        const auto shown = std::min(names.size(), most);
        auto list = fmt::format("variables of {}: {}", environment,
                                fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
        if (names.size() > shown) list += fmt::format(" and {} more", names.size() - shown);
        return list;
    }

    const Variables& variables_;
    std::string subject_;
    model::Diagnostics diagnostics_;
};

}  // namespace

bool is_variable_name(std::string_view name) noexcept {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.empty() && is_letter(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

model::Diagnostics substitute(Document& document, const Variables& variables) {
    Substituter substituter(variables, subject_of(document));
    substituter.visit(document.root);
    auto diagnostics = substituter.take_diagnostics();
    model::sort(diagnostics);
    return diagnostics;
}

}  // namespace regent::manifest
