#include "manifest/openapi_document.hpp"

#include "manifest/load_plain.hpp"
#include "manifest/openapi_rule_names.hpp"
#include "manifest/openapi_yaml.hpp"
#include "manifest/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace regent::manifest {
namespace {

/// What is read at all. What the service takes is smaller, and is measured without the blanks people read by.
constexpr std::size_t max_document_bytes = std::size_t{8} * 1024 * 1024;

constexpr std::size_t max_depth = 64;

/// The reader's limits are made for manifests; an OpenAPI file may be larger, and is text of other people less often.
constexpr ReadLimits limits = {.file_bytes = max_document_bytes,
                               .documents = 1,
                               .depth = max_depth,
                               .events = 4'000'000,
                               .scalar_bytes = max_document_bytes,
                               .line_bytes = max_document_bytes};

model::Diagnostic& report(model::Diagnostics& diagnostics, std::string_view code, const model::Span& span,
                          std::string message) {
    auto& d = diagnostics.emplace_back();
    d.code = code;
    d.span = span;
    d.message = std::move(message);
    return d;
}

nlohmann::json number(const std::string& text) {
    if (const auto integer = parse_integer(text)) return *integer;
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure == std::errc{} && end == text.data() + text.size()) return value;
    return text;
}

nlohmann::json scalar(const Node& node) {
    if (node.style != Style::plain) return node.text;
    switch (plain_type(node.text)) {
        case PlainType::null:
            return nullptr;
        case PlainType::boolean:
            return lower_case(node.text) == "true";
        case PlainType::number:
            return number(node.text);
        case PlainType::other_boolean:
        case PlainType::text:
            break;
    }
    return node.text;
}

nlohmann::json convert(const Node& node, const std::string& pointer,
                       std::map<std::string, model::Span, std::less<>>& spans) {
    switch (node.kind) {
        case Node::Kind::null:
            return nullptr;
        case Node::Kind::scalar:
            return scalar(node);
        case Node::Kind::sequence: {
            auto list = nlohmann::json::array();
            for (std::size_t i = 0; i < node.items.size(); ++i) {
                const auto below = fmt::format("{}/{}", pointer, i);
                const auto& item = node.items[i];
                spans[below] = item.entries.empty() ? item.span : item.entries.front().key_span;
                list.push_back(convert(item, below, spans));
            }
            return list;
        }
        case Node::Kind::mapping: {
            auto object = nlohmann::json::object();
            for (const auto& entry : node.entries) {
                const auto below = fmt::format("{}/{}", pointer, pointer_token(entry.key));
                spans[below] = entry.key_span;
                object[entry.key] = convert(entry.value, below, spans);
            }
            return object;
        }
    }
    return nullptr;
}

/// Comments may stand in front of the first brace, as JSON has them that people keep by hand.
bool looks_like_json(std::string_view text) {
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
        const bool line = text.starts_with("//"), block = text.starts_with("/*");
        if (!line && !block) return text.starts_with('{');
        const auto end = line ? text.find('\n') : text.find("*/", 2);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + (line ? 1 : 2));
    }
}

/// JSON has one parser that decides what it says; `places` only tells where.
/// Where `text` is not UTF-8, if it is not.
std::optional<std::size_t> first_byte_without_meaning(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto character = decode_utf8(text.substr(at));
        if (!character.valid) return at;
        at += character.bytes;
    }
    return std::nullopt;
}

/// A text that nests deeper than is read: where, and the schema below `definitions` that it does so in.
struct DeepPlace {
    std::size_t byte = 0;
    std::string_view definition;  ///< in the text; empty: it is in none
};

/// Asked before anything is parsed, of a text that need not be JSON.
std::optional<DeepPlace> deeper_than(std::string_view text, std::size_t limit) {
    std::array<std::string_view, 4> keys;  // of the objects around, by depth
    std::string_view last;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            const auto begin = i + 1;
            for (++i; i < text.size() && text[i] != '"'; ++i)
                if (text[i] == '\\') ++i;
            last = text.substr(begin, std::min(i, text.size()) - begin);
        } else if (c == '{' || c == '[') {
            if (++depth < keys.size()) keys[depth] = last;
            if (depth > limit) return DeepPlace{i, keys[2] == "definitions" ? keys[3] : std::string_view{}};
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return std::nullopt;
}

