#include "manifest/substitution.hpp"

#include "manifest/yaml_reader.hpp"
#include "manifest/yaml_writer.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace regent;
using manifest::Document;
using manifest::Node;
using manifest::Origin;
using manifest::Style;

namespace {

Document document_in(const std::string& text) {
    auto result = manifest::read_yaml({"base/a.regent.yaml", text});
    INFO(text);
    REQUIRE(result.diagnostics.empty());
    REQUIRE(result.documents.size() == 1);
    return result.documents.front();
}

/// `name: value` lines, as in Environment.spec.vars.
manifest::Variables variables_of(const std::string& text) {
    manifest::Variables variables{"dev", {}};
    const auto read = manifest::read_yaml({"environments/dev.regent.yaml", text});
    REQUIRE(read.documents.size() == 1);
    for (const auto& entry : read.documents[0].root.entries) {
        variables.by_name[entry.key] = {entry.value, entry.key_span.begin()};
    }
    return variables;
}

/// The value of `a` after substitution.
Node value_after(const std::string& written, const std::string& variables) {
    auto document = document_in("a: " + written + "\n");
    INFO(written);
    REQUIRE(manifest::substitute(document, variables_of(variables)).empty());
    return *document.root.find("a");
}

const std::string some_variables = "env: dev\nflag: true\nquoted: \"true\"\nnothing: ~\ncount: 3\nnested: \"${env}\"\n";

}  // namespace

TEST_CASE("a scalar that is only a variable takes the variable's own type", "[manifest][substitution]") {
    for (const auto* written : {"${flag}", "\"${flag}\"", "'${flag}'"}) {
        const auto value = value_after(written, some_variables);
        CHECK(value.text == "true");
        CHECK(value.style == Style::plain);
    }
    CHECK(value_after("${quoted}", some_variables).style == Style::quoted);
    CHECK(value_after("${nothing}", some_variables).is_null());
    CHECK(value_after("${flag:-false}", some_variables).text == "true");
}

TEST_CASE("inside longer text a variable becomes text", "[manifest][substitution]") {
    const auto value = value_after("ARM connector (${env})", some_variables);
    CHECK(value.text == "ARM connector (dev)");
    CHECK(value.style == Style::quoted);
    const auto joined = value_after("${count}${count}", some_variables);
    CHECK(joined.text == "33");
    CHECK(joined.style == Style::quoted);
    CHECK(value_after("x${nothing}y", some_variables).text == "xy");
    CHECK(value_after("|\n  to ${env}\n", some_variables).style == Style::block);
}

TEST_CASE("a default stands in for a variable that is not defined, as if written plain", "[manifest][substitution]") {
    const auto flag = value_after("\"${missing:-true}\"", some_variables);
    CHECK(flag.text == "true");
    CHECK(flag.style == Style::plain);
    CHECK(value_after("${missing:-}", some_variables).is_scalar());
    CHECK(value_after("${missing:-}", some_variables).text.empty());
    CHECK(value_after("\"${missing:-a: b}\"", some_variables).text == "a: b");
    CHECK(value_after("https://${host:-a.example}/x", some_variables).text == "https://a.example/x");
    CHECK(value_after("${missing:-$x}", some_variables).text == "$x");
}

TEST_CASE("two dollars before a brace are one, and other dollars are dollars", "[manifest][substitution]") {
    CHECK(value_after("$${env}", some_variables).text == "${env}");
    CHECK(value_after("$${env}", some_variables).style == Style::plain);
    CHECK(value_after("cost $5 and $$ and ${env}$", some_variables).text == "cost $5 and $$ and dev$");
    CHECK(value_after("$$${env}", some_variables).text == "$${env}");
    CHECK(value_after("$$x", some_variables).text == "$$x");
}

TEST_CASE("a variable's own text is not looked through again", "[manifest][substitution]") {
    CHECK(value_after("${nested}", some_variables).text == "${env}");
    CHECK(value_after("<${nested}>", some_variables).text == "<${env}>");
}

