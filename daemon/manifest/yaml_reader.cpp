#include "manifest/yaml_reader.hpp"

#include "manifest/openapi_yaml.hpp"
#include "manifest/source_lines.hpp"
#include "manifest/yaml_agreement.hpp"
#include "manifest/yaml_bytes.hpp"
#include "manifest/yaml_gate.hpp"
#include "manifest/yaml_plain_writing.hpp"
#include "manifest/yaml_refusals.hpp"
#include "manifest/yaml_tree.hpp"

#include <fmt/format.h>

#include <iterator>
#include <optional>

namespace regent::manifest {

namespace {

bool begins_document(std::string_view line) {
    return line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\t');
}

bool is_before_document(std::string_view line) {
    const auto first = line.find_first_not_of(" \t");
    return first == std::string_view::npos || line[first] == '#' || line.front() == '%';
}

// YAML ends whatever is open at a line `---`, so each document can be parsed by itself, and a mistake in one hides
// nothing in the next. Comments and directives belong to the `---` below them.
std::vector<DocumentText> split(std::string_view text, const SourceLines& lines) {
    std::vector<DocumentText> documents;
    std::size_t first_line = 1;
    bool has_content = false;
    const auto add_until = [&](std::size_t line_after, std::size_t end) {
        const auto first = lines.start(first_line);
        if (end > first) documents.push_back({text.substr(first, end - first), first_line, first});
        first_line = line_after;
    };
    for (std::size_t number = 1; number <= lines.count(); ++number) {
        const auto line = lines.line(number);
        if (begins_document(line)) {
            if (has_content) add_until(number, lines.start(number));
            has_content = true;
        } else {
            has_content = has_content || !is_before_document(line);
        }
    }
    add_until(lines.count() + 1, text.size());
    return documents;
}

/// What became of one document of the file.
struct Outcome {
    Document document;  ///< of a broken one, what could be found to name it
    bool usable = false;
    model::Diagnostics diagnostics;
};

// `kind` and `metadata.name` as far as the events go: to name a document that cannot be read.
Node identity_of(const std::vector<GateEvent>& events) {
    using Kind = GateEvent::Kind;
    Node root;
    root.kind = Node::Kind::mapping;
    std::vector<std::string> path;  // the key that leads into each open mapping
    std::string key;
    for (const auto& event : events) {
        if (event.kind == Kind::mapping_start || event.kind == Kind::sequence_start) {
            path.push_back(event.kind == Kind::mapping_start ? key : "-");
            key.clear();
        } else if (event.kind == Kind::mapping_end || event.kind == Kind::sequence_end) {
            path.pop_back();
        } else if (event.is_key) {
            key = event.text;
        } else {
            Node value;
            value.kind = Node::Kind::scalar;
            value.text = event.text;
            if (path.size() == 1 && key == "kind" && root.find("kind") == nullptr) {
                root.entries.push_back({"kind", {}, std::move(value)});
            } else if (path.size() == 2 && path.back() == "metadata" && key == "name" &&
                       root.find("metadata") == nullptr) {
                Node metadata;
                metadata.kind = Node::Kind::mapping;
                metadata.entries.push_back({"name", {}, std::move(value)});
                root.entries.push_back({"metadata", {}, std::move(metadata)});
            }
        }
    }
    return root;
}

class Reader {
public:
    Reader(const SourceText& source, const ReadLimits& limits, NumberAsKey number)
        : source_(source), limits_(limits), number_(number), lines_(source.text), events_left_(limits.events) {}

    ReadResult read() {
        ReadResult result;
        result.diagnostics = check_bytes(source_, lines_, limits_);
        if (!result.diagnostics.empty()) return result;
        for (const auto& text : split(source_.text, lines_)) {
            if (!read_document(text)) break;
        }
        number_documents();
        for (auto& outcome : outcomes_) {
            std::move(outcome.diagnostics.begin(), outcome.diagnostics.end(), std::back_inserter(result.diagnostics));
            // After a limit of the file, what was read before it is half a file.
            if (outcome.usable && !file_limit_reached_) result.documents.push_back(std::move(outcome.document));
        }
        model::sort(result.diagnostics);
        return result;
    }

private:
    // False when the rest of the file must not be read.
    bool read_document(const DocumentText& text) {
        auto gate = pass_gate(source_, lines_, text, limits_, events_left_);
        Outcome outcome;
        outcome.document.file = source_.file;
        outcome.diagnostics = std::move(gate.diagnostics);
        file_limit_reached_ = gate.file_limit_reached;
        if (outcome.diagnostics.empty()) outcome.diagnostics = find_refusals(gate.events, lines_, number_);
        if (outcome.diagnostics.empty() && !is_beyond_doubt(text, gate.events)) {
            auto found = find_disagreement(source_.file, text, gate.events);
            if (found) outcome.diagnostics.push_back(std::move(*found));
        }
        if (outcome.diagnostics.empty()) {
            auto tree = build_tree(source_.file, lines_, gate.events);
            if (!tree) return true;
            outcome.document.root = std::move(*tree);
            outcome.usable = true;
        }
        if (!outcome.usable) outcome.document.root = identity_of(gate.events);
        if (outcomes_.size() == limits_.documents) {
            outcome.diagnostics = {too_many_documents(text)};
            file_limit_reached_ = true;
        }
        outcomes_.push_back(std::move(outcome));
        return !file_limit_reached_;
    }

    [[nodiscard]] model::Diagnostic too_many_documents(const DocumentText& text) const {
        model::Diagnostic diagnostic;
        diagnostic.code = "RG0122";
        diagnostic.message = fmt::format("the file holds more than {} documents", limits_.documents);
        diagnostic.span = lines_.span(source_.file, text.first_line, 1, 3);
        diagnostic.label = "one too many";
        diagnostic.help = "spread them over several files";
        return diagnostic;
    }

    void number_documents() {
        for (std::size_t i = 0; i < outcomes_.size(); ++i) {
            outcomes_[i].document.number = i + 1;
            outcomes_[i].document.of = outcomes_.size();
            for (auto& diagnostic : outcomes_[i].diagnostics) diagnostic.subject = subject_of(outcomes_[i].document);
        }
    }

    const SourceText& source_;
    const ReadLimits& limits_;
    NumberAsKey number_;
    SourceLines lines_;
    std::size_t events_left_;
    bool file_limit_reached_ = false;
    std::vector<Outcome> outcomes_;
};

}  // namespace

ReadResult read_yaml(const SourceText& source, const ReadLimits& limits) {
    return Reader(source, limits, NumberAsKey::refused).read();
}

ReadResult read_openapi_yaml(const SourceText& source, const ReadLimits& limits) {
    return Reader(source, limits, NumberAsKey::text).read();
}

}  // namespace regent::manifest