void tell_depth(const OpenApiRequest& request, const DeepPlace& deep, const JsonPlaces& places,
                model::Diagnostics& diagnostics) {
    const auto place = places.span_at(deep.byte, deep.byte + 1);
    auto& d = report(diagnostics, rule::schema_depth.code, place,
                     fmt::format("the OpenAPI file `{}` is nested more than {} levels deep", request.file, max_depth));
    d.notes.push_back(fmt::format("the service's validator calls this rule {}", rule::schema_depth.name));
    d.help = "give the inner schemas names below `definitions`, and refer to them by `$ref`";
    if (deep.definition.empty()) return;
    const auto at = static_cast<std::size_t>(deep.definition.data() - request.text.data());
    d.span = places.span_at(at, at + deep.definition.size());
    d.label = "in this schema";
    d.secondary.push_back({place, "one level too many"});
}

std::optional<nlohmann::json> parse_json(const OpenApiRequest& request, const JsonPlaces& places,
                                         model::Diagnostics& diagnostics) {
    if (const auto deep = deeper_than(request.text, max_depth)) {
        tell_depth(request, *deep, places, diagnostics);
        return std::nullopt;
    }
    auto read = read_tolerant_json(request.text);
    if (read) return std::move(*read);
    const auto at = read.error().byte;
    if (const auto byte = first_byte_without_meaning(request.text)) {
        auto& d = report(diagnostics, "RG0603", places.span_at(*byte, *byte + 1), "this OpenAPI file is not UTF-8");
        d.label = fmt::format("the byte 0x{:02X} means nothing there", static_cast<unsigned char>(request.text[*byte]));
        d.help = "save the file as UTF-8, in an editor that shows what stands here";
        return std::nullopt;
    }
    auto& d = report(diagnostics, "RG0603", places.span_at(at, at + 1), "this OpenAPI file is no JSON");
    auto advice = advice_on(request.text, read.error());
    d.label = std::move(advice.label);
    d.help = std::move(advice.help);
    return std::nullopt;
}

/// A repeated key is no mistake to a JSON parser, which takes the last one; a reader may believe the first.
void tell_repeated_keys(const JsonPlaces& places, model::Diagnostics& diagnostics) {
    for (const auto& repeated : places.repeated_keys()) {
        auto& d = report(diagnostics, "RG0627", repeated.again,
                         fmt::format("key `{}` appears twice; the last one counts", repeated.key));
        d.severity = model::Severity::warning;
        d.label = "again here";
        d.secondary.push_back({repeated.first, "first here"});
        d.help = "remove one of them";
    }
}

}  // namespace

model::Span OpenApiDocument::span_of(std::string pointer) const {
    if (places) return places->span_of(std::move(pointer));
    while (!pointer.empty()) {
        if (const auto it = spans.find(pointer); it != spans.end()) return it->second;
        pointer.resize(pointer.rfind('/'));
    }
    return {};
}

nlohmann::json to_json(const Node& node) {
    std::map<std::string, model::Span, std::less<>> spans;
    return convert(node, "", spans);
}

std::optional<OpenApiDocument> parse_openapi(const OpenApiRequest& request, model::Diagnostics& diagnostics) {
    OpenApiDocument document{std::string(request.file), {}, {}, {}};
    if (looks_like_json(request.text)) {
        document.places.emplace(std::string(request.file), request.text);
        auto json = parse_json(request, *document.places, diagnostics);
        if (!json) return std::nullopt;
        tell_repeated_keys(*document.places, diagnostics);
        document.json = std::move(*json);
        return document;
    }
    auto read = read_openapi_yaml({std::string(request.file), std::string(request.text)}, limits);
    if (read.documents.empty() && read.diagnostics.empty())
        report(diagnostics, "RG0603", request.manifest_span,
               fmt::format("the OpenAPI file `{}` is empty", request.file));
    diagnostics.insert(diagnostics.end(), read.diagnostics.begin(), read.diagnostics.end());
    if (model::has_errors(diagnostics) || read.documents.empty()) return std::nullopt;
    document.json = convert(read.documents.front().root, "", document.spans);
    return document;
}

}  // namespace regent::manifest
