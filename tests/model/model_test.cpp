#include "model/attributes.hpp"
#include "model/diagnostic.hpp"
#include "model/value.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace regent::model {
namespace {

Reference reference(std::string output) {
    return {{"Connector", "arm"}, std::move(output), "", ""};
}

Diagnostic at(const std::string& file, std::size_t line, std::size_t column, const std::string& code) {
    Diagnostic diagnostic;
    diagnostic.code = code;
    diagnostic.span = {file, line, column, line, column + 1, 0};
    return diagnostic;
}

}  // namespace

TEST_CASE("values are equal when they hold the same, kind included", "[value]") {
    CHECK(Value("1") == Value(std::string("1")));
    CHECK_FALSE(Value("1") == Value(1));
    CHECK_FALSE(Value(false) == Value());
    CHECK_FALSE(Value("") == Value());
    CHECK(Value(List{1, "a"}) == Value(List{1, "a"}));
    CHECK_FALSE(Value(List{1, "a"}) == Value(List{"a", 1}));
    CHECK(Value(Map{{"a", 1}, {"b", 2}}) == Value(Map{{"b", 2}, {"a", 1}}));
    CHECK_FALSE(Value(reference("appId")) == Value(reference("name")));
}

TEST_CASE("values have one order, whatever the order they come in", "[value]") {
    const std::vector<Value> in_order = {Value(),        false,          true,   -1,      7,     "a",          "b",
                                         reference("a"), reference("b"), List{}, List{1}, Map{}, Map{{"a", 1}}};
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        for (std::size_t j = 0; j < in_order.size(); ++j) CHECK((in_order[i] < in_order[j]) == (i < j));
    }
}

TEST_CASE("references are found wherever they are, in order of appearance", "[value]") {
    const Value value =
        List{"x", Map{{"issuer", reference("identity/issuer")}, {"subject", reference("identity/subject")}},
             reference("redirectUrl")};
    CHECK_FALSE(is_known(value));
    const auto found = references_in(value);
    REQUIRE(found.size() == 3);
    CHECK(found[0].output == "identity/issuer");
    CHECK(found[2].output == "redirectUrl");
    CHECK(is_known(List{"x", Map{{"a", 1}}}));
}

TEST_CASE("the part that yields an output is all before its last stroke", "[value]") {
    CHECK(part_of(reference("appId")).empty());
    CHECK(part_of(reference("identity/subject")) == "identity");
    CHECK(part_of(reference(output::secret_text("arm"))) == "clientSecrets/arm");
}

TEST_CASE("a reference is shown as what it waits for, and is null for machines", "[value]") {
    CHECK(to_text(reference("redirectUrl")) == "(known after Connector/arm)");
    CHECK(to_text(reference("clientSecrets/s/keyId")) == "(known after Connector/arm clientSecrets/s)");
    CHECK(to_json(Value(List{reference("redirectUrl"), 1})) == nlohmann::json::parse("[null, 1]"));
}

TEST_CASE("control characters of a tenant reach no terminal", "[value]") {
    CHECK(with_visible_controls("a\x1b[31m\n\x7f") == "a\xE2\x90\x9B[31m\xE2\x90\x8A\xE2\x90\xA1");
    CHECK(with_visible_controls("\xC2\x9B") == "\xEF\xBF\xBD");
    CHECK(with_visible_controls("Größe") == "Größe");
    CHECK(with_visible_controls("a\uFFFEb\uFFFF\uFFFD") == "a\uFFFDb\uFFFD\uFFFD");
}

TEST_CASE("a value goes to JSON and back", "[value]") {
    const Value value = Map{{"a", List{1, true, "x", Value()}}, {"b", Map{}}};
    CHECK(from_json(to_json(value)) == value);
}

TEST_CASE("every attribute of a kind has a path of its own, under which it is found", "[attributes]") {
    for (const auto kind : {kind::application, kind::connector}) {
        const auto* table = attributes_of(kind);
        REQUIRE(table != nullptr);
        std::set<std::string_view> paths;
        for (const auto& attribute : table->attributes) {
            INFO(kind << " " << attribute.path);
            CHECK(paths.insert(attribute.path).second);
            CHECK(table->find(attribute.path) == &attribute);
        }
        CHECK(table->find("nothing") == nullptr);
    }
    CHECK(attributes_of("RedirectUri") == nullptr);
}

TEST_CASE("what an attribute's row says of it goes together", "[attributes]") {
    for (const auto kind : {kind::application, kind::connector}) {
        std::set<std::string_view> of_ownership;
        for (const auto& attribute : attributes_of(kind)->attributes) {
            INFO(kind << " " << attribute.path);
            // What can only be set at creation cannot come later, nor by a request of its own.
            CHECK_FALSE((attribute.immutable && (attribute.late || attribute.own_step)));
            // A part is added to an object that is there already.
            CHECK((!attribute.own_step || attribute.late));
            CHECK_FALSE((attribute.write_only && attribute.immutable));
            // Of what is only sent nothing can be compared, so something else has to tell whether it is there.
            CHECK((attribute.sent_member.empty() || !attribute.compared_members.empty()));
            CHECK_FALSE((attribute.immutable_elements && !attribute.own_step));
            const bool is_collection = attribute.compare == Compare::set || attribute.compare == Compare::named;
            CHECK((!is_collection || attribute.fallback.is_null()));
            if (attribute.part_of_ownership) of_ownership.insert(attribute.path);
        }
        CHECK(of_ownership == std::set<std::string_view>{path::marks, path::name});
    }
}

TEST_CASE("diagnostics are read from the top of the first file down", "[diagnostic]") {
    Diagnostics diagnostics = {at("b", 1, 1, "RG1"), at("a", 10, 1, "RG1"), at("a", 9, 2, "RG1"), at("a", 9, 1, "RG2"),
                               at("a", 9, 1, "RG1")};
    sort(diagnostics);
    std::vector<std::string> order;
    for (const auto& d : diagnostics) order.push_back(to_string(d.span.begin()) + " " + d.code);
    CHECK(order == std::vector<std::string>{"a:9:1 RG1", "a:9:1 RG2", "a:9:2 RG1", "a:10:1 RG1", "b:1:1 RG1"});
}

TEST_CASE("diagnostics of one place keep their order", "[diagnostic]") {
    auto first = at("a", 1, 1, "RG1");
    auto second = first;
    first.message = "first";
    second.message = "second";
    Diagnostics diagnostics = {first, second};
    sort(diagnostics);
    CHECK(diagnostics[0].message == "first");
}

TEST_CASE("warnings alone let a run go on", "[diagnostic]") {
    auto warning = at("a", 1, 1, "RG1");
    warning.severity = Severity::warning;
    CHECK_FALSE(has_errors({warning}));
    CHECK(has_errors({warning, at("a", 2, 1, "RG2")}));
}

TEST_CASE("a place is written as terminals link it", "[diagnostic]") {
    CHECK(to_string(Place{"a.yaml", 3, 7}) == "a.yaml:3:7");
    CHECK(to_string(Place{"a.yaml", 3, 0}) == "a.yaml:3");
    CHECK(to_string(Place{"a.yaml", 0, 0}) == "a.yaml");
}

}  // namespace regent::model
