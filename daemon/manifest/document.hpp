#pragma once

#include "model/place.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// How a scalar was written. YAML 1.1 would turn a plain `no` into a boolean and `0123` into 83; regent decides by the
/// field's type, and needs to know whether the author put quotes around it.
enum class Style { plain, quoted, block };

/// Where the text of a scalar came from, when it is not simply what stands at its span.
struct Origin {
    enum class Kind {
        manifest,       ///< written where the span says
        variable,       ///< `${var}`: from Environment.spec.vars; `place` is the variable's line
        default_text,   ///< `${var:-text}`: the text after `:-`
        override_entry  ///< an entry of Environment.spec.overrides; `place` is its line
    };
    Kind kind = Kind::manifest;
    std::string name;  ///< the variable's name, or "overrides[0]"
    model::Place place;
};

struct Entry;

/// One node of a parsed YAML document: our own immutable tree, made from libyaml's events. Holds a span for every key
/// and value.
struct Node {
    enum class Kind { null, scalar, sequence, mapping };
    Kind kind = Kind::null;
    model::Span span;
    Style style = Style::plain;             ///< of a scalar
    bool in_flow = false;                   ///< inside `{…}` or `[…]`
    std::string text;                       ///< of a scalar, after substitution
    std::vector<Origin> origins;            ///< empty means "written here as it is"
    std::string comment;                    ///< what to_yaml() writes behind it, for people; readers leave it empty
    std::vector<model::Span> placeholders;  ///< of a scalar: where each `${` of `text` stands in the file, to its `}`
    std::vector<Node> items;                ///< of a sequence
    std::vector<Entry> entries;             ///< of a mapping, in the order written; keys are unique

    [[nodiscard]] bool is_null() const noexcept { return kind == Kind::null; }
    [[nodiscard]] bool is_scalar() const noexcept { return kind == Kind::scalar; }
    [[nodiscard]] bool is_sequence() const noexcept { return kind == Kind::sequence; }
    [[nodiscard]] bool is_mapping() const noexcept { return kind == Kind::mapping; }

    /// The value under `key` of a mapping; null pointer when there is none or this is no mapping.
    [[nodiscard]] const Node* find(std::string_view key) const noexcept;
    [[nodiscard]] const Entry* find_entry(std::string_view key) const noexcept;
};

/// A key of a mapping with its value.
struct Entry {
    std::string key;
    model::Span key_span;
    Node value;
};

/// One YAML document of a file, `---` to `---`. Empty and comment-only documents are not kept.
struct Document {
    model::FileName file;
    std::size_t number = 1;  ///< from 1, within its file
    std::size_t of = 1;      ///< documents in the file
    Node root;
};

/// "document 2 (Connector/arm)", to tell apart the documents of one file; empty for a file's only document.
[[nodiscard]] std::string subject_of(const Document& document);

/// One file's text, kept so that a diagnostic can show the line it talks about.
struct SourceText {
    std::string file;  ///< relative to the repository's root
    std::string text;
};

}  // namespace regent::manifest
