#include "manifest/openapi_document.hpp"

#include "manifest/load_plain.hpp"
#include "manifest/yaml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace regent::manifest {
namespace {

/// https://learn.microsoft.com/connectors/custom-connectors/faq: an OpenAPI file must be smaller than 1 MB.
constexpr std::size_t max_bytes = std::size_t{1024} * 1024;

constexpr std::size_t max_depth = 64;

/// The reader's limits are made for manifests; an OpenAPI file may be larger, and is text of other people less often.
constexpr ReadLimits limits = {.file_bytes = max_bytes,
                               .documents = 1,
                               .depth = max_depth,
                               .events = 400'000,
                               .scalar_bytes = max_bytes,
                               .line_bytes = max_bytes};

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

bool looks_like_json(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{';
}

/// Line and column of byte `offset`, for the JSON parser's complaints.
model::Span span_at(const OpenApiRequest& request, std::size_t offset) {
    model::Span span;
    span.file = request.file;
    span.byte = std::min(offset, request.text.size());
    const auto before = request.text.substr(0, span.byte);
    span.line = span.end_line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const auto line = before.substr(before.rfind('\n') + 1);
    span.column = 1 + static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
                      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
                  }));
    span.end_column = span.column + 1;
    return span;
}

/// How deep `text` nests, strings left out: asked before anything walks the document by calling itself.
std::size_t nesting(std::string_view text) {
    std::size_t depth = 0, deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

/// JSON has one parser that decides what it says; the reader's spans only tell where.
std::optional<nlohmann::json> parse_json(const OpenApiRequest& request, model::Diagnostics& diagnostics) {
    if (nesting(request.text) > max_depth) {
        report(diagnostics, "RG0603", request.manifest_span,
               fmt::format("the OpenAPI file `{}` is nested more than {} levels deep", request.file, max_depth));
        return std::nullopt;
    }
    try {
        return nlohmann::json::parse(request.text);
    } catch (const nlohmann::json::parse_error& error) {
        auto& d = report(diagnostics, "RG0603", span_at(request, error.byte > 0 ? error.byte - 1 : 0),
                         "this OpenAPI file is no JSON");
        d.label = "cannot go on here";
        d.help = "look for a missing comma, bracket or quote at or before this place";
        return std::nullopt;
    }
}

}  // namespace

std::string pointer_token(std::string_view name) {
    std::string token;
    for (const char c : name) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    }
    return token;
}

model::Span OpenApiDocument::span_of(std::string pointer) const {
    while (!pointer.empty()) {
        if (const auto it = spans.find(pointer); it != spans.end()) return it->second;
        pointer.resize(pointer.rfind('/'));
    }
    return {};
}

std::optional<OpenApiDocument> parse_openapi(const OpenApiRequest& request, model::Diagnostics& diagnostics) {
    if (request.text.size() >= max_bytes) {
        auto& d = report(diagnostics, "RG0602", request.manifest_span,
                         fmt::format("the OpenAPI file `{}` is too large", request.file));
        d.label = fmt::format("{} bytes", request.text.size());
        d.notes.push_back("the service takes files below 1 MB (1048576 bytes)");
        d.help = "remove operations and examples that the connector does not need";
        return std::nullopt;
    }
    const bool is_json = looks_like_json(request.text);
    std::optional<nlohmann::json> json;
    if (is_json && !(json = parse_json(request, diagnostics))) return std::nullopt;
    auto read = read_yaml({std::string(request.file), std::string(request.text)}, limits);
    OpenApiDocument document{std::string(request.file), {}, {}};
    if (is_json) {
        // A duplicate key is no mistake to a JSON parser, which takes the last one; a reader may believe the first.
        for (const auto& diagnostic : read.diagnostics)
            if (diagnostic.code == "RG0102") diagnostics.push_back(diagnostic);
        if (read.diagnostics.empty() && read.documents.size() == 1)
            convert(read.documents.front().root, "", document.spans);
        document.json = std::move(*json);
        return document;
    }
    if (read.documents.empty() && read.diagnostics.empty())
        report(diagnostics, "RG0603", request.manifest_span,
               fmt::format("the OpenAPI file `{}` is empty", request.file));
    diagnostics.insert(diagnostics.end(), read.diagnostics.begin(), read.diagnostics.end());
    if (model::has_errors(diagnostics) || read.documents.empty()) return std::nullopt;
    document.json = convert(read.documents.front().root, "", document.spans);
    return document;
}

}  // namespace regent::manifest
