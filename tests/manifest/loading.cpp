#include "manifest/loading.hpp"

#include "manifest/diagnostic_text.hpp"
#include "manifest/overrides.hpp"
#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace regent::manifest {
namespace {

constexpr std::string_view plain_environment = R"(apiVersion: regent/v1
kind: Environment
metadata: {name: dev}
spec:
  tenantId: 11111111-1111-1111-1111-111111111111
  powerPlatformEnvironments: {sales: Default-11111111-1111-1111-1111-111111111111}
  vars: {env: dev}
)";

void append(model::Diagnostics& all, const model::Diagnostics& more) {
    all.insert(all.end(), more.begin(), more.end());
}

std::string indented(std::string_view lines) {
    std::string text;
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n'));
        text += line.empty() ? "\n" : "  " + std::string(line) + "\n";
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    return text;
}

}  // namespace

const model::Declaration& Loaded::operator[](std::string_view address) const {
    const auto it = std::find_if(declarations.begin(), declarations.end(), [&](const auto& declaration) {
        return model::to_string(declaration.address) == address;
    });
    INFO(address << " among what was loaded; diagnostics:\n" << text);
    REQUIRE(it != declarations.end());
    return *it;
}

Loaded load_repository(const Repository& repository) {
    Loaded loaded;
    const SourceText environment_source{"environments/dev.regent.yaml", repository.environment.empty()
                                                                            ? std::string(plain_environment)
                                                                            : repository.environment};
    const SourceText source{"base/input.regent.yaml", repository.manifest};
    auto environments = read_yaml(environment_source);
    append(loaded.diagnostics, environments.diagnostics);
    EnvironmentResult environment;
    if (!environments.documents.empty()) environment = load_environment(environments.documents.front());
    append(loaded.diagnostics, environment.diagnostics);
    loaded.environment = environment.environment;
    auto read = read_yaml(source);
    append(loaded.diagnostics, read.diagnostics);
    append(loaded.diagnostics, apply_overrides(read.documents, environment.overrides));
    for (auto& document : read.documents) append(loaded.diagnostics, substitute(document, environment.variables));
    const auto usable = environment.environment.value_or(model::Environment{});
    const FileReader reader = [&](const std::string& path) -> tl::expected<std::string, std::string> {
        constexpr std::string_view folder = "base/";
        if (path.compare(0, folder.size(), folder) == 0)
            if (const auto it = repository.files.find(path.substr(folder.size())); it != repository.files.end())
                return it->second;
        return tl::make_unexpected("no such file");
    };
    const FolderLister lister = [&](const std::string& folder) -> tl::expected<std::vector<std::string>, std::string> {
        std::vector<std::string> names;
        for (const auto& file : repository.files) {
            const auto path = std::filesystem::path("base") / file.first;
            if (path.parent_path() == folder) names.push_back(path.filename().string());
        }
        if (names.empty()) return tl::make_unexpected(folder + " does not exist");
        return names;
    };
    auto result = load(read.documents, {usable, reader, loaded.diagnostics, lister});
    append(loaded.diagnostics, result.diagnostics);
    loaded.declarations = std::move(result.declarations);
    loaded.documents = std::move(read.documents);
    model::sort(loaded.diagnostics);
    std::vector<SourceText> sources = {environment_source, source};
    for (const auto& [name, text] : repository.files) sources.push_back({"base/" + name, text});
    loaded.text = render_text(loaded.diagnostics, sources);
    return loaded;
}

std::string text_of_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Repository repository_in(const std::filesystem::path& folder) {
    Repository repository;
    if (std::filesystem::exists(folder / "input.yaml")) repository.manifest = text_of_file(folder / "input.yaml");
    if (std::filesystem::exists(folder / "environment.yaml"))
        repository.environment = text_of_file(folder / "environment.yaml");
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".json")
            repository.files[entry.path().filename().string()] = text_of_file(entry.path());
    repository.files.try_emplace("api.json", good_openapi());
    return repository;
}

std::vector<std::filesystem::path> bad_field_folders() {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(REGENT_SOURCE_DIR) / "tests/manifest/bad_fields"))
        if (entry.is_directory()) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::string good_openapi() {
    return R"({
  "swagger": "2.0",
  "info": {"title": "Azure Resource Manager", "description": "Lists subscriptions", "version": "1.0"},
  "host": "management.azure.com",
  "basePath": "/",
  "schemes": ["https"],
  "produces": ["application/json"],
  "paths": {
    "/subscriptions": {
      "get": {
        "operationId": "ListSubscriptions",
        "parameters": [{"name": "api-version", "in": "query", "required": true, "type": "string"}],
        "responses": {"200": {"description": "OK"}}
      }
    }
  }
}
)";
}

std::string application(std::string_view spec_lines) {
    return "apiVersion: regent/v1\nkind: Application\nmetadata:\n  name: portal\nspec:\n  displayName: Portal\n" +
           indented(spec_lines);
}

std::string connector(std::string_view spec_lines) {
    return "apiVersion: regent/v1\nkind: Connector\nmetadata:\n  name: arm\nspec:\n  displayName: Azure Resource "
           "Manager\n"
           "  powerPlatformEnvironment: sales\n  openapi: api.json\n" +
           indented(spec_lines);
}

}  // namespace regent::manifest
