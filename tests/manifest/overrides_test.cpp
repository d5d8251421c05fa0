#include "manifest/overrides.hpp"

#include "manifest/yaml_reader.hpp"
#include "manifest/yaml_writer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace regent;
using manifest::Document;
using manifest::Node;
using manifest::Origin;

namespace {

Document document_of(const std::string& file, const std::string& text) {
    auto result = manifest::read_yaml({file, text});
    INFO(text);
    REQUIRE(result.diagnostics.empty());
    REQUIRE(result.documents.size() == 1);
    return result.documents.front();
}

const Origin origin{Origin::Kind::override_entry, "overrides[0]", {"environments/prod.regent.yaml", 9, 5}};

/// `base` after `override_entry` was merged in, as YAML.
std::string merged(const std::string& base, const std::string& override_entry) {
    auto document = document_of("base/a.regent.yaml", base);
    const auto entry = document_of("environments/prod.regent.yaml", override_entry);
    CHECK(manifest::apply_override(document, entry.root, origin).empty());
    return manifest::to_yaml(document);
}

}  // namespace

TEST_CASE("an override merges mappings and replaces texts and plain lists", "[manifest][overrides]") {
    CHECK(merged("spec: {a: 1, b: {c: 2, d: 3}, e: [x, y]}\n", "spec: {b: {d: 4, f: 5}, e: [z], g: new}\n") ==
          "spec:\n  a: 1\n  b:\n    c: 2\n    d: 4\n    f: 5\n  e:\n    - z\n  g: new\n");
}

TEST_CASE("an override merges lists of named things by name, new ones at the end", "[manifest][overrides]") {
    CHECK(merged("spec:\n  clientSecrets:\n    - {name: arm, validFor: 180d, rotateBefore: 30d}\n    - {name: other}\n",
                 "spec: {clientSecrets: [{name: arm, validFor: 90d}, {name: new, validFor: 1d}]}\n") ==
          "spec:\n  clientSecrets:\n    - name: arm\n      validFor: 90d\n      rotateBefore: 30d\n    - name: other\n"
          "    - name: new\n      validFor: 1d\n");
}

TEST_CASE("an empty list in an override empties the list", "[manifest][overrides]") {
    CHECK(merged("spec: {clientSecrets: [{name: arm}]}\n", "spec: {clientSecrets: []}\n") ==
          "spec:\n  clientSecrets: []\n");
}

TEST_CASE("a list in which something has no name is replaced as a whole", "[manifest][overrides]") {
    CHECK(merged("spec: {uris: [{name: a}, {uri: b}]}\n", "spec: {uris: [{name: a, x: 1}]}\n") ==
          "spec:\n  uris:\n    - name: a\n      x: 1\n");
}

TEST_CASE("null in an override takes the key away", "[manifest][overrides]") {
    CHECK(
        merged("spec: {a: 1, credential: {clientSecretRef: {name: x}}}\n",
               "spec: {absent: ~, credential: {clientSecretRef: null, managedIdentity: {}}, fresh: {x: ~, y: 1}}\n") ==
        "spec:\n  a: 1\n  credential:\n    managedIdentity: {}\n  fresh:\n    y: 1\n");
}

TEST_CASE("an override adds `management` where the manifest has none, and never touches other keys",
          "[manifest][overrides]") {
    CHECK(merged("kind: A\nmetadata: {name: a}\nspec: {}\n",
                 "target: {kind: A, name: a}\nmetadata: {name: b}\nkind: B\nmanagement: {preventDelete: true}\n") ==
          "kind: A\nmetadata:\n  name: a\nspec: {}\nmanagement:\n  preventDelete: true\n");
}

