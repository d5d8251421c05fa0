#include "manifest/yaml_reader.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace regent;
using manifest::Node;
using manifest::Style;

namespace {

manifest::ReadResult read_yaml(const std::string& text, const manifest::ReadLimits& limits = {}) {
    return manifest::read_yaml({"base/a.regent.yaml", text}, limits);
}

/// The only document of a text that has to be fine.
Node root_of(const std::string& text) {
    auto result = read_yaml(text);
    INFO(text);
    REQUIRE(result.diagnostics.empty());
    REQUIRE(result.documents.size() == 1);
    return result.documents.front().root;
}

std::vector<std::string> codes_of(const manifest::ReadResult& result) {
    std::vector<std::string> codes;
    for (const auto& diagnostic : result.diagnostics) codes.push_back(diagnostic.code);
    return codes;
}

/// "line:column-line:column"
std::string shown(const model::Span& span) {
    return std::to_string(span.line) + ":" + std::to_string(span.column) + "-" + std::to_string(span.end_line) + ":" +
           std::to_string(span.end_column);
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("every key and value knows where it begins and ends", "[manifest][yaml]") {
    const auto root =
        root_of("kind: Application\nspec:\n  tags: [a, \"b\"]\n  notes: |\n    x\n    y\n  url:\nlast: x\n");
    CHECK(shown(root.find_entry("kind")->key_span) == "1:1-1:5");
    CHECK(shown(root.find("kind")->span) == "1:7-1:18");
    const auto* spec = root.find("spec");
    CHECK(shown(spec->find_entry("tags")->key_span) == "3:3-3:7");
    CHECK(shown(spec->find("tags")->span) == "3:9-3:17");
    CHECK(shown(spec->find("tags")->items[1].span) == "3:13-3:16");
    CHECK(spec->find("notes")->span.line == 4);
    CHECK(spec->find("notes")->text == "x\ny\n");
    CHECK(spec->find("url")->is_null());
    CHECK(shown(spec->span) == "3:3-7:7");
    CHECK(root.find("last")->span.byte == 77);
}

TEST_CASE("columns count characters, whatever their bytes and width, and offsets count bytes", "[manifest][yaml]") {
    SECTION("an accent") {
        const auto root = root_of("{a: é, b: x}\n");
        CHECK(root.find("b")->span.column == 11);
        CHECK(root.find("b")->span.byte == 11);
    }
    SECTION("an emoji and a wide character") {
        const auto root = root_of("{a: \"😀ポ\", b: x}\n");
        CHECK(shown(root.find("a")->span) == "1:5-1:9");
        CHECK(root.find("b")->span.column == 14);
        CHECK(root.find("b")->span.byte == 18);
    }
    SECTION("a tab is one character") {
        const auto root = root_of("a:\tx\n");
        CHECK(root.find("a")->span.column == 4);
    }
    SECTION("in the second document, after Windows line ends") {
        const auto result = read_yaml("a: é\r\n---\r\nb: ü\r\n");
        REQUIRE(result.documents.size() == 2);
        const auto& span = result.documents[1].root.find("b")->span;
        CHECK(shown(span) == "3:4-3:5");
        CHECK(span.byte == 15);
    }
    SECTION("a byte order mark at the beginning counts as nothing") {
        const auto root = root_of("\xEF\xBB\xBFkind: x\n");
        CHECK(root.find_entry("kind")->key_span.column == 1);
        CHECK(root.find_entry("kind")->key_span.byte == 3);
    }
}

TEST_CASE("a text keeps how it was written, so that `no` and \"no\" can be told apart", "[manifest][yaml]") {
    const auto root = root_of("a: no\nb: \"no\"\nc: 'no'\nd: |\n  no\ne: 0123\nf: ~\ng: \"~\"\nh: \"\"\n");
    CHECK(root.find("a")->style == Style::plain);
    CHECK(root.find("b")->style == Style::quoted);
    CHECK(root.find("c")->style == Style::quoted);
    CHECK(root.find("d")->style == Style::block);
    CHECK(root.find("e")->text == "0123");
    CHECK(root.find("f")->is_null());
    CHECK(root.find("g")->is_scalar());
    CHECK(root.find("h")->is_scalar());
}

TEST_CASE("what yaml-cpp swallows or chokes on is an error with a place", "[manifest][yaml]") {
    struct Row {
        const char* name;
        std::string text;
        const char* code;
        std::size_t line;
        std::size_t column;
    };
    const std::vector<Row> rows{
        {"a lone comma, on which yaml-cpp eats all memory", ",", "RG0109", 1, 1},
        {"a comma after a list", "- a\n,", "RG0105", 2, 1},
        {"a comma after a text", "\"a\",", "RG0115", 1, 4},
        {"a quote never closed", "a: \"x\nb: 2", "RG0103", 1, 4},
        {"a NUL in a text", std::string("a: x\0n", 6), "RG0131", 1, 5},
        {"an overlong form", "a: \xC0\xAF", "RG0132", 1, 4},
        {"a surrogate", "a: \xED\xA0\x80", "RG0132", 1, 4},
        {"a sequence cut short", "a: \xE2\x82", "RG0132", 1, 4},
        {"a control byte", "a: \x01", "RG0133", 1, 4},
        {"DEL", "a: \x7F", "RG0133", 1, 4},
        {"a list, then a mapping", "- a\nb: 1", "RG0105", 2, 1},
        {"two texts", "\"a\" \"b\"", "RG0115", 1, 5},
        {"a file cut in a key", "a: 1\nbcd", "RG0104", 2, 1},
        {"duplicate keys", "a: 1\nb: 2\na: 3\n", "RG0102", 3, 1},
        {"duplicate keys that are written differently", "a: 1\n\"a\": 3\n", "RG0102", 2, 1},
        {"duplicate keys in braces", "x: {a: 1, a: 2}", "RG0102", 1, 11},
        {"a merge key", "<<: {a: 1}", "RG0117", 1, 1},
        {"an anchor that holds itself", "&a [*a]", "RG0112", 1, 1},
        {"a tag", "a: !!python/object:os.system x", "RG0113", 1, 4},
        {"a missing colon, reported on its own line", "kind: X\nmetadata\n  name: x\n", "RG0104", 2, 1},
        {"a UTF-8 text in Latin-1", "a: caf\xE9\n", "RG0132", 1, 7},
    };
    for (const auto& row : rows) {
        DYNAMIC_SECTION(row.name) {
            const auto result = read_yaml(row.text);
            REQUIRE_FALSE(result.diagnostics.empty());
            CHECK(result.diagnostics.front().code == row.code);
            CHECK(result.diagnostics.front().span.line == row.line);
            CHECK(result.diagnostics.front().span.column == row.column);
            CHECK(result.documents.empty());
        }
    }
}

TEST_CASE("a duplicate key is shown with both places", "[manifest][yaml]") {
    const auto result = read_yaml("metadata:\n  name: arm\n  labels: {}\n  name: arm-old\n");
    REQUIRE(result.diagnostics.size() == 1);
    const auto& diagnostic = result.diagnostics.front();
    CHECK(shown(diagnostic.span) == "4:3-4:7");
    REQUIRE(diagnostic.secondary.size() == 1);
    CHECK(shown(diagnostic.secondary.front().span) == "2:3-2:7");
}

TEST_CASE("the same key in different mappings is no duplicate", "[manifest][yaml]") {
    CHECK(read_yaml("a: {name: x}\nb: {name: y}\nc: [{name: x}, {name: x}]\n").diagnostics.empty());
}

TEST_CASE("an alias bomb is refused before anything is expanded", "[manifest][yaml]") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 10; ++level) {
        const auto below = "*a" + std::to_string(level - 1);
        bomb += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [";
        for (int i = 0; i < 10; ++i) bomb += (i == 0 ? "" : ", ") + below;
        bomb += "]\n";
    }
    const auto result = read_yaml(bomb);
    CHECK(result.documents.empty());
    CHECK(codes_of(result) == Codes(100, "RG0112"));
}

TEST_CASE("a mistake in one document hides nothing in the others, and each is named", "[manifest][yaml]") {
    const auto result = read_yaml(
        "kind: Application\nmetadata: {name: a}\nspec: [\n"
        "---\nkind: Connector\nmetadata: {name: b}\n"
        "---\n# nothing but a comment\n"
        "---\nkind: Connector\nmetadata: {name: c}\nspec: {x: 1, x: 2}\n");
    REQUIRE(result.documents.size() == 1);
    CHECK(result.documents[0].number == 2);
    CHECK(result.documents[0].of == 3);
    CHECK(manifest::subject_of(result.documents[0]) == "document 2 (Connector/b)");
    REQUIRE(codes_of(result) == Codes{"RG0107", "RG0102"});
    CHECK(result.diagnostics[0].subject == "document 1 (Application/a)");
    CHECK(result.diagnostics[1].subject == "document 3 (Connector/c)");
}

TEST_CASE("empty and comment-only documents are not documents", "[manifest][yaml]") {
    CHECK(read_yaml("").documents.empty());
    CHECK(read_yaml("# only a comment\n").documents.empty());
    CHECK(read_yaml("---\n---\n# x\n---\n").documents.empty());
    const auto result = read_yaml("# yaml-language-server: $schema=x\n---\na: 1\n---\n");
    REQUIRE(result.documents.size() == 1);
    CHECK(result.documents[0].of == 1);
    CHECK(manifest::subject_of(result.documents[0]).empty());
}

TEST_CASE("a line of dashes inside a block text stays text as long as it is indented", "[manifest][yaml]") {
    const auto root = root_of("notes: |\n  one\n  ---\n  two\n");
    CHECK(root.find("notes")->text == "one\n---\ntwo\n");
}

TEST_CASE("limits are refused with the limit's own code", "[manifest][yaml][limits]") {
    manifest::ReadLimits limits;
    SECTION("bytes of a file") {
        limits.file_bytes = 10;
        CHECK(read_yaml("a: 3456789", limits).diagnostics.empty());
        CHECK(codes_of(read_yaml("a: 34567890", limits)) == Codes{"RG0121"});
    }
    SECTION("documents") {
        limits.documents = 2;
        CHECK(read_yaml("a: 1\n---\nb: 1\n", limits).diagnostics.empty());
        const auto result = read_yaml("a: 1\n---\nb: 1\n---\nc: 1\n", limits);
        CHECK(codes_of(result) == Codes{"RG0122"});
        CHECK(result.documents.empty());
        CHECK(result.diagnostics.front().span.line == 4);
    }
    SECTION("depth") {
        limits.depth = 3;
        CHECK(read_yaml("a: {b: {}}\n", limits).diagnostics.empty());
        CHECK(codes_of(read_yaml("a: {b: {c: {}}}\n", limits)) == Codes{"RG0123"});
    }
    SECTION("events, over all documents of the file") {
        limits.events = 8;  // two mappings with a key and a value each
        CHECK(read_yaml("a: 1\n---\nb: 1\n", limits).diagnostics.empty());
        const auto result = read_yaml("a: 1\n---\nb: 1\n---\nc: 1\n---\nd: 1\n", limits);
        CHECK(codes_of(result) == Codes{"RG0124"});
        CHECK(result.documents.empty());
    }
    SECTION("bytes of a text") {
        limits.scalar_bytes = 4;
        CHECK(read_yaml("a: 1234\n", limits).diagnostics.empty());
        CHECK(codes_of(read_yaml("a: 12345\n", limits)) == Codes{"RG0125"});
    }
    SECTION("bytes of a line") {
        limits.line_bytes = 8;
        CHECK(read_yaml("a: 34567\n", limits).diagnostics.empty());
        CHECK(codes_of(read_yaml("b: 1\na: 345678\n", limits)) == Codes{"RG0126"});
    }
}

TEST_CASE("a megabyte of opening brackets ends at the file limit, and a line of them at the depth",
          "[manifest][yaml]") {
    CHECK(codes_of(read_yaml(std::string(1024 * 1024, '['))) == Codes{"RG0121"});
    CHECK(codes_of(read_yaml(std::string(60'000, '['))) == Codes{"RG0123"});
    CHECK(codes_of(read_yaml(std::string(60'000, '{'))) == Codes{"RG0123"});
}

TEST_CASE("what two parsers read differently is refused, saying what each saw", "[manifest][yaml]") {
    // yaml-cpp 0.7 writes the escape of a no-break space as a lone byte.
    const auto result = read_yaml("a: \"x\\_y\"\n");
    REQUIRE(codes_of(result) == Codes{"RG0140"});
    CHECK(result.diagnostics.front().notes.size() == 2);
    CHECK(result.documents.empty());
}

TEST_CASE("JSON is read as the YAML it is", "[manifest][yaml]") {
    const auto root = root_of(
        "{\"kind\": \"Application\",\n \"spec\": {\"tags\": [\"a\", \"b\\u00e9\\/\"], \"n\": null, \"b\": true}}\n");
    CHECK(root.find("spec")->find("tags")->items[1].text == "bé/");
    CHECK(root.find("spec")->find("n")->is_null());
    CHECK(root.find("spec")->find("b")->style == Style::plain);
}
