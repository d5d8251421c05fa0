#include "manifest/yaml_refusals.hpp"

#include "manifest/plain_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

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

// As it was written: libyaml gives `!!str` with its prefix resolved.
std::string written_tag(std::string_view tag) {
    constexpr std::string_view core_prefix = "tag:yaml.org,2002:";
    return tag.starts_with(core_prefix) ? fmt::format("!!{}", tag.substr(core_prefix.size())) : std::string(tag);
}

bool is_key_of_document(std::string_view key) {
    return key == "apiVersion" || key == "kind" || key == "metadata" || key == "management" || key == "spec";
}

class Inspector {
public:
    Inspector(const SourceLines& lines, NumberAsKey number) : lines_(lines), number_(number) {}

    model::Diagnostics inspect(const std::vector<GateEvent>& events) {
        for (const auto& event : events) {
            look_at(event);
            follow(event);
        }
        report_second_document();
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
        const bool merged = std::exchange(after_merge_key_, event.is_key && event.text == "<<");
        if (event.kind == Kind::alias) {
            // One mistake with `<<: *base`, and it was told at its key.
            if (!merged) {
                refuse(make("RG0112", fmt::format("`*{}` repeats an anchor, which is not read", event.text), event.span,
                            "an alias", "write the value itself here"));
            }
            return;
        }
        if (!event.anchor.empty()) {
            refuse(make("RG0112", fmt::format("anchor `&{}` is not read", event.anchor),
                        first_characters(event.span, event.anchor.size() + 1), "an anchor",
                        "remove it, and write the value out where it is needed"));
        }
        if (!event.tag.empty()) {
            const auto tag = written_tag(event.tag);
            refuse(make(
                "RG0113", fmt::format("tag `{}` is not read", tag), first_characters(event.span, tag.size()), "a tag",
                "put quotes around it if it is text; else remove it: the type of a value comes from its field"));
        }
        if (event.is_key) {
            look_at_key(event);
        } else if (event.kind == Kind::scalar && event.style == Style::plain) {
            look_for_swallowed_item(event);
        }
    }

    // - a
    //  - b      is one item, "a - b"
    void look_for_swallowed_item(const GateEvent& scalar) {
        for (auto number = scalar.span.line + 1; number <= scalar.span.end_line; ++number) {
            const auto line = lines_.line(number);
            const auto dash = line.find_first_not_of(" \t");
            if (dash == std::string_view::npos || !line.substr(dash).starts_with("- ")) continue;
            auto diagnostic =
                make("RG0119", "a list item is indented too deep",
                     lines_.byte_span(scalar.span.file, number, dash, line.size() - dash),
                     "reads as more of the text above", "align it with the items above, or put quotes around the text");
            const auto above = lines_.line(scalar.span.line).size();
            const auto from = lines_.byte_at(scalar.span.line, scalar.span.column) - lines_.start(scalar.span.line);
            diagnostic.secondary.push_back(
                {lines_.byte_span(scalar.span.file, scalar.span.line, from, above - from), "this text goes on below"});
            refuse(std::move(diagnostic));
            return;
        }
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
        } else if (plain && !is_taken_as_text(key.text) &&
                   (is_null_text(key.text) || is_boolean_text(key.text) || is_number_text(key.text))) {
            const auto* what = is_null_text(key.text) ? "null" : is_boolean_text(key.text) ? "a boolean" : "a number";
            refuse(make("RG0114", fmt::format("key `{}` is {}, not text", key.text, what), key.span, "needs quotes",
                        fmt::format("write \"{}\"", key.text)));
        }
        look_for_duplicate(key);
    }

    /// `200`, which nobody reads as another text than it is written: `0200`, `2e2` and `0x2` could be.
    [[nodiscard]] bool is_taken_as_text(std::string_view key) const {
        return number_ == NumberAsKey::text && key.find_first_not_of("0123456789") == std::string_view::npos &&
               (key.size() == 1 || !key.starts_with('0'));
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
            if (open_.size() == 1 && is_key_of_document(key.text)) repeated_root_keys_.push_back(diagnostics_.size());
            refuse(std::move(diagnostic));
            return;
        }
        auto& diagnostic = diagnostics_[earlier.diagnostic];
        diagnostic.message = fmt::format("key `{}` appears {} times", key.text, earlier.times);
        diagnostic.secondary.push_back({key.span, "and here"});
    }

    // Two documents in one are one mistake, not one for each key that they share.
    void report_second_document() {
        if (repeated_root_keys_.size() < 2) return;
        auto& first = diagnostics_[repeated_root_keys_.front()];
        first.code = "RG0118";
        first.message = "a second document begins without a line `---`";
        first.label = "a new document, by its keys";
        first.help = "write a line `---` above it";
        first.secondary.resize(1);
        for (auto index = repeated_root_keys_.rbegin(); index + 1 != repeated_root_keys_.rend(); ++index) {
            diagnostics_.erase(diagnostics_.begin() + static_cast<std::ptrdiff_t>(*index));
        }
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
        return span.end_line > span.line ? first_characters(std::move(span), 1) : span;
    }

    static model::Span first_characters(model::Span span, std::size_t count) {
        span.end_line = span.line;
        span.end_column = span.column + count;
        return span;
    }

    void refuse(model::Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

    const SourceLines& lines_;
    NumberAsKey number_;
    bool after_merge_key_ = false;
    std::vector<std::size_t> repeated_root_keys_;            ///< indexes of diagnostics
    std::vector<std::map<std::string_view, SeenKey>> open_;  ///< keys of each open mapping; lists have none
    model::Diagnostics diagnostics_;
};

}  // namespace

model::Diagnostics find_refusals(const std::vector<GateEvent>& events, const SourceLines& lines, NumberAsKey number) {
    return Inspector(lines, number).inspect(events);
}

}  // namespace regent::manifest
