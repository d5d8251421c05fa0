#include "manifest/yaml_refusals.hpp"

#include "manifest/plain_text.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace regent::manifest {

namespace {

using Kind = GateEvent::Kind;

model::Diagnostic make(std::string_view code, std::string message, const model::Span& span, std::string_view label,
                       std::string_view help) {
    model::Diagnostic diagnostic;
    diagnostic.code = code;
    diagnostic.message = std::move(message);
    diagnostic.span = span;
    diagnostic.label = label;
    diagnostic.help = help;
    return diagnostic;
}

class Inspector {
public:
    model::Diagnostics inspect(const std::vector<GateEvent>& events) {
        for (const auto& event : events) {
            look_at(event);
            follow(event);
        }
        return std::move(diagnostics_);
    }

private:
    struct SeenKey {
        model::Span first;
        std::size_t diagnostic = none;  ///< index of what was said about it
        std::size_t times = 1;
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void look_at(const GateEvent& event) {
        if (event.kind == Kind::alias) {
            refuse(make("RG0112", fmt::format("`*{}` repeats an anchor, which is not read", event.text), event.span,
                        "an alias", "write the value itself here"));
            return;
        }
        if (!event.anchor.empty()) {
            auto span = event.span;
            const auto length = event.anchor.size() + 1;
            const bool own_line = span.end_line != span.line || span.end_column < span.column + length;
            if (!own_line || event.kind != Kind::scalar) {
                span.end_line = span.line;
                span.end_column = span.column + length;
            }
            refuse(make("RG0112", fmt::format("anchor `&{}` is not read", event.anchor), span, "an anchor",
                        "remove it, and write the value out where it is needed"));
        }
        if (!event.tag.empty()) {
            auto span = event.span;
            span.end_line = span.line;
            span.end_column = span.column + 1;
            refuse(make("RG0113", fmt::format("tag `{}` is not read", event.tag), span, "a tag",
                        "remove it; the type of a value comes from its field"));
        }
        if (event.is_key) look_at_key(event);
    }

    void look_at_key(const GateEvent& key) {
        if (key.kind == Kind::mapping_start || key.kind == Kind::sequence_start) {
            const auto* what = key.kind == Kind::mapping_start ? "a mapping" : "a list";
            refuse(make("RG0114", fmt::format("a key is {}", what), first_line_of(key.span),
                        fmt::format("{} as a key", what),
                        key.in_flow ? "put quotes around a text that begins with a bracket or brace"
                                    : "a key is a name, followed by a colon"));
            return;
        }
        if (key.kind != Kind::scalar) return;
        const bool plain = key.style == Style::plain;
        if (plain && key.text == "<<") {
            refuse(make("RG0117", "a merge key `<<` is not read", key.span, "a merge key",
                        "write the keys out here; what differs per environment belongs into its `overrides`"));
        } else if (key.text.empty()) {
            refuse(make("RG0114", "a key is missing before a colon", key.span, "no key", "write the key"));
        } else if (plain && (is_null_text(key.text) || is_boolean_text(key.text) || is_number_text(key.text))) {
            const auto* what = is_null_text(key.text) ? "null" : is_boolean_text(key.text) ? "a boolean" : "a number";
            refuse(make("RG0114", fmt::format("key `{}` is {}, not text", key.text, what), key.span, "needs quotes",
                        fmt::format("write \"{}\"", key.text)));
        }
        look_for_duplicate(key);
    }

    void look_for_duplicate(const GateEvent& key) {
        auto [seen, is_new] = open_.back().try_emplace(key.text, SeenKey{key.span, none, 1});
        if (is_new) return;
        auto& earlier = seen->second;
        ++earlier.times;
        if (earlier.diagnostic == none) {
            auto diagnostic = make("RG0102", fmt::format("key `{}` appears twice", key.text), key.span, "again here",
                                   "remove one; two documents need a line `---` between them");
            diagnostic.secondary.push_back({earlier.first, "first here"});
            earlier.diagnostic = diagnostics_.size();
            refuse(std::move(diagnostic));
            return;
        }
        auto& diagnostic = diagnostics_[earlier.diagnostic];
        diagnostic.message = fmt::format("key `{}` appears {} times", key.text, earlier.times);
        diagnostic.secondary.push_back({key.span, "and here"});
    }

    void follow(const GateEvent& event) {
        switch (event.kind) {
            case Kind::mapping_start:
            case Kind::sequence_start:
                open_.emplace_back();
                break;
            case Kind::mapping_end:
            case Kind::sequence_end:
                open_.pop_back();
                break;
            default:
                break;
        }
    }

    static model::Span first_line_of(model::Span span) {
        if (span.end_line > span.line) {
            span.end_line = span.line;
            span.end_column = span.column + 1;
        }
        return span;
    }

    void refuse(model::Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

    std::vector<std::map<std::string_view, SeenKey>> open_;  ///< keys of each open mapping; lists have none
    model::Diagnostics diagnostics_;
};

}  // namespace

model::Diagnostics find_refusals(const std::vector<GateEvent>& events) {
    return Inspector().inspect(events);
}

}  // namespace regent::manifest
