#pragma once

#include "manifest/document.hpp"
#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"
#include "model/daemon_configuration.hpp"
#include "model/declaration.hpp"
#include "model/diagnostic.hpp"
#include "model/environment.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace regent::manifest {

/// The bytes of one file beside the manifests, by its path from the repository's root ("base/openapi/arm.json": '/' as
/// separator, no
/// `.` or `..`). The error is a phrase for people: "no such file". Called for OpenAPI files, once per Connector
/// document.
using FileReader = std::function<tl::expected<std::string, std::string>(const std::string& path)>;
/// The names of the files in one folder beside the manifests; "" is the repository's root. Called for folders that
/// Connector documents name.
using FolderLister = std::function<tl::expected<std::vector<std::string>, std::string>(const std::string& folder)>;

struct LoadContext {
    const model::Environment& environment;
    FileReader read_file;
    /// What was found in the same documents before, by substitution above all: a value that one of these is about is
    /// not judged again, so that one mistake stays one diagnostic. Not part of LoadResult::diagnostics.
    model::Diagnostics reported = {};
    /// Without one, files in a folder are found under their usual names only.
    FolderLister list_folder = {};
};

struct LoadResult {
    /// The documents that could be read, also when others (or rules) failed: so that cross-document checks find what
    /// they can. Not to be planned with when `diagnostics` holds an error.
    std::vector<model::Declaration> declarations;
    model::Diagnostics diagnostics;
};

/// Turns documents into declarations: fields against the field tables, then the rules that one document can be checked
/// against by itself. Expects substituted and overridden documents; skips those of kind Environment. One diagnostic per
/// mistake, as many as there are; never fails early.
[[nodiscard]] LoadResult load(const std::vector<Document>& documents, const LoadContext& context);

struct EnvironmentResult {
    std::optional<model::Environment> environment;  ///< unset when the document holds an error
    Variables variables;                            ///< Environment.spec.vars
    std::vector<Node> overrides;                    ///< Environment.spec.overrides, as written
    /// Environment.spec.sources as written, in the order of Environment::sources; empty where the key is left out.
    std::vector<Node> sources = {};
    model::Diagnostics diagnostics;
};

/// Reads a document of kind Environment.
[[nodiscard]] EnvironmentResult load_environment(const Document& document);

inline constexpr std::string_view daemon_kind = "Daemon";

struct DaemonResult {
    std::optional<model::DaemonConfiguration> configuration;  ///< unset when there is an error
    model::Diagnostics diagnostics;
};
/// Reads the configuration of the service: one document of kind Daemon.
[[nodiscard]] DaemonResult load_daemon_configuration(const SourceText& text);

/// The document's `kind`; empty when it has none. For telling environments from manifests before anything is checked.
[[nodiscard]] std::string_view kind_of(const Document& document) noexcept;
/// The document's `metadata.name`; empty when it has none.
[[nodiscard]] std::string_view name_of(const Document& document) noexcept;

}  // namespace regent::manifest
