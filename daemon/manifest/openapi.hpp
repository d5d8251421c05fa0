#pragma once

#include "model/diagnostic.hpp"
#include "model/place.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace regent::manifest {

/// `document` as text whose equality is the documents' equality: keys sorted, no blanks, UTF-8 as it is (RFC 8785
/// without its number formatting: numbers keep the shortest form that reads back the same).
[[nodiscard]] std::string canonical_json(const nlohmann::json& document);

/// What a Connector's manifest says over its OpenAPI file.
struct OpenApiRequest {
    std::string_view file;            ///< from the repository's root; for messages
    std::string_view text;            ///< JSON, or YAML
    model::Span manifest_span;        ///< of `spec.openapi`: where a mistake without a position of its own is shown
    std::optional<std::string> host;  ///< replaces the document's
    std::optional<std::string> base_path;  ///< replaces the document's
    /// True adds `securityDefinitions` and `security` for Entra ID's OAuth where the file has none: the connector's
    /// runtime takes from them that it must send a token.
    bool adds_entra_security = false;
    /// The same for another way to sign in, as JSON of `securityDefinitions`; empty: none.
    std::string_view security_definitions = {};
    /// True when something else than `auth` says how connections sign in (apiProperties.json).
    bool signs_in_elsewhere = false;
    /// True when the connector is in a solution: `host` and `basePath` may name its environment variables.
    bool in_solution = false;
};

struct OpenApiResult {
    std::string definition;                         ///< canonical JSON; empty when the file holds an error
    std::string title;                              ///< info.title
    std::string description;                        ///< info.description
    std::set<std::string, std::less<>> operations;  ///< every operationId
    model::Diagnostics diagnostics;
};

/// Reads an OpenAPI 2.0 file as the custom connector service takes it, and refuses here what the service would refuse
/// after half of the work is done. Rules and wording:
/// https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors (see the catalogue entries RG0601
/// to RG0699).
[[nodiscard]] OpenApiResult read_openapi(const OpenApiRequest& request);

}  // namespace regent::manifest
