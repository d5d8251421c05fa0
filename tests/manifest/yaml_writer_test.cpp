#include "manifest/yaml_writer.hpp"

#include "manifest/plain_text.hpp"
#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace regent;
using manifest::Document;
using manifest::Node;
using manifest::Style;

namespace {

Document document_from(const std::string& text) {
    auto result = manifest::read_yaml({"base/a.regent.yaml", text});
    INFO(text);
    if (!result.diagnostics.empty()) INFO(result.diagnostics[0].code << " " << result.diagnostics[0].message);
    REQUIRE(result.diagnostics.empty());
    REQUIRE(result.documents.size() == 1);
    return result.documents.front();
}

/// The tree as a text of its own, with what matters of it: kinds, keys in order, texts, and whether a text had quotes.
std::string outline(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "null";
        case Node::Kind::scalar: {
            const bool plain = node.style == Style::plain && manifest::can_be_plain(node.text);
            return (plain ? "plain(" : "text(") + node.text + ")";
        }
        case Node::Kind::sequence: {
            std::string out = "[";
            for (const auto& item : node.items) out += outline(item) + ",";
            return out + "]";
        }
        case Node::Kind::mapping: {
            std::string out = "{";
            for (const auto& entry : node.entries) out += "<" + entry.key + ">" + outline(entry.value) + ",";
            return out + "}";
        }
    }
    return "";
}

class TreeMaker {
public:
    explicit TreeMaker(unsigned seed) : random_(seed) {}

    Node tree(int depth) {
        Node node;
        const auto choice = depth == 0 ? random_() % 6 : random_() % 10;
        if (choice == 0) {
            node.kind = Node::Kind::null;
            node.text = pick({"", "~", "null"});
        } else if (choice < 6) {
            node.kind = Node::Kind::scalar;
            node.style = Style{static_cast<int>(random_() % 3)};
            node.text = text();
            // Such a plain text is null when it is read: no reader makes a scalar of it.
            if (node.style == Style::plain && manifest::is_null_text(node.text)) node.style = Style::quoted;
        } else if (choice < 8) {
            node.kind = Node::Kind::sequence;
            for (auto count = random_() % 4; count > 0; --count) node.items.push_back(tree(depth - 1));
        } else {
            node = mapping(depth);
        }
        return node;
    }

    Node mapping(int depth) {
        Node node;
        node.kind = Node::Kind::mapping;
        for (auto count = random_() % 4; count > 0; --count) {
            const auto key = "k" + std::to_string(count) + (random_() % 3 == 0 ? text() : "");
            node.entries.push_back({key, {}, tree(depth - 1)});
        }
        return node;
    }

private:
    std::string pick(const std::vector<std::string>& words) { return words[random_() % words.size()]; }

    std::string text() {
        static const std::vector<std::string> pieces{
            "a",  "true", "12", " ", "  ", "\n", "\n\n",   "\t",  ":",   ": ", "#",  " #", "-",  "- ",    "?",
            "? ", "{",    "}",  "[", "]",  ",",  "&",      "*",   "!",   "|",  ">",  "'",  "\"", "\\",    "%",
            "@",  "`",    "é",  "😀", "${", "~",  "\u2028", "---", "...", "<<", "\r", "=",  ".",  "\u00a0"};
        std::string out;
        for (auto count = random_() % 6; count > 0; --count) out += pick(pieces);
        return out;
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("a tree is written in block style, with quotes only where they are needed", "[manifest][writer]") {
    const std::string text =
        "kind: Application\n"
        "spec:\n"
        "  displayName: \"ARM connector (dev)\"\n"
        "  enabled: true\n"
        "  version: \"2\"\n"
        "  none: ~\n"
        "  empty:\n"
        "  redirectUris:\n"
        "    web:\n"
        "      - connectorRef:\n"
        "          name: arm\n"
        "        other: x\n"
        "      - - nested\n"
        "        - list\n"
        "      - plain\n"
        "    spa: []\n"
        "  labels: {}\n"
        "  notes: |\n"
        "    first\n"
        "\n"
        "    second\n"
        "  tail: |-\n"
        "    no feed\n"
        "  \"true\": key\n";
    CHECK(manifest::to_yaml(document_from(text)) == text);
}

TEST_CASE("what is written reads back as the same tree", "[manifest][writer][property]") {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        Document document;
        document.root = TreeMaker(seed).mapping(4);
        const auto text = manifest::to_yaml(document);
        INFO(seed << "\n" << text);
        const auto again = document_from(text);
        REQUIRE(outline(again.root) == outline(document.root));
        CHECK(manifest::to_yaml(again) == text);
    }
}

TEST_CASE("the origin of a value stands behind it as a comment and changes nothing", "[manifest][writer]") {
    auto document =
        document_from("a: x ${env}\nb: \"${nope:-1}\"\nc: |\n  to ${env}\nd: [\"${flag}\"]\ne: as written\n");
    manifest::Variables variables{"dev", {}};
    const auto environment = document_from("env: dev\nflag: true\n");
    for (const auto& entry : environment.root.entries) {
        auto place = entry.key_span.begin();
        place.file = "environments/dev.regent.yaml";
        variables.by_name[entry.key] = {entry.value, place};
    }
    REQUIRE(manifest::substitute(document, variables).empty());
    const auto text = manifest::to_yaml(document, true);
    CHECK(text ==
          "a: \"x dev\"  # from ${env} (environments/dev.regent.yaml:1:1)\n"
          "b: 1  # default of ${nope}\n"
          "c: |  # from ${env} (environments/dev.regent.yaml:1:1)\n"
          "  to dev\n"
          "d:\n"
          "  - true  # from ${flag} (environments/dev.regent.yaml:2:1)\n"
          "e: as written\n");
    CHECK(outline(document_from(text).root) == outline(document.root));
}

TEST_CASE("an origin with a strange file name cannot break out of its comment", "[manifest][writer]") {
    auto document = document_from("a: x\n");
    document.root.entries[0].value.origins.push_back(
        {manifest::Origin::Kind::variable, "v", {"a\nb: injected\n#.yaml", 1, 1}});
    CHECK(document_from(manifest::to_yaml(document, true)).root.entries.size() == 1);
}
