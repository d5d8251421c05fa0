#pragma once

#include "manifest/document.hpp"
#include "model/diagnostic.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

namespace regent::manifest {

/// What loading one document has found: its diagnostics, and the nodes that are not worth looking at again because a
/// mistake in them has been told already. That is how one mistake stays one diagnostic.
class Findings {
public:
    explicit Findings(const Document& document);

    /// The reference is for adding label, notes and help at once; it is good until the next call.
    model::Diagnostic& error(std::string_view code, const model::Span& span, std::string message);
    model::Diagnostic& warning(std::string_view code, const model::Span& span, std::string message);
    /// An error about the value of `node`: shown under it, with where a variable or an override brought it from. Marks
    /// the node.
    model::Diagnostic& bad_value(std::string_view code, const Node& node, std::string message);
    /// The same as a warning; does not mark the node.
    model::Diagnostic& odd_value(std::string_view code, const Node& node, std::string message);

    /// Takes over what somebody else found, with this document as its subject where it has none and speaks of this
    /// document's file.
    void adopt(model::Diagnostic diagnostic);

    /// Marks every scalar below `node` that one of `reported` is about.
    void mark_reported(const Node& node, const model::Diagnostics& reported);

    void mark_bad(const Node& node) { bad_.insert(&node); }
    [[nodiscard]] bool is_bad(const Node& node) const { return bad_.count(&node) != 0; }

    /// Takes what was found; the object is empty afterwards.
    [[nodiscard]] model::Diagnostics take() { return std::move(diagnostics_); }

private:
    model::Diagnostic& add(model::Severity severity, std::string_view code, const model::Span& span,
                           std::string message);

    model::FileName file_;
    std::string subject_;
    model::Diagnostics diagnostics_;
    std::unordered_set<const Node*> bad_;
};

/// "quoted text", "a number", "`true`", "a list": what a person would call what stands there.
[[nodiscard]] std::string describe_node(const Node& node);

/// The text in double quotes, shortened when it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace regent::manifest
