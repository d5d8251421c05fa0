#include "manifest/error_catalogue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace fs = std::filesystem;
using namespace regent;

namespace {

std::string read_example(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("codes about text, variables and overrides are in order, each once", "[manifest][catalogue]") {
    const auto codes = manifest::yaml_error_codes();
    REQUIRE_FALSE(codes.empty());
    for (std::size_t i = 1; i < codes.size(); ++i) CHECK(codes[i - 1].code < codes[i].code);
}

TEST_CASE("explanations about text, variables and overrides fit a terminal", "[manifest][catalogue]") {
    for (const auto& code : manifest::yaml_error_codes()) {
        INFO(code.code);
        CHECK_FALSE(code.title.empty());
        std::istringstream lines{std::string(code.explanation)};
        for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
    }
}

TEST_CASE("every code that the bad inputs earn can be explained", "[manifest][catalogue][bad]") {
    std::set<std::string, std::less<>> known;
    for (const auto& code : manifest::yaml_error_codes()) known.insert(std::string(code.code));
    std::set<std::string> seen;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(REGENT_SOURCE_DIR) / "tests/manifest/bad")) {
        if (entry.path().filename() != "expected.txt") continue;
        const auto text = read_example(entry.path());
        const std::regex code("RG[0-9]{4}");
        for (auto match = std::sregex_iterator(text.begin(), text.end(), code); match != std::sregex_iterator();
             ++match) {
            seen.insert(match->str());
        }
    }
    CHECK(seen.size() >= 25);
    for (const auto& code : seen) {
        INFO(code);
        CHECK(known.contains(code));
    }
}
