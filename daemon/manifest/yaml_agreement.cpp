#include "manifest/yaml_agreement.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace regent::manifest {

namespace {

using Kind = GateEvent::Kind;

/// Thrown out of yaml-cpp's parser, which has no other way to be stopped; never leaves this file.
struct Disagreement {
    std::string yaml_cpp;  ///< what yaml-cpp saw
};

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

/// Hears yaml-cpp, and goes through libyaml's events beside it.
class Comparison final : public YAML::EventHandler {
public:
    explicit Comparison(const std::vector<GateEvent>& events) : events_(events) {}

    [[nodiscard]] const GateEvent* next_event() const { return next_ < events_.size() ? &events_[next_] : nullptr; }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {
        if (started_) throw Disagreement{"a second document"};
        started_ = true;
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t anchor) override {
        if (!is_next(Kind::scalar, "", anchor) || !is_null(events_[next_])) throw Disagreement{"null"};
        ++next_;
    }

    void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override { throw Disagreement{"an alias"}; }

    void OnScalar(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        // yaml-cpp has no style in its events: "?" is the tag of a plain scalar, "!" of any other.
        const bool plain = tag == "?";
        const bool same = is_next(Kind::scalar, "", anchor) && events_[next_].text == value &&
                          plain == (events_[next_].style == Style::plain) && (plain || tag == "!");
        if (!same) throw Disagreement{fmt::format("the text \"{}\"", value)};
        ++next_;
    }

    void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        expect(Kind::sequence_start, "the beginning of a list", tag, anchor);
    }
    void OnSequenceEnd() override { expect(Kind::sequence_end, "the end of a list"); }

    void OnMapStart(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        expect(Kind::mapping_start, "the beginning of a mapping", tag, anchor);
    }
    void OnMapEnd() override { expect(Kind::mapping_end, "the end of a mapping"); }

private:
    [[nodiscard]] bool is_next(Kind kind, std::string_view tag, YAML::anchor_t anchor) const {
        const bool explicit_tag = !tag.empty() && tag != "?";
        return next_ < events_.size() && events_[next_].kind == kind && !explicit_tag && anchor == YAML::NullAnchor;
    }

    void expect(Kind kind, std::string_view seen, std::string_view tag = "", YAML::anchor_t anchor = YAML::NullAnchor) {
        if (!is_next(kind, tag, anchor)) throw Disagreement{std::string(seen)};
        ++next_;
    }

    const std::vector<GateEvent>& events_;
    std::size_t next_ = 0;
    bool started_ = false;
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

std::optional<model::Diagnostic> find_disagreement(const model::FileName& file, const DocumentText& document,
                                                   const std::vector<GateEvent>& events) {
    Comparison comparison(events);
    try {
        std::istringstream stream{std::string(document.text)};
        YAML::Parser parser(stream);
        // Called once more than there are documents, so that whatever yaml-cpp takes for a second one is noticed.
        if (parser.HandleNextDocument(comparison)) (void)parser.HandleNextDocument(comparison);
    } catch (const Disagreement& found) {
        return disagreement(file, document, comparison.next_event(), found.yaml_cpp);
    } catch (const YAML::Exception& refused) {
        return disagreement(file, document, comparison.next_event(), "an error: " + refused.msg);
    }
    // An empty document is an empty scalar to libyaml and nothing at all to yaml-cpp.
    const auto* rest = comparison.next_event();
    const bool both_empty = events.size() == 1 && is_null(events.front()) && events.front().text.empty();
    if (rest != nullptr && !both_empty) return disagreement(file, document, rest, "nothing more");
    return std::nullopt;
}

}  // namespace regent::manifest