TEST_CASE("keys are never replaced", "[manifest][substitution]") {
    auto document = document_in("${env}: ${env}\n");
    CHECK(manifest::substitute(document, variables_of(some_variables)).empty());
    CHECK(document.root.find("${env}")->text == "dev");
}

TEST_CASE("a value that came from a variable says where the variable is", "[manifest][substitution]") {
    const auto value = value_after("${env}-${count}-${missing:-x}-${env}", some_variables);
    REQUIRE(value.origins.size() == 3);
    CHECK(value.origins[0].kind == Origin::Kind::variable);
    CHECK(value.origins[0].name == "env");
    CHECK(value.origins[0].place == model::Place{"environments/dev.regent.yaml", 1, 1});
    CHECK(value.origins[1].place.line == 5);
    CHECK(value.origins[2].kind == Origin::Kind::default_text);
    CHECK(value.origins[2].place == model::Place{"base/a.regent.yaml", 1, 20});
    CHECK(value.span.file == "base/a.regent.yaml");
    CHECK(value_after("plain", some_variables).origins.empty());
}

TEST_CASE("a scalar with a mistake stays as it was, and all mistakes are told", "[manifest][substitution]") {
    auto document = document_in("a: ${env} ${nope} ${bad-name}\nb: [\"${nope}\"]\nc: ${env}\n");
    const auto diagnostics = manifest::substitute(document, variables_of(some_variables));
    REQUIRE(diagnostics.size() == 3);
    CHECK(diagnostics[0].code == "RG0301");
    CHECK(diagnostics[0].span.column == 11);
    CHECK(diagnostics[0].span.end_column == 18);
    CHECK(diagnostics[1].code == "RG0304");
    CHECK(diagnostics[2].span.line == 2);
    CHECK(document.root.find("a")->text == "${env} ${nope} ${bad-name}");
    CHECK(document.root.find("c")->text == "dev");
}

TEST_CASE("a placeholder made by an escape is reported at its whole text", "[manifest][substitution]") {
    auto document = document_in("a: \"\\u0024{nope}\"\n");
    const auto diagnostics = manifest::substitute(document, variables_of(some_variables));
    REQUIRE(diagnostics.size() == 1);
    CHECK((diagnostics[0].span == document.root.find("a")->span));
}

TEST_CASE("no value of a variable can change the structure of a document", "[manifest][substitution][property]") {
    std::mt19937 random(20240611);  // NOLINT: the same texts in every run
    const std::string alphabet = "ab:{}[]\"'\\#&*!|>%@`,-? $\n\t${";
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto length = random() % 12; length > 0; --length) text += alphabet[random() % alphabet.size()];
        manifest::Variables variables;
        variables.by_name["x"].value.kind = Node::Kind::scalar;
        variables.by_name["x"].value.style = Style::quoted;
        variables.by_name["x"].value.text = text;
        auto document = document_in("a: ${x}\nb: [\"<${x}>\", z]\n");
        REQUIRE(manifest::substitute(document, variables).empty());
        CHECK(document.root.entries.size() == 2);
        CHECK(document.root.find("a")->text == text);
        CHECK(document.root.find("b")->items[0].text == "<" + text + ">");
        const auto again = document_in(manifest::to_yaml(document));
        CHECK(again.root.find("b")->items[0].text == "<" + text + ">");
    }
}

TEST_CASE("a text without placeholders is left alone", "[manifest][substitution][property]") {
    std::mt19937 random(7);  // NOLINT: the same texts in every run
    const std::string alphabet = "ab$}-: ";
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (auto length = random() % 12; length > 0; --length) text += alphabet[random() % alphabet.size()];
        Document document;
        document.root.kind = Node::Kind::scalar;
        document.root.text = text;
        CHECK(manifest::substitute(document, {}).empty());
        CHECK(document.root.text == text);
        CHECK(document.root.origins.empty());
    }
}
