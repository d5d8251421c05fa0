#include "manifest/diagnostic_text.hpp"
#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"
#include "manifest/yaml_writer.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

// Damaged files: whatever happens to the bytes of a manifest, it is read completely or refused with places that exist.

namespace {

namespace fs = std::filesystem;
using namespace regent;

std::vector<std::string> seeds() {
    std::vector<std::string> texts;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(REGENT_SOURCE_DIR) / "tests/manifest/bad")) {
        if (entry.path().extension() != ".yaml") continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
    return texts;
}

class Damage {
public:
    explicit Damage(unsigned seed) : random_(seed) {}

    std::string apply(std::string text, const std::string& other) {
        static const std::vector<std::string> pieces{
            ":",    ": ", "- ", "\n",  "\n---\n", "\t",   "  ",           "\"",           "'",   "{",    "}",
            "[",    "]",  ",",  "#",   " #",      "&a ",  "*a",           "!t ",          "|\n", ">-\n", "? ",
            "<<: ", "${", "}",  "$${", "\\",      "\xC3", "\xE2\x80\xAE", "\xEF\xBB\xBF", "%",   "@",    "...\n",
            "\r\n", "\r", "é",  "😀",   "~"};
        for (auto times = 1 + random_() % 4; times > 0; --times) {
            const auto at = random_() % (text.size() + 1);
            switch (random_() % 5) {
                case 0:
                    text.erase(at, 1 + random_() % 4);
                    break;
                case 1:
                    text.insert(at, pieces[random_() % pieces.size()]);
                    break;
                case 2:
                    text.resize(at);
                    break;
                case 3:
                    text.insert(at, other.substr(0, random_() % 40));
                    break;
                default:
                    text.insert(at, text.substr(text.size() / 2, random_() % 20));
                    break;
            }
        }
        return text;
    }

private:
    std::mt19937 random_;
};

bool is_inside(const model::Span& span, const manifest::SourceText& source) {
    return span.file == source.file && span.byte <= source.text.size() &&
           (span.line == 0 || (span.column >= 1 && span.end_line >= span.line &&
                               (span.end_line > span.line || span.end_column >= span.column)));
}

void check_places(const manifest::Node& node, const manifest::SourceText& source) {
    REQUIRE(is_inside(node.span, source));
    for (const auto& placeholder : node.placeholders) REQUIRE(is_inside(placeholder, source));
    for (const auto& item : node.items) check_places(item, source);
    for (const auto& entry : node.entries) {
        REQUIRE(is_inside(entry.key_span, source));
        // A key in the tree stands where its span says.
        const auto there = source.text.substr(entry.key_span.byte, entry.key.size() + 1);
        const bool escaped =
            there.starts_with('"') || there.starts_with('\'') || there.starts_with('|') || there.starts_with('>');
        if (entry.key_span.line == entry.key_span.end_line && !escaped) {
            REQUIRE(there.substr(0, entry.key.size()) == entry.key);
        }
        check_places(entry.value, source);
    }
}

}  // namespace

TEST_CASE("a damaged file is read or refused, with places that exist", "[manifest][yaml][property]") {
    const auto texts = seeds();
    REQUIRE(texts.size() > 40);
    const auto* wanted = std::getenv("REGENT_DAMAGE_ROUNDS");
    const unsigned rounds = wanted == nullptr ? 3000 : static_cast<unsigned>(std::stoul(wanted));
    std::size_t read_well = 0;
    for (unsigned seed = 0; seed < rounds; ++seed) {
        Damage damage(seed);
        const manifest::SourceText source{"a.yaml",
                                          damage.apply(texts[seed % texts.size()], texts[(seed * 7) % texts.size()])};
        INFO("seed " << seed << "\n" << source.text);
        auto result = manifest::read_yaml(source);
        for (const auto& diagnostic : result.diagnostics) {
            REQUIRE(is_inside(diagnostic.span, source));
            for (const auto& label : diagnostic.secondary) REQUIRE(is_inside(label.span, source));
        }
        REQUIRE(manifest::render_text(result.diagnostics, {source}).empty() == result.diagnostics.empty());
        for (auto& document : result.documents) {
            check_places(document.root, source);
            (void)manifest::substitute(document, {});
            const auto again = manifest::read_yaml({"again.yaml", manifest::to_yaml(document)});
            INFO(manifest::to_yaml(document));
            REQUIRE(again.diagnostics.empty());
            REQUIRE(again.documents.size() == 1);
            REQUIRE(manifest::to_yaml(again.documents[0]) == manifest::to_yaml(document));
        }
        if (result.diagnostics.empty()) ++read_well;
    }
    // Else the damage is such that the properties above were hardly put to the test.
    CHECK(read_well * 20 > rounds);
}
