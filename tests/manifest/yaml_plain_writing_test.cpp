#include "manifest/yaml_plain_writing.hpp"

#include "manifest/source_lines.hpp"
#include "manifest/yaml_agreement.hpp"
#include "manifest/yaml_gate.hpp"
#include "manifest/yaml_reader.hpp"
#include "manifest/yaml_refusals.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// Documents about which yaml-cpp is not asked, because nobody could read them in two ways.

namespace {

namespace fs = std::filesystem;
using namespace regent;

/// What both parsers make of a text; nothing where libyaml or the house refuses it, so that yaml-cpp never sees it.
struct Reading {
    bool beyond_doubt = false;
    bool disagree = false;
};

std::optional<Reading> read_back(const std::string& text) {
    if (text.find("\n---") != std::string::npos) return std::nullopt;  // the reader parts documents before
    const manifest::SourceText source{"a.regent.yaml", text};
    const manifest::SourceLines lines(source.text);
    const manifest::DocumentText document{source.text, 1, 0};
    const manifest::ReadLimits limits;
    auto events_left = limits.events;
    const auto gate = manifest::pass_gate(source, lines, document, limits, events_left);
    if (!gate.diagnostics.empty() || !manifest::find_refusals(gate.events, lines).empty()) return std::nullopt;
    return Reading{manifest::is_beyond_doubt(document, gate.events),
                   manifest::find_disagreement("a.regent.yaml", document, gate.events).has_value()};
}

bool beyond_doubt(const std::string& text) {
    const auto reading = read_back(text);
    REQUIRE(reading);
    return reading->beyond_doubt;
}

std::string random_document(std::mt19937& random) {
    static const std::vector<std::string> pieces{
        "a",      "key",    "value",       "b2",          "${env}", "https://a.example/x?y=1&z",
        ":",      ": ",     ":\n",         "\n",          "\n  ",   "\n    ",
        "- ",     "\n- ",   "\n  - ",      "[",           "]",      "{",
        "}",      ", ",     ",",           " ",           "#",      " # why\n",
        "# c\n",  "\"q\"",  "'q'",         "null",        "true",   "1.5",
        "a: b",   "-",      "--- ",        "...",         "!",      "%a",
        "[a, b]", "{a: b}", "x: [a, b]\n", "x: {a: b}\n", "k: v\n", "m:\n  n: o\n"};
    std::string text;
    for (auto count = 1 + random() % 12; count > 0; --count) text += pieces[random() % pieces.size()];
    return text;
}

std::vector<std::string> manifests_of_the_repository() {
    std::vector<std::string> texts;
    for (const auto* folder : {"tests/scenarios", "tests/manifest", "manifests"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(REGENT_SOURCE_DIR) / folder)) {
            if (entry.path().extension() != ".yaml") continue;
            std::ifstream stream(entry.path(), std::ios::binary);
            texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
        }
    }
    return texts;
}

}  // namespace

TEST_CASE("A usual manifest is beyond doubt", "[yaml]") {
    CHECK(beyond_doubt(
        "# why\napiVersion: regent/v1\nkind: Application\nmetadata:\n  name: web\n  labels: {team: a}\nspec:\n"
        "  displayName: \"The web, #1\"  # shown\n  redirectUris:\n    web:\n      - https://a.example/x?y=1\n"
        "    spa: []\n  subject: repo:a/b:environment:${env}\n  scopes: [openid, User.Read]\n"));
}

TEST_CASE("Whatever one parser might read otherwise is shown to both", "[yaml]") {
    for (const std::string_view text :
         {"a: \"no\\_break\"", "a: 'it''s'", "a: |\n  b\n", "a: b\n  c\n", "a: é", "a:\tb", "a: b\r\n", "a:", "a: ~",
          "a: [b: c]", "a: [b, ]", "{a: }", "\"a\": b", "a: [\"b\"]", "? a\n: b\n", "a: b#c", "a: *", "--- a\n..."}) {
        const auto reading = read_back(std::string(text));
        CAPTURE(text);
        CHECK((!reading || !reading->beyond_doubt));
    }
}

TEST_CASE("Both parsers read the same in every document that is beyond doubt", "[yaml]") {
    std::mt19937 random(20'261'127);
    std::size_t certain = 0;
    const auto try_out = [&](const std::string& text) {
        const auto reading = read_back(text);
        if (!reading || !reading->beyond_doubt) return;
        ++certain;
        CAPTURE(text);
        CHECK_FALSE(reading->disagree);
    };
    const auto manifests = manifests_of_the_repository();
    for (const auto& text : manifests) try_out(text);
    for (auto round = 0; round < 60'000; ++round) try_out(random_document(random));
    // Damaged ones: a piece cut out of a real manifest, so that what remains is odd but often still YAML.
    for (auto round = 0; round < 20'000; ++round) {
        auto text = manifests[random() % manifests.size()].substr(0, 2'000);
        if (text.empty()) continue;
        text.erase(random() % text.size(), 1 + random() % 30);
        try_out(text);
    }
    CHECK(certain > 3'000);
}
