#pragma once

#include "manifest/document.hpp"
#include "manifest/json_places.hpp"
#include "manifest/openapi.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>

namespace regent::manifest {

/// An OpenAPI file as JSON, with where its parts were written.
struct OpenApiDocument {
    std::string file;
    nlohmann::json json;
    /// Of YAML: span of the key, or of a list's member, by JSON pointer (RFC 6901): "/paths/~1subscriptions/get".
    std::map<std::string, model::Span, std::less<>> spans;
    /// Of JSON: the same, looked for when it is asked for. A megabyte of JSON has a hundred thousand places, of which
    /// usually none is needed.
    std::optional<JsonPlaces> places;

    /// The span of `pointer` or of what encloses it; unknown when there are no spans.
    [[nodiscard]] model::Span span_of(std::string pointer) const;
};

/// Reads JSON or YAML. Nothing when the text is neither or is too large, which is then reported.
[[nodiscard]] std::optional<OpenApiDocument> parse_openapi(const OpenApiRequest& request,
                                                           model::Diagnostics& diagnostics);

/// A YAML node as the JSON it means.
[[nodiscard]] nlohmann::json to_json(const Node& node);

}  // namespace regent::manifest
