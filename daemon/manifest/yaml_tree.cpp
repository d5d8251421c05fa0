#include "manifest/yaml_tree.hpp"

#include "manifest/display_text.hpp"
#include "manifest/plain_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace regent::manifest {

namespace {

using Kind = GateEvent::Kind;

/// Thrown out of yaml-cpp's parser, which has no other way to be stopped; never leaves this file.
struct Disagreement {
    std::string yaml_cpp;  ///< what yaml-cpp saw
};

bool is_null(const GateEvent& event) {
    return event.kind == Kind::scalar && event.style == Style::plain && is_null_text(event.text);
}

std::string described(const GateEvent& event) {
    switch (event.kind) {
        case Kind::alias:
            return "an alias";
        case Kind::scalar:
            return is_null(event) ? "null" : fmt::format("the text \"{}\"", event.text);
        case Kind::sequence_start:
            return "the beginning of a list";
        case Kind::sequence_end:
            return "the end of a list";
        case Kind::mapping_start:
            return "the beginning of a mapping";
        case Kind::mapping_end:
            return "the end of a mapping";
    }
    return "";
}

class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(const model::FileName& file, const SourceLines& lines, const std::vector<GateEvent>& events)
        : file_(file), lines_(lines), events_(events) {}

    [[nodiscard]] std::optional<Node> take_root() {
        if (!root_ || (root_->is_null() && root_->text.empty())) return std::nullopt;
        return std::move(root_);
    }
    [[nodiscard]] bool complete() const { return next_ == events_.size() && open_.empty(); }
    [[nodiscard]] const GateEvent* next_event() const { return next_ < events_.size() ? &events_[next_] : nullptr; }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {
        if (started_) throw Disagreement{"a second document"};
        started_ = true;
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t anchor) override {
        const auto& event = expect(Kind::scalar, "null", "", anchor);
        if (!is_null(event)) throw_back("null");
        auto node = node_of(event, Node::Kind::null);
        node.text = event.text;
        add(std::move(node), event);
    }

    void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override { throw Disagreement{"an alias"}; }

    void OnScalar(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        // What was seen is put into words for an error only: a repository holds hundreds of thousands of scalars.
        const auto seen = [&value] { return fmt::format("the text \"{}\"", value); };
        if (!is_next(Kind::scalar, "", anchor)) throw Disagreement{seen()};
        const auto& event = events_[next_++];
        // yaml-cpp has no style in its events: "?" is the tag of a plain scalar, "!" of any other.
        const bool plain = tag == "?";
        const bool same = event.text == value && plain == (event.style == Style::plain) && (plain || tag == "!");
        if (!same) throw_back(seen());
        auto node = node_of(event, Node::Kind::scalar);
        node.text = value;
        node.placeholders = placeholders_in(event);
        add(std::move(node), event);
    }

    void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(Kind::sequence_start, Node::Kind::sequence, "the beginning of a list", tag, anchor);
    }
    void OnSequenceEnd() override { close(Kind::sequence_end, "the end of a list"); }

    void OnMapStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(Kind::mapping_start, Node::Kind::mapping, "the beginning of a mapping", tag, anchor);
    }
    void OnMapEnd() override { close(Kind::mapping_end, "the end of a mapping"); }

private:
    struct OpenCollection {
        Node node;
        bool is_key = false;
        std::optional<Entry> entry;  ///< a key that waits for its value
    };

    [[nodiscard]] bool is_next(Kind kind, std::string_view tag, YAML::anchor_t anchor) const {
        const bool explicit_tag = !tag.empty() && tag != "?";
        return next_ < events_.size() && events_[next_].kind == kind && !explicit_tag && anchor == YAML::NullAnchor;
    }

    const GateEvent& expect(Kind kind, std::string_view seen, std::string_view tag, YAML::anchor_t anchor) {
        if (!is_next(kind, tag, anchor)) throw Disagreement{std::string(seen)};
        return events_[next_++];
    }

    // The event was taken already, and is the one to point at.
    [[noreturn]] void throw_back(std::string seen) {
        --next_;
        throw Disagreement{std::move(seen)};
    }

    static Node node_of(const GateEvent& event, Node::Kind kind) {
        Node node;
        node.kind = kind;
        node.span = event.span;
        node.style = event.style;
        node.in_flow = event.in_flow;
        return node;
    }

    void open(Kind kind, Node::Kind node_kind, std::string_view seen, const std::string& tag, YAML::anchor_t anchor) {
        const auto& event = expect(kind, seen, tag, anchor);
        open_.push_back({node_of(event, node_kind), event.is_key, std::nullopt});
    }

    void close(Kind kind, std::string_view seen) {
        const auto& event = expect(kind, seen, "", YAML::NullAnchor);
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
        } else if (!parent.entry) {
            if (!event.is_key) throw_back("a key");
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
    const std::vector<GateEvent>& events_;
    std::size_t next_ = 0;
    bool started_ = false;
    std::vector<OpenCollection> open_;
    std::optional<Node> root_;
};

model::Diagnostic disagreement(const model::FileName& file, const DocumentText& document, const GateEvent* libyaml,
                               const std::string& yaml_cpp) {
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0140";
    diagnostic.message = "the two YAML parsers disagree about this document";
    diagnostic.span = libyaml != nullptr
                          ? libyaml->span
                          : model::Span{file, document.first_line, 1, document.first_line, 2, document.first_byte};
    diagnostic.label = "from here on";
    diagnostic.notes.push_back(
        fmt::format("libyaml reads {}", libyaml != nullptr ? described(*libyaml) : "nothing more"));
    diagnostic.notes.push_back(fmt::format("yaml-cpp reads {}", yaml_cpp));
    diagnostic.help = "write it in a simpler way, for instance with quotes and without line breaks inside them";
    return diagnostic;
}

}  // namespace

tl::expected<std::optional<Node>, model::Diagnostic> build_tree(const model::FileName& file, const SourceLines& lines,
                                                                const DocumentText& document,
                                                                const std::vector<GateEvent>& events) {
    TreeBuilder builder(file, lines, events);
    try {
        std::istringstream stream{std::string(document.text)};
        YAML::Parser parser(stream);
        // Called once more than there are documents, so that whatever yaml-cpp takes for a second one is noticed.
        if (parser.HandleNextDocument(builder)) (void)parser.HandleNextDocument(builder);
    } catch (const Disagreement& found) {
        return tl::unexpected(disagreement(file, document, builder.next_event(), found.yaml_cpp));
    } catch (const YAML::Exception& refused) {
        return tl::unexpected(disagreement(file, document, builder.next_event(), "an error: " + refused.msg));
    }
    // An empty document is an empty scalar to libyaml and nothing at all to yaml-cpp.
    const bool both_empty =
        events.empty() || (events.size() == 1 && is_null(events.front()) && events.front().text.empty());
    if (!builder.complete() && !both_empty) {
        return tl::unexpected(disagreement(file, document, builder.next_event(), "nothing more"));
    }
    return builder.take_root();
}

}  // namespace regent::manifest
