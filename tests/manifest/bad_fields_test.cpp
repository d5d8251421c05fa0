#include "manifest/loading.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

// Every folder of tests/manifest/bad_fields is a mistake in what a manifest says: input.yaml, with an environment.yaml
// or OpenAPI files where the mistake needs them, and expected.txt is what a person reads. REGENT_UPDATE_GOLDEN=1
// rewrites expected.txt; then read it.

using namespace regent::manifest;

TEST_CASE("each mistake in a manifest's fields gets the message that a person was promised", "[manifest][bad]") {
    const bool update = std::getenv("REGENT_UPDATE_GOLDEN") != nullptr;
    const auto folders = bad_field_folders();
    REQUIRE(folders.size() >= 30);
    for (const auto& folder : folders) {
        DYNAMIC_SECTION(folder.filename().string()) {
            const auto said = load_repository(repository_in(folder)).text;
            if (update) std::ofstream(folder / "expected.txt", std::ios::binary) << said;
            CHECK(said == text_of_file(folder / "expected.txt"));
            CHECK_FALSE(said.empty());
        }
    }
    if (update) FAIL("expected.txt was rewritten: read the difference, then run again without REGENT_UPDATE_GOLDEN");
}
