#pragma once

#include "manifest/document.hpp"
#include "manifest/loader.hpp"
#include "model/declaration.hpp"
#include "model/diagnostic.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// A small repository in memory: what `regent validate` sees, up to the checks that need several documents.
struct Repository {
    std::string manifest;     ///< base/input.regent.yaml
    std::string environment;  ///< environments/dev.regent.yaml; empty: a plain one with the alias "sales"
    std::map<std::string, std::string> files;  ///< base/<name>: OpenAPI files
};

struct Loaded {
    std::vector<Document> documents;
    std::vector<model::Declaration> declarations;
    std::optional<model::Environment> environment;
    model::Diagnostics diagnostics;
    std::string text;  ///< the diagnostics as a person reads them; empty when there are none

    /// The declaration of "Application/arm-connector"; fails the test when there is none.
    [[nodiscard]] const model::Declaration& operator[](std::string_view address) const;
};

[[nodiscard]] Loaded load_repository(const Repository& repository);
/// The repository in a folder: input.yaml, environment.yaml, and every .json file.
[[nodiscard]] Repository repository_in(const std::filesystem::path& folder);
[[nodiscard]] std::string text_of_file(const std::filesystem::path& path);
/// Folders of tests/manifest/bad_fields, sorted.
[[nodiscard]] std::vector<std::filesystem::path> bad_field_folders();

/// An OpenAPI file that nothing is wrong with.
[[nodiscard]] std::string good_openapi();

/// An Application's document around the lines of its `spec`, which are indented by two blanks here.
[[nodiscard]] std::string application(std::string_view spec_lines);
/// A Connector's, in the same way; `openapi: api.json` is there already.
[[nodiscard]] std::string connector(std::string_view spec_lines);

}  // namespace regent::manifest
