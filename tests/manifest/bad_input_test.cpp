#include "manifest/diagnostic_text.hpp"
#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// Every folder of tests/manifest/bad is a mistake that someone can make, and expected.txt is what regent says to it, as
// a person reads it: input.yaml, or input.yaml with the variables of an environment.yaml. REGENT_UPDATE_GOLDEN=1
// rewrites expected.txt; then read it.

namespace {

namespace fs = std::filesystem;
using namespace regent;

std::string read_file(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> cases() {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(fs::path(REGENT_SOURCE_DIR) / "tests/manifest/bad")) {
        if (entry.is_directory()) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

manifest::Variables variables_of(const fs::path& file) {
    manifest::Variables variables{"dev", {}};
    const auto read = manifest::read_yaml({"environments/dev.regent.yaml", read_file(file)});
    REQUIRE(read.diagnostics.empty());
    for (const auto& document : read.documents) {
        for (const auto& entry : document.root.find("spec")->find("vars")->entries) {
            variables.by_name[entry.key] = {entry.value, entry.key_span.begin()};
        }
    }
    return variables;
}

std::string said_about(const fs::path& folder) {
    const manifest::SourceText source{"base/input.regent.yaml", read_file(folder / "input.yaml")};
    auto read = manifest::read_yaml(source);
    if (fs::exists(folder / "environment.yaml")) {
        const auto variables = variables_of(folder / "environment.yaml");
        for (auto& document : read.documents) {
            const auto more = manifest::substitute(document, variables);
            read.diagnostics.insert(read.diagnostics.end(), more.begin(), more.end());
        }
    }
    model::sort(read.diagnostics);
    return manifest::render_text(read.diagnostics, {source});
}

}  // namespace

TEST_CASE("each mistake in a manifest's text gets the message that a person was promised", "[manifest][bad]") {
    const bool update = std::getenv("REGENT_UPDATE_GOLDEN") != nullptr;
    const auto folders = cases();
    REQUIRE(folders.size() >= 40);
    for (const auto& folder : folders) {
        DYNAMIC_SECTION(folder.filename().string()) {
            const auto said = said_about(folder);
            if (update) std::ofstream(folder / "expected.txt", std::ios::binary) << said;
            CHECK(said == read_file(folder / "expected.txt"));
            CHECK_FALSE(said.empty());
        }
    }
    if (update) FAIL("expected.txt was rewritten: read the difference, then run again without REGENT_UPDATE_GOLDEN");
}
