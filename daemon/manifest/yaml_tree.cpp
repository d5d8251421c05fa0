#include "manifest/yaml_tree.hpp"

#include "manifest/display_text.hpp"

#include <string_view>
#include <utility>

namespace regent::manifest {

namespace {

using Kind = GateEvent::Kind;

Node node_of(const GateEvent& event, Node::Kind kind) {
    Node node;
    node.kind = kind;
    node.span = event.span;
    node.style = event.style;
    node.in_flow = event.in_flow;
    return node;
}

class TreeBuilder {
public:
    TreeBuilder(const model::FileName& file, const SourceLines& lines) : file_(file), lines_(lines) {}

    void take(const GateEvent& event) {
        switch (event.kind) {
            case Kind::alias:
                break;  // was refused
            case Kind::scalar:
                add(scalar(event), event);
                break;
            case Kind::sequence_start:
                open_.push_back({node_of(event, Node::Kind::sequence), std::nullopt});
                break;
            case Kind::mapping_start:
                open_.push_back({node_of(event, Node::Kind::mapping), std::nullopt});
                break;
            case Kind::sequence_end:
            case Kind::mapping_end:
                close(event);
                break;
        }
    }

    // An empty document is an empty scalar to libyaml.
    [[nodiscard]] std::optional<Node> take_root() {
        if (!root_ || (root_->is_null() && root_->text.empty())) return std::nullopt;
        return std::move(root_);
    }

private:
    struct OpenCollection {
        Node node;
        std::optional<Entry> entry;  ///< a key that waits for its value
    };

    [[nodiscard]] Node scalar(const GateEvent& event) const {
        auto node = node_of(event, is_null(event) ? Node::Kind::null : Node::Kind::scalar);
        node.text = event.text;
        node.placeholders = placeholders_in(event);
        return node;
    }

    void close(const GateEvent& event) {
        auto node = std::move(open_.back().node);
        open_.pop_back();
        add(std::move(node), event);
    }

    void add(Node node, const GateEvent& event) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& parent = open_.back();
        if (parent.node.is_sequence()) {
            parent.node.items.push_back(std::move(node));
        } else if (event.is_key) {
            parent.entry = Entry{std::move(node.text), std::move(node.span), {}};
        } else {
            parent.entry->value = std::move(node);
            parent.node.entries.push_back(std::move(*parent.entry));
            parent.entry.reset();
        }
    }

    // The n-th `${` of the text is the n-th in the source, as long as no escape makes one.
    [[nodiscard]] std::vector<model::Span> placeholders_in(const GateEvent& event) const {
        if (event.is_key || event.text.find("${") == std::string::npos) return {};
        std::vector<model::Span> spans;
        for (auto number = event.span.line; number <= event.span.end_line; ++number) {
            const auto line = lines_.line(number);
            auto at = number == event.span.line ? byte_offset(line, event.span.column - 1) : 0;
            const auto end = number == event.span.end_line ? byte_offset(line, event.span.end_column - 1) : line.size();
            for (at = line.find("${", at); at < end; at = line.find("${", at + 2)) {
                const auto brace = line.find('}', at);
                const auto last = brace < end ? brace + 1 : at + 2;
                spans.push_back(lines_.byte_span(file_, number, at, last - at));
            }
        }
        return spans;
    }

    const model::FileName& file_;
    const SourceLines& lines_;
    std::vector<OpenCollection> open_;
    std::optional<Node> root_;
};

}  // namespace

std::optional<Node> build_tree(const model::FileName& file, const SourceLines& lines,
                               const std::vector<GateEvent>& events) {
    TreeBuilder builder(file, lines);
    for (const auto& event : events) builder.take(event);
    return builder.take_root();
}

}  // namespace regent::manifest