TEST_CASE("what an override put in place says so, and keeps its place in the environment's file",
          "[manifest][overrides]") {
    auto document = document_of("base/a.regent.yaml", "spec: {a: 1, b: 2}\n");
    const auto entry = document_of("environments/prod.regent.yaml", "spec:\n  b: 3\n  c: {d: [4]}\n");
    REQUIRE(manifest::apply_override(document, entry.root, origin).empty());
    const auto* spec = document.root.find("spec");
    CHECK(spec->find("a")->origins.empty());
    CHECK(spec->find("a")->span.file == "base/a.regent.yaml");
    CHECK(spec->find("b")->span.begin() == model::Place{"environments/prod.regent.yaml", 2, 6});
    REQUIRE(spec->find("b")->origins.size() == 1);
    CHECK(spec->find("b")->origins[0].name == "overrides[0]");
    CHECK(spec->find_entry("c")->key_span.line == 3);
    CHECK(spec->find("c")->find("d")->items[0].origins.size() == 1);
}

TEST_CASE("a `spec` of an override that is no mapping is an error in the environment's file", "[manifest][overrides]") {
    auto document = document_of("base/a.regent.yaml", "spec: {a: 1}\n");
    const auto entry = document_of("environments/prod.regent.yaml", "spec: [a]\nmanagement: {x: 1}\n");
    const auto diagnostics = manifest::apply_override(document, entry.root, origin);
    REQUIRE(diagnostics.size() == 1);
    CHECK(diagnostics[0].code == "RG0305");
    CHECK(diagnostics[0].span.file == "environments/prod.regent.yaml");
    CHECK(manifest::to_yaml(document) == "spec:\n  a: 1\nmanagement:\n  x: 1\n");
}

TEST_CASE("overrides find their targets by kind and name, later ones win, and a missing target is an error",
          "[manifest][overrides]") {
    std::vector<Document> documents{
        document_of("base/a.regent.yaml", "kind: Application\nmetadata: {name: arm}\nspec: {notes: base}\n"),
        document_of("base/b.regent.yaml", "kind: Connector\nmetadata: {name: arm}\nspec: {notes: base}\n")};
    const auto list = document_of("environments/prod.regent.yaml",
                                  "- target: {kind: Connector, name: arm}\n  spec: {notes: first}\n"
                                  "- target: {kind: Connector, name: arm}\n  spec: {notes: second}\n"
                                  "- target: {kind: Connector, name: arn}\n  spec: {notes: lost}\n");
    const auto diagnostics = manifest::apply_overrides(documents, list.root.items);
    CHECK(documents[0].root.find("spec")->find("notes")->text == "base");
    CHECK(documents[1].root.find("spec")->find("notes")->text == "second");
    CHECK(documents[1].root.find("spec")->find("notes")->origins[0].name == "overrides[1]");
    CHECK(documents[1].root.find("spec")->find("notes")->origins[0].place.line == 3);
    REQUIRE(diagnostics.size() == 1);
    CHECK(diagnostics[0].code == "RG0303");
    CHECK(diagnostics[0].span.line == 5);
    CHECK(diagnostics[0].help == "did you mean `arm`?");
}

TEST_CASE("an override for what was renamed is told the name that it has", "[manifest][overrides]") {
    std::vector<manifest::Document> documents{
        document_of(
            "base/a.regent.yaml",
            "kind: Application\nmetadata: {name: orders-api, previousNames: [sales, orders]}\nspec: {notes: a}\n"),
        document_of("base/b.regent.yaml", "kind: Application\nmetadata: {name: orderz}\nspec: {notes: b}\n")};
    const auto list = document_of("environments/prod.regent.yaml",
                                  "- target: {kind: Application, name: orders}\n  spec: {notes: lost}\n"
                                  "- target: {kind: Connector, name: orders}\n  spec: {notes: lost}\n");
    const auto diagnostics = manifest::apply_overrides(documents, list.root.items);
    REQUIRE(diagnostics.size() == 2);
    CHECK(diagnostics[0].code == "RG0303");
    CHECK(diagnostics[0].help == "it was renamed: write `orders-api`");
    CHECK(diagnostics[1].help == "correct the target, or remove the override");
}
